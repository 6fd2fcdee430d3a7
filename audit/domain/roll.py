"""The roll of a visit: everything that is here of it, by name.

A phone that has nothing more to send says by a digest what it takes to be here. It may be
wrong in more ways than counting shows: a server that was set back to a backup has forgotten
some of it, and when that came again it may have come too late, or no longer too late, or in
another order under other names. Then it is called the roll, and takes it over.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import msgspec


class Called(NamedTuple):
    seq: int
    id: UUID
    late: bool


class Roll(msgspec.Struct, frozen=True, omit_defaults=True):
    """`events`: by the device they are filed under; `apart`: the hashes of what is kept
    without being one of them."""

    events: Mapping[str, tuple[Called, ...]] = {}
    apart: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        lines = [
            f"{called.id} {device} {int(called.late)}"
            for device, several in self.events.items()
            for called in several
        ]
        return sha256("\n".join(sorted([*lines, *self.apart])).encode()).hexdigest()
