"""What the report of a released visit says: every number and text on it, worked out.

The paper draws this struct and computes nothing. It names no shopper: what could point to
one (who, the brief, the queue ticket) never gets in, so it cannot get out. The same struct,
as canonical JSON, travels inside the PDF, and its SHA-256 is the hash printed on each page.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from audit.domain.answer import Answer, Capture, settled, with_timings
from audit.domain.branch import Branch
from audit.domain.checklist import (
    Checklist,
    FreeText,
    Item,
    ScoringRule,
    Seconds,
    canonical,
)
from audit.domain.comparison import compare_items
from audit.domain.problems import N_, Conflict
from audit.domain.scoring import ItemScore, Reading, ScoreCard, Standing
from audit.domain.statistics import ROUGHLY
from audit.domain.text import Text
from audit.domain.visit import Mode, Visit
from audit.domain.wording import said

EARLIER = 6  # visits shown in the history, this one not counted
APPEAL_DAYS = 10
HIGHLIGHTS = 8
LONGEST_STRIP = 6  # steps that fit side by side on a page

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


class Verdict(msgspec.Struct, frozen=True):
    """`change` compares raw scores and is `clear` only beyond one visit's own scatter."""

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
    clear: bool
    words: str


class Cell(msgspec.Struct, frozen=True):
    """One entry of a framework. `items`: how many answers its score rests on."""

    id: str
    title: Text
    state: State
    score: Decimal | None
    items: int


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


class VisitReport(msgspec.Struct, frozen=True):
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

    def hash(self) -> str:
        return hashlib.sha256(canonical(self)).hexdigest()


class EarlierVisit(msgspec.Struct, frozen=True):
    """A released visit of the same branch with the same checklist (id and major version).

    Only the last one before this needs its `capture`: its items are compared one by one.
    """

    visit: Visit
    checklist: Checklist
    card: ScoreCard
    capture: Capture | None = None


def comparable(one: Checklist, other: Checklist) -> bool:
    return one.id == other.id and one.version.split(".")[0] == other.version.split(".")[0]


def visit_report(
    visit: Visit,
    checklist: Checklist,
    card: ScoreCard,
    capture: Capture,
    earlier: Sequence[EarlierVisit] = (),
    contact: str = "",
) -> VisitReport:
    """The report of a released visit; `earlier` ones oldest first. Raises `Conflict`."""
    if visit.release is None:
        raise Conflict(N_("This visit has not been released."))
    taken = with_timings(checklist, capture.answers, capture.marks)
    now = settled(checklist, taken)
    places = _places(card)
    previous = earlier[-1] if earlier else None
    parts = _parts(checklist, card, previous.card if previous else None)
    better, worse = _flips(checklist, now, previous)
    highlights = _highlights(checklist, places, capture.notes)
    return VisitReport(
        heading=_heading(visit, checklist, capture, now),
        verdict=_verdict(visit, checklist, card, previous),
        readings=_readings(checklist, card, places),
        parts=parts,
        timings=_timings(checklist, places, now),
        losses=_losses(checklist, card, now, capture.notes),
        highlights=highlights,
        best=() if highlights else _best(parts),
        history=_history(visit, checklist, card, earlier),
        better=better,
        worse=worse,
        scoring=checklist.scoring,
        appeal_until=visit.release.released_at + timedelta(days=APPEAL_DAYS),
        contact=contact,
        card=card,
        answers=_attachable(checklist, taken),
    )


# ---- cover ---------------------------------------------------------------------------


def _heading(
    visit: Visit, checklist: Checklist, capture: Capture, now: Mapping[str, Answer]
) -> Heading:
    assert visit.release is not None
    return Heading(
        number=visit.release.number,
        branch=visit.branch,
        programme=visit.wave.programme,
        wave=visit.wave.name,
        mode=visit.mode,
        checklist=checklist.title,
        checklist_id=checklist.id,
        version=checklist.version,
        checklist_hash=checklist.hash,
        visited_at=capture.marks.get("enter") or _visited_at(visit),
        came_in=capture.marks.get("enter"),
        left=capture.marks.get("exit"),
        released_at=visit.release.released_at,
        reviewer=visit.release.reviewer,
        root=visit.release.root,
        circumstances=tuple(
            Circumstance(fact.label, said(fact, now.get(fact.key)))
            for fact in checklist.facts
            if fact.key in now and not isinstance(fact.response, FreeText)
        ),
    )


