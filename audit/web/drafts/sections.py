"""The sections of a draft: each a page with its items in their order."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.domain.draft import (
    Draft,
    add_section,
    order_of,
    seen_as,
    step_section,
    with_section,
)
from audit.domain.tables import Tables
from audit.domain.typed import section_of
from audit.web.dependencies import AnyRequest, TheDatabase, TheForm, ThePage, ThePerson
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
from audit.web.drafts.places import SECTION
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page


@post("/drafts/{draft_id:uuid}/sections", sync_to_thread=True)
def create_section(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    desk = save_piece(database, auditor, form, draft_id, order_of, lambda d: add_section(d.tables))
    return Redirect(f"/drafts/{draft_id}/sections/{len(desk.draft.sections)}", status_code=303)


@post("/drafts/{draft_id:uuid}/places", sync_to_thread=True)
def place_section(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    """`step`: the section's number and what to do, as `3.up`."""
    number, step = place_of(form)
    save_piece(
        database, auditor, form, draft_id, order_of, lambda d: step_section(d.tables, number, step)
    )
    return Redirect(f"/drafts/{draft_id}", status_code=303)


@get("/drafts/{draft_id:uuid}/sections/{number:int}", sync_to_thread=True)
def show_section(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
) -> Response[str]:
    return _draw(page, read_desk(database, draft_id), number)


@post("/drafts/{draft_id:uuid}/sections/{number:int}", sync_to_thread=True)
def save_section(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
    request: AnyRequest,
) -> Response[Any]:
    swap = "hx-request" in request.headers

    def change(draft: Draft) -> Tables:
        section = section_of(form.fields, draft.section(number))
        return with_section(draft.tables, number, section)

    desk, late = save_typed(database, auditor, form, draft_id, lambda d: _head(d, number), change)
    if late or swap:
        return _draw(page, desk, number, form=form, late=late, swap=swap)
    return Redirect(f"/drafts/{draft_id}/sections/{number}#saved", status_code=303)


def _head(draft: Draft, number: int) -> Tables:
    return {name: value for name, value in draft.section(number).items() if name != "items"}


def _draw(
    page: Page,
    desk: Desk,
    number: int,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
    swap: bool = False,
) -> Response[Any]:
    section = desk.draft.section(number)
    head = _head(desk.draft, number)
    seen = seen_as(_head(late.draft, number) if late else head)
    counts: dict[str, int] = {}
    for trouble in desk.troubles:
        if trouble.section == section["id"]:
            counts[trouble.item] = counts.get(trouble.item, 0) + 1
    return page(
        "drafts/saved.swap.html" if swap else "drafts/section.html",
        status=409 if late else 200,
        desk=desk,
        section=piece(section),
        number=number,
        seen=seen,
        held=form.get("seen") if late and form else seen,
        seen_items=seen_as(section),
        late=late,
        counts=counts,
        wrong=beside(desk.told(str(section["id"])), head, SECTION),
        **drawn(page, form),
    )


handlers = [create_section, place_section, show_section, save_section]
