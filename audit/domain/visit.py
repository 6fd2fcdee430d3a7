"""A visit: one observation of one branch under one pinned checklist version.

assigned → in progress → submitted (→ returned → submitted) → released.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.branch import Branch
from audit.domain.problems import N_, Conflict
from audit.domain.text import Text

Mode = Literal["open", "disguised"]
Status = Literal["assigned", "in_progress", "submitted", "returned", "released", "cancelled"]
STATUSES: tuple[Status, ...] = (
    "assigned", "in_progress", "submitted", "returned", "released", "cancelled",
)  # fmt: skip
WRITABLE: tuple[Status, ...] = ("assigned", "in_progress", "returned")


class Wave(msgspec.Struct, frozen=True):
    """One round of a programme."""

    id: UUID
    programme: Text
    name: Text
    opens_on: date
    closes_on: date
    checklist: str  # content hash of the version visits of this wave are pinned to


class Release(msgspec.Struct, frozen=True):
    """What was published of a visit; never changes. Its score card is kept beside it."""

    number: str
    raw: Decimal | None
    final: Decimal | None
    band: str | None
    vetoes: int  # failed critical items
    insufficient: bool
    released_at: datetime
    root: str  # of the events it was made from
    verdict: str = ""  # the auditor's summary for the branch
    reviewer: str = ""  # as it may be printed
    visited_at: datetime | None = None  # by the mark of coming in, where there is one
    contact: str | None = None  # for appeals, as it was at release


class Visit(msgspec.Struct, frozen=True):
    id: UUID
    branch: Branch
    wave: Wave
    shopper: UUID
    shopper_code: str
    mode: Mode
    checklist: str  # content hash
    brief: Text
    due_on: date
    status: Status
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    returned_at: datetime | None = None
    return_reason: str = ""
    cancelled_at: datetime | None = None
    release: Release | None = None
    scenario: str | None = None  # content hash

    @property
    def visited_at(self) -> datetime | None:
        """When it was made, as near as the log tells; None before it began. Once released
        it stays: whatever shows the visit shows the same day."""
        if self.release is not None and self.release.visited_at is not None:
            return self.release.visited_at
        handed_in = self.release.released_at if self.release else None
        return self.started_at or self.submitted_at or handed_in

    @property
    def number(self) -> str:
        """Of its report; empty before its release."""
        return self.release.number if self.release else ""

    @property
    def told_scenario(self) -> str | None:
        """The role its shopper may still read: until the visit starts, and no longer."""
        return self.scenario if self.status == "assigned" else None

    def told(self, when: datetime) -> datetime:
        """A time of this visit as its branch may know it. Beside the branch's cameras the
        minute would tell who a disguised visitor was; the half hour does not."""
        if self.mode == "open":
            return when
        return when.replace(minute=when.minute // 30 * 30, second=0, microsecond=0)

    @property
    def writable(self) -> bool:
        return self.status in WRITABLE

    def must_be_writable(self) -> None:
        if self.status == "cancelled":
            raise Conflict(N_("This visit was cancelled. You can read it, but not change it."))
        if not self.writable:
            raise Conflict(N_("This visit has been handed in and can no longer be changed."))

    def must_be(self, *statuses: Status) -> None:
        if self.status not in statuses:
            raise Conflict(N_("This visit has moved on. Reload the page to see where it is."))


def release_number(year: int, branch: str, running: int) -> str:
    """What a released visit is called on paper: year, branch, and which of that year."""
    return f"MC-{year}-{branch}-{running:03d}"


def running_of(number: str, prefix: str) -> int:
    """The running part after the prefix; 0 for another branch's whose code goes on."""
    rest = number.removeprefix(prefix)
    return int(rest) if rest.isdigit() else 0
