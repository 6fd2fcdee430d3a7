"""The fill page as data: a visit's questions in the order of the journey, each with what was
said of it, what it is waiting for, and why it may not apply."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from audit.domain.answer import (
    Answer,
    Capture,
    Progress,
    Remembered,
    accept,
    progress,
    shut,
    timed_seconds,
    with_timings,
)
from audit.domain.checklist import (
    Checklist,
    Choice,
    Count,
    Gate,
    Graded,
    Item,
    Mark,
    Number,
    Option,
    Points,
    Seconds,
    Stage,
    YesNo,
)
from audit.domain.credit import credit, scored
from audit.domain.text import Text

YES_NO = (("yes", Text("是", "Yes")), ("no", Text("否", "No")))
HAVE_OR_NOT = (("yes", Text("有", "Yes")), ("no", Text("没有", "No")))  # answers 有没有


def gate_choices(gate: Gate) -> tuple[tuple[str, Text], ...]:
    return HAVE_OR_NOT if "有没有" in gate.question.zh else YES_NO


class Timing(msgspec.Struct, frozen=True):
    """The two marks an item is timed by. `own`: those that are set beside this item."""

    start: Mark
    stop: Mark
    start_at: datetime | None
    stop_at: datetime | None
    seconds: int | None
    own: tuple[Mark, ...]

    @property
    def backwards(self) -> bool:
        both = self.start_at is not None and self.stop_at is not None
        return both and self.seconds is None

    def apart(self, answer: Answer | None) -> int:
        """By how many seconds a typed duration differs from what the marks say."""
        if self.seconds is None or answer is None or answer.state != "answered":
            return 0
        return abs(int(str(answer.value)) - self.seconds)


class Row(msgspec.Struct, frozen=True):
    """One question: a gate, a fact or an item, with the answer as it was tapped."""

    key: str
    item: Item | None
    gate: Gate | None
    answer: Answer | None
    note: str
    note_missing: bool
    optional: bool  # a fact that may stay empty; it is not counted
    gates: tuple[Gate, ...]  # that can make it not apply
    shut: bool
    timing: Timing | None

    @property
    def kind(self) -> str:
        return "gate" if self.item is None else str(self.item.response.__struct_config__.tag)

    @property
    def choices(self) -> tuple[tuple[str, Text], ...]:
        """What can be tapped, best first; empty for what is typed."""
        if self.item is None:
            return gate_choices(self.gate) if self.gate else YES_NO
        match self.item.response:
            case YesNo():
                return YES_NO
            case Graded(grades=grades):
                best_first = sorted(grades, key=lambda grade: -grade.credit)
                return tuple((str(grade.value), grade.label) for grade in best_first)
            case Choice(options=options):
                return tuple((option.id, option.label) for option in _best_first(options))
        return ()

    @property
    def bounds(self) -> dict[str, Decimal]:
        """Of what is typed: `least`, `most`, those there are."""
        match self.item.response if self.item else None:
            case Points(maximum=most):
                return {"least": Decimal(0), "most": most}
            case Number(minimum=least, maximum=most):
                both = {"least": least, "most": most}
                return {name: bound for name, bound in both.items() if bound is not None}
        return {}

    @property
    def wants(self) -> str:
        """The answers that ask for a note, for pages that draw without the server: values
        with spaces between, `*` for any, or ranges `least..most=0` (a note) and `=1` (none),
        of which the first that fits counts."""
        return "" if self.item is None else notes_wanted(self.item, self.choices)


def notes_wanted(item: Item, choices: tuple[tuple[str, Text], ...]) -> str:
    if item.evidence == "note_always":
        return "*"
    if isinstance(item.response, Points):
        return f"{item.response.maximum}..=1 ..=0"
    if item.evidence != "note" or not scored(item):
        return ""
    if isinstance(item.response, Count | Seconds | Number):
        ranges = [f"{_end(b.min)}..{_end(b.max)}={int(b.credit >= 1)}" for b in item.response.bands]
        return " ".join([*ranges, "..=0"])
    values = (value for value, _ in choices)
    return " ".join(v for v in values if wants_note(item, accept(item, v)))


def _end(bound: Decimal | None) -> str:
    return "" if bound is None else str(bound)


def _best_first(options: tuple[Option, ...]) -> list[Option]:
    """As the checklist has them unless each of them earns something."""
    credits = [option.credit for option in options if option.credit is not None]
    if len(credits) < len(options):
        return list(options)
    return sorted(options, key=lambda option: -(option.credit or 0))


class Leap(msgspec.Struct, frozen=True):
    """The questions of one stage that one gate makes not apply."""

    gate: Gate
    count: int
    shut: bool

    @property
    def said(self) -> Text:
        """The answer that shuts the gate, in the words that were tapped."""
        return dict(gate_choices(self.gate))[self.gate.when]


class StageRows(msgspec.Struct, frozen=True):
    stage: Stage
    rows: tuple[Row, ...]
    leaps: tuple[Leap, ...]
    remembered: tuple[Remembered, ...]
    applies: int
    done: int


class Sheet(msgspec.Struct, frozen=True):
    stages: tuple[StageRows, ...]
    progress: Progress
    loose: tuple[Mark, ...]  # marks that no item is timed by

    def row(self, key: str) -> Row:
        return next(row for stage in self.stages for row in stage.rows if row.key == key)

    @property
    def missing_notes(self) -> tuple[Row, ...]:
        return tuple(row for stage in self.stages for row in stage.rows if row.note_missing)

    @property
    def open(self) -> tuple[tuple[Stage, tuple[Row, ...]], ...]:
        """What has no answer yet, by stage, in the order it is asked."""
        wanted = set(self.progress.open)
        found = [
            (stage.stage, tuple(row for row in stage.rows if row.key in wanted))
            for stage in self.stages
        ]
        return tuple((stage, rows) for stage, rows in found if rows)


def sheet(checklist: Checklist, capture: Capture) -> Sheet:
    answers = with_timings(checklist, capture.answers, capture.marks)
    gates_of: dict[str, list[Gate]] = {}
    for gate in checklist.gates:
        for key in gate.items:
            gates_of.setdefault(key, []).append(gate)
    home = mark_homes(checklist)
    now = progress(checklist, answers)
    waiting = set(now.open)
    stages = []
    for stage in checklist.stages:
        rows = tuple(_row(checklist, capture, answers, gates_of, home, key) for key in stage.items)
        counted = [row for row in rows if not row.shut and not row.optional]
        stages.append(
            StageRows(
                stage=stage,
                rows=rows,
                leaps=_leaps(checklist, rows, capture.answers),
                remembered=tuple(r for r in capture.remembered if r.stage == stage.id),
                applies=len(counted),
                done=sum(row.key not in waiting for row in counted),
            )
        )
    loose = tuple(mark for mark in checklist.marks if mark.id not in home)
    return Sheet(tuple(stages), now, loose)


def mark_homes(checklist: Checklist) -> dict[str, str]:
    """Mark → the first item timed by it, where its time can be typed."""
    homes: dict[str, str] = {}
    for stage in checklist.stages:
        for key in stage.items:
            item = checklist.by_key.get(key)
            if item is not None and isinstance(item.response, Seconds):
                homes.setdefault(item.response.start, key)
                homes.setdefault(item.response.stop, key)
    return homes


def wants_note(item: Item, answer: Answer | None) -> bool:
    """Whether the answer asks for a sentence of explanation."""
    if answer is None or answer.state != "answered":
        return False
    if item.evidence == "note_always":
        return True
    if item.evidence != "note" and not isinstance(item.response, Points):
        return False
    earned = credit(item, answer)
    return earned is not None and earned < 1


def _row(
    checklist: Checklist,
    capture: Capture,
    answers: Mapping[str, Answer],
    gates_of: Mapping[str, list[Gate]],
    home: Mapping[str, str],
    key: str,
) -> Row:
    item = checklist.by_key.get(key)
    gates = tuple(gates_of.get(key, ()))
    is_shut = any(shut(gate, capture.answers) for gate in gates)
    note = capture.notes.get(key, "")
    return Row(
        key=key,
        item=item,
        gate=checklist.gate_by_key.get(key),
        answer=capture.answers.get(key),
        note=note,
        note_missing=(
            item is not None and not is_shut and not note and wants_note(item, answers.get(key))
        ),
        optional=item in checklist.facts and not item.required,
        gates=gates,
        shut=is_shut,
        timing=_timing(checklist, capture, home, item),
    )


def _timing(
    checklist: Checklist, capture: Capture, home: Mapping[str, str], item: Item | None
) -> Timing | None:
    if item is None or not isinstance(item.response, Seconds):
        return None
    response = item.response
    marks = {mark.id: mark for mark in checklist.marks}
    own = [name for name in (response.start, response.stop) if home.get(name) == item.key]
    return Timing(
        start=marks[response.start],
        stop=marks[response.stop],
        start_at=capture.marks.get(response.start),
        stop_at=capture.marks.get(response.stop),
        seconds=timed_seconds(response, capture.marks),
        own=tuple(marks[name] for name in own),
    )


def _leaps(
    checklist: Checklist, rows: tuple[Row, ...], answers: Mapping[str, Answer]
) -> tuple[Leap, ...]:
    found = []
    for gate in checklist.gates:
        count = sum(gate in row.gates for row in rows)
        if count:
            found.append(Leap(gate, count, shut(gate, answers)))
    return tuple(found)
