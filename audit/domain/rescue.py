"""The backup file that a phone saves of a visit: every entry as it wrote it, so that an
auditor can bring in what the phone itself can no longer send."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.event import Photo, digest
from audit.domain.photo import sound
from audit.domain.problems import N_, Invalid


class Kept(msgspec.Struct, frozen=True):
    body: str
    hash: str


class KeptPhoto(msgspec.Struct, frozen=True):
    """`data`: its bytes, in pieces of any length; Base64 in the file."""

    id: UUID
    sha: str
    size: int
    data: tuple[bytes, ...] = ()

    @property
    def photo(self) -> Photo:
        return Photo(self.id, self.sha, self.size)

    def content(self) -> bytes | None:
        """None: harmed, or nothing that a phone could send."""
        found = b"".join(self.data)
        right = len(found) == self.size and hashlib.sha256(found).hexdigest() == self.sha
        return found if right and sound(self.photo) else None


class Rescue(msgspec.Struct, frozen=True):
    mingcha: Literal["backup"]
    v: Literal[1]
    visit: UUID
    saved_at: datetime
    entries: tuple[Kept, ...]
    photos: tuple[KeptPhoto, ...] = ()

    def whole(self) -> Iterator[str]:
        """The texts that are still what the phone wrote."""
        for entry in self.entries:
            if digest(entry.body) == entry.hash:
                yield entry.body


_rescue = msgspec.json.Decoder(Rescue)


def read_rescue(text: str, visit: UUID) -> Rescue:
    """Raises `Invalid` with what is wrong in plain words."""
    try:
        found = _rescue.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Invalid(
            N_("This is not a backup file of a visit, or it is damaged. Save it on the phone anew.")
        ) from error
    if found.visit != visit:
        raise Invalid(
            N_("This file is of another visit. Bring it in on the review page of that visit.")
        )
    return found
