"""A visit as its auditor reads it before releasing it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.answer import (
    Answer,
    AnswerEvent,
    Capture,
    Progress,
    progress,
    project,
    root,
    settled,
    shut,
    timed_seconds,
    with_timings,
)
from audit.domain.checklist import Checklist, Gate, Item, Seconds
from audit.domain.credit import credit, rounded
from audit.domain.fill import gate_choices
from audit.domain.flags import Flag, flags
from audit.domain.photo import Picture, shown
from audit.domain.scenario import Scenario
from audit.domain.scoring import ScoreCard, final_score, score
from audit.domain.tally import Tally, tally
from audit.domain.text import Text
from audit.domain.visit import Visit
from audit.domain.wording import said

Order = Literal["journey", "section"]
Sort = Literal["submitted", "branch", "flags"]
SORTS: tuple[Sort, ...] = ("submitted", "branch", "flags")


class Line(msgspec.Struct, frozen=True):
    """One question and what was said. `item` is None for a gate, which `gate` then is."""

    key: str
    item: Item | None
    gate: Gate | None
    said: Text
    shut: bool = False  # N/A because of a gate, or a gate that is shut
    answered: bool = False
    credit: Decimal | None = None
    failed: bool = False  # a critical item without any credit
    twin: bool = False  # also counted in another part
    again: bool = False  # its second place


class Group(msgspec.Struct, frozen=True):
    id: str
    part: Text | None
    title: Text
    lines: tuple[Line, ...]


class Duration(msgspec.Struct, frozen=True):
    """A timed item: `marked` by its two marks, `typed` by hand, and what full marks allow."""

    item: Item
    start: Text
    stop: Text
    typed: int | None
    marked: int | None
    target: int | None

    @property
    def seconds(self) -> int | None:
        return self.marked if self.typed is None else self.typed


class Review(msgspec.Struct, frozen=True):
    visit: Visit
    checklist: Checklist
    capture: Capture
    answers: Mapping[str, Answer]  # gates applied, durations filled from marks
    card: ScoreCard
    progress: Progress
    flags: tuple[Flag, ...]
    root: str  # of the events that were read: what a decision is about
    genuine: bool = True  # a released one: the log still is what it was made from
    photos: Mapping[str, tuple[Picture, ...]] = {}  # by item
    scenario: Scenario | None = None  # what the shopper was told
    left_out: frozenset[UUID] = frozenset()  # photos that are not in the report

    @property
    def tally(self) -> Tally | None:
        return tally(self.checklist, self.answers)

    @property
    def pictures(self) -> int:
        """How many photos can be seen."""
        return sum(map(len, shown(self.photos).values()))

    def flags_at(self, key: str) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.flags if flag.item == key)

    def alike(self) -> tuple[tuple[Flag, ...], ...]:
        """The flags, those that say the very same of several items together."""
        found: dict[object, list[Flag]] = {}
        for flag in self.flags:
            same = flag.kind if not flag.values else (flag.kind, flag.item)
            found.setdefault(same, []).append(flag)
        return tuple(tuple(flags) for flags in found.values())


def review(visit: Visit, checklist: Checklist, events: Sequence[AnswerEvent]) -> Review:
    capture = project(events)
    timed = with_timings(checklist, capture.answers, capture.marks)
    return Review(
        visit=visit,
        checklist=checklist,
        capture=capture,
        answers=settled(checklist, timed),
        card=score(checklist, timed),
        progress=progress(checklist, timed),
        flags=flags(checklist, capture, visit.submitted_at),
        root=root(events),
    )


class Waiting(msgspec.Struct, frozen=True):
    """A visit as one line of the queue; `score` is the one so far until it is released.
    Without progress what was captured cannot be read."""

    visit: Visit
    progress: Progress | None = None
    flags: int = 0
    score: Decimal | None = None
    photos: int = 0


def waiting(visit: Visit, checklist: Checklist, events: Iterable[AnswerEvent]) -> Waiting:
    capture = project(events)
    timed = with_timings(checklist, capture.answers, capture.marks)
    return Waiting(
        visit=visit,
        progress=progress(checklist, timed),
        flags=len(flags(checklist, capture, visit.submitted_at)),
        score=visit.release.final if visit.release else final_score(checklist, timed),
        photos=sum(map(len, capture.photos.values())),
    )


def by_flags(queue: Iterable[Waiting]) -> list[Waiting]:
    """What cannot be read first, then by how much there is to look at; otherwise as it was."""
    return sorted(queue, key=lambda one: (one.progress is not None, -one.flags))


def groups(read: Review, order: Order) -> tuple[Group, ...]:
    """The questions in the order of the journey (gates and facts in their place), or by
    part and section."""
    checklist = read.checklist
    if order == "journey":
        return tuple(
            Group(stage.id, None, stage.title, tuple(_line(read, key) for key in stage.items))
            for stage in checklist.stages
        )
    found = [_about(read)]
    seen: set[str] = set()
    for part in checklist.parts:
        for section in part.sections:
            lines = tuple(
                _line(read, e.item, e.item in checklist.twins, e.item in seen)
                for e in section.entries
            )
            seen.update(entry.item for entry in section.entries)
            name = f"{part.id}-{section.id}"
            found.append(Group(name, part.title, section.title, lines))
    return tuple(found)


def _about(read: Review) -> Group:
    keys = [gate.key for gate in read.checklist.gates]
    keys += [fact.key for fact in read.checklist.facts]
    lines = tuple(_line(read, key) for key in keys)
    return Group("about", None, Text("走访情况", "About the visit"), lines)


def durations(read: Review) -> tuple[Duration, ...]:
    """The timed items that apply, in the order of the journey."""
    titles = {mark.id: mark.title for mark in read.checklist.marks}
    found = []
    for item in read.checklist.items:
        response, answer = item.response, read.answers.get(item.key)
        if not isinstance(response, Seconds) or (answer is not None and answer.state == "na"):
            continue
        typed = read.capture.answers.get(item.key)
        full = [band.max for band in response.bands if band.credit == 1 and band.max is not None]
        found.append(
            Duration(
                item=item,
                start=titles[response.start],
                stop=titles[response.stop],
                typed=int(typed.number) if typed and typed.state == "answered" else None,
                marked=timed_seconds(response, read.capture.marks),
                target=int(full[0]) if full else None,
            )
        )
    return tuple(found)


def _line(read: Review, key: str, twin: bool = False, again: bool = False) -> Line:
    gate = read.checklist.gate_by_key.get(key)
    if gate is not None:
        answer = read.capture.answers.get(key)
        return Line(
            key,
            None,
            gate,
            gate_said(gate, answer),
            shut=shut(gate, read.capture.answers),
            answered=answer is not None,
        )
    item = read.checklist.by_key[key]
    answer = read.answers.get(key)
    earned = credit(item, answer)
    return Line(
        key,
        item,
        None,
        said(item, answer),
        shut=answer is not None and answer.gated,
        answered=answer is not None and answer.state == "answered",
        credit=None if earned is None else rounded(earned, 2),
        failed=item.critical and earned == 0,
        twin=twin,
        again=again,
    )


def gate_said(gate: Gate, answer: Answer | None) -> Text:
    """In the words the shopper chose from."""
    if answer is None:
        return Text("未作答", "Not answered")
    return dict(gate_choices(gate))[str(answer.value)]
