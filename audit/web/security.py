"""Response headers, and the refusal of requests that other sites make browsers send."""

import hmac
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.types import Message, Scope

from audit.domain.problems import N_, NotAllowed, NotFound, NotSignedIn
from audit.domain.text import UNREADABLE
from audit.settings import Settings
from audit.web.dependencies import csrf_token, session_token
from audit.web.forms import read_form

HEADERS = {
    "Content-Security-Policy": (
        # What is not named here is as default-src says, workers as script-src.
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
_HEADERS = [
    (name.lower().encode(), value.encode())
    for name, value in {**HEADERS, "Cache-Control": "no-store"}.items()
]
_OF_PAGES = {b"referrer-policy", b"cross-origin-opener-policy", b"permissions-policy"}
_STRICT = [*_HEADERS, (b"strict-transport-security", b"max-age=31536000")]


async def protect(message: Message, scope: Scope) -> None:
    """Before anything is sent. A middleware would not do: it is not asked about addresses
    that lead nowhere."""
    if message["type"] != "http.response.start":
        return
    settings: Settings = scope["litestar_app"].state.settings
    wanted = _STRICT if settings.secure else _HEADERS
    there = {name.lower() for name, _ in message["headers"]}
    if message["status"] == 200 and scope["path"].startswith("/static/"):
        there |= _OF_PAGES  # each byte counts in a branch with a bad signal
    missing = [pair for pair in wanted if pair[0] not in there]
    message["headers"] = [*message["headers"], *missing]


async def check_request(request: Request[Any, Any, Any]) -> None:
    """Before every handler."""
    _refuse_unreadable(request)
    await _refuse_forgery(request)


def _refuse_unreadable(request: Request[Any, Any, Any]) -> None:
    """No address of ours has control characters in it, and not every database takes them."""
    asked = [request.scope["path"]]
    if request.scope["query_string"]:
        asked += [str(part) for pair in request.query_params.multi_items() for part in pair]
    if any(map(UNREADABLE.search, asked)):
        raise NotFound(N_("There is no such page."))


async def _refuse_forgery(request: Request[Any, Any, Any]) -> None:
    """A request that changes something comes from our own page.

    Two independent signs are asked for: the browser's own (Sec-Fetch-Site, else Origin),
    and our token in a header or form field.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.route_handler.opt.get("by_token"):
        return  # no browser adds an Authorization header by itself
    own = _same_origin(request)
    if not (own and await _has_token(request)):
        if own and not session_token(request) and not request.route_handler.opt.get("public"):
            raise NotSignedIn(N_("You are no longer signed in, so nothing was changed."))
        raise NotAllowed(
            N_("This page is out of date. Go back, reload it and try again; nothing was changed.")
        )


def _same_origin(request: Request[Any, Any, Any]) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return False
    settings: Settings = request.app.state.settings
    here = settings.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
    try:
        return urlsplit(origin)[:2] == urlsplit(here)[:2]
    except ValueError:  # neither is always an address
        return False


async def _has_token(request: Request[Any, Any, Any]) -> bool:
    expected = csrf_token(request)
    given = request.headers.get("x-csrf-token")
    if given is None:
        given = str((await read_form(request)).get("csrf", ""))
    # As bytes: of texts only those in ASCII can be compared.
    return bool(expected) and hmac.compare_digest(
        expected.encode(), given.encode("utf-8", "replace")
    )
