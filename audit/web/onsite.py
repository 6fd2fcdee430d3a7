"""The on-site screen: one page that looks like a list of notes, made of marks and memories."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.answer import Capture, Deed
from audit.domain.checklist import Checklist
from audit.domain.parts import place
from audit.domain.people import Person
from audit.domain.problems import N_, Invalid, NotFound
from audit.domain.visit import Visit
from audit.store.captures import get_captured, open_captured
from audit.store.events import write_down
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.forms import Form

LONGEST_MEMORY = 500
MOST_MEMORIES = 500
DAY = timedelta(days=1)


@get("/visits/{visit_id:uuid}/onsite", sync_to_thread=True)
def show_onsite(
    shopper: ThePerson,
    database: TheDatabase,
    page: ThePage,
    settings: TheSettings,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    with database.reading() as session:
        visit, checklist, capture = get_captured(session, shopper, visit_id)
    return page(
        "onsite/onsite.html",
        **_context(visit, checklist, capture),
        undone=None,
    )


@post("/visits/{visit_id:uuid}/marks", sync_to_thread=True)
def create_mark(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    settings: TheSettings,
    visit_id: FromPath[UUID],
) -> Redirect:
    with database.writing() as session:
        _, checklist, *_ = _record_mark(session, shopper, visit_id, form, settings.zone)
    item = form.get("item")
    back = f"fill{place(checklist, item)}" if form.has("item") else "onsite"
    return Redirect(f"/visits/{visit_id}/{back}", status_code=303)


@post("/visits/{visit_id:uuid}/marks/onsite", sync_to_thread=True)
def swap_onsite_mark(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    settings: TheSettings,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    with database.writing() as session:
        visit, checklist, before, capture = _record_mark(
            session, shopper, visit_id, form, settings.zone
        )
    name = form.get("mark")
    return page(
        "onsite/mark.swap.html",
        **_context(visit, checklist, capture),
        mark=next(mark for mark in checklist.marks if mark.id == name),
        undone=None if name in capture.marks else before.marks.get(name),
    )


@post("/visits/{visit_id:uuid}/memories", sync_to_thread=True)
def create_memory(
    shopper: ThePerson, database: TheDatabase, form: TheForm, visit_id: FromPath[UUID]
) -> Redirect:
    with database.writing() as session:
        _record_memory(session, shopper, visit_id, form)
    return Redirect(f"/visits/{visit_id}/onsite", status_code=303)


@post("/visits/{visit_id:uuid}/memories/swap", sync_to_thread=True)
def swap_memory(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    with database.writing() as session:
        found = _record_memory(session, shopper, visit_id, form)
    return page("onsite/memory.swap.html", **_context(*found))


def moments(capture: Capture) -> str:
    """The marks for a page's script: JSON, by mark."""
    return msgspec.json.encode(capture.marks).decode()


def mark_deed(form: Form, checklist: Checklist, capture: Capture, zone: ZoneInfo) -> Deed:
    """A mark set to now, to a typed time, or cleared. Raises `NotFound`, `Invalid`."""
    name = form.get("mark")
    if name not in {mark.id for mark in checklist.marks}:
        raise NotFound(N_("This checklist has no such moment."))
    said = form.get("value").strip()
    if said == "now":
        at: datetime | None = _tapped(form.get("at"))
    elif said in ("", "clear"):
        at = None
    else:
        at = _typed(said, capture, zone)
    return Deed("mark", f"mark/{name}", text=at.isoformat() if at else None)


def _tapped(said: str) -> datetime:
    """When the finger came down, by the phone's clock: a slow line must not stretch a
    waiting time. A clock that is days off is not believed."""
    received = now()
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = received
    if at.tzinfo is None or abs(at - received) > DAY:
        at = received
    return at.astimezone(received.tzinfo).replace(microsecond=0)


def _typed(said: str, capture: Capture, zone: ZoneInfo) -> datetime:
    """A time of day, on the day of the visit's other marks, else today."""
    said = said.replace("：", ":")
    try:
        clock = time.fromisoformat(said)
    except ValueError:
        clock = None
    if clock is None or ":" not in said:
        raise Invalid(N_("Enter a time such as 14:05 or 14:05:30."))
    day = min(capture.marks.values(), default=now()).astimezone(zone).date()
    local = datetime.combine(day, clock.replace(microsecond=0, tzinfo=None), zone)
    return local.astimezone(now().tzinfo)


def _record_mark(
    session: Session, shopper: Person, visit_id: UUID, form: Form, zone: ZoneInfo
) -> tuple[Visit, Checklist, Capture, Capture]:
    journal, checklist = open_captured(session, shopper, visit_id)
    deed = mark_deed(form, checklist, journal.capture, zone)
    capture, _ = write_down(session, journal, [deed], now())
    return journal.visit, checklist, journal.capture, capture


def _record_memory(
    session: Session, shopper: Person, visit_id: UUID, form: Form
) -> tuple[Visit, Checklist, Capture]:
    journal, checklist = open_captured(session, shopper, visit_id)
    stage = form.get("stage")
    if stage not in {known.id for known in checklist.stages}:
        raise NotFound(N_("This checklist has no such stage."))
    text = form.text("text", most=LONGEST_MEMORY, required=False)
    if not form.ok:
        raise form.problems["text"]
    if len(journal.capture.remembered) >= MOST_MEMORIES:
        raise Invalid(N_("A visit holds at most %(most)s notes."), most=MOST_MEMORIES)
    deed = Deed("remember", f"stage/{stage}", text=text)
    capture, _ = write_down(session, journal, [deed], now())
    return journal.visit, checklist, capture


def _context(visit: Visit, checklist: Checklist, capture: Capture) -> dict[str, Any]:
    return {
        "visit": visit,
        "checklist": checklist,
        "marks": capture.marks,
        "moments": moments(capture),
        "remembered": capture.remembered,
        "titles": {stage.id: stage.title for stage in checklist.stages},
        "last_stage": _last_stage(checklist, capture),
    }


def _last_stage(checklist: Checklist, capture: Capture) -> str:
    """The stage something was last remembered in; the next note is likely of it too."""
    return capture.remembered[-1].stage if capture.remembered else checklist.stages[0].id


handlers = [show_onsite, create_mark, swap_onsite_mark, create_memory, swap_memory]
