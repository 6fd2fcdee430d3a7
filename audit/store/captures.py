"""Visits as their shoppers fill them in: with the checklist, and what they say now. Where that
cannot be read, `Damaged` is raised instead of whatever a damaged log or checklist makes of it."""

from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from audit.domain.answer import Capture, project
from audit.domain.checklist import Checklist
from audit.domain.people import Person
from audit.domain.problems import Damaged
from audit.domain.visit import Visit
from audit.store.checklists import get_checklist
from audit.store.events import Journal, list_events, open_journal, readable
from audit.store.visits import get_visit, lock_status


class Captured(NamedTuple):
    visit: Visit
    checklist: Checklist
    capture: Capture


def get_captured(session: Session, shopper: Person, visit_id: UUID) -> Captured:
    visit = get_visit(session, shopper, visit_id)
    with readable(visit.id, Damaged):
        checklist = get_checklist(session, visit.checklist)
        return Captured(visit, checklist, project(list_events(session, visit.id)))


def open_captured(session: Session, shopper: Person, visit_id: UUID) -> tuple[Journal, Checklist]:
    """Must run inside `writing()`. Raises `Conflict` for one that was handed in, and `NotFound`
    for one that was given to somebody else while this waited for it."""
    get_visit(session, shopper, visit_id)
    lock_status(session, visit_id)
    visit = get_visit(session, shopper, visit_id)
    with readable(visit.id, Damaged):
        journal = open_journal(session, visit)
    journal.visit.must_be_writable()
    with readable(visit.id, Damaged):
        return journal, get_checklist(session, visit.checklist)
