"""Composing a checklist of published ones: parts, their shares, and what is left out."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.composition import add_part, can_be_part, part_of, with_parts
from audit.domain.draft import Draft, nth, order_of, put, seen_as, stepped
from audit.domain.problems import N_, Conflict
from audit.domain.tables import Tables
from audit.domain.typed import by_slot, one
from audit.store.checklists import get_checklist, shelf_of
from audit.store.drafts import get_draft, save_draft
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.desk import Overtaken, drawn, piece, place_of, read_desk
from audit.web.forms import Form


@post("/drafts/{draft_id:uuid}/parts", sync_to_thread=True)
def create_part(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    with database.writing() as session:
        draft = _unchanged(session, draft_id, form)
        checklist = get_checklist(session, form.get("checklist"))
        if not can_be_part(checklist) or checklist.id in order_of(draft):
            raise Conflict(N_("This checklist cannot be a part here."))
        tables = add_part(draft.tables, checklist, shelf_of(session))
        save_draft(session, draft_id, tables, auditor, now())
    return Redirect(f"/drafts/{draft_id}#parts", status_code=303)


@post("/drafts/{draft_id:uuid}/parts/places", sync_to_thread=True)
def place_part(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    number, step = place_of(form, ("up", "down", "remove"))
    with database.writing() as session:
        draft = _unchanged(session, draft_id, form)
        parts = stepped(draft.tables["parts"], number, step)
        requires = draft.tables.get("requires", {})
        tables = with_parts(draft.tables, parts, requires, shelf_of(session))
        save_draft(session, draft_id, tables, auditor, now())
    return Redirect(f"/drafts/{draft_id}#parts", status_code=303)


@get("/drafts/{draft_id:uuid}/parts/{number:int}", sync_to_thread=True)
def show_part(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
) -> Response[str]:
    desk = read_desk(database, draft_id)
    part = nth(desk.draft.tables.get("parts", []), number)
    found = part_of(desk.draft.tables, part, desk.shelf)
    return page(
        "drafts/part.html",
        desk=desk,
        part=piece(part),
        number=number,
        checklist=found,
        versions=[one for name, one in desk.shelf if name == part["checklist"]],
        seen=seen_as([part, desk.draft.tables.get("requires")]),
        wrong=by_slot(desk.told("parts", str(part["checklist"])), ["", "share", "without"]),
        **drawn(page),
    )


@post("/drafts/{draft_id:uuid}/parts/{number:int}", sync_to_thread=True)
def save_part(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
) -> Response[Any]:
    with database.writing() as session:
        draft = get_draft(session, draft_id, locked=True)
        part = nth(draft.tables.get("parts", []), number)
        if seen_as([part, draft.tables.get("requires")]) != form.get("seen"):
            raise Overtaken(draft)
        tables = _with(session, draft, number, part, form)
        save_draft(session, draft_id, tables, auditor, now())
    return Redirect(f"/drafts/{draft_id}/parts/{number}#saved", status_code=303)


def _with(session: Session, draft: Draft, number: int, part: Tables, form: Form) -> Tables:
    shelf = shelf_of(session)
    requires = {**draft.tables.get("requires", {}), part["checklist"]: form.get("version")}
    found = shelf.get((part["checklist"], form.get("version")))
    kept = set(form.all("items"))
    known = found.by_key if found else {}
    changed = {"checklist": part["checklist"], "share": one(form.fields, "share")}
    if without := [key for key in form.all("offered") if key in known and key not in kept]:
        changed["without"] = without
    return with_parts(draft.tables, put(draft.tables["parts"], number, changed), requires, shelf)


def _unchanged(session: Session, draft_id: UUID, form: Form) -> Draft:
    draft = get_draft(session, draft_id, locked=True)
    if not draft.composite:
        raise Conflict(N_("This draft is not made of parts."))
    if seen_as(order_of(draft)) != form.get("seen"):
        raise Overtaken(draft)
    return draft


handlers = [create_part, place_part, show_part, save_part]
