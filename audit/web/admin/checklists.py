"""Published checklist versions: reading them, and publishing new ones."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.library import Trouble, Unusable
from audit.domain.problems import N_, Conflict
from audit.domain.text import Text
from audit.languages import translations
from audit.paths import folder
from audit.store.checklists import (
    Library,
    get_checklist,
    list_published,
    publish,
    shelf_of,
)
from audit.store.systems import explained
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.forms import Form
from audit.web.pages import Page

MOST = 1_000_000  # characters; the largest checklist shipped has a tenth of that


@get("/admin/checklists", sync_to_thread=True)
def show_checklists(
    administrator: ThePerson, database: TheDatabase, page: ThePage, saved: FromQuery[bool] = False
) -> Response[str]:
    with database.reading() as session:
        published = list_published(session)
    known = {one.checklist.hash for one in published}
    shipped = [one for one in Library(folder("checklists")).read() if one.hash not in known]
    return page("admin/checklists/list.html", published=published, shipped=shipped, saved=saved)


@post("/admin/checklists/shipped", sync_to_thread=True)
def publish_shipped(administrator: ThePerson, database: TheDatabase) -> Redirect:
    """Publish what came with the software and is not there yet."""
    shipped = Library(folder("checklists")).read()
    with database.writing() as session:
        for checklist in shipped:
            publish(session, checklist, now())
    return Redirect("/admin/checklists?saved=1", status_code=303)


@get("/admin/checklists/new", sync_to_thread=True)
def show_new_checklist(administrator: ThePerson, page: ThePage) -> Response[str]:
    return _draw(page)


@post("/admin/checklists", sync_to_thread=True)
def create_checklist(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    raw = form.file("file", most=MOST) or form.text("content", most=MOST, required=False)
    if form.ok and not raw.strip():
        form.refuse("file", N_("Choose a file or paste its text."))
    if not form.ok:
        return _draw(page, form, raw)
    with database.writing() as session:
        try:
            checklist = _read(session, raw, form.file_name("file"))
        except Unusable as error:
            return _draw(page, form, raw, troubles=error.troubles)
        if form.flag("only_check"):
            return _draw(page, form, raw, checked=checklist)
        try:
            publish(session, checklist, now())
        except Conflict as problem:
            form.refuse("file", problem.message, **problem.values)
            return _draw(page, form, raw)
    return Redirect(f"/admin/checklists/{checklist.hash}?saved=1", status_code=303)


@get("/admin/checklists/{content_hash:str}", sync_to_thread=True)
def show_checklist(
    content_hash: FromPath[str],
    administrator: ThePerson,
    database: TheDatabase,
    page: ThePage,
    saved: FromQuery[bool] = False,
) -> Response[str]:
    with database.reading() as session:
        checklist = get_checklist(session, content_hash)
    return page("admin/checklists/show.html", saved=saved, **reading_of(checklist))


def reading_of(checklist: Checklist) -> dict[str, Any]:
    """What `checklists/_reading.html` needs."""
    every = (*checklist.items, *checklist.facts)
    return {
        "checklist": checklist,
        "kinds": {item.key: item.response.kind for item in every},
        "names": _framework_names(checklist),
        "explained": explained(),
    }


def _read(session: Session, raw: str, name: str) -> Checklist:
    """With the shipped vocabulary and frameworks, on top of what has been published."""
    library = Library(folder("checklists"))
    library.checklists = shelf_of(session)
    return library.add(raw, name)


def _framework_names(checklist: Checklist) -> dict[str, tuple[Text, Text]]:
    """`framework:entry`, as items name it, to the titles of both."""
    return {
        f"{framework.id}:{entry.id}": (framework.title, entry.title)
        for framework in checklist.frameworks
        for entry in framework.entries
    }


def _draw(
    page: Page,
    form: Form | None = None,
    raw: str = "",
    *,
    troubles: tuple[Trouble, ...] = (),
    checked: Checklist | None = None,
) -> Response[str]:
    return page(
        "admin/checklists/new.html",
        status=422 if form and checked is None else 200,
        form=form,
        raw=raw,
        troubles=troubles,
        translated=translations(page.language).gettext,
        checked=checked,
    )


handlers = [
    show_checklists,
    publish_shipped,
    show_new_checklist,
    create_checklist,
    show_checklist,
]
