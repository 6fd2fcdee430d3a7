"""Phones as the server knows them: what each has sent for a visit, and when one has lost
what it had kept.

A phone has two names. One is a cookie that only the server sets and reads, which browsers
keep when they clear what scripts have stored; the other lies in that store, beside the
entries, and goes with them. The first with another second one: the entries are gone.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.event import family

SERVER = "server"  # what was posted as a plain form lies on no phone


class Phone(msgspec.Struct, frozen=True):
    """Who asks for a token. `held`: how many entries of the visit it holds that it did not
    make under its present name."""

    cookie: str
    device: str = ""
    held: int = 0
    agent: str = ""


class Sent(msgspec.Struct, frozen=True):
    """What the server has of one device's entries of a visit, or of several together."""

    entries: int = 0
    last_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a phone has to be told. `cleared`: it has lost its store, and this much of it is
    on the server. `elsewhere`: this much was sent by others."""

    cleared: Sent | None = None
    elsewhere: Sent | None = None


class Incident(msgspec.Struct, frozen=True):
    """A phone's store was found to be gone."""

    at: datetime
    shopper: str  # the code
    branch: str
    visit: UUID
    sent: Sent
    agent: str


def stand(phone: Phone, before: Set[str], sent: Mapping[str, Sent]) -> Standing:
    """`before`: the devices this phone has had tokens for the visit as; `sent`: by device."""
    own = before | {phone.device}
    gone = before - {phone.device, ""}
    lost = bool(phone.device and gone) and phone.device not in before and phone.held == 0
    others = [name for name in sent if family(name) not in own and name != SERVER]
    return Standing(
        _together(sent[name] for name in sent if family(name) in gone) if lost else None,
        _together(sent[name] for name in others) if others else None,
    )


def _together(found: Iterable[Sent]) -> Sent:
    parts = list(found)
    last = max((part.last_at for part in parts if part.last_at), default=None)
    return Sent(sum(part.entries for part in parts), last)


Outcome = Literal["pass", "warn", "fail"]


class SelfTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone found out about itself: by check how it went, and what it measured."""

    checks: dict[str, Outcome] = {}
    measures: dict[str, float] = {}

    def names(self, outcome: Outcome) -> list[str]:
        return sorted(name for name, found in self.checks.items() if found == outcome)


class SelfTestRun(msgspec.Struct, frozen=True):
    at: datetime
    person: str
    code: str
    agent: str
    result: SelfTest | None  # None: what was kept of it is damaged
