"""What an auditor reads of a visit's log beside what the visit says now: what each question
was answered before, what phones disagree on, what came late and what was kept apart."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from audit.domain.checklist import Checklist
from audit.domain.deed import Deed
from audit.domain.delivery import Trouble
from audit.domain.event import (
    AnswerEvent,
    Capture,
    EventKind,
    family,
    project,
    read_event,
    register_of,
)
from audit.domain.fill import Row, sheet
from audit.domain.review import gate_said
from audit.domain.text import Text, unturned
from audit.domain.wording import said

SERVER = "server"
SAYING = ("answer", "clear", "note", "mark")  # what phones can disagree on


class Told(msgspec.Struct, frozen=True):
    """One event in words."""

    id: UUID
    kind: EventKind
    item: str
    about: Text  # the question, the moment or the stage
    words: Text
    device: str  # as people call a phone; empty: written on our own pages
    at: datetime  # by the phone's clock
    mark: datetime | None = None
    reason: str = ""
    named: int = 0  # how many late entries were taken in


class Dispute(msgspec.Struct, frozen=True):
    """Something that phones say different things about, until somebody decides."""

    slot: str
    kind: EventKind
    item: str
    about: Text
    sides: tuple[Told, ...]
    row: Row | None  # the question, if it is one

    @property
    def name(self) -> str:
        return self.item.removeprefix("mark/") if self.kind == "mark" else self.item

    @property
    def anchor(self) -> str:
        return self.slot.replace("/", "-").replace(":", "-")


class Apart(msgspec.Struct, frozen=True):
    """What a phone sent that cannot be part of the visit; `told` as far as it can be read."""

    trouble: str
    received_at: datetime
    told: Told | None


class History(msgspec.Struct, frozen=True):
    items: Mapping[str, tuple[Told, ...]]  # by item, where there is more than its answer
    visit: tuple[Told, ...]  # handed in, sent back, taken in
    disputes: tuple[Dispute, ...]
    late: tuple[Told, ...]
    apart: tuple[Apart, ...]


def history(
    checklist: Checklist,
    events: Sequence[AnswerEvent],
    late: Iterable[AnswerEvent] = (),
    apart: Iterable[tuple[str, Trouble, datetime]] = (),
) -> History:
    """`apart`: text, trouble and time of arrival of what is in quarantine."""
    capture = project(events)
    return History(
        items=_items(checklist, events),
        visit=tuple(tell(checklist, e) for e in events if e.item == "visit"),
        disputes=disputes(checklist, capture),
        late=tuple(tell(checklist, event) for event in late),
        apart=tuple(Apart(trouble, at, _read(checklist, body)) for body, trouble, at in apart),
    )


def disputes(checklist: Checklist, capture: Capture) -> tuple[Dispute, ...]:
    rows = sheet(checklist, capture) if capture.conflicts else None
    found = []
    for slot, heads in capture.conflicts.items():
        kind, item = heads[-1].kind, heads[-1].item
        if kind not in SAYING or rows is None:
            continue
        asked = item in checklist.by_key or item in checklist.gate_by_key
        found.append(
            Dispute(
                slot,
                "answer" if kind == "clear" else kind,
                item,
                about(checklist, item),
                tuple(tell(checklist, head) for head in heads),
                rows.row(item) if asked else None,
            )
        )
    return tuple(found)


def same_as(head: AnswerEvent, reason: str) -> Deed:
    """What one of the phones said, decided to be so."""
    return Deed(head.kind, head.item, head.answer, head.text, reason)


def tell(checklist: Checklist, event: AnswerEvent) -> Told:
    return Told(
        id=event.id,
        kind=event.kind,
        item=event.item,
        about=about(checklist, event.item),
        words=_words(checklist, event),
        device=short(event.device),
        at=event.wall,
        mark=datetime.fromisoformat(event.text) if event.kind == "mark" and event.text else None,
        reason=event.reason,
        named=len(event.base) if event.kind == "take_in" else 0,
    )


def short(device: str) -> str:
    """Enough of a device's name to tell the phones of a visit apart."""
    if device == SERVER:
        return ""
    return family(device)[:4].upper() + device[len(family(device)) :]


def about(checklist: Checklist, item: str) -> Text:
    kind, _, name = item.partition("/")
    if item in checklist.by_key:
        return checklist.by_key[item].label
    if item in checklist.gate_by_key:
        return checklist.gate_by_key[item].question
    named = checklist.marks if kind == "mark" else checklist.stages
    return next((one.title for one in named if one.id == name), Text("整次走访", "Whole visit"))


def _words(checklist: Checklist, event: AnswerEvent) -> Text:
    """An item that the checklist does not have is called by its key."""
    if event.kind == "answer" and event.item in checklist.by_key:
        return said(checklist.by_key[event.item], event.answer)
    if event.kind == "answer" and event.item in checklist.gate_by_key:
        return gate_said(checklist.gate_by_key[event.item], event.answer)
    text = unturned(event.text or "")
    return Text(text, text)


def _items(checklist: Checklist, events: Iterable[AnswerEvent]) -> dict[str, tuple[Told, ...]]:
    """Answers and notes by item, first things first; one that was said once and never again
    stands in its place anyway."""
    found: dict[str, list[AnswerEvent]] = {}
    for event in events:
        if event.kind in ("answer", "clear", "note"):
            found.setdefault(event.item, []).append(event)
    return {
        item: tuple(tell(checklist, event) for event in said)
        for item, said in found.items()
        if len({register_of(event.kind, event.item) for event in said}) < len(said)
    }


def _read(checklist: Checklist, body: str) -> Told | None:
    """Of what is in quarantine nothing can be relied on."""
    try:
        event = read_event(body)
    except (msgspec.DecodeError, UnicodeError):
        return None
    try:
        return tell(checklist, event)
    except (ValueError, KeyError, StopIteration):  # said what the question does not take
        text = str(event.answer.value) if event.answer else event.text or ""
        plain = msgspec.structs.replace(event, kind="note", text=text)
        return tell(checklist, plain)
