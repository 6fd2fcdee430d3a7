"""The log of answer events: only ever added to."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, Capture, Deed, events_from, project
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


def record(
    session: Session, visit: Visit, deeds: Iterable[Deed], now: datetime
) -> tuple[Capture, list[AnswerEvent]]:
    """Journal what a person did on a page; gives the visit as it then stands.

    The first deed of an assigned visit starts it. Must run inside `writing()`. Two requests
    for one visit take turns, so that `seq` stays gap-free and nothing slips in behind a
    submission: raises `Conflict` when it was handed in meanwhile.
    """
    status = lock_status(session, visit.id)
    deeds = list(deeds)
    if not all(deed.kind in ("submit", "reopen") for deed in deeds):
        msgspec.structs.replace(visit, status=status).must_be_writable()
    events = list_events(session, visit.id)
    own = [event for event in events if event.device == SERVER]
    made = events_from(
        deeds,
        project(events),
        visit=visit.id,
        device=SERVER,
        after=max(own, key=lambda event: event.seq, default=None),
        checklist=visit.checklist,
        wall=now,
        ids=iter(new_id, None),
    )
    add_events(session, made, now)
    if made and status == "assigned":
        save_status(session, visit.id, "in_progress", now)
    return project([*events, *made]), made


def to_event(row: EventRow) -> AnswerEvent:
    values = {name: getattr(row, name) for name in _FIELDS if name != "visit"}
    return AnswerEvent(visit=row.visit_id, **values)
