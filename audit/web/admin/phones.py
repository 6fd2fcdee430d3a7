"""What the administrator learns of phones: lost stores, and how they tested themselves."""

from litestar import Response, get

from audit.store.phones import list_incidents, list_self_tests
from audit.web.dependencies import TheDatabase, ThePage, ThePerson


@get("/admin/phones", sync_to_thread=True)
def show_phones(administrator: ThePerson, database: TheDatabase, page: ThePage) -> Response[str]:
    with database.reading() as session:
        incidents, self_tests = list_incidents(session), list_self_tests(session)
    return page("admin/phones.html", incidents=incidents, self_tests=self_tests)


handlers = [show_phones]
