"""Answers and the events they are made of.

The unit of capture is an event: one answer, clear, note or mark, made once on one device
and never changed. What a visit currently says is a projection of its events: for each
register (an item's answer, an item's note, a mark) the heads are the events that no later
event of the register names in its `base`. One head is the value; several heads are a
conflict, of which the one with the highest (lamport, device) counts provisionally.
"""

import hashlib
from collections.abc import Iterable, Mapping, Set
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from audit.domain.checklist import canonical

State = Literal["answered", "na", "not_observed"]
Value = str | int | Decimal | None
EventKind = Literal["answer", "clear", "note", "mark", "remember", "submit", "reopen"]


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
        """The same whatever zone a database gives `wall` back in."""
        same = msgspec.structs.replace(self, wall=self.wall.astimezone(UTC))
        return hashlib.sha256(canonical(same)).hexdigest()


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
    ordered = sorted({event.id: event for event in events}.values(), key=_rank)
    heads = _heads(ordered)
    answers: dict[str, Answer] = {}
    notes: dict[str, str] = {}
    marks: dict[str, datetime] = {}
    answered_at: dict[str, datetime] = {}
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
        remembered=_remembered(ordered),
        heads={name: tuple(event.id for event in found) for name, found in heads.items()},
        conflicts={name: tuple(found) for name, found in heads.items() if _differ(found)},
        answered_at=answered_at,
        changes=_changes(ordered),
        lamport=max((event.lamport for event in ordered), default=0),
        first_at=min((event.wall for event in ordered), default=None),
        last_at=max((event.wall for event in ordered), default=None),
    )


def follow(capture: Capture, made: Iterable[AnswerEvent]) -> Capture:
    """The state after events made on top of it (`events_from`), without going through the
    log again: each is the one head of its register."""
    new = project(made)
    said = set(new.heads)
    return Capture(
        answers={**_without(capture.answers, "answer:", said), **new.answers},
        notes={**_without(capture.notes, "note:", said), **new.notes},
        marks={**_without(capture.marks, "mark:mark/", said), **new.marks},
        remembered=(*capture.remembered, *new.remembered),
        heads={**capture.heads, **new.heads},
        conflicts=_without(capture.conflicts, "", said),
        answered_at={**_without(capture.answered_at, "answer:", said), **new.answered_at},
        changes=_more_changes(capture.changes, new.changes),
        lamport=max(capture.lamport, new.lamport),
        first_at=min((at for at in (capture.first_at, new.first_at) if at), default=None),
        last_at=max((at for at in (capture.last_at, new.last_at) if at), default=None),
    )


T = TypeVar("T")


def _without(known: Mapping[str, T], prefix: str, said: Set[str]) -> dict[str, T]:
    """What was not said anew; `prefix` and the key make the register."""
    return {key: value for key, value in known.items() if prefix + key not in said}


def _more_changes(before: Mapping[str, int], new: Mapping[str, int]) -> dict[str, int]:
    """Each counts one less than it has answers."""
    more = {key: before[key] + count + 1 if key in before else count for key, count in new.items()}
    return {**before, **more}


def _rank(event: AnswerEvent) -> tuple[int, str, int, UUID]:
    """Total, even for two events that a phone restored from a backup gave one `seq`."""
    return (event.lamport, event.device, event.seq, event.id)


def _heads(ordered: list[AnswerEvent]) -> dict[str, list[AnswerEvent]]:
    """By register, the events no later event of that register was made on top of."""
    known = {event.id: event for event in ordered}
    superseded = {
        name
        for event in ordered
        for name in event.base
        if name in known
        and register(known[name]) == register(event)
        and _rank(known[name]) < _rank(event)
    }
    heads: dict[str, list[AnswerEvent]] = {}
    for event in ordered:
        if event.kind != "remember" and event.id not in superseded:
            heads.setdefault(register(event), []).append(event)
    return heads


def _differ(heads: list[AnswerEvent]) -> bool:
    return len({(event.kind, event.answer, event.text) for event in heads}) > 1


def _remembered(ordered: list[AnswerEvent]) -> tuple[Remembered, ...]:
    return tuple(
        Remembered(event.item.removeprefix("stage/"), event.text or "", event.wall)
        for event in ordered
        if event.kind == "remember"
    )


def _changes(ordered: list[AnswerEvent]) -> dict[str, int]:
    changes: dict[str, int] = {}
    for event in ordered:
        if event.kind == "answer":
            changes[event.item] = changes.get(event.item, -1) + 1
    return changes


def root(events: Iterable[AnswerEvent]) -> str:
    """SHA-256 over the sorted (id, hash) pairs: what a release was made from."""
    pairs = sorted((str(event.id), event.hash()) for event in events)
    return hashlib.sha256(canonical(pairs)).hexdigest()


def extent(events: Iterable[AnswerEvent]) -> dict[str, int]:
    """By device, the `seq` of its last event: says how far a log went that is only added to."""
    last: dict[str, int] = {}
    for event in events:
        last[event.device] = max(event.seq, last.get(event.device, 0))
    return last


def within(events: Iterable[AnswerEvent], last: Mapping[str, int]) -> list[AnswerEvent]:
    """Those that were there when the log went so far, whatever any clock said."""
    return [event for event in events if event.seq <= last.get(event.device, 0)]


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
            return (known.isoformat() if known else "") == (deed.text or "")
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
    latest: dict[str, AnswerEvent] = {}  # by register, of those made here
    for deed, name in zip(deeds, ids, strict=False):
        slot = register_of(deed.kind, deed.item)
        earlier = latest.get(slot)
        if repeats(earlier, deed) if earlier else changes_nothing(capture, deed):
            continue
        previous = made[-1] if made else after
        event = AnswerEvent(
            id=name,
            visit=visit,
            device=device,
            seq=previous.seq + 1 if previous else 1,
            lamport=capture.lamport + len(made) + 1,
            kind=deed.kind,
            item=deed.item,
            checklist=checklist,
            wall=wall,
            answer=deed.answer,
            text=deed.text,
            base=(earlier.id,) if earlier else capture.heads.get(slot, ()),
            prev=previous.hash() if previous else "",
        )
        made.append(event)
        latest[slot] = event
    return made


def repeats(event: AnswerEvent, deed: Deed) -> bool:
    said = (event.kind, event.answer, event.text or "")
    return deed.kind != "remember" and said == (deed.kind, deed.answer, deed.text or "")
