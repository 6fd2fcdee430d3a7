"""The log of answer events: only ever added to."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, Capture, Deed, events_from, project
from audit.domain.event import follow, read_event, written
from audit.domain.problems import Damaged, Problem, Unreadable
from audit.domain.visit import Visit
from audit.ids import new_id
from audit.store.tables import EventRow
from audit.store.visits import lock_status, save_status

log = logging.getLogger("mingcha")

# What reading a damaged log or checklist raises.
UNREADABLE = (
    Problem, msgspec.MsgspecError, LookupError, ValueError, TypeError, AttributeError,
    ArithmeticError, AssertionError,
)  # fmt: skip


@contextmanager
def readable(visit: UUID, problem: type[Damaged | Unreadable] = Unreadable) -> Iterator[None]:
    """Around all that hangs on a visit's log and checklist: raises the problem, and nothing
    else of what a damaged one makes of it."""
    try:
        yield
    except UNREADABLE as error:
        log.warning("visit %s cannot be read", visit, exc_info=True)
        raise problem(visit) from error


def list_events(session: Session, visit_id: UUID) -> list[AnswerEvent]:
    """What the visit is made of, in Lamport order; what came too late is left out."""
    return list_events_of(session, [visit_id])[visit_id]


def list_events_of(session: Session, visits: Iterable[UUID]) -> dict[UUID, list[AnswerEvent]]:
    return _listed(session, visits, late=False)


def list_readable(session: Session, visits: Iterable[UUID]) -> dict[UUID, list[AnswerEvent]]:
    """All at once; empty when one of them is damaged."""
    try:
        return list_events_of(session, visits)
    except UNREADABLE:
        return {}


def list_late(session: Session, visit_id: UUID) -> list[AnswerEvent]:
    """What came when the visit had been handed in."""
    return _listed(session, [visit_id], late=True)[visit_id]


def _listed(
    session: Session, visits: Iterable[UUID], *, late: bool
) -> dict[UUID, list[AnswerEvent]]:
    found: dict[UUID, list[AnswerEvent]] = {visit: [] for visit in visits}
    query = select(EventRow.visit_id, EventRow.device, EventRow.body).where(
        col(EventRow.visit_id).in_(list(found)), col(EventRow.late).is_(late)
    )
    for visit, device, body in session.exec(query):
        found[visit].append(as_filed(device, body))
    for events in found.values():
        events.sort(key=lambda event: (event.lamport, event.device, event.seq))
    return found


def as_filed(device: str, body: str) -> AnswerEvent:
    """The event under the name its device is filed by."""
    event = read_event(body)
    return event if event.device == device else msgspec.structs.replace(event, device=device)


def add_events(session: Session, events: Iterable[AnswerEvent], now: datetime) -> None:
    rows = [
        {
            "id": event.id,
            "visit_id": event.visit,
            "device": event.device,
            "seq": event.seq,
            "body": written(event),
            "hash": event.hash,
            "late": False,
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
    if not all(deed.kind in ("submit", "reopen", "take_in") for deed in deeds):
        visit.must_be_writable()
    made = append(session, journal, deeds, now)
    if made and visit.status == "assigned":
        save_status(session, visit.id, "in_progress", now)
    return follow(journal.capture, made), made


def append(
    session: Session, journal: Journal, deeds: Iterable[Deed], now: datetime
) -> list[AnswerEvent]:
    """As `write_down`, whatever the visit's status: the caller has checked that it may."""
    made = events_from(
        deeds,
        journal.capture,
        visit=journal.visit.id,
        device=SERVER,
        after=journal.last,
        checklist=journal.visit.checklist,
        wall=now,
        ids=iter(new_id, None),
    )
    add_events(session, made, now)
    return made


def record(
    session: Session, visit: Visit, deeds: Iterable[Deed], now: datetime
) -> tuple[Capture, list[AnswerEvent]]:
    """Both at once, for deeds that do not hang on what the visit says."""
    return write_down(session, open_journal(session, visit), deeds, now)
