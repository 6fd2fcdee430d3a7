"""What an auditor should look at before releasing a visit.

A flag is a question, never a verdict: each names what in the capture does not fit together
and, where there is one, the item to look at. The words belong to the page.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from audit.domain.answer import Answer, Capture, settled, shut, timed_seconds, with_timings
from audit.domain.checklist import Checklist, Choice, Gate, Item, Seconds
from audit.domain.scoring import credit

FlagKind = Literal[
    "conflict",
    "critical_without_note",
    "hurried_visit",
    "burst",
    "timing_differs",
    "marks_disorder",
    "shut_but_timed",
    "shut_but_answered",
    "open_but_na",
    "step_missing",
    "no_wait_but_waited",
    "courtesy_differs",
    "note_missing",
    "note_always_missing",
    "same_note",
    "much_unseen",
    "marks_missing",
    "late_answers",
]

HURRIED = 3  # faster than this part of the estimated minutes
BURST, BURST_SECONDS = 6, 10
TYPED_SECONDS, TYPED_SHARE = 5, 0.2  # how far a typed duration may be from its marks
WAIT_SECONDS = 60  # from ticket to counter: walking over is not a wait
UNSEEN_SHARE = 0.3
COURTESY_COUNT, COURTESY_GRADE = "counter-routine-5/s62", "rules-24/r11"
COURTESY_ENOUGH = 3  # kinds: the grade is above its lowest
LATE = timedelta(hours=24)


class Flag(msgspec.Struct, frozen=True):
    """`item`: an item, gate or `mark/<id>` key; None for the visit as a whole."""

    kind: FlagKind
    item: str | None = None
    values: Mapping[str, object] = {}


class _Case(msgspec.Struct, frozen=True):
    """A visit as the rules below read it."""

    checklist: Checklist
    capture: Capture
    submitted_at: datetime | None
    now: Mapping[str, Answer]  # gates applied, durations filled from marks


def flags(
    checklist: Checklist, capture: Capture, submitted_at: datetime | None
) -> tuple[Flag, ...]:
    """Everything worth a look, the gravest kinds first, then in the order of the journey."""
    timed = with_timings(checklist, capture.answers, capture.marks)
    case = _Case(checklist, capture, submitted_at, settled(checklist, timed))
    return tuple(flag for rule in RULES for flag in rule(case))


# ---- each answer by itself -----------------------------------------------------------


def _conflicts(case: _Case) -> Iterator[Flag]:
    for register, heads in case.capture.conflicts.items():
        yield Flag("conflict", register.partition(":")[2], {"count": len(heads)})


def _critical(case: _Case) -> Iterator[Flag]:
    for item in case.checklist.items:
        if item.critical and _missed(case, item) and not _noted(case, item):
            yield Flag("critical_without_note", item.key)


def _notes_missing(case: _Case) -> Iterator[Flag]:
    for item in case.checklist.items:
        if _noted(case, item):
            continue
        answer = case.now.get(item.key)
        earned = credit(item, answer)
        given = answer is not None and answer.state == "answered"
        if item.evidence == "note_always" and given:
            yield Flag("note_always_missing", item.key)
        elif item.critical and earned == 0:
            continue  # said already, more gravely
        elif item.evidence == "note" and earned is not None and earned < 1:
            yield Flag("note_missing", item.key)


def _same_notes(case: _Case) -> Iterator[Flag]:
    places: dict[str, list[str]] = {}
    for key, note in case.capture.notes.items():
        places.setdefault(" ".join(note.casefold().split()), []).append(key)
    for note, keys in places.items():
        if len(keys) > 1:
            yield Flag("same_note", keys[0], {"count": len(keys), "note": note})


def _missed(case: _Case, item: Item) -> bool:
    return credit(item, case.now.get(item.key)) == 0


def _noted(case: _Case, item: Item) -> bool:
    return bool(case.capture.notes.get(item.key, "").strip())


# ---- pace ----------------------------------------------------------------------------


def _hurried(case: _Case) -> Iterator[Flag]:
    times = case.capture.answered_at.values()
    if case.submitted_at is None or not times:
        return
    taken = (case.submitted_at - min(times)).total_seconds() / 60
    usual = case.checklist.estimated_minutes
    if taken * HURRIED < usual:
        yield Flag("hurried_visit", None, {"minutes": max(0, round(taken)), "usual": usual})


def _bursts(case: _Case) -> Iterator[Flag]:
    """Runs of answers closer together than anyone can read; each run once, at its start."""
    at = case.capture.answered_at
    keys = sorted((item.key for item in case.checklist.items if item.key in at), key=at.__getitem__)
    start, span = 0, timedelta(seconds=BURST_SECONDS)
    while start < len(keys):
        stop = start
        while stop < len(keys) and at[keys[stop]] - at[keys[start]] < span:
            stop += 1
        if stop - start >= BURST:
            yield Flag("burst", keys[start], {"count": stop - start, "seconds": BURST_SECONDS})
            start = stop
        else:
            start += 1


def _late(case: _Case) -> Iterator[Flag]:
    left, times = case.capture.marks.get("exit"), case.capture.answered_at.values()
    if left is not None and times and max(times) - left > LATE:
        hours = (max(times) - left).total_seconds() / 3600
        yield Flag("late_answers", None, {"hours": int(hours)})


# ---- marks and durations -------------------------------------------------------------


def _typed(case: _Case) -> Iterator[Flag]:
    for item in case.checklist.items:
        answer = case.capture.answers.get(item.key)
        if not isinstance(item.response, Seconds) or answer is None or answer.state != "answered":
            continue
        marked = timed_seconds(item.response, case.capture.marks)
        if marked is None:
            continue
        typed = int(answer.number)
        if abs(typed - marked) > max(TYPED_SECONDS, TYPED_SHARE * marked):
            yield Flag("timing_differs", item.key, {"typed": typed, "marked": marked})


def _disorder(case: _Case) -> Iterator[Flag]:
    marks = case.capture.marks
    ordered = [mark.id for mark in case.checklist.marks if mark.id in marks]
    for before, after in pairwise(ordered):
        if marks[after] < marks[before]:
            yield Flag("marks_disorder", f"mark/{after}", {"mark": after, "before": before})


def _marks_missing(case: _Case) -> Iterator[Flag]:
    """Marks that a duration still waits for, and those of coming in and leaving."""
    wanted = {"enter", "exit"}
    for item in case.checklist.items:
        if isinstance(item.response, Seconds) and item.key not in case.now:
            wanted |= {item.response.start, item.response.stop}
    missing = tuple(
        mark.id
        for mark in case.checklist.marks
        if mark.id in wanted and mark.id not in case.capture.marks
    )
    if missing:
        yield Flag("marks_missing", None, {"marks": missing})


# ---- what contradicts something else -------------------------------------------------


def _gates(case: _Case) -> Iterator[Flag]:
    for gate in case.checklist.gates:
        if shut(gate, case.capture.answers):
            yield from _shut(case, gate)
        elif gate.key in case.capture.answers and all(
            key in case.now and case.now[key].state == "na" and not case.now[key].gated
            for key in gate.items
        ):
            yield Flag("open_but_na", gate.key, {"count": len(gate.items)})


def _shut(case: _Case, gate: Gate) -> Iterator[Flag]:
    said = [case.capture.answers[key] for key in gate.items if key in case.capture.answers]
    answered = sum(answer.state == "answered" for answer in said)
    if answered:
        yield Flag("shut_but_answered", gate.key, {"count": answered})
    for key in gate.items:
        response = case.checklist.by_key[key].response
        if isinstance(response, Seconds):
            seconds = timed_seconds(response, case.capture.marks)
            if seconds is not None:
                yield Flag("shut_but_timed", gate.key, {"timed": key, "seconds": seconds})
                return


def _steps(case: _Case) -> Iterator[Flag]:
    """“All in order” said of a routine of which one step earned nothing at all."""
    routines = {f.id: f for f in case.checklist.frameworks if f.kind == "ordered_routine"}
    for item in case.checklist.items:
        routine = routines.get(item.key.partition("/")[0])
        answer = case.now.get(item.key)
        if routine is None or answer is None or answer.value != "all_in_order":
            continue
        if not isinstance(item.response, Choice):
            continue
        for entry in routine.entries:
            name = f"{routine.id}:{entry.id}"
            earned = [
                earned
                for other in case.checklist.items
                if name in other.frameworks
                and (earned := credit(other, case.now.get(other.key))) is not None
            ]
            if earned and not any(earned):
                yield Flag("step_missing", item.key, {"step": entry.title})


def _waits(case: _Case) -> Iterator[Flag]:
    """“No wait” said, and yet the time from ticket to counter was one."""
    gate = next((g for g in case.checklist.gates if g.key.endswith("/had_to_wait")), None)
    if gate is None or not shut(gate, case.capture.answers):
        return
    for item in case.checklist.items:
        answer = case.now.get(item.key)
        timed = isinstance(item.response, Seconds) and item.response.start == "ticket"
        if not timed or answer is None or answer.state != "answered":
            continue
        if answer.number > WAIT_SECONDS:
            yield Flag("no_wait_but_waited", item.key, {"seconds": int(answer.number)})


def _courtesy(case: _Case) -> Iterator[Flag]:
    """Kinds of courtesy words: the number counted and the grade tell the same or not."""
    counted, graded = (case.now.get(key) for key in (COURTESY_COUNT, COURTESY_GRADE))
    if not counted or not graded or {counted.state, graded.state} != {"answered"}:
        return
    if (counted.number >= COURTESY_ENOUGH) != (graded.number > 0):
        values = {"kinds": int(counted.number), "other": COURTESY_GRADE}
        yield Flag("courtesy_differs", COURTESY_COUNT, values)


def _unseen(case: _Case) -> Iterator[Flag]:
    standing = [case.now.get(item.key) for item in case.checklist.items]
    applying = [answer for answer in standing if answer is None or not answer.gated]
    na = sum(answer is not None and answer.state == "na" for answer in applying)
    unseen = sum(answer is not None and answer.state == "not_observed" for answer in applying)
    if applying and (na + unseen) / len(applying) > UNSEEN_SHARE:
        values = {"asked": len(applying), "na": na, "not_observed": unseen}
        yield Flag("much_unseen", None, values)


RULES: tuple[Callable[[_Case], Iterator[Flag]], ...] = (
    _conflicts,
    _critical,
    _gates,
    _steps,
    _waits,
    _courtesy,
    _typed,
    _disorder,
    _hurried,
    _bursts,
    _late,
    _marks_missing,
    _unseen,
    _notes_missing,
    _same_notes,
)