def _visited_at(visit: Visit) -> datetime:
    assert visit.release is not None
    return visit.started_at or visit.submitted_at or visit.release.released_at


def _verdict(
    visit: Visit, checklist: Checklist, card: ScoreCard, previous: EarlierVisit | None
) -> Verdict:
    assert visit.release is not None
    band = checklist.band_of(card.final)
    before = None
    if previous is not None and not (previous.card.insufficient or card.insufficient):
        before = previous.card.raw
    change = None if before is None or card.raw is None else card.raw - before
    return Verdict(
        final=card.final,
        raw=card.raw,
        capped=card.final != card.raw,
        band=None if band is None else band.title,
        coverage=card.coverage,
        insufficient=card.insufficient,
        vetoes=tuple(_named(checklist.by_key[key]) for key in card.veto),
        previous=before,
        previous_at=None if previous is None else _visited_at(previous.visit),
        change=change,
        clear=change is not None and abs(change) >= ROUGHLY,
        words=visit.release.verdict,
    )


# ---- readings, sections, timings -----------------------------------------------------


def _places(card: ScoreCard) -> dict[str, ItemScore]:
    return {
        entry.item: entry
        for part in card.parts
        for section in part.sections
        for entry in section.items
    }


def _readings(
    checklist: Checklist, card: ScoreCard, places: Mapping[str, ItemScore]
) -> tuple[FrameworkReading, ...]:
    by_id = {reading.framework: reading for reading in card.readings}
    result = []
    for framework in checklist.frameworks:
        reading = by_id[framework.id]
        if not any(entry.items for entry in reading.entries):
            continue
        indices = [group.id for group in framework.groups if group.id in card.cpt]
        cells: tuple[Cell, ...]
        if framework.kind == "standard" and indices and len(indices) == len(framework.groups):
            shape: Shape = "bars"
            cells = tuple(
                Cell(
                    group.id,
                    group.title,
                    _state(card.cpt[group.id].index, ()),
                    card.cpt[group.id].index,
                    card.cpt[group.id].items,
                )
                for group in framework.groups
            )
        else:
            ordered = framework.kind in ("ordered_routine", "process")
            shape = "strip" if ordered and len(framework.entries) <= LONGEST_STRIP else "grid"
            titles = {entry.id: entry.title for entry in framework.entries}
            cells = _cells(reading, titles, places)
        result.append(FrameworkReading(framework.id, framework.title, shape, reading.score, cells))
    return tuple(result)


def _cells(
    reading: Reading, titles: Mapping[str, Text], places: Mapping[str, ItemScore]
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            entry.id,
            titles[entry.id],
            _state(entry.score, [places[key].standing for key in entry.items if key in places]),
            entry.score,
            entry.scored,
        )
        for entry in reading.entries
    )


def _state(score: Decimal | None, standings: Sequence[Standing]) -> State:
    if score is not None:
        return "met" if score == 100 else "missed" if score == 0 else "part"
    if not standings:
        return "not_asked"
    for standing in ("not_observed", "unanswered"):
        if standing in standings:
            return standing
    return "na"


def _parts(
    checklist: Checklist, card: ScoreCard, before: ScoreCard | None
) -> tuple[PartLines, ...]:
    earlier: dict[tuple[str, ...], Decimal | None] = {}
    for part in before.parts if before else ():
        earlier[(part.id,)] = part.score
        earlier.update({(part.id, section.id): section.score for section in part.sections})

    def change(score: Decimal | None, *place: str) -> Decimal | None:
        known = earlier.get(place)
        return None if score is None or known is None else score - known

    result = []
    for said_part, part in zip(checklist.parts, card.parts, strict=True):
        sections = tuple(
            SectionLine(
                title=said_section.title,
                worth=section.worth,
                score=section.score,
                lost=sum((entry.lost for entry in section.items), Decimal(0)),
                change=change(section.score, part.id, section.id),
            )
            for said_section, section in zip(said_part.sections, part.sections, strict=True)
        )
        result.append(
            PartLines(
                title=said_part.title,
                worth=part.worth,
                score=part.score,
                coverage=part.coverage,
                lost=sum((section.lost for section in sections), Decimal(0)),
                change=change(part.score, part.id),
                sections=sections,
            )
        )
    return tuple(result)


