"""What was released of a visit, and what it was released from."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from audit.domain.answer import (
    Answer,
    AnswerEvent,
    Capture,
    project,
    read_answer,
    root,
    settled,
    with_timings,
)
from audit.domain.branch import Branch
from audit.domain.card import ScoreCard
from audit.domain.checklist import Checklist
from audit.domain.photo import Picture
from audit.domain.report import EarlierVisit, last_valid
from audit.domain.scoring import score
from audit.domain.statistics import Spread
from audit.domain.text import Text
from audit.domain.visit import Visit


class Printed(msgspec.Struct, frozen=True):
    """What a report says that others may change later: kept as it was at release."""

    branch: Branch
    programme: Text
    wave: Text
    contact: str
    spread: Spread | None  # of single visits, in the network of then
    photos: tuple[UUID, ...] | None = None  # in the report; None: before anybody was asked


class Result(msgspec.Struct, frozen=True):
    """A released visit. `capture` is the log as it was at release; `genuine` says that it
    still is what the release was made from."""

    visit: Visit
    checklist: Checklist
    card: ScoreCard  # as frozen
    capture: Capture
    genuine: bool
    earlier: tuple[EarlierVisit, ...] = ()  # of the branch, comparable, oldest first
    spread: Spread | None = None  # of single visits, in the network as it was at release
    photos: Mapping[str, tuple[Picture, ...]] = {}  # by item, those in the report
    lost: tuple[str, ...] = ()  # earlier reports that cannot be read

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Durations filled from marks, gates applied."""
        return settled(self.checklist, self.said)

    @property
    def said(self) -> Mapping[str, Answer]:
        """Durations filled from marks, gates not yet applied: what a score is made from."""
        return with_timings(self.checklist, self.capture.answers, self.capture.marks)

    @property
    def previous(self) -> Visit | None:
        """The one this visit is compared with."""
        found = last_valid(self.earlier)
        return None if found is None else found.visit


def result(
    visit: Visit,
    checklist: Checklist,
    card: ScoreCard,
    events: Sequence[AnswerEvent],
    printed: Printed,
    earlier: tuple[EarlierVisit, ...] = (),
) -> Result:
    """`events`: those that had been received when the visit was released."""
    genuine = visit.release is not None and root(events) == visit.release.root
    then = as_released(visit, printed)
    return Result(then, checklist, card, project(events), genuine, earlier, printed.spread)


def as_released(visit: Visit, printed: Printed) -> Visit:
    assert visit.release is not None
    replace = msgspec.structs.replace
    return replace(
        visit,
        branch=printed.branch,
        wave=replace(visit.wave, programme=printed.programme, name=printed.wave),
        release=replace(visit.release, contact=printed.contact),
    )


class WhatIf(msgspec.Struct, frozen=True):
    """The card as it would be with one other answer; the released one stays as it is."""

    item: str
    answer: Answer
    card: ScoreCard
    answers: Mapping[str, Answer]
    change: Decimal | None


def what_if(found: Result, item: str, value: str) -> WhatIf:
    """Raises `NotFound` for an item that is not asked, `Invalid` for a value not accepted."""
    answer = read_answer(found.checklist, item, value)
    said = {**found.said, item: answer}
    card = score(found.checklist, said)
    before, after = found.card.final, card.final
    change = None if before is None or after is None else after - before
    return WhatIf(item, answer, card, settled(found.checklist, said), change)
