"""The review queue: what waits for an auditor, what waits longest first."""

from uuid import UUID

import msgspec
from sqlalchemy import case, func
from sqlmodel import Session, col, select

from audit.domain.people import Person
from audit.domain.photo import pictures
from audit.domain.review import Review, Waiting, review, waiting
from audit.domain.visit import STATUSES, Status
from audit.store.checklists import get_checklist
from audit.store.events import list_events, list_events_of
from audit.store.photos import list_arrived
from audit.store.results import events_at_release
from audit.store.tables import VisitRow
from audit.store.visits import (
    VisitFilter,
    get_card,
    get_visit,
    narrowed,
    scoped,
    to_visit,
)

WAITING: tuple[Status, ...] = (
    "submitted", "returned", "in_progress", "assigned", "released", "cancelled",
)  # fmt: skip


def list_queue(
    session: Session, auditor: Person, only: VisitFilter, *, limit: int, offset: int = 0
) -> list[Waiting]:
    """Submitted visits first, the oldest submission first, then what may still come."""
    query = narrowed(scoped(auditor), only).order_by(*_order()).limit(limit).offset(offset)
    visits = [to_visit(auditor, *found) for found in session.exec(query)]
    events = list_events_of(session, [visit.id for visit in visits])
    return [
        waiting(visit, get_checklist(session, visit.checklist), events[visit.id])
        for visit in visits
    ]


def get_review(session: Session, auditor: Person, visit_id: UUID) -> Review:
    """A released visit is read as it was released, with its card as frozen."""
    visit = get_visit(session, auditor, visit_id)
    checklist = get_checklist(session, visit.checklist)
    arrived = list_arrived(session, visit_id)
    if visit.release is None:
        read = review(visit, checklist, list_events(session, visit_id))
        return msgspec.structs.replace(read, photos=pictures(read.capture.photos, arrived))
    events = events_at_release(session, [visit_id])[visit_id]
    read = review(visit, checklist, events)
    return msgspec.structs.replace(
        read,
        card=get_card(session, visit),
        genuine=read.root == visit.release.root,
        photos=pictures(read.capture.photos, arrived),
    )


def count_by_status(session: Session, auditor: Person, only: VisitFilter) -> dict[Status, int]:
    """Visits per status, whatever statuses `only` names; every status is in the answer."""
    any_status = msgspec.structs.replace(only, statuses=())
    inner = narrowed(scoped(auditor), any_status).with_only_columns(VisitRow.status).subquery()
    query = select(inner.c.status, func.count()).group_by(inner.c.status)
    counted = dict(session.exec(query).all())
    return {status: counted.get(status, 0) for status in STATUSES}


def neighbours(
    session: Session, auditor: Person, only: VisitFilter, visit_id: UUID
) -> tuple[UUID | None, UUID | None]:
    """The visits before and after this one in the queue. One that has left it (reviewed
    a moment ago) is followed by the first that waits."""
    query = narrowed(scoped(auditor), only).order_by(*_order())
    ids = list(session.exec(query.with_only_columns(col(VisitRow.id))).scalars())
    if visit_id not in ids:
        return None, ids[0] if ids else None
    place = ids.index(visit_id)
    before = ids[place - 1] if place else None
    return before, ids[place + 1] if place + 1 < len(ids) else None


def _order() -> tuple[object, ...]:
    rank = case({status: place for place, status in enumerate(WAITING)}, value=VisitRow.status)
    return (
        rank,
        col(VisitRow.submitted_at).asc().nulls_last(),
        col(VisitRow.due_on),
        col(VisitRow.id),
    )
