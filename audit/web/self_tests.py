"""A phone tries itself out: a page for shoppers, and where its result is sent."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from audit.clock import now
from audit.domain.phone import SelfTest
from audit.domain.problems import N_, Invalid
from audit.domain.text import readable
from audit.store.phones import add_self_test
from audit.web.dependencies import AnyRequest, TheDatabase, TheForm, ThePage, ThePerson

LONGEST_RESULT = 10_000

_read = msgspec.json.Decoder(SelfTest)


@get("/self-test", sync_to_thread=False)
def show_self_test(
    shopper: ThePerson, page: ThePage, saved: FromQuery[bool] = False
) -> Response[Any]:
    return page("self_test/show.html", saved=saved)


@post("/self-test", sync_to_thread=True)
def create_self_test(
    shopper: ThePerson, form: TheForm, database: TheDatabase, request: AnyRequest
) -> Redirect:
    sent = form.get("result")
    try:
        result = _read.decode(sent[:LONGEST_RESULT])
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Invalid(N_("Run the test first, then send its result.")) from error
    agent = readable(request.headers.get("user-agent", ""))
    with database.writing() as session:
        add_self_test(session, shopper, result, agent, now())
    return Redirect("/self-test?saved=1", status_code=303)


handlers = [show_self_test, create_self_test]
