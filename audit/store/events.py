"""The log of answer events: only ever added to."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, Capture, Deed, events_from, project
from audit.domain.event import follow
from audit.domain.visit import Visit
from audit.ids import new_id
from audit.store.tables import EventRow
from audit.store.visits import lock_status, save_status

_FIELDS = AnswerEvent.__struct_fields__


def list_events(session: Session, visit_id: UUID) -> list[AnswerEvent]:
    rows = session.exec(
        select(EventRow)
        .where(EventRow.visit_id == visit_id)
        .order_by(col(EventRow.lamport), col(EventRow.device), col(EventRow.seq))
    ).all()
    return [to_event(row) for row in rows]


def list_events_of(session: Session, visits: Iterable[UUID]) -> dict[UUID, list[AnswerEvent]]:
    found: dict[UUID, list[AnswerEvent]] = {visit: [] for visit in visits}
    query = (
        select(EventRow)
        .where(col(EventRow.visit_id).in_(list(found)))
        .order_by(col(EventRow.lamport), col(EventRow.device), col(EventRow.seq))
    )
    for row in session.exec(query):
        found[row.visit_id].append(to_event(row))
    return found


def add_events(session: Session, events: Iterable[AnswerEvent], now: datetime) -> None:
    rows = [
        {
            **{name: getattr(event, name) for name in _FIELDS if name != "visit"},
            "visit_id": event.visit,
            "hash": event.hash(),
            "received_at": now,
        }
        for event in events
    ]
    if rows:
        session.flush()  # the visit itself may be as new as its events
        session.execute(insert(EventRow), rows)


SERVER = "server"  # the device of what is posted as a plain form, without a phone's journal


class Journal(msgspec.Struct, frozen=True):
    """A locked visit and what it says, open for writing down what comes next."""

    visit: Visit  # with the status it has now
    capture: Capture
    last: AnswerEvent | None  # of those made here


def open_journal(session: Session, visit: Visit) -> Journal:
    """Must run inside `writing()`. Two requests for one visit take turns, so that `seq` stays
    gap-free and nothing slips in behind a submission."""
    status = lock_status(session, visit.id)
    events = list_events(session, visit.id)
    own = (event for event in events if event.device == SERVER)
    return Journal(
        msgspec.structs.replace(visit, status=status),
        project(events),
        max(own, key=lambda event: event.seq, default=None),
    )


def write_down(
    session: Session, journal: Journal, deeds: Iterable[Deed], now: datetime
) -> tuple[Capture, list[AnswerEvent]]:
    """Journal what a person did on a page; gives the visit as it then stands.

    The first deed of an assigned visit starts it. Raises `Conflict` when it was handed in
    meanwhile.
    """
    visit = journal.visit
    deeds = list(deeds)
    if not all(deed.kind in ("submit", "reopen") for deed in deeds):
        visit.must_be_writable()
    made = events_from(
        deeds,
        journal.capture,
        visit=visit.id,
        device=SERVER,
        after=journal.last,
        checklist=visit.checklist,
        wall=now,
        ids=iter(new_id, None),
    )
    add_events(session, made, now)
    if made and visit.status == "assigned":
        save_status(session, visit.id, "in_progress", now)
    return follow(journal.capture, made), made


def record(
    session: Session, visit: Visit, deeds: Iterable[Deed], now: datetime
) -> tuple[Capture, list[AnswerEvent]]:
    """Both at once, for deeds that do not hang on what the visit says."""
    return write_down(session, open_journal(session, visit), deeds, now)


def to_event(row: EventRow) -> AnswerEvent:
    values = {name: getattr(row, name) for name in _FIELDS if name != "visit"}
    return AnswerEvent(visit=row.visit_id, **values)
