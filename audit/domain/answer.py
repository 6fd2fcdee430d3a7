"""Answers and the events they are made of.

The unit of capture is an event: one answer, clear, note or mark, made once on one device
and never changed. What a visit currently says is a projection of its events: for each
register (an item's answer, an item's note, a mark) the heads are the events that no other
event names in its `base`. One head is the value; several heads are a conflict, of which the
one with the highest (lamport, device) counts provisionally. Design §5.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal
from uuid import UUID

import msgspec

from audit.domain.checklist import (
    Checklist,
    Choice,
    Count,
    FreeText,
    Gate,
    Graded,
    Item,
    Number,
    Points,
    Seconds,
    YesNo,
    canonical,
)
from audit.domain.problems import N_, Invalid, NotFound

State = Literal["answered", "na", "not_observed"]
Value = str | int | Decimal | None
EventKind = Literal["answer", "clear", "note", "mark", "remember", "submit", "reopen"]

LONGEST_NOTE = 4000


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was said of one item. `value` is set exactly when `state` is `answered`."""

    state: State
    value: str | int | None = None  # decimals travel as text
    gated: bool = False  # N/A because of a gate, not by the person's own tap

    @property
    def number(self) -> Decimal:
        return Decimal(str(self.value))


class AnswerEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One immutable deed of capture. `seq` is gap-free per (visit, device)."""

    id: UUID
    visit: UUID
    device: str
    seq: int
    lamport: int
    kind: EventKind
    item: str  # item, gate or fact key; `mark/<id>`; `stage/<id>`; `visit`
    checklist: str  # content hash of the pinned checklist
    wall: datetime  # the device's clock: data, never order
    answer: Answer | None = None
    text: str | None = None  # note, remembered text, or a mark's time (ISO 8601)
    base: tuple[UUID, ...] = ()
    monotonic: float | None = None
    boot: str = ""
    zone_minutes: int | None = None
    prev: str = ""  # hash of this device's previous event in the visit
    v: int = 1

    def hash(self) -> str:
        return hashlib.sha256(canonical(self)).hexdigest()


class Remembered(msgspec.Struct, frozen=True):
    """A note made on site in passing, kept with its stage."""

    stage: str
    text: str
    at: datetime


class Capture(msgspec.Struct, frozen=True):
    """What a visit currently says."""

    answers: Mapping[str, Answer] = {}
    notes: Mapping[str, str] = {}
    marks: Mapping[str, datetime] = {}
    remembered: tuple[Remembered, ...] = ()
    heads: Mapping[str, tuple[UUID, ...]] = {}  # by register
    conflicts: Mapping[str, tuple[AnswerEvent, ...]] = {}  # by register
    answered_at: Mapping[str, datetime] = {}
    changes: Mapping[str, int] = {}  # how often an item's answer was changed
    lamport: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def register(event: AnswerEvent) -> str:
    return register_of(event.kind, event.item)


def register_of(kind: EventKind, item: str) -> str:
    """The thing an event sets: a clear sets the same thing as the answer it clears."""
    return f"{'answer' if kind == 'clear' else kind}:{item}"


def project(events: Iterable[AnswerEvent]) -> Capture:
    """The current state of a visit from its events, whatever order they arrived in."""
    known = {event.id: event for event in events}
    ordered = sorted(known.values(), key=_rank)
    superseded = {name for event in ordered for name in event.base}
    answers: dict[str, Answer] = {}
    notes: dict[str, str] = {}
    marks: dict[str, datetime] = {}
    answered_at: dict[str, datetime] = {}
    changes: dict[str, int] = {}
    heads: dict[str, list[AnswerEvent]] = {}
    remembered = []
    for event in ordered:
        if event.kind == "answer":
            changes[event.item] = changes.get(event.item, -1) + 1
        if event.kind == "remember":
            remembered.append(
                Remembered(event.item.removeprefix("stage/"), event.text or "", event.wall)
            )
        elif event.id not in superseded:
            heads.setdefault(register(event), []).append(event)
    for found in heads.values():
        event = found[-1]
        if event.kind == "answer" and event.answer is not None:
            answers[event.item] = event.answer
            answered_at[event.item] = event.wall
        elif event.kind == "note" and event.text:
            notes[event.item] = event.text
        elif event.kind == "mark" and event.text:
            marks[event.item.removeprefix("mark/")] = datetime.fromisoformat(event.text)
    return Capture(
        answers=answers,
        notes=notes,
        marks=marks,
        remembered=tuple(remembered),
        heads={name: tuple(event.id for event in found) for name, found in heads.items()},
        conflicts={
            name: tuple(found)
            for name, found in heads.items()
            if len({(event.kind, event.answer, event.text) for event in found}) > 1
        },
        answered_at=answered_at,
        changes=changes,
        lamport=max((event.lamport for event in ordered), default=0),
        first_at=min((event.wall for event in ordered), default=None),
        last_at=max((event.wall for event in ordered), default=None),
    )


def _rank(event: AnswerEvent) -> tuple[int, str, int]:
    return (event.lamport, event.device, event.seq)


def root(events: Iterable[AnswerEvent]) -> str:
    """SHA-256 over the sorted (id, hash) pairs: what a release was made from."""
    pairs = sorted((str(event.id), event.hash()) for event in events)
    return hashlib.sha256(canonical(pairs)).hexdigest()


# ---- what an item accepts ------------------------------------------------------------


def read_answer(checklist: Checklist, key: str, said: str) -> Answer:
    """The answer a form field means: a value in text, `na` or `not_observed`.

    Raises `NotFound` for a key the checklist does not ask, `Invalid` for a value it does
    not accept. Out of range is refused, never clamped.
    """
    if key in checklist.gate_by_key:
        return _one_of(said, ("yes", "no"))
    item = checklist.by_key.get(key)
    if item is None:
        raise NotFound(N_("This checklist has no such item."))
    if said == "na":
        if item.na == "not_allowed":
            raise Invalid(N_("This item always applies. Choose one of the answers."))
        return Answer("na")
    if said == "not_observed":
        return Answer("not_observed")
    return accept(item, said)


def accept(item: Item, said: object) -> Answer:
    """A checked value of the item's own kind; raises `Invalid`."""
    match item.response:
        case YesNo():
            return _one_of(said, ("yes", "no"))
        case Graded(grades=grades):
            number = _whole(said)
            if number not in {grade.value for grade in grades}:
                raise Invalid(N_("Choose one of the answers."))
            return Answer("answered", number)
        case Choice(options=options):
            return _one_of(said, tuple(option.id for option in options))
        case Count() | Seconds():
            number = _whole(said)
            if not 0 <= number <= 86_400:
                raise Invalid(N_("Enter a whole number from 0 to %(most)s."), most=86_400)
            return Answer("answered", number)
        case Points(maximum=maximum):
            points = _decimal(said)
            if not 0 <= points <= maximum:
                raise Invalid(N_("Enter points from 0 to %(most)s."), most=maximum)
            return Answer("answered", _written(points))
        case Number(minimum=least, maximum=most):
            value = _decimal(said)
            if (least is not None and value < least) or (most is not None and value > most):
                raise Invalid(
                    N_("Enter a number from %(least)s to %(most)s."),
                    least="−∞" if least is None else least,
                    most="∞" if most is None else most,
                )
            return Answer("answered", _written(value))
        case FreeText():
            text = str(said).strip()
            if not text or len(text) > LONGEST_NOTE:
                raise Invalid(N_("Write between 1 and %(most)s characters."), most=LONGEST_NOTE)
            return Answer("answered", text)


