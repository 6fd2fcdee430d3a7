"""What a draft says about itself as a whole: title, scoring, for whom."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.domain.draft import Draft, seen_as, with_head
from audit.domain.tables import Tables
from audit.domain.typed import SPARE, head_of
from audit.web.dependencies import AnyRequest, TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.desk import (
    Desk,
    Overtaken,
    drawn,
    piece,
    read_desk,
    save_typed,
)
from audit.web.drafts.places import HEAD
from audit.web.drafts.troubles import beside
from audit.web.forms import Form
from audit.web.pages import Page

_PIECES = {"sections", "parts", "gates", "route", "facts", "requires"}


@get("/drafts/{draft_id:uuid}/head", sync_to_thread=True)
def show_head(
    draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    return _draw(page, read_desk(database, draft_id))


@post("/drafts/{draft_id:uuid}/head", sync_to_thread=True)
def save_head(
    draft_id: FromPath[UUID],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
    request: AnyRequest,
) -> Response[Any]:
    swap = "hx-request" in request.headers

    def change(draft: Draft) -> Tables:
        return with_head(draft.tables, head_of(form.fields, draft.tables))

    desk, late = save_typed(database, auditor, form, draft_id, _head, change)
    if late or swap:
        return _draw(page, desk, form=form, late=late, swap=swap)
    return Redirect(f"/drafts/{draft_id}/head#saved", status_code=303)


def _head(draft: Draft) -> Tables:
    return {name: value for name, value in draft.tables.items() if name not in _PIECES}


def _draw(
    page: Page,
    desk: Desk,
    *,
    form: Form | None = None,
    late: Overtaken | None = None,
    swap: bool = False,
) -> Response[Any]:
    head = _head(desk.draft)
    seen = seen_as(_head(late.draft) if late else head)
    return page(
        "drafts/saved.swap.html" if swap else "drafts/head.html",
        status=409 if late else 200,
        desk=desk,
        head=piece(head),
        seen=seen,
        held=form.get("seen") if late and form else seen,
        late=late,
        wrong=beside(desk.told(""), head, HEAD),
        spare=SPARE,
        **drawn(page, form),
    )


handlers = [show_head, save_head]
