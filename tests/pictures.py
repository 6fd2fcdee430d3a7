"""Photos for tests: good ones, ones that mean harm, and a phone that takes and sends them."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from PIL import Image

from audit.domain.deed import Deed
from audit.domain.event import AnswerEvent, Photo, hashed
from audit.domain.photo import CHUNK, pieces
from audit.ids import new_id
from tests.phone import Phone

CANARY = b"canary-4711"
ITEM = "rules-24/r01"


def jpeg(width: int = 64, height: int = 48, **more: Any) -> bytes:
    out = io.BytesIO()
    colours = Image.linear_gradient("L").resize((width, height))
    Image.merge("RGB", (colours, colours.rotate(90), colours.rotate(180))).save(out, "JPEG", **more)
    return out.getvalue()


def noise(size: int) -> bytes:
    """A picture of more bytes than that."""
    side = 256
    while True:
        out = io.BytesIO()
        Image.effect_noise((side, side), 80).convert("RGB").save(out, "JPEG", quality=95)
        if out.tell() > size:
            return out.getvalue()
        side = side * 3 // 2


def located() -> bytes:
    """Taken with a telephone that says where, held on its side."""
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()  # the maker
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 22.0), 3: "E", 4: (121.0, 28.0, 0.0)})
    icc = b"\0" * 36 + b"acsp" + b"\0" * 88 + CANARY
    return jpeg(90, 40, exif=exif, comment=CANARY, icc_profile=icc)


def png(width: int, height: int, *chunks: tuple[bytes, bytes], idat: bytes | None = None) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x7f" * 3 * width) * height if idat is None else b""
    body = [(b"IHDR", head), *chunks, (b"IDAT", idat or zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in body
    )


def bomb() -> bytes:
    """Ten kilobytes of text that unfold to ten megabytes."""
    return png(8, 8, (b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"\0" * 10_000_000)))


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def drawn(form: str, size: tuple[int, int] = (8, 8)) -> bytes:
    """In black and white, which takes little room."""
    out = io.BytesIO()
    Image.new("1", size).save(out, form)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", CANARY)
    return out.getvalue()


def transparent() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "WEBP", lossless=True)
    return out.getvalue()


# What can be read, and must lose whatever it carries.
LADEN = {
    "place and maker": located(),
    "a ZIP behind it": jpeg() + zipped(),
    "PHP behind it": jpeg() + b"<?php echo '" + CANARY + b"'; ?>",
    "HTML behind it": jpeg() + b"<script>" + CANARY + b"</script>",
    "PHP in its comment": jpeg(comment=b"<?php " + CANARY),
    "text in a PNG": png(20, 20, (b"tEXt", b"Comment\0<?php " + CANARY)),
    "an animation": animated(),
    "transparency": transparent(),
}
# What is no picture to us.
UNREADABLE = {
    "no bytes": b"",
    "text": b"hello",
    "HTML": b"<html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a GIF that is a JPEG too": b"GIF89a" + jpeg(),
    "a GIF": drawn("GIF"),
    "a TIFF": drawn("TIFF"),
    "2.5 gigapixels": png(50_000, 50_000, idat=zlib.compress(b"\0" * 100)),
    "41 megapixels": drawn("PNG", (8_200, 5_000)),
    "a text that unfolds": bomb(),
    "cut off": jpeg(400, 400)[:2000],
    "a PNG cut off": png(400, 400)[:500],
}


def photo_of(content: bytes, photo_id: UUID | None = None) -> Photo:
    return Photo(photo_id or new_id(), hashlib.sha256(content).hexdigest(), len(content))


def chunks_of(content: bytes) -> list[bytes]:
    return [content[at : at + CHUNK] for at in range(0, max(1, len(content)), CHUNK)]


def takes(phone: Phone, photo: Photo, item: str = ITEM, *, away: bool = False) -> AnswerEvent:
    """The phone notes that the photo was taken, or taken away again."""
    before = tuple(
        event.id for event in phone.log.values() if event.photo and event.photo.id == photo.id
    )
    (plain,) = phone.does(Deed("photo_remove" if away else "photo", item))
    event = hashed(msgspec.structs.replace(plain, photo=photo, base=before[-1:]))
    _instead(phone, event)
    return event


def hands_in(phone: Phone, photos: Iterable[Photo]) -> AnswerEvent:
    plain = phone.hands_in()
    assert plain.manifest is not None
    manifest = msgspec.structs.replace(plain.manifest, photos=tuple(photos))
    event = hashed(msgspec.structs.replace(plain, manifest=manifest))
    _instead(phone, event)
    return event


def _instead(phone: Phone, event: AnswerEvent) -> None:
    phone.own.pop()
    phone.keep([event])


class Lens:
    """Sends photos of one visit over the wire."""

    def __init__(self, client: Any, visit: UUID, token: str) -> None:
        self.client = client
        self.visit = visit
        self.token = token

    def chunk(
        self, photo: Photo, number: int, chunk: bytes, *, digest: str = "", **query: Any
    ) -> Any:
        told = {"of": pieces(photo), "size": photo.size, "sha": photo.sha, **query}
        return self.client.put(
            f"/api/v1/visits/{self.visit}/photos/{photo.id}/chunks/{number}",
            params=told,
            content=chunk,
            headers=self.headers | {"X-Body-SHA256": digest or hashlib.sha256(chunk).hexdigest()},
        )

    def send(self, photo: Photo, content: bytes) -> Any:
        """All of it, in order; gives the last answer."""
        answers = [self.chunk(photo, *numbered) for numbered in enumerate(chunks_of(content))]
        return answers[-1]

    def ask(self, photo: Photo, **query: Any) -> Any:
        path = f"/api/v1/visits/{self.visit}/photos/{photo.id}"
        return self.client.get(path, params=query, headers=self.headers, follow_redirects=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Visit {self.token}"}
