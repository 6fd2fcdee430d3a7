"""What a draft asks about the visit itself: never scored, told on the report's cover."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.domain.draft import Draft, nth, seen_as
from audit.domain.facts import add_fact, fact_of, step_fact, with_fact
from audit.domain.tables import Tables
from audit.domain.typed import SPARE
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
    shared,
)
from audit.web.drafts.places import FACT
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page


@get("/drafts/{draft_id:uuid}/facts", sync_to_thread=True)
def show_facts(
    draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    desk = read_desk(database, draft_id)
    seen = seen_as(_order(desk.draft))
    return page(
        "drafts/facts.html", desk=desk, facts=piece(_facts(desk.draft)), seen=seen, **drawn(page)
    )


@post("/drafts/{draft_id:uuid}/facts", sync_to_thread=True)
def create_fact(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    desk = save_piece(database, auditor, form, draft_id, _order, lambda d: add_fact(d.tables))
    return Redirect(f"/drafts/{draft_id}/facts/{len(_facts(desk.draft))}", status_code=303)


@post("/drafts/{draft_id:uuid}/facts/places", sync_to_thread=True)
def place_fact(
    draft_id: FromPath[UUID], auditor: ThePerson, form: TheForm, database: TheDatabase
) -> Redirect:
    number, step = place_of(form)
    save_piece(
        database, auditor, form, draft_id, _order, lambda d: step_fact(d.tables, number, step)
    )
    return Redirect(f"/drafts/{draft_id}/facts", status_code=303)


@get("/drafts/{draft_id:uuid}/facts/{number:int}", sync_to_thread=True)
def show_fact(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
) -> Response[str]:
    return _draw(page, read_desk(database, draft_id), number)


@post("/drafts/{draft_id:uuid}/facts/{number:int}", sync_to_thread=True)
def save_fact(
    draft_id: FromPath[UUID],
    number: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
    request: AnyRequest,
) -> Response[Any]:
    swap = "hx-request" in request.headers
    kinds: set[str] = set()

    def change(draft: Draft) -> Tables:
        before = nth(_facts(draft), number)
        fact = fact_of(form.fields, before, shared().vocabulary)
        kinds.update(one["response"]["type"] for one in (before, fact))
        return with_fact(draft.tables, number, fact)

    desk, late = save_typed(
        database, auditor, form, draft_id, lambda d: nth(_facts(d), number), change
    )
    if late or swap:
        return _draw(page, desk, number, form=form, late=late, swap=swap, anew=len(kinds) > 1)
    where = f"/drafts/{draft_id}/facts/{number}"
    return Redirect(f"{where}#{form.get('more') or 'saved'}", status_code=303)


def _facts(draft: Draft) -> list[Tables]:
    found: list[Tables] = draft.tables.get("facts", [])
    return found


def _order(draft: Draft) -> list[Any]:
    return [fact["id"] for fact in _facts(draft)]


def _draw(
    page: Page,
    desk: Desk,
    number: int,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
    swap: bool = False,
    anew: bool = False,
) -> Response[Any]:
    fact = nth(_facts(desk.draft), number)
    seen = seen_as(nth(_facts(late.draft), number) if late else fact)
    return page(
        "drafts/item.swap.html" if swap else "drafts/fact.html",
        status=409 if late else 200,
        desk=desk,
        item=piece(fact),
        number=number,
        scored=False,
        seen=seen,
        held=form.get("seen") if late and form else seen,
        late=late,
        wrong=beside(desk.told("facts", str(fact["id"])), fact, FACT),
        anew=anew,
        spare=SPARE,
        **drawn(page, form),
    )


handlers = [show_facts, create_fact, place_fact, show_fact, save_fact]
