"""One item of a draft: every field of it, saved and checked while it is typed."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.domain.checklist import Framework
from audit.domain.draft import (
    Draft,
    add_item,
    seen_as,
    shift_item,
    step_item,
    with_item,
)
from audit.domain.tables import Tables
from audit.domain.typed import SPARE, item_of
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
from audit.web.drafts.places import ITEM, USE
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page


@post("/drafts/{draft_id:uuid}/sections/{section:int}/items", sync_to_thread=True)
def create_item(
    draft_id: FromPath[UUID],
    section: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
) -> Redirect:
    """At the end of the section, or right after another one and in its stage."""
    after = form.number("after") or None

    def change(draft: Draft) -> Tables:
        return add_item(draft.tables, section, _stage(draft, section, after), after)

    desk = save_piece(
        database, auditor, form, draft_id, lambda draft: draft.section(section), change
    )
    number = len(desk.draft.section(section)["items"]) if after is None else after + 1
    return Redirect(f"/drafts/{draft_id}/sections/{section}/items/{number}", status_code=303)


@get("/drafts/{draft_id:uuid}/sections/{section:int}/items/{number:int}", sync_to_thread=True)
def show_item(
    draft_id: FromPath[UUID],
    section: FromPath[int],
    number: FromPath[int],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
    framework: FromQuery[str] = "",
) -> Response[str]:
    desk = read_desk(database, draft_id)
    return _draw(page, desk, section, number, opened=framework)


@post("/drafts/{draft_id:uuid}/sections/{section:int}/items/{number:int}", sync_to_thread=True)
def save_item(
    draft_id: FromPath[UUID],
    section: FromPath[int],
    number: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
    request: AnyRequest,
) -> Response[Any]:
    kinds: set[str] = set()
    swap = "hx-request" in request.headers

    def change(draft: Draft) -> Tables:
        before = draft.item(section, number)
        item = item_of(form.fields, before, shared().vocabulary)
        kinds.update(one["response"]["type"] for one in (before, item) if "response" in one)
        return with_item(draft.tables, section, number, item)

    desk, late = save_typed(
        database, auditor, form, draft_id, lambda draft: draft.item(section, number), change
    )
    if late or swap:
        return _draw(
            page, desk, section, number, form=form, late=late, swap=swap, anew=len(kinds) > 1
        )
    return Redirect(_next(form, draft_id, section, number), status_code=303)


@post("/drafts/{draft_id:uuid}/sections/{section:int}/places", sync_to_thread=True)
def place_item(
    draft_id: FromPath[UUID],
    section: FromPath[int],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
) -> Redirect:
    """`step`: the item's number and what to do, as `3.up`; or `to`: `which` to which section."""

    def change(draft: Draft) -> Tables:
        if form.get("step") == "to":
            return shift_item(draft.tables, section, form.number("which"), form.number("to"))
        return step_item(draft.tables, section, *place_of(form))

    save_piece(database, auditor, form, draft_id, lambda draft: draft.section(section), change)
    return Redirect(f"/drafts/{draft_id}/sections/{section}", status_code=303)


def _stage(draft: Draft, section: int, after: int | None) -> str:
    """Most items are observed where the one before them was."""
    items = draft.section(section)["items"]
    near = items[after - 1 : after] if after else items[-1:]
    return str(near[0]["stage"]) if near and "stage" in near[0] else "arrival"


def _next(form: Form, draft_id: UUID, section: int, number: int) -> str:
    where = f"/drafts/{draft_id}/sections/{section}"
    if form.has("more"):
        return f"{where}/items/{number}?framework={form.get('framework')}#{form.get('more')}"
    return f"{where}/items/{number}?framework={form.get('framework')}#saved"


def _draw(
    page: Page,
    desk: Desk,
    section: int,
    number: int,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
    swap: bool = False,
    anew: bool = False,
    opened: str = "",
) -> Response[Any]:
    home, item = desk.draft.section(section), desk.draft.item(section, number)
    told = desk.told(str(home["id"]), str(item.get("use") or item["id"]))
    known = next((one for one in shared().frameworks if one.id == opened), None)
    stored = late.draft.item(section, number) if late else item
    return page(
        "drafts/item.swap.html" if swap else "drafts/item.html",
        status=409 if late else 200,
        desk=desk,
        home=piece(home),
        seen_home=seen_as(home),
        item=piece(item),
        section=section,
        number=number,
        seen=seen_as(stored),
        held=form.get("seen") if late and form else seen_as(stored),
        late=late,
        wrong=beside(told, item, USE if "use" in item else ITEM),
        anew=anew,
        spare=SPARE,
        scored=True,
        opened=known,
        frameworks=shared().frameworks,
        titles=_titles(item.get("frameworks", []), known),
        **drawn(page, form),
    )


def _titles(chosen: list[str], opened: Framework | None) -> dict[str, tuple[Any, Any]]:
    """Of the entries that are chosen or can be ticked: of the framework and its own."""
    wanted = {name.partition(":")[0] for name in chosen} | ({opened.id} if opened else set())
    return {
        name: (framework.title, entry.title)
        for framework in shared().frameworks
        if framework.id in wanted
        for entry in framework.entries
        if (name := f"{framework.id}:{entry.id}") in chosen or framework is opened
    }


handlers = [create_item, show_item, save_item, place_item]
