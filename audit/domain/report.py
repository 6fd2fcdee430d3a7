"""What the report of a released visit says: every number and text on it, worked out.

The paper draws this struct and computes nothing. It names no shopper: what could point to
one (who, the brief, the queue ticket) never gets in, so it cannot get out. The same struct,
as canonical JSON, travels inside the PDF, and its SHA-256 is the hash printed on each page.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from audit.domain.answer import Answer, Capture
from audit.domain.branch import Branch
from audit.domain.checklist import Checklist, ScoringRule, canonical
from audit.domain.photo import shrunk
from audit.domain.scoring import ScoreCard, Standing
from audit.domain.statistics import Difference
from audit.domain.tally import Tally
from audit.domain.text import Text
from audit.domain.visit import Mode, Visit

EARLIER = 6  # visits shown in the history, this one not counted

State = Literal["met", "part", "missed", "na", "not_observed", "unanswered", "not_asked"]
Shape = Literal["grid", "strip", "bars"]


class Circumstance(msgspec.Struct, frozen=True):
    label: Text
    said: Text


class Heading(msgspec.Struct, frozen=True):
    number: str
    branch: Branch
    programme: Text
    wave: Text
    mode: Mode
    checklist: Text
    checklist_id: str
    version: str
    checklist_hash: str
    visited_at: datetime
    came_in: datetime | None
    left: datetime | None
    released_at: datetime
    reviewer: str
    root: str  # of the events the score was made from
    circumstances: tuple[Circumstance, ...]


class Named(msgspec.Struct, frozen=True):
    """An item as the report refers to it; `code` is short enough to quote in an appeal."""

    key: str
    code: str
    label: Text
    criterion: Text


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """`change` compares raw scores; `difference` says, by the same rule as a branch's page,
    whether it is clear."""

    final: Decimal | None
    raw: Decimal | None
    capped: bool
    band: Text | None
    coverage: Decimal | None
    insufficient: bool
    vetoes: tuple[Named, ...]
    previous: Decimal | None
    previous_at: datetime | None
    change: Decimal | None
    difference: Difference | None
    words: str
    tally: Tally | None = None  # of a form of points


class Cell(msgspec.Struct, frozen=True):
    """One entry of a framework. `items`: how many answers its score rests on."""

    id: str
    title: Text
    state: State
    score: Decimal | None
    items: int

    @property
    def name(self) -> Text:
        """A bare number would run into the title."""
        code = f"{self.id}." if self.id.isdigit() else self.id
        return Text(f"{code} {self.title.zh}", f"{code} {self.title.en}")


class FrameworkReading(msgspec.Struct, frozen=True):
    id: str
    title: Text
    shape: Shape
    score: Decimal | None
    cells: tuple[Cell, ...]


class SectionLine(msgspec.Struct, frozen=True):
    """`worth`: of 100 points, how many it carries; `lost`: how many of those were missed."""

    title: Text
    worth: Decimal
    score: Decimal | None
    lost: Decimal
    change: Decimal | None


class PartLines(msgspec.Struct, frozen=True):
    title: Text
    worth: Decimal
    score: Decimal | None
    coverage: Decimal | None
    lost: Decimal
    change: Decimal | None
    sections: tuple[SectionLine, ...]


class Timing(msgspec.Struct, frozen=True):
    """`target`: at most this many seconds earn full credit, `limit` the last part of it."""

    code: str
    label: Text
    start: Text
    stop: Text
    seconds: int | None
    target: Decimal | None
    limit: Decimal | None
    norm: Literal["seed", "project_default", "institution"]
    credit: Decimal | None
    standing: Standing


class Loss(msgspec.Struct, frozen=True):
    item: Named
    section: Text
    said: Text
    points: Decimal
    note: str
    advice: Text | None
    critical: bool


class Highlight(msgspec.Struct, frozen=True):
    item: Named
    note: str


class Evidence(msgspec.Struct, frozen=True):
    """A photo that the auditor has let into the report, by its place there. Neither its name
    nor its time is here: a phone makes the one out of the other."""

    number: int
    item: Named
    note: str
    sha: str  # of the photo, as the log has it
    width: int
    height: int
    printed: bool  # the rest is named

    @property
    def small(self) -> tuple[int, int]:
        return shrunk(self.width, self.height)


class Past(msgspec.Struct, frozen=True):
    at: datetime
    number: str
    raw: Decimal | None
    final: Decimal | None
    band: Text | None
    current: bool


class Flip(msgspec.Struct, frozen=True):
    item: Named
    before: Text
    after: Text


class GroupedItem(msgspec.Struct, frozen=True):
    """`weight`: what it counts in the reading; `credit`: what it earned of it, in [0, 1]."""

    item: Named
    said: Text | None
    standing: Standing
    weight: Decimal
    credit: Decimal | None
    also: tuple[str, ...]  # further entries that it answers to


class GroupedEntry(msgspec.Struct, frozen=True):
    id: str
    title: Text
    group: Text | None  # set on the first entry of a group
    state: State
    score: Decimal | None
    items: tuple[GroupedItem, ...]


class Uncovered(msgspec.Struct, frozen=True):
    """What this checklist has no item for; `reason`: why nothing could have."""

    id: str
    title: Text
    reason: Text | None = None


class Regrouping(msgspec.Struct, frozen=True):
    """`scored`: distinct items that earned a credit; `needed`: how many a score takes."""

    id: str
    title: Text
    ordered: bool
    own: bool  # by the checklist's own mappings
    score: Decimal | None
    scored: int
    needed: int
    entries: tuple[GroupedEntry, ...]
    uncovered: tuple[Uncovered, ...]


class VisitReport(msgspec.Struct, frozen=True, omit_defaults=True):
    heading: Heading
    verdict: Verdict
    readings: tuple[FrameworkReading, ...]
    parts: tuple[PartLines, ...]
    timings: tuple[Timing, ...]
    losses: tuple[Loss, ...]
    highlights: tuple[Highlight, ...]
    best: tuple[SectionLine, ...]
    history: tuple[Past, ...]  # oldest first, this visit last; alone: nothing to compare with
    better: tuple[Flip, ...]
    worse: tuple[Flip, ...]
    scoring: ScoringRule
    appeal_until: datetime
    contact: str
    card: ScoreCard
    answers: dict[str, Answer]  # of items and gates: the card can be worked out again
    regrouping: Regrouping | None = None  # by the framework that was asked for
    evidence: tuple[Evidence, ...] = ()
    unreadable: str = ""  # the report it cannot be compared with item by item
    lost: tuple[str, ...] = ()  # earlier reports that cannot be read at all

    def evidence_for(self, key: str) -> tuple[Evidence, ...]:
        return tuple(one for one in self.evidence if one.item.key == key)

    def hash(self) -> str:
        return hashlib.sha256(canonical(self)).hexdigest()


class EarlierVisit(msgspec.Struct, frozen=True):
    """A released visit of the same branch with the same checklist (id and major version).

    Only the last valid one needs its `capture`: its items are compared one by one.
    """

    visit: Visit
    checklist: Checklist
    card: ScoreCard
    capture: Capture | None = None
    readable: bool = True

    @property
    def number(self) -> str:
        assert self.visit.release is not None
        return self.visit.release.number


def last_valid(earlier: Sequence[EarlierVisit]) -> EarlierVisit | None:
    """The one that a visit is compared with: one that covered too little never is."""
    return next((one for one in reversed(earlier) if one.card.valid is not None), None)


def comparable(one: Checklist, other: Checklist) -> bool:
    return one.id == other.id and one.version.split(".")[0] == other.version.split(".")[0]
