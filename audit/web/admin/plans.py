"""Planning visits in bulk: who visits which branch, looked at before it is done."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from audit.clock import today
from audit.domain.people import Person
from audit.ids import new_id
from audit.paths import folder
from audit.store.branches import list_branches
from audit.store.database import Database
from audit.store.people import list_people
from audit.store.programmes import list_waves
from audit.store.scenarios import give_scenario, shipped_scenarios
from audit.store.visits import add_visit
from audit.web.admin.planning import MODES, Choices, Plan, read_plan
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson, TheSettings
from audit.web.forms import Form
from audit.web.pages import Page


@get("/admin/assignments/new", sync_to_thread=True)
def show_new_visits(
    administrator: ThePerson, database: TheDatabase, page: ThePage, wave: FromQuery[str] = ""
) -> Response[str]:
    return _draw_new(page, _choices(database, administrator), wave=wave)


@post("/admin/assignments/plan", sync_to_thread=True, status_code=200)
def show_plan(
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    settings: TheSettings,
    page: ThePage,
) -> Response[str]:
    """Changes nothing: who would visit which branch, with what speaks against it."""
    choices = _choices(database, administrator)
    with database.reading() as session:
        plan = read_plan(form, choices, session, today(settings.zone))
    if plan is None or form.flag("anew"):
        return _draw_new(page, choices, form)
    return _draw_plan(page, choices, plan, form)


@post("/admin/assignments", sync_to_thread=True)
def create_visits(
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    settings: TheSettings,
    page: ThePage,
) -> Response[Any]:
    choices = _choices(database, administrator)
    with database.writing() as session:
        plan = read_plan(form, choices, session, today(settings.zone))
        if plan is None:
            return _draw_new(page, choices, form)
        if plan.doubtful and not form.flag("accept"):
            return _draw_plan(page, choices, plan, form, status=422)
        for row in plan.rows:
            add_visit(
                session,
                visit_id := new_id(),
                branch=row.branch.id,
                wave=plan.wave.id,
                shopper=row.shopper,
                mode=plan.mode,
                checklist=plan.wave.checklist,
                brief=plan.brief,
                due_on=plan.due_on,
            )
            give_scenario(session, visit_id, plan.scenario)
    where = f"/admin/assignments?wave={plan.wave.id}&created={len(plan.rows)}"
    return Redirect(where, status_code=303)


def _choices(database: Database, administrator: Person) -> Choices:
    with database.reading() as session:
        return Choices(
            waves=list_waves(session),
            branches=[one for one in list_branches(session, administrator) if one.active],
            shoppers=[one for one in list_people(session, "shopper") if one.active],
            scenarios=shipped_scenarios(folder("checklists")),
        )


def _draw_new(
    page: Page, choices: Choices, form: Form | None = None, wave: str = ""
) -> Response[str]:
    return page(
        "admin/assignments/new.html",
        status=200 if form is None or form.ok else 422,
        choices=choices,
        modes=MODES,
        values={"wave": wave, "mode": "disguised"},
        form=form,
    )


def _draw_plan(
    page: Page, choices: Choices, plan: Plan, form: Form, status: int = 200
) -> Response[str]:
    return page(
        "admin/assignments/plan.html",
        status=status,
        choices=choices,
        values={},
        plan=plan,
        form=form,
    )


handlers = [show_new_visits, show_plan, create_visits]
