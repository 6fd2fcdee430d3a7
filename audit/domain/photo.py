"""Photos: what a phone may send and in which pieces, and what has become of it.

The bytes travel apart from the event that names them, in chunks, before it or after it.
"""

import re
from collections.abc import Collection, Mapping
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.event import Photo
from audit.domain.problems import N_, Invalid, TooLarge

CHUNK = 256 * 1024
LARGEST = 10 * 1024 * 1024
MOST = 40  # of a visit
SMALL = 320  # the longer side of a thumbnail as pages show it; its file may have more
SHA = re.compile(r"[0-9a-f]{64}")


def sound(photo: Photo) -> bool:
    """Whether a phone could have made it. One without any bytes is sound: it can at least
    arrive, and be found unreadable."""
    return SHA.fullmatch(photo.sha) is not None and 0 <= photo.size <= LARGEST


def pieces(photo: Photo) -> int:
    return max(1, -(-photo.size // CHUNK))


def length(photo: Photo, number: int) -> int:
    """Of the chunk with this number; they are counted from 0."""
    return min(CHUNK, photo.size - CHUNK * number)


def check_chunk(photo: Photo, number: int, of: int) -> None:
    """Raises `TooLarge` and `Invalid`."""
    if photo.size > LARGEST:
        raise TooLarge(N_("A photo may have 10 MB at most."))
    if not (sound(photo) and of == pieces(photo) and 0 <= number < of):
        raise Invalid(N_("The request could not be understood."))


Content = tuple[UUID, str]


def content(photo: Photo) -> Content:
    """What two photos have in common that are the same bytes under the same name."""
    return photo.id, photo.sha


class Arrived(msgspec.Struct, frozen=True):
    """A photo whose bytes have all come. What can be seen of it is a picture made anew from
    them; of one that is no picture the bytes are kept, and never shown."""

    photo: Photo
    key: str  # of its files
    width: int = 0
    height: int = 0

    @property
    def readable(self) -> bool:
        return self.width > 0


Sight = Literal["shown", "unreadable", "awaited"]


class Picture(msgspec.Struct, frozen=True):
    """A photo as one looks at it: the `number`th of its item."""

    photo: Photo
    number: int
    sight: Sight
    width: int = 0
    height: int = 0

    @property
    def id(self) -> UUID:
        return self.photo.id

    @property
    def small(self) -> tuple[int, int]:
        return shrunk(self.width, self.height)


def shrunk(width: int, height: int) -> tuple[int, int]:
    """Width and height of what pages show of a picture first."""
    scale = min(1.0, SMALL / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def pictures(
    photos: Mapping[str, tuple[Photo, ...]], arrived: Mapping[Content, Arrived]
) -> dict[str, tuple[Picture, ...]]:
    """By item, what there is to see of the photos that a visit says were taken."""
    return {
        item: tuple(_picture(photo, number, arrived) for number, photo in enumerate(taken, 1))
        for item, taken in photos.items()
    }


def shown(
    seen: Mapping[str, tuple[Picture, ...]], only: Collection[UUID] | None = None
) -> dict[str, tuple[Picture, ...]]:
    """What can be seen of them, and nothing of what cannot; `only` these, where given."""
    found = {
        item: tuple(
            picture
            for picture in taken
            if picture.sight == "shown" and (only is None or picture.id in only)
        )
        for item, taken in seen.items()
    }
    return {item: taken for item, taken in found.items() if taken}


def _picture(photo: Photo, number: int, arrived: Mapping[Content, Arrived]) -> Picture:
    found = arrived.get(content(photo))
    if found is None:
        return Picture(photo, number, "awaited")
    sight: Sight = "shown" if found.readable else "unreadable"
    return Picture(photo, number, sight, found.width, found.height)
