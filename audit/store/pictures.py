"""Photos as people look at them: those that the visit they may see says were taken."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from audit.domain.event import AnswerEvent, Photo, project
from audit.domain.evidence import in_report_order
from audit.domain.people import Person
from audit.domain.photo import Arrived, content
from audit.domain.problems import N_, NotFound
from audit.domain.visit import Visit
from audit.store.checklists import get_checklist
from audit.store.events import list_events, readable
from audit.store.photos import list_arrived
from audit.store.results import events_at_release, in_report
from audit.store.visits import get_card, get_printed, get_visit


def get_picture(session: Session, person: Person, visit_id: UUID, photo_id: UUID) -> Arrived:
    """Raises `NotFound` for one that is not this person's to see, was taken away again, has
    not come, or is no picture. Of a released visit there are those it was released with.

    None for a branch: a photo's name tells the moment it was taken."""
    visit = get_visit(session, person, visit_id)
    events: Iterable[AnswerEvent] = ()
    with readable(visit_id):
        if visit.release is None:
            events = list_events(session, visit_id)
        elif person.role != "branch_manager":
            events = events_at_release(session, [visit_id])[visit_id]
        capture = project(events)
    arrived = list_arrived(session, visit_id)
    for taken in capture.photos.values():
        for photo in taken:
            found = arrived.get(content(photo))
            if photo.id == photo_id and found is not None and found.readable:
                return found
    raise NotFound(N_("There is no such photo."))


def get_evidence(session: Session, person: Person, visit_id: UUID, number: int) -> Arrived:
    """The photo with this number in the report. Raises `NotFound`."""
    visit = get_visit(session, person, visit_id)
    photos = [] if visit.release is None else _evidence(session, visit)
    if not 0 < number <= len(photos):
        raise NotFound(N_("There is no such photo."))
    return list_arrived(session, visit_id)[content(photos[number - 1])]


def list_evidence(session: Session, person: Person, visit_id: UUID) -> list[Arrived]:
    """All photos of the report, in its order."""
    arrived = list_arrived(session, visit_id)
    photos = _evidence(session, get_visit(session, person, visit_id))
    return [arrived[content(photo)] for photo in photos]


def _evidence(session: Session, visit: Visit) -> list[Photo]:
    with readable(visit.id):
        capture = project(events_at_release(session, [visit.id])[visit.id])
        photos = in_report(session, visit, capture, get_printed(session, visit))
        ordered = in_report_order(
            get_checklist(session, visit.checklist), get_card(session, visit), photos
        )
    return [picture.photo for _, picture in ordered]
