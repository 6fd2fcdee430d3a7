"""Released visits with everything a reader may see of them, scoped like every visit."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, Capture, project
from audit.domain.extent import within
from audit.domain.people import Person
from audit.domain.photo import Picture, pictures, shown
from audit.domain.problems import N_, NotFound, Unreadable
from audit.domain.report import EARLIER, EarlierVisit, comparable, last_valid
from audit.domain.result import Printed, Result, result
from audit.domain.track import in_order, raw_score
from audit.domain.visit import Visit
from audit.store.checklists import find_checklists, get_checklist
from audit.store.events import list_events_of, readable
from audit.store.photos import list_arrived
from audit.store.tables import ReleaseRow
from audit.store.visits import (
    VisitFilter,
    get_card,
    get_printed,
    get_visit,
    list_cards,
    list_visits,
)


def get_result(session: Session, person: Person, visit_id: UUID) -> Result:
    """Raises `NotFound` for one that is not released or not this person's to read, and
    `Unreadable`."""
    visit = get_visit(session, person, visit_id)
    if visit.release is None:
        raise NotFound(N_("This visit has not been released."))
    with readable(visit.id):
        return _result(session, person, visit)


def _result(session: Session, person: Person, visit: Visit) -> Result:
    checklist = get_checklist(session, visit.checklist)
    printed = get_printed(session, visit)
    earlier, lost = _earlier(session, person, visit)
    found = result(
        visit,
        checklist,
        get_card(session, visit),
        events_at_release(session, [visit.id])[visit.id],
        printed,
        earlier,
    )
    seen = in_report(session, visit, found.capture, printed)
    return msgspec.structs.replace(found, photos=seen, lost=lost)


def in_report(
    session: Session, visit: Visit, capture: Capture, printed: Printed
) -> dict[str, tuple[Picture, ...]]:
    """The photos of a released visit that its auditor has let into the report, by item."""
    return shown(pictures(capture.photos, list_arrived(session, visit.id)), printed.photos)


def events_at_release(session: Session, visits: Iterable[UUID]) -> dict[UUID, list[AnswerEvent]]:
    """The events that visits were released from; what came later is kept in the log and
    changes nothing. Raises `Unreadable` where nothing says any more which they were."""
    found = list_events_of(session, visits)
    query = select(ReleaseRow.visit_id, ReleaseRow.extent).where(
        col(ReleaseRow.visit_id).in_(list(found))
    )
    extents = dict(session.exec(query).all())
    result = {}
    for visit, events in found.items():
        extent = extents.get(visit, {})
        if extent is None:
            raise Unreadable(visit)
        result[visit] = within(events, extent)
    return result


def _earlier(
    session: Session, person: Person, visit: Visit
) -> tuple[tuple[EarlierVisit, ...], tuple[str, ...]]:
    """Comparable visits of the branch made and released before this one, in the order they
    were made, the last valid one with its answers; and the reports of those that cannot be
    read. One released later is not among them: what is said of a released visit stays."""
    before = _before(session, person, visit)
    checklists = find_checklists(session, {other.checklist for other in before})
    own = get_checklist(session, visit.checklist)
    before = [
        other
        for other in before
        if other.checklist not in checklists or comparable(checklists[other.checklist], own)
    ]
    valid = [place for place, other in enumerate(before) if raw_score(other) is not None]
    before = before[min([*valid[-1:], max(0, len(before) - EARLIER)]) :]
    cards = list_cards(session, before)
    found = [
        EarlierVisit(other, checklists[other.checklist], cards[other.id])
        for other in before
        if other.checklist in checklists and other.id in cards
    ]
    read = {one.visit.id for one in found}
    lost = tuple(other.number for other in before if other.id not in read)
    last = last_valid(found)
    if last is not None:
        found[found.index(last)] = _whole(session, last)
    return tuple(found), lost


def _before(session: Session, person: Person, visit: Visit) -> list[Visit]:
    only = VisitFilter(statuses=("released",), branch=visit.branch.id)
    known = list_visits(session, person, only)
    released = [other for other in known if _released(other) < _released(visit)]
    in_time = in_order([*released, visit])
    return list(in_time[: in_time.index(visit)])


def _whole(session: Session, earlier: EarlierVisit) -> EarlierVisit:
    """With its answers; one whose log is damaged has its frozen score alone."""
    visit = earlier.visit.id
    try:
        with readable(visit):
            capture = project(events_at_release(session, [visit])[visit])
    except Unreadable:
        return msgspec.structs.replace(earlier, readable=False)
    return msgspec.structs.replace(earlier, capture=capture)


def _released(visit: Visit) -> tuple[datetime, UUID]:
    assert visit.release is not None
    return visit.release.released_at, visit.id
