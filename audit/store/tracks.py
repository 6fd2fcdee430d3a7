"""Released visits as branches read and compare them, scoped like every visit."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from sqlmodel import Session

from audit.domain.answer import AnswerEvent, project, settled, with_timings
from audit.domain.changes import Said
from audit.domain.checklist import Checklist
from audit.domain.comparison import ScoredVisit
from audit.domain.people import Person
from audit.domain.problems import N_, NotFound, Unreadable
from audit.domain.track import Network, in_order, network_of
from audit.domain.visit import Visit
from audit.store.checklists import find_checklists, get_checklist
from audit.store.events import UNREADABLE, readable
from audit.store.results import events_at_release
from audit.store.visits import VisitFilter, list_cards, list_visits, released_scores


def list_released(
    session: Session, person: Person, *, branch: UUID | None = None, region: UUID | None = None
) -> list[Visit]:
    only = VisitFilter(statuses=("released",), branch=branch, region=region)
    return list_visits(session, person, only)


def list_chosen(
    session: Session, person: Person, branch: UUID, chosen: Iterable[UUID]
) -> list[Visit]:
    """These released visits of the branch in the order they were made; raises `NotFound`
    if one of them is not there for this person."""
    wanted = set(chosen)
    found = [visit for visit in list_released(session, person, branch=branch) if visit.id in wanted]
    if len(found) < len(wanted):
        raise NotFound(N_("There is no such visit."))
    return list(in_order(found))


def checklists_of(session: Session, visits: Iterable[Visit]) -> dict[str, Checklist]:
    """By hash: every version the visits were made under that can be read."""
    return find_checklists(session, dict.fromkeys(visit.checklist for visit in visits))


def read_network(session: Session, checklist_id: str) -> Network:
    return network_of(released_scores(session, checklist_id))


def list_scored(session: Session, visits: Sequence[Visit]) -> list[ScoredVisit]:
    """Of those whose card and checklist can be read."""
    cards, checklists = list_cards(session, list(visits)), checklists_of(session, visits)
    return [
        ScoredVisit(visit, checklists[visit.checklist], cards[visit.id])
        for visit in visits
        if visit.checklist in checklists and visit.id in cards
    ]


def list_said(session: Session, visits: Sequence[Visit]) -> dict[UUID, Said]:
    """Of those whose log can be read."""
    try:
        logs = events_at_release(session, [visit.id for visit in visits])
    except UNREADABLE:  # one of them; each is then read by itself
        logs = {}
    result = {}
    for visit in visits:
        with suppress(Unreadable), readable(visit.id):
            result[visit.id] = _said(session, visit, logs.get(visit.id))
    return result


def _said(session: Session, visit: Visit, events: Sequence[AnswerEvent] | None) -> Said:
    if events is None:
        events = events_at_release(session, [visit.id])[visit.id]
    checklist = get_checklist(session, visit.checklist)
    capture = project(events)
    timed = with_timings(checklist, capture.answers, capture.marks)
    return Said(settled(checklist, timed), capture.notes)
