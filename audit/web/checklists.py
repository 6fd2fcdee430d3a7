"""Reading a published version, and two of them side by side."""

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from audit.domain.versions import side_by_side
from audit.store.checklists import find_note, get_checklist
from audit.web.admin.checklists import reading_of
from audit.web.dependencies import TheDatabase, ThePage, ThePerson


@get("/checklists/{content_hash:str}", sync_to_thread=True)
def show_version(
    content_hash: FromPath[str], auditor: ThePerson, database: TheDatabase, page: ThePage
) -> Response[str]:
    with database.reading() as session:
        checklist = get_checklist(session, content_hash)
        note = find_note(session, content_hash)
    return page("checklists/show.html", note=note, **reading_of(checklist))


@get("/checklists/comparison", sync_to_thread=True)
def show_versions(
    auditor: ThePerson,
    database: TheDatabase,
    page: ThePage,
    before: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    with database.reading() as session:
        both = side_by_side(get_checklist(session, before), get_checklist(session, after))
    return page("checklists/comparison.html", both=both)


handlers = [show_versions, show_version]
