"""The fill page: a visit's questions in the order of the journey, each its own small form.

A form posts to `…/answers` (without script: saved, then back to its item); htmx posts the
same fields to `…/answers/swap` and gets the item's state line and the progress. What the
person is tapping or typing in is never replaced by an answer.
"""

import re
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.answer import LONGEST_NOTE, Capture, Deed, read_answer
from audit.domain.checklist import Checklist
from audit.domain.fill import Row, sheet
from audit.domain.parts import parts, place
from audit.domain.people import Person
from audit.domain.problems import N_, Invalid, NotFound
from audit.store.captures import Captured, get_captured, open_captured
from audit.store.events import write_down
from audit.store.systems import explained
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.forms import Form
from audit.web.onsite import mark_deed, moments
from audit.web.pages import Page


class Refusal(msgspec.Struct, frozen=True):
    """What was posted for one item and why it is not taken; the page shows it again."""

    key: str
    problem: Invalid
    form: Form


@get("/visits/{visit_id:uuid}/fill", sync_to_thread=True)
def show_fill(
    shopper: ThePerson,
    database: TheDatabase,
    page: ThePage,
    visit_id: FromPath[UUID],
    at: FromQuery[str] = "",
) -> Response[Any]:
    return _draw(page, _read(database, shopper, visit_id), None, at)


@post("/visits/{visit_id:uuid}/answers", sync_to_thread=True)
def create_answer(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    """Saves the answer and the note together: without script there is one button for both."""
    key = form.get("item")
    try:
        with database.writing() as session:
            deeds = [answer_deed, note_deed] if form.has("note") else [answer_deed]
            found = _record(session, shopper, visit_id, form, *deeds)
    except Invalid as problem:
        return _draw(
            page, _read(database, shopper, visit_id), Refusal(key, problem, form), f"item-{key}"
        )
    return Redirect(f"/visits/{visit_id}/fill{place(found.checklist, key)}", status_code=303)


@post("/visits/{visit_id:uuid}/answers/swap", sync_to_thread=True)
def swap_answer(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    return _swap(page, database, shopper, visit_id, form, answer_deed)


@post("/visits/{visit_id:uuid}/notes", sync_to_thread=True)
def create_note(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    key = form.get("item")
    try:
        with database.writing() as session:
            found = _record(session, shopper, visit_id, form, note_deed)
    except Invalid as problem:
        return _draw(
            page, _read(database, shopper, visit_id), Refusal(key, problem, form), f"item-{key}"
        )
    return Redirect(f"/visits/{visit_id}/fill{place(found.checklist, key)}", status_code=303)


@post("/visits/{visit_id:uuid}/notes/swap", sync_to_thread=True)
def swap_note(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    return _swap(page, database, shopper, visit_id, form, note_deed)


@post("/visits/{visit_id:uuid}/marks/swap", sync_to_thread=True)
def swap_mark(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    settings: TheSettings,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    """A time typed beside an item: every item timed by a mark may change."""

    def deed(form: Form, checklist: Checklist, capture: Capture) -> Deed:
        return mark_deed(form, checklist, capture, settings.zone)

    return _swap(page, database, shopper, visit_id, form, deed)


def answer_deed(form: Form, checklist: Checklist, capture: Capture) -> Deed:
    key = form.get("item")
    row = _row(checklist, capture, key)
    said = _said(form, row)
    if not said:
        return Deed("clear", key)
    return Deed("answer", key, answer=read_answer(checklist, key, said))


def note_deed(form: Form, checklist: Checklist, capture: Capture) -> Deed:
    key = form.get("item")
    if key not in checklist.by_key:
        raise NotFound(N_("This checklist has no such item."))
    text = form.text("note", most=LONGEST_NOTE, required=False)
    if not form.ok:
        raise form.problems["note"]
    return Deed("note", key, text=text)


def _said(form: Form, row: Row) -> str:
    """What the fields mean; empty: no answer. Tapped and typed at once (only possible
    without script): the one that is new."""
    if form.has("clear"):
        return ""
    tapped = form.get("value")
    typed = _minutes(form) if row.kind == "seconds" else form.get("typed").strip()
    if tapped and typed:
        stored = row.answer.state if row.answer else ""
        return typed if tapped == stored else tapped
    return tapped or typed


def _minutes(form: Form) -> str:
    """Minutes and seconds as typed, in seconds."""
    parts = [form.get(name).strip() for name in ("minutes", "seconds")]
    if not any(parts):
        return ""
    if not all(re.fullmatch(r"\d{0,6}", part) for part in parts):
        raise Invalid(N_("Enter whole minutes and seconds."))
    minutes, seconds = (int(part or 0) for part in parts)
    if parts[0] and seconds > 59:
        raise Invalid(N_("Beside minutes, seconds go from 0 to 59."))
    return str(minutes * 60 + seconds)


def _row(checklist: Checklist, capture: Capture, key: str) -> Row:
    if key not in checklist.by_key and key not in checklist.gate_by_key:
        raise NotFound(N_("This checklist has no such item."))
    return sheet(checklist, capture).row(key)


def _read(database: TheDatabase, shopper: Person, visit_id: UUID) -> Captured:
    with database.reading() as session:
        return get_captured(session, shopper, visit_id)


def _record(session: Session, shopper: Person, visit_id: UUID, form: Form, *deeds: Any) -> Captured:
    journal, checklist = open_captured(session, shopper, visit_id)
    made = [deed(form, checklist, journal.capture) for deed in deeds]
    capture, _ = write_down(session, journal, made, now())
    return Captured(journal.visit, checklist, capture)


def _swap(
    page: Page, database: TheDatabase, shopper: Person, visit_id: UUID, form: Form, deed: Any
) -> Response[Any]:
    refused = None
    try:
        with database.writing() as session:
            found = _record(session, shopper, visit_id, form, deed)
    except Invalid as problem:
        refused = Refusal(form.get("item"), problem, form)
        found = _read(database, shopper, visit_id)
    drawn = sheet(found.checklist, found.capture)
    rows = [row for stage in drawn.stages for row in stage.rows]
    return page(
        "fill/answer.swap.html",
        status=422 if refused else 200,
        sheet=drawn,
        parts=parts(found.checklist, drawn),
        rows=[
            row for row in rows if row.key == form.get("item") or (form.has("mark") and row.timing)
        ],
        refused=refused,
        cleared=deed is answer_deed,
        writable=True,
    )


def _draw(page: Page, found: Captured, refused: Refusal | None, at: str) -> Response[Any]:
    drawn = sheet(found.checklist, found.capture)
    several = parts(found.checklist, drawn)
    draw = partial(page.flowing, style="large.css") if several.large else page
    return draw(
        "fill/fill.html",
        status=422 if refused else 200,
        visit=found.visit,
        checklist=found.checklist,
        marks=found.capture.marks,
        moments=moments(found.capture),
        sheet=drawn,
        parts=several,
        at=at,
        refused=refused,
        writable=found.visit.writable,
        explained=explained(),
    )


handlers = [show_fill, create_answer, swap_answer, create_note, swap_note, swap_mark]