def _best(parts: Sequence[PartLines]) -> tuple[SectionLine, ...]:
    lines = [line for part in parts for line in part.sections if line.score]
    return tuple(sorted(lines, key=lambda line: -(line.score or 0))[:3])


def _timings(
    checklist: Checklist, places: Mapping[str, ItemScore], now: Mapping[str, Answer]
) -> tuple[Timing, ...]:
    marks = {mark.id: mark.title for mark in checklist.marks}
    result = []
    for item in checklist.items:
        response, place = item.response, places.get(item.key)
        if not isinstance(response, Seconds) or place is None or place.standing == "na":
            continue
        limits = [(band.max, band.credit) for band in response.bands if band.max is not None]
        answer = now.get(item.key)
        measured = answer is not None and answer.state == "answered"
        result.append(
            Timing(
                code=_code(item),
                label=item.label,
                start=marks[response.start],
                stop=marks[response.stop],
                seconds=int(answer.number) if answer is not None and measured else None,
                target=next((most for most, credit in limits if credit == 1), None),
                limit=next((most for most, credit in reversed(limits) if credit < 1), None),
                norm=response.norm,
                credit=place.credit,
                standing=place.standing,
            )
        )
    return tuple(result)


# ---- items ---------------------------------------------------------------------------


def _code(item: Item) -> str:
    return item.key.rpartition("/")[2]


def _named(item: Item) -> Named:
    return Named(item.key, _code(item), item.label, item.criterion)


def _losses(
    checklist: Checklist, card: ScoreCard, now: Mapping[str, Answer], notes: Mapping[str, str]
) -> tuple[Loss, ...]:
    lost = card.lost()
    lost.update({key: Decimal(0) for key in card.veto if key not in lost})
    sections = {
        entry.item: section.title
        for part in reversed(checklist.parts)
        for section in part.sections
        for entry in section.entries
    }
    return tuple(
        Loss(
            item=_named(checklist.by_key[key]),
            section=sections[key],
            said=said(checklist.by_key[key], now.get(key)),
            points=points,
            note=notes.get(key, ""),
            advice=checklist.by_key[key].coach,
            critical=key in card.veto,
        )
        for key, points in lost.items()
    )


def _highlights(
    checklist: Checklist, places: Mapping[str, ItemScore], notes: Mapping[str, str]
) -> tuple[Highlight, ...]:
    found = [
        Highlight(_named(item), notes[item.key])
        for item in checklist.items
        if item.key in places and places[item.key].credit == 1 and notes.get(item.key)
    ]
    return tuple(found[:HIGHLIGHTS])


# ---- earlier visits ------------------------------------------------------------------


def _history(
    visit: Visit, checklist: Checklist, card: ScoreCard, earlier: Sequence[EarlierVisit]
) -> tuple[Past, ...]:
    shown = [*earlier[-EARLIER:], EarlierVisit(visit, checklist, card)]
    result = []
    for one in shown:
        assert one.visit.release is not None
        band = one.checklist.band_of(one.card.final)
        result.append(
            Past(
                at=_visited_at(one.visit),
                number=one.visit.release.number,
                raw=one.card.raw,
                final=one.card.final,
                band=None if band is None else band.title,
                current=one.visit.id == visit.id,
            )
        )
    return tuple(result)


def _flips(
    checklist: Checklist, now: Mapping[str, Answer], previous: EarlierVisit | None
) -> tuple[tuple[Flip, ...], tuple[Flip, ...]]:
    """Items that earned more, and less, than at the visit before this one."""
    if previous is None or previous.capture is None:
        return (), ()
    old = previous.checklist
    taken = with_timings(old, previous.capture.answers, previous.capture.marks)
    changes = compare_items(old, settled(old, taken), checklist, now)

    def flips(verdict: str) -> tuple[Flip, ...]:
        return tuple(
            Flip(
                _named(checklist.by_key[change.item]),
                said(old.by_key[change.item], change.before),
                said(checklist.by_key[change.item], change.after),
            )
            for change in changes
            if change.verdict == verdict
        )

    return flips("better"), flips("worse")


def _attachable(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What the score is made of; facts and free text could tell who the shopper was."""
    asked = {
        item.key for item in checklist.items if not isinstance(item.response, FreeText)
    } | checklist.gate_by_key.keys()
    return {key: answer for key, answer in sorted(answers.items()) if key in asked}
