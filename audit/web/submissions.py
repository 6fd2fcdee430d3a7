"""Handing a visit in: what is still open, then the seal."""

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.fill import Sheet, sheet
from audit.domain.parts import place
from audit.domain.visit import Visit
from audit.store.captures import get_captured, open_captured
from audit.store.receipts import awaited, find_receipt, seal
from audit.store.visits import get_visit
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.pages import Page


@get("/visits/{visit_id:uuid}/submission", sync_to_thread=True)
def show_submission(
    shopper: ThePerson, database: TheDatabase, page: ThePage, visit_id: FromPath[UUID]
) -> Response[Any]:
    with database.reading() as session:
        visit = get_visit(session, shopper, visit_id)
        if visit.status == "cancelled":
            return Redirect(f"/assignments/{visit_id}", status_code=303)
        missing = awaited(session, visit_id)
        if not visit.writable or missing:
            receipt = None if missing else find_receipt(session, visit_id)
            return page("submissions/done.html", visit=visit, receipt=receipt, missing=missing)
        found = get_captured(session, shopper, visit_id)
        drawn = sheet(found.checklist, found.capture)
    return _draw(page, visit, found.checklist, drawn, unconfirmed=False)


@post("/visits/{visit_id:uuid}/submission", sync_to_thread=True)
def create_submission(
    shopper: ThePerson,
    database: TheDatabase,
    form: TheForm,
    page: ThePage,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    """With questions open or notes missing it asks for a plain confirmation, once."""
    with database.writing() as session:
        # Nothing is answered between this look and the seal: the journal is locked.
        journal, checklist = open_captured(session, shopper, visit_id)
        visit = journal.visit
        drawn = sheet(checklist, journal.capture)
        if (drawn.progress.open or drawn.missing_notes) and not form.flag("confirmed"):
            return _draw(page, visit, checklist, drawn, unconfirmed=True)
        seal(session, journal, now())
    return Redirect(f"/visits/{visit_id}/submission", status_code=303)


def _draw(
    page: Page, visit: Visit, checklist: Checklist, drawn: Sheet, *, unconfirmed: bool
) -> Response[Any]:
    return page(
        "submissions/show.html",
        status=422 if unconfirmed else 200,
        visit=visit,
        sheet=drawn,
        place=partial(place, checklist),
        unconfirmed=unconfirmed,
    )


handlers = [show_submission, create_submission]
