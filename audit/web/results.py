"""Released visits for those who may read them. Nothing here says who the shopper was."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from audit.domain.regrouping import chosen_lens, through
from audit.domain.result import what_if
from audit.domain.visit_report import report_of
from audit.store.results import get_result
from audit.store.systems import explained, library_lenses
from audit.web.dependencies import AnyRequest, TheDatabase, ThePage, ThePerson, TheSettings


@get("/results/{visit_id:uuid}", sync_to_thread=True)
def show_result(
    visit_id: FromPath[UUID],
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    settings: TheSettings,
    framework: FromQuery[str] = "",
) -> Response[Any]:
    """`framework`: the one to regroup the visit by."""
    with database.reading() as session:
        found = get_result(session, reader, visit_id)
    lenses = through(found.checklist, library_lenses())
    report = report_of(found, settings.contact, chosen_lens(lenses, framework))
    return page(
        "results/show.html",
        result=found,
        report=report,
        trial=None,
        card=found.card,
        lenses=lenses,
        explained=explained(),
    )


@get("/results/{visit_id:uuid}/what-if", sync_to_thread=True)
def show_what_if(
    visit_id: FromPath[UUID],
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    request: AnyRequest,
    item: FromQuery[str] = "",
    value: FromQuery[str] = "",
) -> Response[Any]:
    """What one other answer would have made of the score; without an item, the score itself."""
    with database.reading() as session:
        found = get_result(session, reader, visit_id)
    trial = what_if(found, item, value) if item else None
    swapped = "hx-request" in request.headers
    return page(
        "results/what_if.swap.html" if swapped else "results/what_if.html",
        result=found,
        trial=trial,
        card=trial.card if trial else found.card,
    )


handlers = [show_result, show_what_if]
