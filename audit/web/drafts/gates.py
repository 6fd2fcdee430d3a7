"""The questions of a draft that set items aside."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.domain.draft import Draft, nth, seen_as
from audit.domain.order import add_gate, gate_of, step_gate, with_gate
from audit.domain.tables import Tables
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
from audit.web.drafts.places import GATE
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page


@get("/drafts/{draft_id:uuid}/gates", sync_to_thread=True)
def show_gates(
    draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    desk = read_desk(database, draft_id)
    seen = seen_as(_order(desk.draft))
    return page(
        "drafts/gates.html", desk=desk, gates=piece(_gates(desk.draft)), seen=seen, **drawn(page)
    )


@post("/drafts/{draft_id:uuid}/gates", sync_to_thread=True)
def create_gate(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    desk = save_piece(database, auditor, form, draft_id, _order, lambda d: add_gate(d.tables))
    return Redirect(f"/drafts/{draft_id}/gates/{len(_gates(desk.draft))}", status_code=303)


@post("/drafts/{draft_id:uuid}/gates/places", sync_to_thread=True)
def place_gate(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    number, step = place_of(form)
    save_piece(
        database, auditor, form, draft_id, _order, lambda d: step_gate(d.tables, number, step)
    )
    return Redirect(f"/drafts/{draft_id}/gates", status_code=303)


@get("/drafts/{draft_id:uuid}/gates/{number:int}", sync_to_thread=True)
def show_gate(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
    group: FromQuery[str] = "",
) -> Response[str]:
    return _draw(page, read_desk(database, draft_id), number, opened=group)


@post("/drafts/{draft_id:uuid}/gates/{number:int}", sync_to_thread=True)
def save_gate(
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
        gate = nth(_gates(draft), number)
        return with_gate(draft.tables, number, gate_of(form.fields, gate))

    desk, late = save_typed(
        database, auditor, form, draft_id, lambda d: nth(_gates(d), number), change
    )
    if late or swap:
        return _draw(page, desk, number, form=form, late=late, swap=swap)
    where = f"/drafts/{draft_id}/gates/{number}?group={form.get('group')}"
    return Redirect(f"{where}#{form.get('more') or 'saved'}", status_code=303)


def _gates(draft: Draft) -> list[Tables]:
    found: list[Tables] = draft.tables.get("gates", [])
    return found


def _order(draft: Draft) -> list[Any]:
    return [gate["id"] for gate in _gates(draft)]


def _draw(
    page: Page,
    desk: Desk,
    number: int,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
    swap: bool = False,
    opened: str = "",
) -> Response[Any]:
    gate = nth(_gates(desk.draft), number)
    seen = seen_as(nth(_gates(late.draft), number) if late else gate)
    groups = desk.groups
    return page(
        "drafts/saved.swap.html" if swap else "drafts/gate.html",
        status=409 if late else 200,
        desk=desk,
        gate=piece(gate),
        number=number,
        groups=groups,
        opened=next((one for one in groups if one.id == opened), None),
        labels={key: label for one in groups for key, label in one.labels.items()},
        seen=seen,
        held=form.get("seen") if late and form else seen,
        late=late,
        wrong=beside(desk.told("gates", str(gate["id"])), gate, GATE),
        **drawn(page, form),
    )


handlers = [show_gates, create_gate, place_gate, show_gate, save_gate]
