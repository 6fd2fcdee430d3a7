"""A PDF as bytes: each object is written out and compressed once.

pydyf does so twice, once more for the identifier, and every stream of fonts with it.
"""

import hashlib
import zlib
from typing import Any

import pydyf

NEVER_AGAIN = 65535  # the generation of a number that is not to be used
LEVEL = 7  # of 9; the last two would take twice the time for a hundredth of the size
HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


class File:
    """Takes the place of `PDF.write`; `write` has its signature."""

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self.content = bytearray(HEAD)
        self.places: list[bytes] = []

    def write(self, output: Any, _version: Any, identifier: bytes, _compress: bool) -> None:
        objects = self.pdf.objects
        self.pdf.add_object(self.pdf.info)
        unused = [item.number for item in objects if item.free == "f"]
        following = dict(zip(unused, [*unused[1:], 0], strict=True))
        packed: list[bytes] = []
        index: list[bytes] = []
        length = 0
        for item in objects:
            if item.free == "f":
                self.places.append(_place(0, following[item.number], NEVER_AGAIN))
            elif isinstance(item, pydyf.Stream):
                self._add(_stream(item), item.number)
            else:
                data = item.data
                self.places.append(_place(2, len(objects), len(packed)))
                packed.append(data)
                index.append(b"%d %d" % (item.number, length))
                length += len(data) + 1
        head = b" ".join(index)
        extra = {"Type": "/ObjStm", "N": len(packed), "First": len(head) + 1}
        self._add(_stream(pydyf.Stream([head, *packed], extra, compress=True)), len(objects))
        self._end(identifier)
        output.write(self.content)

    def _add(self, data: bytes, number: int) -> None:
        self.places.append(_place(1, len(self.content), 0))
        self.content += b"%d 0 obj\n%b\nendobj\n" % (number, data)

    def _end(self, identifier: bytes) -> None:
        at, number = len(self.content), len(self.places)
        digest = hashlib.sha256(self.content).hexdigest()[:32].encode()
        self.places.append(_place(1, at, 0))
        extra = {
            "Type": "/XRef",
            "W": pydyf.Array((1, 4, 2)),
            "Size": number + 1,
            "Root": self.pdf.catalog.reference,
            "Info": self.pdf.info.reference,
            "ID": pydyf.Array((pydyf.String(identifier).data, pydyf.String(digest).data)),
        }
        self._add(_stream(pydyf.Stream([b"".join(self.places[: number + 1])], extra, True)), number)
        self.content += b"startxref\n%d\n%%%%EOF\n" % at


def _place(kind: int, first: int, second: int) -> bytes:
    return kind.to_bytes(1, "big") + first.to_bytes(4, "big") + second.to_bytes(2, "big")


def _stream(item: Any) -> bytes:
    data = b"\n".join(map(_bytes, item.stream))
    extra = pydyf.Dictionary(item.extra)
    if item.compress:
        data = zlib.compress(data, LEVEL)
        extra["Filter"] = "/FlateDecode"
    extra["Length"] = len(data)
    return b"%b\nstream\n%b\nendstream" % (extra.data, data)


def _bytes(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return part.data if isinstance(part, pydyf.Object) else str(part).encode("ascii")
