"""Regions: what branches are grouped by."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.domain.branch import Region
from audit.domain.problems import N_
from audit.ids import new_id
from audit.store.branches import (
    count_branches,
    delete_region,
    get_region,
    list_regions,
    save_region,
)
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.forms import Form
from audit.web.pages import Page


@get("/admin/regions", sync_to_thread=True)
def show_regions(
    administrator: ThePerson, database: TheDatabase, page: ThePage, saved: FromQuery[bool] = False
) -> Response[str]:
    with database.reading() as session:
        regions, branches = list_regions(session), count_branches(session)
    return page("admin/regions/list.html", regions=regions, branches=branches, saved=saved)


@get("/admin/regions/new", sync_to_thread=True)
def show_new_region(administrator: ThePerson, page: ThePage) -> Response[str]:
    return _draw(page, None)


@post("/admin/regions", sync_to_thread=True)
def create_region(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    with database.writing() as session:
        region = _read(form, session, new_id())
        if not form.ok:
            return _draw(page, None, form)
        save_region(session, region)
    return Redirect("/admin/regions?saved=1", status_code=303)


@get("/admin/regions/{region_id:uuid}", sync_to_thread=True)
def show_region(
    region_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        region = get_region(session, region_id)
        used = region_id in count_branches(session)
    return _draw(page, region, used=used)


@post("/admin/regions/{region_id:uuid}", sync_to_thread=True)
def change_region(
    region_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.writing() as session:
        before = get_region(session, region_id)
        region = _read(form, session, region_id)
        if not form.ok:
            return _draw(page, before, form, used=region_id in count_branches(session))
        save_region(session, region)
    return Redirect("/admin/regions?saved=1", status_code=303)


@post("/admin/regions/{region_id:uuid}/removal", sync_to_thread=True)
def remove_region(
    region_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase
) -> Redirect:
    with database.writing() as session:
        delete_region(session, region_id)
    return Redirect("/admin/regions?saved=1", status_code=303)


def _read(form: Form, session: Session, region_id: UUID) -> Region:
    region = Region(region_id, form.both("name"))
    for other in list_regions(session):
        if other.id != region_id:
            if other.name.zh == region.name.zh:
                form.refuse("name_zh", N_("Another region already has this name."))
            if other.name.en.lower() == region.name.en.lower():
                form.refuse("name_en", N_("Another region already has this name."))
    return region


def _draw(
    page: Page, region: Region | None, form: Form | None = None, used: bool = False
) -> Response[str]:
    values = {} if region is None else {"name_zh": region.name.zh, "name_en": region.name.en}
    return page(
        "admin/regions/edit.html",
        status=422 if form else 200,
        region=region,
        values=values,
        form=form,
        used=used,
    )


handlers = [
    show_regions,
    show_new_region,
    create_region,
    show_region,
    change_region,
    remove_region,
]