def _one_of(said: object, allowed: tuple[str, ...]) -> Answer:
    if said not in allowed:
        raise Invalid(N_("Choose one of the answers."))
    return Answer("answered", str(said))


def _whole(said: object) -> int:
    number = _decimal(said)
    if number != number.to_integral_value():
        raise Invalid(N_("Enter a whole number."))
    return int(number)


def _decimal(said: object) -> Decimal:
    try:
        number = Decimal(str(said).strip())
    except InvalidOperation:
        raise Invalid(N_("Enter a number.")) from None
    if not number.is_finite():
        raise Invalid(N_("Enter a number."))
    return number


def _written(number: Decimal) -> str | int:
    return int(number) if number == number.to_integral_value() else f"{number.normalize():f}"


# ---- reading a whole visit -----------------------------------------------------------


def shut(gate: Gate, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(gate.key)
    return answer is not None and answer.value == gate.when


def settled(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Answers with the gates applied: a shut gate's items are N/A whatever was tapped.

    The taps stay in the log and count again when the gate is opened.
    """
    result = {key: answer for key, answer in answers.items() if key in checklist.by_key}
    for gate in checklist.gates:
        if shut(gate, answers):
            result.update(dict.fromkeys(gate.items, Answer("na", gated=True)))
    return result


def timed_seconds(response: Seconds, marks: Mapping[str, datetime]) -> int | None:
    """Seconds between the item's two marks; None unless both are set and in order."""
    start, stop = marks.get(response.start), marks.get(response.stop)
    if start is None or stop is None or stop < start:
        return None
    return int((stop - start).total_seconds())


def with_timings(
    checklist: Checklist, answers: Mapping[str, Answer], marks: Mapping[str, datetime]
) -> dict[str, Answer]:
    """Answers with each unanswered seconds item filled from its marks; typed values win."""
    result = dict(answers)
    for item in checklist.items:
        if item.key not in result and isinstance(item.response, Seconds):
            seconds = timed_seconds(item.response, marks)
            if seconds is not None:
                result[item.key] = Answer("answered", seconds)
    return result


class Progress(msgspec.Struct, frozen=True):
    """How far a visit is: items that apply, how many have any answer, what is open."""

    applies: int
    done: int
    open: tuple[str, ...]  # keys of items, then required facts and gates, without an answer


def progress(checklist: Checklist, answers: Mapping[str, Answer]) -> Progress:
    """Counts the questions that apply; unanswered gates and required facts are only open."""
    now = settled(checklist, answers)
    applying = [item for item in checklist.items if not (item.key in now and now[item.key].gated)]
    unanswered = [item.key for item in applying if item.key not in now]
    unanswered += [fact.key for fact in checklist.facts if fact.required and fact.key not in now]
    unanswered += [gate.key for gate in checklist.gates if gate.key not in answers]
    done = sum(item.key in now for item in applying)
    return Progress(applies=len(applying), done=done, open=tuple(unanswered))


# ---- making events -------------------------------------------------------------------


class Deed(msgspec.Struct, frozen=True):
    """What a person just did, before it becomes an event."""

    kind: EventKind
    item: str
    answer: Answer | None = None
    text: str | None = None


def changes_nothing(capture: Capture, deed: Deed) -> bool:
    """Whether the visit already says this, so that no event is needed."""
    name = register_of(deed.kind, deed.item)
    if len(capture.heads.get(name, ())) > 1:
        return False  # said again, it settles a conflict
    match deed.kind:
        case "answer":
            return capture.answers.get(deed.item) == deed.answer
        case "clear":
            return deed.item not in capture.answers
        case "note":
            return capture.notes.get(deed.item, "") == (deed.text or "")
        case "mark":
            known = capture.marks.get(deed.item.removeprefix("mark/"))
            return (known.isoformat() if known else None) == deed.text
        case _:
            return False


def events_from(
    deeds: Iterable[Deed],
    capture: Capture,
    *,
    visit: UUID,
    device: str,
    after: AnswerEvent | None,
    checklist: str,
    wall: datetime,
    ids: Iterable[UUID],
) -> list[AnswerEvent]:
    """Events of one device, following its previous one (`after`); no-ops are left out."""
    made: list[AnswerEvent] = []
    lamport = capture.lamport
    for deed, name in zip(deeds, ids, strict=False):
        if changes_nothing(capture, deed):
            continue
        lamport += 1
        previous = made[-1] if made else after
        made.append(
            AnswerEvent(
                id=name,
                visit=visit,
                device=device,
                seq=previous.seq + 1 if previous else 1,
                lamport=lamport,
                kind=deed.kind,
                item=deed.item,
                checklist=checklist,
                wall=wall,
                answer=deed.answer,
                text=deed.text,
                base=capture.heads.get(register_of(deed.kind, deed.item), ()),
                prev=previous.hash() if previous else "",
            )
        )
    return made
