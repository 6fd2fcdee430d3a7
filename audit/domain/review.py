"""A visit as its auditor reads it before releasing it."""

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from audit.domain.answer import (
    Answer,
    AnswerEvent,
    Capture,
    Progress,
    progress,
    project,
    settled,
    shut,
    timed_seconds,
    with_timings,
)
from audit.domain.checklist import Checklist, Gate, Item, Seconds
from audit.domain.flags import Flag, flags
from audit.domain.scoring import ScoreCard, score
from audit.domain.text import Text
from audit.domain.visit import Visit
from audit.domain.wording import said

Order = Literal["journey", "section"]


class Line(msgspec.Struct, frozen=True):
    """One question and what was said. `item` is None for a gate, which `gate` then is."""

    key: str
    item: Item | None
    gate: Gate | None
    said: Text
    shut: bool  # N/A because of a gate, or a gate that is shut
    answer: Answer | None
    twin: bool = False  # also counted in another part


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

    def flags_at(self, key: str) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.flags if flag.item == key)


def review(visit: Visit, checklist: Checklist, events: Iterable[AnswerEvent]) -> Review:
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
    )


def groups(read: Review, order: Order) -> tuple[Group, ...]:
    """The questions in the order of the journey (gates and facts in their place), or by
    part and section."""
    checklist = read.checklist
    if order == "journey":
        return tuple(
            Group(stage.id, None, stage.title, tuple(_line(read, key) for key in stage.items))
            for stage in checklist.stages
        )
    places = [e.item for p in checklist.parts for s in p.sections for e in s.entries]
    twins = {key for key in places if places.count(key) > 1}
    return tuple(
        Group(
            f"{part.id}-{section.id}",
            part.title,
            section.title,
            tuple(_line(read, entry.item, entry.item in twins) for entry in section.entries),
        )
        for part in checklist.parts
        for section in part.sections
    )


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


def _line(read: Review, key: str, twin: bool = False) -> Line:
    gate = read.checklist.gate_by_key.get(key)
    if gate is not None:
        answer = read.capture.answers.get(key)
        return Line(key, None, gate, _gate_said(answer), shut(gate, read.capture.answers), answer)
    item = read.checklist.by_key[key]
    answer = read.answers.get(key)
    gated = answer is not None and answer.gated
    return Line(key, item, None, said(item, answer), gated, answer, twin)


def _gate_said(answer: Answer | None) -> Text:
    if answer is None:
        return Text("未作答", "Not answered")
    return Text("是", "Yes") if answer.value == "yes" else Text("否", "No")
