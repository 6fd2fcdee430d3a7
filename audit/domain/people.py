"""People, their roles, and what each may do."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.problems import N_, Invalid
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


class SignIn(msgspec.Struct, frozen=True):
    """One browser that is signed in. `id` names it and opens nothing."""

    id: str
    created_at: datetime
    seen_at: datetime
    agent: str
    current: bool

    @property
    def browser(self) -> str:
        """What its owner would call it; empty if nothing in the header is known."""
        programs = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"),
                    ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
        systems = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
        program = next((name for mark, name in programs if mark in self.agent), "")
        system = next((name for name in systems if name in self.agent), "")
        return " · ".join(part for part in (program, system) if part)


def must_keep_an_administrator(after: Person, administrators: Iterable[Person]) -> None:
    """Raises `Invalid` if this change would leave nobody who can sign in to administer."""
    if after.active and after.role == "administrator":
        return
    if not any(other.active and other.id != after.id for other in administrators):
        raise Invalid(N_("This is the last active administrator. Appoint another one first."))
