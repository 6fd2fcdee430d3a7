"""Branches: where visits are made."""

import re
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.domain.branch import Branch, Region
from audit.domain.problems import N_, Conflict
from audit.domain.text import Text
from audit.ids import new_id
from audit.store.branches import get_branch, list_branches, list_regions, save_branch
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.forms import Form
from audit.web.pages import Page

SHOWN = 200
KINDS = ("bank", "securities")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@get("/admin/branches", sync_to_thread=True)
def show_branches(
    administrator: ThePerson,
    database: TheDatabase,
    page: ThePage,
    search: FromQuery[str] = "",
    region: FromQuery[str] = "",
    saved: FromQuery[bool] = False,
) -> Response[str]:
    with database.reading() as session:
        every, regions = list_branches(session, administrator), list_regions(session)
    found = [
        branch
        for branch in every
        if region in ("", str(branch.region.id)) and matches(branch, search)
    ]
    return page(
        "admin/branches/list.html",
        branches=found[:SHOWN],
        found=len(found),
        total=len(every),
        regions=regions,
        search=search,
        region=region,
        saved=saved,
    )


@get("/admin/branches/new", sync_to_thread=True)
def show_new_branch(
    administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        regions = list_regions(session)
    return _draw(page, None, regions)


@post("/admin/branches", sync_to_thread=True)
def create_branch(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    return _save(form, database, page, None)


@get("/admin/branches/{branch_id:uuid}", sync_to_thread=True)
def show_branch_form(
    branch_id: FromPath[UUID], administrator: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        branch, regions = get_branch(session, administrator, branch_id), list_regions(session)
    return _draw(page, branch, regions)


@post("/admin/branches/{branch_id:uuid}", sync_to_thread=True)
def change_branch(
    branch_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.reading() as session:
        before = get_branch(session, administrator, branch_id)
    return _save(form, database, page, before)


def matches(branch: Branch, search: str) -> bool:
    """Every word of the search is somewhere in its code, names, city or address."""
    texts = (branch.name, branch.city, branch.address, branch.region.name)
    said = " ".join([branch.code, *(part for text in texts for part in (text.zh, text.en))]).lower()
    return all(word in said for word in search.lower().split())


def _save(form: Form, database: TheDatabase, page: Page, before: Branch | None) -> Response[Any]:
    with database.writing() as session:
        regions = list_regions(session)
        branch = _read(form, regions, before)
        if form.ok:
            _keep(session, branch, form)
        if not form.ok:
            return _draw(page, before, regions, form)
    return Redirect("/admin/branches?saved=1", status_code=303)


def _keep(session: Session, branch: Branch, form: Form) -> None:
    try:
        save_branch(session, branch)
    except Conflict as problem:
        form.refuse("code", problem.message, **problem.values)


def _read(form: Form, regions: list[Region], before: Branch | None) -> Branch:
    code = form.text("code", most=20)
    if code and not _CODE.fullmatch(code):
        form.refuse("code", N_("Only letters, digits, dot, dash and underscore."))
    by_id = {str(region.id): region for region in regions}
    chosen = form.one_of("region", list(by_id))
    return Branch(
        id=before.id if before else new_id(),
        code=code,
        name=form.both("name"),
        kind="securities" if form.one_of("kind", KINDS) == "securities" else "bank",
        region=by_id.get(chosen) or Region(UUID(int=0), Text("", "")),
        city=form.both("city", required=False),
        address=form.both("address", required=False),
        active=form.flag("active") if before else True,
    )


def _draw(
    page: Page, branch: Branch | None, regions: list[Region], form: Form | None = None
) -> Response[str]:
    values: dict[str, str] = {"kind": "bank"}
    if branch is not None:
        values = {"code": branch.code, "region": str(branch.region.id), "kind": branch.kind}
        values["active"] = "1" if branch.active else ""
        for name in ("name", "city", "address"):
            text: Text = getattr(branch, name)
            values |= {f"{name}_zh": text.zh, f"{name}_en": text.en}
    return page(
        "admin/branches/edit.html",
        status=422 if form else 200,
        branch=branch,
        regions=regions,
        values=values,
        form=form,
    )


handlers = [show_branches, show_new_branch, create_branch, show_branch_form, change_branch]
