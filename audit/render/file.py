"""A PDF as bytes: each object is written out and compressed once.

pydyf does so twice, once more for the identifier, and every stream of fonts with it.
"""

import hashlib
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from typing import Any

import pydyf

NEVER_AGAIN = 65535  # the generation of a number that is not to be used
THREADS = 2
LEVEL = 7  # of 9; the last two would take twice the time for a hundredth of the size
HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


class File:
    """Takes the place of `PDF.write`; `write` has its signature."""

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self.content = bytearray(HEAD)
        self.places: list[bytes] = []

    def write(self, output: Any, _version: Any, identifier: bytes, _compress: bool) -> None:
        self.pdf.add_object(self.pdf.info)
        objects = self.pdf.objects
        used = [item for item in objects if item.free != "f"]
        unused = [item.number for item in objects if item.free == "f"]
        following = dict(zip(unused, [*unused[1:], 0], strict=True))
        with ThreadPoolExecutor(THREADS) as threads:  # zlib lets others run meanwhile
            streams = {
                item.number: threads.submit(_stream, item)
                for item in used
                if isinstance(item, pydyf.Stream)
            }
            plain = [item for item in used if item.number not in streams]
            packed = _stream(_packed(plain))
        places = {item.number: place for place, item in enumerate(plain)}
        for number in range(len(objects)):
            if number in streams:
                self._add(streams[number].result(), number)
            elif number in places:
                self.places.append(_place(2, len(objects), places[number]))
            else:
                self.places.append(_place(0, following[number], NEVER_AGAIN))
        self._add(packed, len(objects))
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
    data = b"\n".join([part if type(part) is bytes else _bytes(part) for part in item.stream])
    extra = pydyf.Dictionary(item.extra)
    if item.compress:
        data = zlib.compress(data, LEVEL)
        extra["Filter"] = "/FlateDecode"
    extra["Length"] = len(data)
    return b"%b\nstream\n%b\nendstream" % (extra.data, data)


def _bytes(part: Any) -> bytes:
    return part.data if isinstance(part, pydyf.Object) else str(part).encode("ascii")


def _packed(items: Sequence[Any]) -> pydyf.Stream:
    """Objects that are no streams, in one that is."""
    contents = [item.data for item in items]
    starts = accumulate((len(data) + 1 for data in contents), initial=0)
    index = (b"%d %d" % (item.number, start) for item, start in zip(items, starts, strict=False))
    head = b" ".join(index)
    extra = {"Type": "/ObjStm", "N": len(items), "First": len(head) + 1}
    return pydyf.Stream([head, *contents], extra, compress=True)
