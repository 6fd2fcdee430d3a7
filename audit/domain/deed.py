"""What a person just did, and the events it becomes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from audit.domain.event import (
    Answer,
    AnswerEvent,
    Capture,
    EventKind,
    Manifest,
    hashed,
    register_of,
)


class Deed(msgspec.Struct, frozen=True):
    """What a person just did, before it becomes an event."""

    kind: EventKind
    item: str
    answer: Answer | None = None
    text: str | None = None
    reason: str = ""
    manifest: Manifest | None = None  # of a handing in
    named: tuple[UUID, ...] = ()  # events it is about, besides those it replaces


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
        earlier = latest.get(slot := register_of(deed.kind, deed.item))
        if repeats(earlier, deed) if earlier else changes_nothing(capture, deed):
            continue
        replaced = (earlier.id,) if earlier else capture.heads.get(slot, ())
        after = latest[slot] = hashed(
            AnswerEvent(
                id=name,
                visit=visit,
                device=device,
                seq=after.seq + 1 if after else 1,
                lamport=capture.lamport + len(made) + 1,
                kind=deed.kind,
                item=deed.item,
                checklist=checklist,
                wall=wall,
                answer=deed.answer,
                text=deed.text,
                base=(*replaced, *deed.named),
                reason=deed.reason,
                manifest=deed.manifest,
                prev=after.hash if after else "",
            )
        )
        made.append(after)
    return made


def repeats(event: AnswerEvent, deed: Deed) -> bool:
    said = (event.kind, event.answer, event.text or "")
    return deed.kind != "remember" and said == (deed.kind, deed.answer, deed.text or "")
