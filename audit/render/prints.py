"""Photos on their way to paper: small JPEGs, put into a PDF as they are."""

from collections.abc import Iterator

Prints = dict[int, bytes]  # by their number in the report

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA  # what comes after it are pixels
FRAMES = {0xC0, 0xC1, 0xC2}  # which say how large the picture is


def sound(content: bytes) -> bool:
    """Whether it is a whole JPEG as we write them: one cut off or overwritten is none."""
    if not (content.startswith(START) and content.endswith(END)):
        return False
    kinds = list(_segments(content))
    return kinds[-1:] == [SCAN] and not FRAMES.isdisjoint(kinds)


def _segments(content: bytes) -> Iterator[int]:
    """The kinds of what comes before the pixels, and `SCAN` itself."""
    at = len(START)
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind = content[at + 1]
        yield kind
        if kind == SCAN:
            return
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
