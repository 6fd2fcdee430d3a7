"""The review queue: what waits for an auditor, what waits longest first."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from audit.domain.event import AnswerEvent
from audit.domain.people import Person
from audit.domain.photo import pictures
from audit.domain.review import Review, Sort, Waiting, by_flags, review, waiting
from audit.domain.visit import STATUSES, Status, Visit
from audit.store.checklists import get_checklist
from audit.store.events import UNREADABLE, list_events, list_readable, readable
from audit.store.photos import list_arrived
from audit.store.results import events_at_release, in_report
from audit.store.scenarios import find_scenario
from audit.store.tables import BranchRow, EventRow, VisitRow
from audit.store.visits import (
    VisitFilter,
    get_card,
    get_printed,
    get_visit,
    narrowed,
    scoped,
    to_visit,
)

log = logging.getLogger("mingcha")

WAITING: tuple[Status, ...] = (
    "submitted", "returned", "in_progress", "assigned", "released", "cancelled",
)  # fmt: skip
SORTED_BY_FLAGS = 200  # more than this would be read for the sake of the order alone
KEPT = 5000

# By visit, number of events and the highest of their hashes: the same log says the same.
_read: dict[tuple[UUID, Status, int, str], Waiting] = {}


def list_queue(
    session: Session,
    auditor: Person,
    only: VisitFilter,
    *,
    limit: int,
    offset: int = 0,
    sort: Sort = "submitted",
) -> list[Waiting]:
    """Submitted visits first, the oldest submission first, then what may still come; one that
    cannot be read stands among the others. By flags only up to `SORTED_BY_FLAGS` visits."""
    query = narrowed(scoped(auditor), only)
    if sort == "flags":
        every = query.order_by(*_order("submitted")).limit(SORTED_BY_FLAGS + 1)
        visits = [to_visit(auditor, *found) for found in session.exec(every)]
        if len(visits) <= SORTED_BY_FLAGS:
            return by_flags(_lines(session, visits))[offset : offset + limit]
    query = query.order_by(*_order(sort)).limit(limit).offset(offset)
    return _lines(session, [to_visit(auditor, *found) for found in session.exec(query)])


def _lines(session: Session, visits: Sequence[Visit]) -> list[Waiting]:
    ids = [visit.id for visit in visits]
    events = col(EventRow.visit_id)
    query = select(events, func.count(), func.max(EventRow.hash))
    query = query.where(events.in_(ids), col(EventRow.late).is_(False)).group_by(events)
    known = {visit: (number, highest) for visit, number, highest in session.exec(query)}
    names = {one.id: (one.id, one.status, *known.get(one.id, (0, ""))) for one in visits}
    fresh = [visit for visit in visits if names[visit.id] not in _read]
    logs = list_readable(session, [visit.id for visit in fresh])
    if len(_read) > KEPT:
        _read.clear()
    lines = []
    for visit in visits:
        line = _read.get(names[visit.id]) or _line(session, visit, logs.get(visit.id))
        if line.progress is not None:
            _read[names[visit.id]] = line
        lines.append(msgspec.structs.replace(line, visit=visit))
    return lines


def _line(session: Session, visit: Visit, events: list[AnswerEvent] | None) -> Waiting:
    try:
        checklist = get_checklist(session, visit.checklist)
        return waiting(
            visit, checklist, list_events(session, visit.id) if events is None else events
        )
    except UNREADABLE:
        log.warning("visit %s cannot be read", visit.id, exc_info=True)
        return Waiting(visit)


def get_review(session: Session, auditor: Person, visit_id: UUID) -> Review:
    """A released visit is read as it was released, with its card as frozen. Raises
    `Unreadable`."""
    visit = get_visit(session, auditor, visit_id)
    with readable(visit.id):
        return _review(session, visit)


def _review(session: Session, visit: Visit) -> Review:
    checklist = get_checklist(session, visit.checklist)
    arrived = list_arrived(session, visit.id)
    scenario = find_scenario(session, visit.scenario)
    if visit.release is None:
        read = review(visit, checklist, list_events(session, visit.id))
        photos = pictures(read.capture.photos, arrived)
        return msgspec.structs.replace(read, photos=photos, scenario=scenario)
    events = events_at_release(session, [visit.id])[visit.id]
    read = review(visit, checklist, events)
    let_in = in_report(session, visit, read.capture, get_printed(session, visit))
    names = {picture.id for taken in let_in.values() for picture in taken}
    every = {photo.id for taken in read.capture.photos.values() for photo in taken}
    return msgspec.structs.replace(
        read,
        card=get_card(session, visit),
        genuine=read.root == visit.release.root,
        photos=pictures(read.capture.photos, arrived),
        scenario=scenario,
        left_out=frozenset(every - names),
    )


def count_by_status(session: Session, auditor: Person, only: VisitFilter) -> dict[Status, int]:
    """Visits per status, whatever statuses `only` names; every status is in the answer."""
    any_status = msgspec.structs.replace(only, statuses=())
    inner = narrowed(scoped(auditor), any_status).with_only_columns(VisitRow.status).subquery()
    query = select(inner.c.status, func.count()).group_by(inner.c.status)
    counted = dict(session.exec(query).all())
    return {status: counted.get(status, 0) for status in STATUSES}


def neighbours(
    session: Session,
    auditor: Person,
    only: VisitFilter,
    visit_id: UUID,
    sort: Sort = "submitted",
) -> tuple[UUID | None, UUID | None]:
    """The visits before and after this one in the queue. One that has left it (reviewed
    a moment ago) is followed by the first that waits."""
    ids = _ids(session, auditor, only, sort)
    if visit_id not in ids:
        return None, ids[0] if ids else None
    place = ids.index(visit_id)
    before = ids[place - 1] if place else None
    return before, ids[place + 1] if place + 1 < len(ids) else None


def _ids(session: Session, auditor: Person, only: VisitFilter, sort: Sort) -> list[UUID]:
    query = narrowed(scoped(auditor), only).order_by(*_order(sort))
    ids = list(session.exec(query.with_only_columns(col(VisitRow.id))).scalars())
    if sort == "flags" and len(ids) <= SORTED_BY_FLAGS:
        queue = list_queue(session, auditor, only, limit=len(ids), sort=sort)
        return [line.visit.id for line in queue]
    return ids


def _order(sort: Sort) -> tuple[Any, ...]:
    rank = case({status: place for place, status in enumerate(WAITING)}, value=VisitRow.status)
    return (
        *([col(BranchRow.code)] if sort == "branch" else []),
        rank,
        col(VisitRow.submitted_at).asc().nulls_last(),
        col(VisitRow.due_on),
        col(VisitRow.id),
    )
