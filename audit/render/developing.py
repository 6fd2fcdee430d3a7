"""Makes of bytes that came from outside two plain JPEGs: a picture and its thumbnail.

Run as a program, a process for each photo, since what reads pictures is the part that
attackers aim at: it may use so much memory and time, writes no file, and imports nothing of
the application. Only pixels pass: no place, no camera, no profile, nothing behind the end.
"""

import io
import json
import sys

from PIL import Image, ImageOps

LONGEST = 2048
SMALL = 480  # on paper too: 220 dots an inch
MOST_PIXELS = 40_000_000
MOST_MEMORY = 1024**3
MOST_SECONDS = 20
UNREADABLE = 3  # how the program ends when it was given no picture


def develop(received: bytes) -> tuple[Image.Image, Image.Image]:
    """Raises whatever the library does at bytes that are no picture."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(received), formats=("JPEG", "PNG", "WEBP")) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (LONGEST, LONGEST))  # a large JPEG is read at half its size or less
        image.load()
        plain = _opaque(ImageOps.exif_transpose(image))
    picture, small = _shrunk(plain, LONGEST), _shrunk(plain, SMALL)
    return picture, small


def _opaque(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    solid = image.convert("RGBA")
    paper = Image.new("RGBA", solid.size, "white")
    return Image.alpha_composite(paper, solid).convert("RGB")


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    """On a new canvas, which has nothing but pixels."""
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", small.size)
    canvas.paste(small)
    return canvas


def written(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def limit() -> None:
    import resource
    from contextlib import suppress

    for name, most, last in (
        ("RLIMIT_AS", MOST_MEMORY, MOST_MEMORY),
        ("RLIMIT_CPU", MOST_SECONDS, MOST_SECONDS + 5),  # at the last it is killed, as by others
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_CORE", 0, 0),
    ):
        with suppress(ValueError, OSError):  # macOS has not all of them
            resource.setrlimit(getattr(resource, name), (most, last))


def main() -> int:
    limit()
    try:
        picture, small = develop(sys.stdin.buffer.read())
        sizes = {"width": picture.width, "height": picture.height}
        parts = (written(picture, 85), written(small, 75))
    except Exception:  # noqa: BLE001  # there is no telling what a hostile file makes of it
        return UNREADABLE
    sys.stdout.buffer.write(json.dumps({**sizes, "first": len(parts[0])}).encode() + b"\n")
    sys.stdout.buffer.write(b"".join(parts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
