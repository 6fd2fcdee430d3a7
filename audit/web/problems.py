"""How a refused request is drawn: a page, or one line into `#problem` for htmx, so that
the form with what the person typed stays. Never a stack."""

import logging
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException

from audit.domain.problems import N_, Damaged, NotSignedIn, Problem
from audit.ids import new_id
from audit.languages import gettext
from audit.web.dependencies import csrf_token
from audit.web.forms import prose
from audit.web.pages import Page, chosen_language

log = logging.getLogger("mingcha")

TITLES = {
    401: N_("Please sign in"),
    403: N_("This is not allowed"),
    404: N_("Nothing found here"),
    405: N_("Nothing found here"),
    409: N_("Something has changed"),
    422: N_("This cannot be accepted"),
    429: N_("Too many tries"),
    503: N_("This did not work just now"),
}
FAILED = N_("Something went wrong on our side. Nothing you sent before was lost. Reference: %(id)s")
SOON = "5"  # seconds after which it may be tried again
FAILED_TITLE = N_("Something went wrong")


def draw_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    page = request.method == "GET" and not (_partial(request) or _api(request))
    if isinstance(problem, NotSignedIn) and page:
        where = quote(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
        return Response(None, status_code=303, headers={"Location": f"/sign-in?next={where}"})
    if isinstance(problem, Damaged) and page:
        drawn = _page(request)
        return drawn("problems/damaged.html", status=problem.status, visit=problem.visit)
    return _draw(request, problem.status, problem.message, problem.values, problem.title)


def draw_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    messages = {
        404: N_("The page or file does not exist."),
        405: N_("This address does not take that kind of request."),
        413: N_("This is too large."),
    }
    message = messages.get(error.status_code, N_("The request could not be understood."))
    if error.status_code >= 500:
        return draw_failure(request, error)
    return _draw(request, error.status_code, message, {})


def draw_failure(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    reference = str(new_id())[-12:]
    log.error("failure %s on %r", reference, request.url.path, exc_info=error)  # %r: one line
    return _draw(request, 500, FAILED, {"id": reference})


def _draw(
    request: Request[Any, Any, Any],
    status: int,
    message: str,
    values: dict[str, object],
    title: str = "",
) -> Response[Any]:
    page = _page(request)
    text = gettext(page.language, message, **values)
    headers = {"Retry-After": SOON} if status == 503 else {}
    if _api(request):
        return Response({"problem": text}, status_code=status, headers=headers)
    if _partial(request):
        return Response(
            page.html("problems/_problem.html", message=text),
            status_code=status,
            media_type=MediaType.HTML,
            headers={"HX-Retarget": "#problem", "HX-Reswap": "innerHTML"} | headers,
        )
    title = gettext(page.language, title or TITLES.get(status, FAILED_TITLE))
    sent = request.method != "GET"
    return page(
        "problems/show.html",
        status=status,
        headers=headers,
        title=title,
        message=text,
        back=_came_from(request) if sent else "",
        written=prose(request.scope["state"].get("form")) if sent else [],
        sign_in=status == NotSignedIn.status,
    )


def _came_from(request: Request[Any, Any, Any]) -> str:
    """The page of ours with the form, unless that was drawn in answer to the form itself; what
    a browser says of it cannot lead elsewhere."""
    try:
        said = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if said.netloc != request.headers.get("host") or said.path == request.url.path:
        return ""
    return urlunsplit(("", "", "/" + said.path.lstrip("/"), said.query, ""))


def _page(request: Request[Any, Any, Any]) -> Page:
    # The person is not looked up here: what failed may have been the database.
    person = request.scope["state"].get("person")
    return Page(
        request.app.state.templates,
        chosen_language(request, person),
        person,
        csrf_token(request),
        request.url.path,
        request.url.query,
    )


def _api(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith("/api/")


def _partial(request: Request[Any, Any, Any]) -> bool:
    return "hx-request" in request.headers
