"""Released visits with everything a reader may see of them, scoped like every visit."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, project
from audit.domain.people import Person
from audit.domain.problems import N_, NotFound
from audit.domain.report import EARLIER, EarlierVisit, comparable
from audit.domain.result import Result, result
from audit.domain.visit import Visit
from audit.store.checklists import get_checklist
from audit.store.events import to_event
from audit.store.tables import EventRow, ReleaseRow
from audit.store.visits import VisitFilter, get_card, get_visit, list_cards, list_visits


def get_result(session: Session, person: Person, visit_id: UUID) -> Result:
    """Raises `NotFound` for one that is not released or not this person's to read."""
    visit = get_visit(session, person, visit_id)
    if visit.release is None:
        raise NotFound(N_("This visit has not been released."))
    return result(
        visit,
        get_checklist(session, visit.checklist),
        get_card(session, visit),
        events_at_release(session, [visit.id])[visit.id],
        _earlier(session, person, visit),
    )


def events_at_release(session: Session, visits: Iterable[UUID]) -> dict[UUID, list[AnswerEvent]]:
    """The events of released visits that had been received by then; what came later is
    kept in the log and changes nothing."""
    found: dict[UUID, list[AnswerEvent]] = {visit: [] for visit in visits}
    query = (
        select(EventRow)
        .join(ReleaseRow, col(ReleaseRow.visit_id) == EventRow.visit_id)
        .where(
            col(EventRow.visit_id).in_(list(found)),
            col(EventRow.received_at) <= col(ReleaseRow.released_at),
        )
        .order_by(col(EventRow.lamport), col(EventRow.device), col(EventRow.seq))
    )
    for row in session.exec(query):
        found[row.visit_id].append(to_event(row))
    return found


def count_late_events(session: Session, visit_id: UUID) -> int:
    """Events that arrived after the release."""
    query = (
        select(func.count())
        .select_from(EventRow)
        .join(ReleaseRow, col(ReleaseRow.visit_id) == EventRow.visit_id)
        .where(
            col(EventRow.visit_id) == visit_id,
            col(EventRow.received_at) > col(ReleaseRow.released_at),
        )
    )
    return session.exec(query).one()


def _earlier(session: Session, person: Person, visit: Visit) -> tuple[EarlierVisit, ...]:
    """Comparable visits of the branch released before this one, the last with its answers."""
    only = VisitFilter(statuses=("released",), branch=visit.branch.id)
    checklist = get_checklist(session, visit.checklist)
    before = [
        other
        for other in list_visits(session, person, only)
        if _released(other) < _released(visit)
        and comparable(get_checklist(session, other.checklist), checklist)
    ][:EARLIER]
    before.reverse()
    cards = list_cards(session, before)
    found = [
        EarlierVisit(other, get_checklist(session, other.checklist), cards[other.id])
        for other in before
    ]
    if found:
        last = found[-1]
        events = events_at_release(session, [last.visit.id])[last.visit.id]
        found[-1] = msgspec.structs.replace(last, capture=project(events))
    return tuple(found)


def _released(visit: Visit) -> tuple[datetime, UUID]:
    assert visit.release is not None
    return visit.release.released_at, visit.id
