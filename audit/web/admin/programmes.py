"""Programmes and their waves."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.domain.problems import N_
from audit.domain.programme import Programme
from audit.domain.text import Text
from audit.domain.visit import Wave
from audit.ids import new_id
from audit.store.assignments import count_by_wave
from audit.store.checklists import list_checklists, list_lost
from audit.store.programmes import (
    get_programme,
    get_programme_of,
    get_wave,
    list_with_waves,
    save_programme,
    save_wave,
)
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.forms import Form
from audit.web.pages import Page


@get("/admin/waves", sync_to_thread=True)
def show_waves(
    administrator: ThePerson, database: TheDatabase, page: ThePage, saved: FromQuery[bool] = False
) -> Response[str]:
    with database.reading() as session:
        programmes = list_with_waves(session)
        checklists = {checklist.hash: checklist for checklist in list_checklists(session)}
        lost = {one.hash: one for one in list_lost(session)}
        counts = count_by_wave(session)
    return page(
        "admin/programmes/list.html",
        programmes=programmes,
        checklists=checklists,
        lost=lost,
        counts=counts,
        saved=saved,
    )


@get("/admin/programmes/new", sync_to_thread=True)
def show_new_programme(administrator: ThePerson, page: ThePage) -> Response[str]:
    return _draw_programme(page, None)


@post("/admin/programmes", sync_to_thread=True)
def create_programme(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    return _save_programme(form, database, page, None)


@get("/admin/programmes/{programme_id:uuid}", sync_to_thread=True)
def show_programme(
    programme_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        return _draw_programme(page, get_programme(session, programme_id))


@post("/admin/programmes/{programme_id:uuid}", sync_to_thread=True)
def change_programme(
    programme_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.reading() as session:
        before = get_programme(session, programme_id)
    return _save_programme(form, database, page, before)


@get("/admin/programmes/{programme_id:uuid}/waves/new", sync_to_thread=True)
def show_new_wave(
    programme_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        return _draw_wave(page, session, get_programme(session, programme_id), None)


@post("/admin/programmes/{programme_id:uuid}/waves", sync_to_thread=True)
def create_wave(
    programme_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.writing() as session:
        programme = get_programme(session, programme_id)
        return _save_wave(form, session, page, programme, None)


@get("/admin/waves/{wave_id:uuid}", sync_to_thread=True)
def show_wave(
    wave_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        programme = get_programme_of(session, wave_id)
        return _draw_wave(page, session, programme, get_wave(session, wave_id))


@post("/admin/waves/{wave_id:uuid}", sync_to_thread=True)
def change_wave(
    wave_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.writing() as session:
        programme = get_programme_of(session, wave_id)
        return _save_wave(form, session, page, programme, get_wave(session, wave_id))


def _save_programme(
    form: Form, database: TheDatabase, page: Page, before: Programme | None
) -> Response[Any]:
    name = form.both("name")
    if not form.ok:
        return _draw_programme(page, before, form)
    with database.writing() as session:
        save_programme(session, before.id if before else new_id(), name)
    return Redirect("/admin/waves?saved=1", status_code=303)


def _draw_programme(
    page: Page, programme: Programme | None, form: Form | None = None
) -> Response[str]:
    name = programme.name if programme else Text("", "")
    return page(
        "admin/programmes/edit.html",
        status=422 if form else 200,
        programme=programme,
        values={"name_zh": name.zh, "name_en": name.en},
        form=form,
    )


def _save_wave(
    form: Form, session: Session, page: Page, programme: Programme, before: tuple[Wave, Text] | None
) -> Response[Any]:
    known = [checklist.hash for checklist in list_checklists(session)]
    if before:
        known.append(before[0].checklist)  # it stays, damaged or not
    name, brief = form.both("name"), form.both("brief", most=2000, required=False)
    opens_on, closes_on = form.day("opens_on"), form.day("closes_on")
    checklist = form.one_of("checklist", known)
    dated = not {"opens_on", "closes_on"} & form.problems.keys()
    if dated and closes_on < opens_on:
        form.refuse("closes_on", N_("The end is before the start."))
    if before and checklist != before[0].checklist and _visits(session, before[0].id):
        form.refuse(
            "checklist",
            N_("This wave has visits already. Start a new wave for another checklist."),
        )
    if not form.ok:
        return _draw_wave(page, session, programme, before, form)
    wave_id = before[0].id if before else new_id()
    save_wave(session, wave_id, programme.id, name, opens_on, closes_on, checklist, brief)
    return Redirect("/admin/waves?saved=1", status_code=303)


def _visits(session: Session, wave_id: UUID) -> int:
    counts = count_by_wave(session).get(wave_id, {})
    return sum(number for status, number in counts.items() if status != "cancelled")


def _draw_wave(
    page: Page,
    session: Session,
    programme: Programme,
    found: tuple[Wave, Text] | None,
    form: Form | None = None,
) -> Response[str]:
    values: dict[str, str] = {}
    if found is not None:
        wave, brief = found
        values = {
            "name_zh": wave.name.zh,
            "name_en": wave.name.en,
            "opens_on": wave.opens_on.isoformat(),
            "closes_on": wave.closes_on.isoformat(),
            "checklist": wave.checklist,
            "brief_zh": brief.zh,
            "brief_en": brief.en,
        }
    return page(
        "admin/programmes/wave.html",
        status=422 if form else 200,
        programme=programme,
        wave=found[0] if found else None,
        visits=_visits(session, found[0].id) if found else 0,
        checklists=list_checklists(session),
        lost=[one for one in list_lost(session) if one.hash == values.get("checklist")],
        values=values,
        form=form,
    )


handlers = [
    show_waves,
    show_new_programme,
    create_programme,
    show_programme,
    change_programme,
    show_new_wave,
    create_wave,
    show_wave,
    change_wave,
]
