"""What handlers ask for by parameter name.

The parameter that names the person also says who may come in: `person` anyone signed in,
`shopper`, `auditor` (and administrators), `administrator`, `reader` (branch managers,
auditors, administrators). A handler without one of them must be marked `public=True`.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide

from audit.clock import now
from audit.domain.people import Person, Role
from audit.domain.problems import N_, NotFound, NotSignedIn
from audit.settings import Settings
from audit.store.database import Database
from audit.store.sessions import find_session, mark_seen
from audit.web.forms import Form, read_form
from audit.web.pages import Page, chosen_language

AnyRequest = Request[Any, Any, Any]

# What handlers annotate their parameters with; the parameter's name picks the provider.
TheVisitor = NamedDependency[Person | None]
ThePerson = NamedDependency[Person]
TheDatabase = NamedDependency[Database]
TheSettings = NamedDependency[Settings]
TheForm = NamedDependency[Form]
ThePage = NamedDependency[Page]


def cookie_name(settings: Settings) -> str:
    """`__Host-` pins the cookie to this host over TLS; browsers refuse it on plain http."""
    return "__Host-sid" if settings.secure else "sid"


def lasting_cookie(name: str, value: str, settings: Settings, days: int | None = None) -> Cookie:
    """`days`: None for as long as the browser is open, 0 to take it away."""
    return Cookie(
        key=name,
        value=value,
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="lax",
        max_age=None if days is None else days * 86_400,
    )


def session_token(request: AnyRequest) -> str:
    return request.cookies.get(cookie_name(request.app.state.settings), "")


def csrf_token(request: AnyRequest) -> str:
    """Tied to the sign-in; before one, to the browser by a cookie set with the form."""
    return token_for(session_token(request) or request.cookies.get("visitor", ""))


def token_for(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest() if secret else ""


def provide_visitor(request: AnyRequest) -> Person | None:
    """Who this request comes from: the one look-up every other dependency shares."""
    person = _look_up(request)
    request.scope["state"]["person"] = person  # for drawing a problem
    return person


def _look_up(request: AnyRequest) -> Person | None:
    token = session_token(request)
    if not token:
        return None
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    with database.reading() as session:
        found = find_session(session, token, now(), timedelta(days=settings.session_days))
    if found is None:
        return None
    person, stale = found
    if stale:
        with database.writing() as session:
            mark_seen(session, token, now())
    return person


def provide_page(request: AnyRequest, visitor: TheVisitor) -> Page:
    return Page(
        request.app.state.templates,
        chosen_language(request, visitor),
        visitor,
        csrf_token(request),
        request.url.path,
        request.url.query,
    )


def provide_person(visitor: TheVisitor) -> Person:
    if visitor is None:
        raise NotSignedIn(N_("Please sign in."))
    return visitor


def _only(*roles: Role) -> Callable[[Person], Person]:
    def provide(person: ThePerson) -> Person:
        if person.role not in roles:
            raise NotFound(N_("There is no such page."))
        return person

    return provide


def provide_database(request: AnyRequest) -> Database:
    database: Database = request.app.state.database
    return database


def provide_settings(request: AnyRequest) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def provide_form(request: AnyRequest) -> Form:
    return Form(await read_form(request))


ROLE_DEPENDENCIES: dict[str, tuple[Role, ...]] = {
    "shopper": ("shopper",),
    "auditor": ("auditor", "administrator"),
    "administrator": ("administrator",),
    "reader": ("branch_manager", "auditor", "administrator"),
}

DEPENDENCIES = {
    "database": Provide(provide_database, sync_to_thread=False),
    "settings": Provide(provide_settings, sync_to_thread=False),
    "form": Provide(provide_form),
    "visitor": Provide(provide_visitor, sync_to_thread=True),
    "page": Provide(provide_page, sync_to_thread=False),
    "person": Provide(provide_person, sync_to_thread=False),
    **{
        name: Provide(_only(*roles), sync_to_thread=False)
        for name, roles in ROLE_DEPENDENCIES.items()
    },
}
