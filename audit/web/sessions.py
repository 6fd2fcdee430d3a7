"""Signing in and out, and choosing a language."""

import hashlib
import threading
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from litestar import Response, get, post
from litestar.response import Redirect

from audit.clock import now
from audit.domain.people import Role
from audit.domain.problems import N_, TooMany
from audit.domain.text import LANGUAGES, readable
from audit.ids import new_id
from audit.store.database import Database
from audit.store.people import find_login, save_language, save_password
from audit.store.sessions import (
    add_attempt,
    clear_attempts,
    close_session,
    count_attempts,
    open_session,
)
from audit.web.dependencies import (
    AnyRequest,
    TheDatabase,
    TheForm,
    ThePage,
    ThePerson,
    TheSettings,
    cookie_name,
    lasting_cookie,
    session_token,
    token_for,
)

HOME: dict[Role, str] = {
    "shopper": "/assignments",
    "auditor": "/reviews",
    "branch_manager": "/branches",
    "administrator": "/admin",
}
TRIES = 10
WINDOW = timedelta(minutes=15)

_hasher = PasswordHasher()
_two_at_a_time = threading.Semaphore(2)  # a hash takes 64 MiB: many at once would be a way in
_DUMMY = _hasher.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    with _two_at_a_time:
        return _hasher.hash(password)


def verify_password(password_hash: str, password: str) -> bool:
    with _two_at_a_time:
        try:
            return _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def count_try(database: Database, key: str) -> None:
    """Before a password is looked at: raises `TooMany` after ten tries that were not right.

    The try is kept before it is counted, so of many at once no more get through. Whoever is
    waiting already does not wait longer for having tried.
    """
    since = now() - WINDOW
    with database.reading() as session:
        tried = count_attempts(session, key, since) + 1
    if tried <= TRIES:
        with database.writing() as session:
            add_attempt(session, key, now())
        with database.reading() as session:
            tried = count_attempts(session, key, since)
    if tried > TRIES:
        raise TooMany(N_("Too many failed tries. Wait a quarter of an hour and try again."))


@get("/", sync_to_thread=False)
def show_home(person: ThePerson) -> Redirect:
    return Redirect(HOME[person.role], status_code=303)


@get("/sign-in", sync_to_thread=True, public=True)
def show_sign_in(page: ThePage, settings: TheSettings, request: AnyRequest) -> Response[Any]:
    """Before a sign-in the form's token is tied to a visitor cookie set with the form."""
    if page.person is not None:
        return Redirect(HOME[page.person.role], status_code=303)
    visitor = request.cookies.get("visitor") or str(new_id())
    page.csrf = token_for(visitor)
    response = page("sessions/sign_in.html", next=request.query_params.get("next", ""), refused="")
    response.cookies.append(lasting_cookie("visitor", visitor, settings))
    return response


@post("/sign-in", sync_to_thread=True, public=True)
def create_session(
    form: TheForm,
    page: ThePage,
    database: TheDatabase,
    settings: TheSettings,
    request: AnyRequest,
) -> Response[Any]:
    login, password = form.get("login").strip().lower(), form.get("password")
    address = request.client.host if request.client else ""
    key = hashlib.sha256(f"{login} {address}".encode()).hexdigest()
    count_try(database, key)
    with database.reading() as session:
        found = find_login(session, login)
    # An unknown login takes as long as a wrong password.
    right = verify_password(found[1] if found else _DUMMY, password)
    if not (found and right and found[0].active):
        return page(
            "sessions/sign_in.html", status=422, next=form.get("next"), refused=login or "-"
        )
    person, password_hash = found
    with database.writing() as session:
        clear_attempts(session, key, now() - WINDOW)
        close_session(session, session_token(request))
        token = open_session(
            session, person.id, readable(request.headers.get("user-agent", "")), now()
        )
        if _hasher.check_needs_rehash(password_hash):
            save_password(session, person.id, hash_password(password))
    cookie = lasting_cookie(cookie_name(settings), token, settings, days=settings.session_days)
    return Redirect(_safe(form.get("next")) or HOME[person.role], status_code=303, cookies=[cookie])


@post("/sign-out", sync_to_thread=True)
def delete_session(
    person: ThePerson, database: TheDatabase, settings: TheSettings, request: AnyRequest
) -> Redirect:
    with database.writing() as session:
        close_session(session, session_token(request))
    gone = lasting_cookie(cookie_name(settings), "", settings, days=0)
    return Redirect("/sign-in", status_code=303, cookies=[gone])


@post("/language", sync_to_thread=True, public=True)
def create_language_choice(
    form: TheForm, page: ThePage, database: TheDatabase, settings: TheSettings
) -> Redirect:
    language = form.one_of("language", LANGUAGES)
    if page.person is not None:
        with database.writing() as session:
            save_language(session, page.person.id, language)
    cookie = lasting_cookie("language", language, settings, days=400)
    return Redirect(_safe(form.get("next")) or "/", status_code=303, cookies=[cookie])


def _safe(where: str) -> str:
    """A path on this site, or nothing: `//host` and `/\\host` lead elsewhere, and so may
    what browsers skip, such as a tab between the two."""
    here = where.isprintable() and where.startswith("/") and where[1:2] not in ("/", "\\")
    return where if here else ""


handlers = [
    show_home,
    show_sign_in,
    create_session,
    delete_session,
    create_language_choice,
]
