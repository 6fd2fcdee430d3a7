"""A programme: a client's standing measurement, in waves."""

from uuid import UUID

import msgspec

from audit.domain.text import Text
from audit.domain.visit import Wave


class Programme(msgspec.Struct, frozen=True):
    id: UUID
    name: Text
    waves: tuple[Wave, ...] = ()  # newest first
