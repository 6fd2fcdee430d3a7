"""Checklists as files: one to take away, and one that somebody brings, looked at first."""

from typing import Any, Literal

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.exchange import Known, Taken
from audit.domain.problems import N_, Conflict
from audit.domain.toml import write_toml
from audit.languages import translations
from audit.paths import folder
from audit.render.books import MOST_BYTES
from audit.store.checklists import Library, get_checklist, list_checklists, publish
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.downloads import XLSX, file
from audit.web.forms import Form
from audit.web.pages import Page
from audit.work.exchange import MOST_TEXT, give, take

TYPES = {"toml": "application/toml", "xlsx": XLSX}


@get("/admin/checklists/{content_hash:str}/checklist.toml", sync_to_thread=True)
def get_checklist_toml(
    content_hash: FromPath[str], auditor: ThePerson, database: TheDatabase
) -> Response[bytes]:
    return _file(content_hash, database, "toml")


@get("/admin/checklists/{content_hash:str}/checklist.xlsx", sync_to_thread=True)
def get_checklist_xlsx(
    content_hash: FromPath[str], auditor: ThePerson, database: TheDatabase
) -> Response[bytes]:
    return _file(content_hash, database, "xlsx")


@get("/admin/checklists/import", sync_to_thread=True)
def show_import(auditor: ThePerson, page: ThePage) -> Response[str]:
    return _draw(page)


@post("/admin/checklists/import", sync_to_thread=True)
def create_import(
    auditor: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[str]:
    """Shows what the file would become; keeps nothing."""
    content = form.bytes("file", most=MOST_BYTES)
    if form.ok and not content:
        chosen = form.file_name("file")
        form.refuse("file", N_("This file is empty.") if chosen else N_("Choose a file."))
    if not form.ok:
        return _draw(page, form)
    with database.reading() as session:
        known = _known(session)
    return _draw(page, form, take(content, form.file_name("file"), known))


@post("/admin/checklists", sync_to_thread=True)
def publish_import(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    """As it was looked at, though others may have published something since."""
    content = form.text("content", most=MOST_TEXT)
    with database.writing() as session:
        taken = take(content.encode(), "", _known(session))
        if not form.ok or taken.checklist is None:
            return _draw(page, form, taken)
        try:
            new = publish(session, taken.checklist, now())
        except Conflict as problem:
            form.refuse("file", problem.message, **problem.values)
            return _draw(page, form, taken)
        if not new:
            form.refuse("file", N_("This very content is published already."))
            return _draw(page, form, taken)
    return Redirect(f"/admin/checklists/{taken.checklist.hash}?saved=1", status_code=303)


def _known(session: Session) -> Known:
    """Only what is published can be built on."""
    return Library(folder("checklists")).known(list_checklists(session))


def _file(
    content_hash: str, database: TheDatabase, form: Literal["toml", "xlsx"]
) -> Response[bytes]:
    with database.reading() as session:
        checklist = get_checklist(session, content_hash)
        known = _known(session)
    content = give(checklist, known.shelf, form)
    return file(content, TYPES[form], f"{checklist.id}-{checklist.version}.{form}")


def _draw(page: Page, form: Form | None = None, taken: Taken | None = None) -> Response[str]:
    checklist: Checklist | None = taken.checklist if taken else None
    return page(
        "admin/checklists/import.html",
        status=200 if form is None or (form.ok and checklist) else 422,
        form=form,
        taken=taken,
        checklist=checklist,
        content=write_toml(taken.tables) if taken and taken.tables else "",
        translated=translations(page.language).gettext,
    )


handlers = [get_checklist_toml, get_checklist_xlsx, show_import, create_import, publish_import]
