"""Photos as people look at them: those that the visit they may see says were taken."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from audit.domain.event import AnswerEvent, project
from audit.domain.people import Person
from audit.domain.photo import Arrived, content
from audit.domain.problems import N_, NotFound
from audit.store.events import list_events
from audit.store.photos import list_arrived
from audit.store.results import events_at_release
from audit.store.visits import get_visit


def get_picture(session: Session, person: Person, visit_id: UUID, photo_id: UUID) -> Arrived:
    """Raises `NotFound` for one that is not this person's to see, was taken away again, has
    not come, or is no picture. Of a released visit there are those it was released with."""
    visit = get_visit(session, person, visit_id)
    events: Iterable[AnswerEvent]
    if visit.release is None:
        events = list_events(session, visit_id)
    else:
        events = events_at_release(session, [visit_id])[visit_id]
    arrived = list_arrived(session, visit_id)
    for taken in project(events).photos.values():
        for photo in taken:
            found = arrived.get(content(photo))
            if photo.id == photo_id and found is not None and found.readable:
                return found
    raise NotFound(N_("There is no such photo."))
