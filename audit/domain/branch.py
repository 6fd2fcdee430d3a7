"""Branches and the regions they belong to."""

from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.text import Text


class Region(msgspec.Struct, frozen=True):
    id: UUID
    name: Text


class Branch(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    name: Text
    kind: Literal["bank", "securities"]
    region: Region
    city: Text
    address: Text
    active: bool = True
