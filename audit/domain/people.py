"""People, their roles, and what each may do."""

from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.text import Language

Role = Literal["shopper", "auditor", "branch_manager", "administrator"]
ROLES: tuple[Role, ...] = ("shopper", "auditor", "branch_manager", "administrator")


class Person(msgspec.Struct, frozen=True):
    id: UUID
    login: str
    name: str
    role: Role
    code: str = ""  # a shopper's code: the only name of theirs that leaves the audit office
    language: Language | None = None
    branches: tuple[UUID, ...] = ()  # a branch manager's own
    active: bool = True
