"""Published checklist versions: reading them, and publishing those that are shipped."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.text import Text
from audit.paths import folder
from audit.store.checklists import Library, get_checklist, list_lost, list_published, publish
from audit.store.systems import explained
from audit.web.dependencies import TheDatabase, ThePage, ThePerson


@get("/admin/checklists", sync_to_thread=True)
def show_checklists(
    administrator: ThePerson, database: TheDatabase, page: ThePage, saved: FromQuery[bool] = False
) -> Response[str]:
    with database.reading() as session:
        published, lost = list_published(session), list_lost(session)
    shipped = {one.hash: one for one in Library(folder("checklists")).read()}
    known = {one.checklist.hash for one in published} | {one.hash for one in lost}
    return page(
        "admin/checklists/list.html",
        published=published,
        lost=lost,
        mendable=[shipped[one.hash] for one in lost if one.hash in shipped],
        shipped=[one for name, one in shipped.items() if name not in known],
        saved=saved,
    )


@post("/admin/checklists/shipped", sync_to_thread=True)
def publish_shipped(administrator: ThePerson, database: TheDatabase) -> Redirect:
    """Publish what came with the software and is not there yet, or is damaged."""
    shipped = Library(folder("checklists")).read()
    with database.writing() as session:
        for checklist in shipped:
            publish(session, checklist, now())
    return Redirect("/admin/checklists?saved=1", status_code=303)


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


def _framework_names(checklist: Checklist) -> dict[str, tuple[Text, Text]]:
    """`framework:entry`, as items name it, to the titles of both."""
    return {
        f"{framework.id}:{entry.id}": (framework.title, entry.title)
        for framework in checklist.frameworks
        for entry in framework.entries
    }


handlers = [show_checklists, publish_shipped, show_checklist]
