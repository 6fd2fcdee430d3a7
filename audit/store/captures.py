"""Visits as their shoppers fill them in: with the checklist, and what they say now. Where that
cannot be read, `Damaged` is raised instead of whatever a damaged log or checklist makes of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session

from audit.domain.answer import Capture, project
from audit.domain.checklist import Checklist
from audit.domain.people import Person
from audit.domain.problems import Damaged
from audit.domain.visit import Visit
from audit.store.checklists import get_checklist
from audit.store.events import UNREADABLE, Journal, list_events, open_journal
from audit.store.visits import get_visit

log = logging.getLogger("mingcha")


class Captured(NamedTuple):
    visit: Visit
    checklist: Checklist
    capture: Capture


def get_captured(session: Session, shopper: Person, visit_id: UUID) -> Captured:
    visit = get_visit(session, shopper, visit_id)
    with _readable(visit):
        checklist = get_checklist(session, visit.checklist)
        return Captured(visit, checklist, project(list_events(session, visit.id)))


def open_captured(session: Session, shopper: Person, visit_id: UUID) -> tuple[Journal, Checklist]:
    """Must run inside `writing()`. Raises `Conflict` for one that was handed in."""
    visit = get_visit(session, shopper, visit_id)
    with _readable(visit):
        journal = open_journal(session, visit)
    journal.visit.must_be_writable()
    with _readable(visit):
        return journal, get_checklist(session, visit.checklist)


@contextmanager
def _readable(visit: Visit) -> Iterator[None]:
    try:
        yield
    except UNREADABLE as error:
        log.warning("visit %s cannot be read", visit.id, exc_info=True)
        raise Damaged(visit.id) from error
