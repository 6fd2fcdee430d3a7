"""Composing a checklist of published ones: parts, their shares, and what is left out."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.domain.composition import add_part, can_be_part, part_of, with_parts
from audit.domain.draft import Draft, nth, order_of, put, seen_as, stepped
from audit.domain.problems import N_, Conflict
from audit.domain.tables import Shelf, Tables
from audit.domain.typed import one
from audit.store.checklists import get_checklist, shelf_of
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.desk import (
    Desk,
    Overtaken,
    drawn,
    piece,
    place_of,
    read_desk,
    save_piece,
    save_typed,
)
from audit.web.drafts.places import PART
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page


@post("/drafts/{draft_id:uuid}/parts", sync_to_thread=True)
def create_part(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    with database.reading() as session:
        checklist, shelf = get_checklist(session, form.get("checklist")), shelf_of(session)

    def change(draft: Draft) -> Tables:
        if not can_be_part(checklist) or checklist.id in order_of(draft):
            raise Conflict(N_("This checklist cannot be a part here."))
        return add_part(draft.tables, checklist, shelf)

    save_piece(database, auditor, form, draft_id, _order, change)
    return Redirect(f"/drafts/{draft_id}#parts", status_code=303)


@post("/drafts/{draft_id:uuid}/parts/places", sync_to_thread=True)
def place_part(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    number, step = place_of(form, ("up", "down", "remove"))
    shelf = read_desk(database, draft_id).shelf

    def change(draft: Draft) -> Tables:
        parts = stepped(_parts(draft), number, step)
        return with_parts(draft.tables, parts, draft.tables.get("requires", {}), shelf)

    save_piece(database, auditor, form, draft_id, _order, change)
    return Redirect(f"/drafts/{draft_id}#parts", status_code=303)


@get("/drafts/{draft_id:uuid}/parts/{number:int}", sync_to_thread=True)
def show_part(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    return _draw(page, read_desk(database, draft_id), number)


@post("/drafts/{draft_id:uuid}/parts/{number:int}", sync_to_thread=True)
def save_part(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    shelf = read_desk(database, draft_id).shelf
    desk, late = save_typed(
        database,
        auditor,
        form,
        draft_id,
        lambda draft: _piece(draft, number),
        lambda draft: _with(draft, number, form, shelf),
    )
    if late:
        return _draw(page, desk, number, form=form, late=late)
    return Redirect(f"/drafts/{draft_id}/parts/{number}#saved", status_code=303)


def _with(draft: Draft, number: int, form: Form, shelf: Shelf) -> Tables:
    name, version = nth(_parts(draft), number)["checklist"], form.get("version")
    found = shelf.get((name, version))
    kept = set(form.all("items"))
    known = found.by_key if found else {}
    part = {"checklist": name, "share": one(form.fields, "share")}
    if without := [key for key in form.all("offered") if key in known and key not in kept]:
        part["without"] = without
    requires = {**draft.tables.get("requires", {}), name: version}
    return with_parts(draft.tables, put(_parts(draft), number, part), requires, shelf)


def _parts(draft: Draft) -> list[Tables]:
    if not draft.composite:
        raise Conflict(N_("This draft is not made of parts."))
    found: list[Tables] = draft.tables["parts"]
    return found


def _order(draft: Draft) -> list[str]:
    return [part["checklist"] for part in _parts(draft)]


def _piece(draft: Draft, number: int) -> list[Any]:
    """A part's version is among what the draft requires."""
    return [nth(_parts(draft), number), draft.tables.get("requires")]


def _draw(
    page: Page,
    desk: Desk,
    number: int,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
) -> Response[Any]:
    part = nth(desk.draft.tables.get("parts", []), number)
    seen = seen_as(_piece(late.draft if late else desk.draft, number))
    return page(
        "drafts/part.html",
        status=409 if late else 200,
        desk=desk,
        part=piece(part),
        number=number,
        checklist=part_of(desk.draft.tables, part, desk.shelf),
        versions=[one for name, one in desk.shelf if name == part["checklist"]],
        seen=seen,
        held=form.get("seen") if late and form else seen,
        late=late,
        wrong=beside(desk.told("parts", str(part["checklist"])), part, PART),
        **drawn(page, form),
    )


handlers = [create_part, place_part, show_part, save_part]
