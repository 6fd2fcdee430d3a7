"""Answers and the events they are made of.

The unit of capture is an event: one answer, clear, note or mark, made once on one device
and never changed. What a visit currently says is a projection of its events: for each
register (an item's answer, an item's note, a mark) the heads are the events that no later
event of the register names in its `base`. One head is the value; several heads are a
conflict, of which the one with the highest (lamport, device) counts provisionally.

There are very many of them and they never point in a circle, so the collector of garbage is
spared looking at them (`gc=False`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from audit.domain.checklist import canonical
from audit.domain.text import unturned

State = Literal["answered", "na", "not_observed"]
Value = str | int | Decimal | None
EventKind = Literal[
    "answer", "clear", "note", "mark", "remember", "photo", "photo_remove", "submit", "reopen",
    "take_in",
]  # fmt: skip


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What was said of one item. `value` is set exactly when `state` is `answered`."""

    state: State
    value: str | int | None = None  # decimals travel as text
    gated: bool = False  # N/A because of a gate, not by the person's own tap

    @property
    def number(self) -> Decimal:
        return Decimal(str(self.value))


class Photo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture as it left the phone: SHA-256 in hex and size in bytes of what is sent."""

    id: UUID
    sha: str
    size: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a visit is made of at the moment it is handed in: a visit is sealed only when all
    of it is there. `root` is over the events of `extent` without `gaps`, the handing in itself
    left out."""

    extent: dict[str, int]  # device → seq of its last event
    root: str
    photos: tuple[Photo, ...] = ()
    gaps: dict[str, tuple[int, ...]] = {}  # device → the numbers before it that its phone lacks


class AnswerEvent(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False
):
    """One immutable deed of capture. `seq` is gap-free per (visit, device).

    What counts is the event as its device wrote it down, byte for byte: `hash` is the
    SHA-256 of that text, in which it does not itself appear. A field that later versions
    add has a default, so that it changes no older event's text.
    """

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
    photo: Photo | None = None
    manifest: Manifest | None = None
    began: float | None = None  # when the person came to the item, on the clock of `monotonic`
    reason: str = ""  # why it was decided so, where phones say different things
    v: int = 1
    hash: str = ""


def written(event: AnswerEvent) -> str:
    """An event made here as text."""
    return canonical(msgspec.structs.replace(event, hash="")).decode()


def hashed(event: AnswerEvent) -> AnswerEvent:
    return msgspec.structs.replace(event, hash=digest(written(event)))


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


_read = msgspec.json.Decoder(AnswerEvent)


def read_event(body: str) -> AnswerEvent:
    """An event from its text. Raises `msgspec.DecodeError`."""
    event = _read.decode(body)
    msgspec.structs.force_setattr(event, "hash", digest(body))  # nobody has seen it yet
    return event


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
    photos: Mapping[str, tuple[Photo, ...]] = {}  # by item, in the order taken
    remembered: tuple[Remembered, ...] = ()
    heads: Mapping[str, tuple[UUID, ...]] = {}  # by register
    conflicts: Mapping[str, tuple[AnswerEvent, ...]] = {}  # by register
    answered_at: Mapping[str, datetime] = {}
    changes: Mapping[str, int] = {}  # how often an item's answer was changed
    lamport: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def register(event: AnswerEvent) -> str:
    """A photo is a thing of its own, which can only be taken away again."""
    if event.photo is not None:
        return f"photo:{event.photo.id}"
    return register_of(event.kind, event.item)


def register_of(kind: EventKind, item: str) -> str:
    """The thing an event sets: a clear sets the same thing as the answer it clears."""
    return f"{'answer' if kind == 'clear' else kind}:{item}"


def project(events: Iterable[AnswerEvent]) -> Capture:
    """The current state of a visit from its events, whatever order they arrived in."""
    ordered = sorted({event.id: event for event in events}.values(), key=rank)
    heads = _heads(ordered)
    answers: dict[str, Answer] = {}
    notes: dict[str, str] = {}
    marks: dict[str, datetime] = {}
    photos: dict[str, tuple[Photo, ...]] = {}
    answered_at: dict[str, datetime] = {}
    for found in heads.values():
        event = found[-1]
        if event.kind == "answer" and event.answer is not None:
            answers[event.item] = event.answer
            answered_at[event.item] = event.wall
        elif event.kind == "note" and event.text:
            notes[event.item] = unturned(event.text)
        elif event.kind == "mark" and event.text:
            marks[event.item.removeprefix("mark/")] = datetime.fromisoformat(event.text)
        elif event.kind == "photo" and event.photo:
            photos[event.item] = (*photos.get(event.item, ()), event.photo)
    return Capture(
        answers=answers,
        notes=notes,
        marks=marks,
        photos=photos,
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
        photos=capture.photos,  # never of a page without a journal
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


def rank(event: AnswerEvent) -> tuple[int, str, int, UUID]:
    """Total, even for two events that a phone restored from a backup gave one `seq`; and the
    same whichever of the two arrived first and kept the name of its device."""
    return (event.lamport, family(event.device), event.seq, event.id)


def family(device: str) -> str:
    """The device as it calls itself: `…~1` is a name for what a copy of it sent."""
    return device.partition("~")[0]


def _heads(ordered: list[AnswerEvent]) -> dict[str, list[AnswerEvent]]:
    """By register, the events no later event of that register was made on top of."""
    known = {event.id: event for event in ordered}
    superseded = {
        name
        for event in ordered
        for name in event.base
        if name in known
        and register(known[name]) == register(event)
        and rank(known[name]) < rank(event)
    }
    heads: dict[str, list[AnswerEvent]] = {}
    for event in ordered:
        if event.kind != "remember" and event.id not in superseded:
            heads.setdefault(register(event), []).append(event)
    return heads


def _differ(heads: list[AnswerEvent]) -> bool:
    """The same said on two phones is no conflict."""
    return len({(event.kind, event.answer, event.text) for event in heads}) > 1


def _remembered(ordered: list[AnswerEvent]) -> tuple[Remembered, ...]:
    return tuple(
        Remembered(event.item.removeprefix("stage/"), unturned(event.text or ""), event.wall)
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
    return root_of((event.id, event.hash) for event in events)


def root_of(pairs: Iterable[tuple[UUID | str, str]]) -> str:
    """In the order of the ids as they are written."""
    ordered = sorted(pairs, key=lambda pair: (str(pair[0]), pair[1]))
    return hashlib.sha256(canonical(ordered)).hexdigest()
