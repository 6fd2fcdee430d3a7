"""A shopper's visits, and what one of them asks for."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from audit.clock import now, today
from audit.domain.fill import sheet
from audit.domain.seal import KEPT
from audit.domain.visit import Visit
from audit.store.assignments import list_outlines
from audit.store.captures import get_captured
from audit.store.scenarios import find_scenario, read_if_whole
from audit.store.seals import sealed_at
from audit.store.visits import get_visit, list_visits
from audit.web.dependencies import TheDatabase, ThePage, ThePerson, TheSettings


@get("/assignments", sync_to_thread=True)
def list_assignments(
    shopper: ThePerson, database: TheDatabase, page: ThePage, settings: TheSettings
) -> Response[Any]:
    with database.reading() as session:
        visits = list_visits(session, shopper)
        outlines = list_outlines(session, visits)
        sealed = sealed_at(session, [visit.id for visit in visits if not visit.writable])
    return page(
        "assignments/list.html",
        groups=_groups(visits),
        outlines=outlines,
        kept={visit: at + KEPT for visit, at in sealed.items()},
        now=now(),
        today=today(settings.zone),
    )


@get("/assignments/{visit_id:uuid}", sync_to_thread=True)
def show_assignment(
    shopper: ThePerson,
    database: TheDatabase,
    page: ThePage,
    settings: TheSettings,
    visit_id: FromPath[UUID],
) -> Response[Any]:
    with database.reading() as session:
        visit, checklist, capture = get_captured(session, shopper, visit_id)
        scenario, lost = read_if_whole(session, visit.told_scenario)
    return page(
        "assignments/show.html",
        visit=visit,
        checklist=checklist,
        sheet=sheet(checklist, capture),
        scenario=scenario,
        lost=lost,
        today=today(settings.zone),
    )


@get("/assignments/{visit_id:uuid}/brief", sync_to_thread=True)
def show_brief(
    shopper: ThePerson, database: TheDatabase, page: ThePage, visit_id: FromPath[UUID]
) -> Response[Any]:
    """The role to play on one sheet of paper; gone, like on the phone, once the visit began."""
    with database.reading() as session:
        visit = get_visit(session, shopper, visit_id)
        scenario = find_scenario(session, visit.told_scenario)
    if scenario is None:
        return Redirect(f"/assignments/{visit_id}", status_code=303)
    return page("assignments/brief.html", visit=visit, scenario=scenario)


def _groups(visits: list[Visit]) -> dict[str, list[Visit]]:
    """What there is to do first: sent back, then by due date; then what is done."""
    by_due = sorted(visits, key=lambda visit: (visit.due_on, str(visit.id)))
    return {
        "returned": [visit for visit in by_due if visit.status == "returned"],
        "to_do": [visit for visit in by_due if visit.status in ("assigned", "in_progress")],
        "submitted": [visit for visit in visits if visit.status == "submitted"],
        "cancelled": [visit for visit in visits if visit.status == "cancelled"],
        "released": [visit for visit in visits if visit.status == "released"],
    }


handlers = [list_assignments, show_assignment, show_brief]
