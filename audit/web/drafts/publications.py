"""Looking at a draft as it will be on a phone, and publishing it."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.answer import project
from audit.domain.checklist import Checklist
from audit.domain.draft import seen_as
from audit.domain.fill import StageRows, sheet
from audit.domain.problems import N_, Conflict
from audit.domain.versions import Versions, side_by_side
from audit.store.checklists import find_checklists, publish
from audit.store.drafts import get_draft, remove_draft
from audit.store.systems import explained
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.drafts.desk import Desk, drawn, open_desk, read_desk
from audit.web.forms import Form
from audit.web.pages import Page

LONGEST_NOTE = 2000


@get("/drafts/{draft_id:uuid}/preview", sync_to_thread=True)
def show_preview(
    draft_id: FromPath[UUID],
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
    stage: FromQuery[str] = "",
) -> Response[str]:
    """One stage at a time, through the very templates of the page that is filled in."""
    desk = read_desk(database, draft_id)
    found = desk.as_far
    stages: tuple[StageRows, ...] = sheet(found, project(())).stages if found else ()
    return page(
        "drafts/preview.html",
        desk=desk,
        whole=desk.checklist is not None,
        stages=stages,
        part=next((one for one in stages if one.stage.id == stage), (*stages, None)[0]),
        explained=explained(),
        **drawn(page),
    )


@get("/drafts/{draft_id:uuid}/publication", sync_to_thread=True)
def show_publication(
    draft_id: FromPath[UUID], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    return _draw(page, database, draft_id)


@post("/drafts/{draft_id:uuid}/publication", sync_to_thread=True)
def publish_draft(
    draft_id: FromPath[UUID],
    auditor: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    """What was looked at is published, and nothing that somebody changed since."""
    note = form.text("note", most=LONGEST_NOTE)
    if not form.ok:
        return _draw(page, database, draft_id, form)
    try:
        with database.writing() as session:
            get_draft(session, draft_id, locked=True)
            published = _publish(session, open_desk(session, draft_id), note, form.get("seen"))
            remove_draft(session, draft_id)
    except Conflict as refused:
        form.refuse("seen", refused.message, **refused.values)
        return _draw(page, database, draft_id, form, status=409)
    return Redirect(f"/checklists/{published.hash}", status_code=303)


def _beside(database: TheDatabase, desk: Desk) -> Versions | None:
    """What it changes of the version it began from, if it is a version of that."""
    if desk.checklist is None or not desk.draft.based_on:
        return None
    with database.reading() as session:
        before = find_checklists(session, [desk.draft.based_on]).get(desk.draft.based_on)
    if before is None or before.id != desk.checklist.id:
        return None
    return side_by_side(before, desk.checklist)


def _publish(session: Session, desk: Desk, note: str, seen: str) -> Checklist:
    if desk.checklist is None:
        raise Conflict(N_("Something in this draft is still to be put right."))
    if seen_as(desk.draft.tables) != seen:
        raise Conflict(N_("The draft has been changed since. Look at it again, then publish."))
    if not publish(session, desk.checklist, now(), note):
        raise Conflict(N_("This very content is published already."))
    return desk.checklist


def _draw(
    page: Page,
    database: TheDatabase,
    draft_id: UUID,
    form: Form | None = None,
    *,
    status: int = 422,
) -> Response[Any]:
    """With a refused form, its note stays to be sent again."""
    desk = read_desk(database, draft_id)
    return page(
        "drafts/publication.html",
        status=status if form else 200,
        desk=desk,
        form=form,
        both=_beside(database, desk),
        seen=seen_as(desk.draft.tables),
        **drawn(page),
    )


handlers = [show_preview, show_publication, publish_draft]
