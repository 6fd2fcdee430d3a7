"""Visits asked of shoppers: the list of them, and changing them before they start."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import MultiDict
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now, today
from audit.domain.people import Person
from audit.domain.scenario import Scenario
from audit.domain.visit import STATUSES, Visit
from audit.paths import folder
from audit.store.assignments import save_assignment
from audit.store.branches import list_branches, list_regions
from audit.store.checklists import get_checklist
from audit.store.people import list_people
from audit.store.programmes import list_waves
from audit.store.scenarios import give_scenario, read_if_whole, shipped_scenarios
from audit.store.tokens import is_on_a_phone
from audit.store.visits import (
    VisitFilter,
    count_visits,
    get_visit,
    list_visits,
    lock_status,
    save_status,
)
from audit.web.admin.planning import (
    MODES,
    is_fit,
    read_brief,
    read_mode,
    read_scenario,
)
from audit.web.dependencies import AnyRequest, TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.forms import Form
from audit.web.pages import Page

PER_PAGE = 50


@get("/admin/assignments", sync_to_thread=True)
def show_visits(
    administrator: ThePerson,
    database: TheDatabase,
    settings: TheSettings,
    page: ThePage,
    request: AnyRequest,
    number: FromQuery[int] = 1,
    created: FromQuery[int] = 0,
    saved: FromQuery[bool] = False,
    cancelled: FromQuery[bool] = False,
) -> Response[str]:
    only = _filter(request.query_params)
    number = min(max(number, 1), 10**6)
    first = (number - 1) * PER_PAGE
    with database.reading() as session:
        visits = list_visits(session, administrator, only, limit=PER_PAGE, offset=first)
        counts = {
            status: count_visits(session, administrator, _with_status(only, status))
            for status in STATUSES
        }
        lists: dict[str, Any] = {
            "waves": list_waves(session),
            "regions": list_regions(session),
            "branches": list_branches(session, administrator),
            "shoppers": list_people(session, "shopper"),
        }
    total = sum(counts[status] for status in only.statuses or STATUSES)
    return page(
        "admin/assignments/list.html",
        visits=visits,
        counts=counts,
        only=only,
        today=today(settings.zone),
        number=number,
        pages=-(-total // PER_PAGE),
        created=created,
        saved=saved,
        cancelled=cancelled,
        **lists,
    )


@get("/admin/assignments/{visit_id:uuid}", sync_to_thread=True)
def show_visit_form(
    visit_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        visit = get_visit(session, administrator, visit_id)
        return _draw_visit(page, session, visit)


@post("/admin/assignments/{visit_id:uuid}", sync_to_thread=True)
def change_visit(
    visit_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.writing() as session:
        visit = _unstarted(session, administrator, visit_id)
        shopper = form.one_of("shopper", [str(one.id) for one in _able(session, visit)])
        mode, due_on, brief = read_mode(form), form.day("due_on"), read_brief(form, visit.brief)
        kept, _ = read_if_whole(session, visit.scenario)
        scenario = read_scenario(form, _fitting(session, visit), kept)
        checklist = get_checklist(session, visit.checklist)
        if not is_fit(form, checklist, mode, scenario) or not form.ok:
            return _draw_visit(page, session, visit, form)
        save_assignment(
            session, visit_id, shopper=UUID(shopper), mode=mode, due_on=due_on, brief=brief
        )
        give_scenario(session, visit_id, scenario)
    return Redirect(f"/admin/assignments?wave={visit.wave.id}&saved=1", status_code=303)


@post("/admin/assignments/{visit_id:uuid}/cancellation", sync_to_thread=True)
def cancel_visit(
    visit_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase
) -> Redirect:
    with database.writing() as session:
        visit = _unstarted(session, administrator, visit_id)
        save_status(session, visit_id, "cancelled", now())
    return Redirect(f"/admin/assignments?wave={visit.wave.id}&cancelled=1", status_code=303)


def _unstarted(session: Session, administrator: Person, visit_id: UUID) -> Visit:
    """Raises `Conflict` once it has begun; until the end of the transaction it cannot begin."""
    get_visit(session, administrator, visit_id)
    lock_status(session, visit_id)
    visit = get_visit(session, administrator, visit_id)
    visit.must_be("assigned")
    return visit


def _able(session: Session, visit: Visit) -> list[Person]:
    shoppers = list_people(session, "shopper")
    return [one for one in shoppers if one.active or one.id == visit.shopper]


def _fitting(session: Session, visit: Visit) -> list[Scenario]:
    """What its shopper may be given to play: as it was assigned, and what there is now."""
    checklist = get_checklist(session, visit.checklist)
    kept, _ = read_if_whole(session, visit.scenario)
    found = {one.hash: one for one in shipped_scenarios(folder("checklists"))}
    if kept is not None:
        found = {kept.hash: kept, **found}
    return [one for one in found.values() if one.suits(checklist)]


def _filter(query: MultiDict[Any]) -> VisitFilter:
    """What the address narrows the list to; a word nobody could have chosen counts as none."""

    def chosen(name: str) -> UUID | None:
        try:
            return UUID(query.get(name, ""))
        except ValueError:
            return None

    return VisitFilter(
        statuses=tuple(status for status in STATUSES if status == query.get("status")),
        branch=chosen("branch"),
        region=chosen("region"),
        wave=chosen("wave"),
        shopper=chosen("shopper"),
    )


def _with_status(only: VisitFilter, status: Any) -> VisitFilter:
    return VisitFilter((status,), only.branch, only.region, only.wave, only.shopper)


def _draw_visit(
    page: Page, session: Session, visit: Visit, form: Form | None = None
) -> Response[str]:
    scenario, lost = read_if_whole(session, visit.scenario)
    return page(
        "admin/assignments/edit.html",
        status=422 if form else 200,
        visit=visit,
        shoppers=_able(session, visit),
        scenarios=_fitting(session, visit),
        scenario=scenario,
        lost=lost,
        on_a_phone=is_on_a_phone(session, visit),
        modes=MODES,
        values={
            "shopper": str(visit.shopper),
            "mode": visit.mode,
            "due_on": visit.due_on.isoformat(),
            "brief_zh": visit.brief.zh,
            "brief_en": visit.brief.en,
            "scenario": visit.scenario or "",
        },
        form=form,
    )


handlers = [
    show_visits,
    show_visit_form,
    change_visit,
    cancel_visit,
]
