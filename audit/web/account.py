"""A person's own account: password, language, and where they are signed in."""

import hashlib
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.clock import now
from audit.domain.passwords import check_password
from audit.domain.people import Person
from audit.domain.problems import N_, Invalid
from audit.store.database import Database
from audit.store.people import find_login, save_password
from audit.store.sessions import (
    clear_attempts,
    close_session_of,
    close_sessions_of,
    list_sessions,
)
from audit.web.dependencies import (
    AnyRequest,
    TheDatabase,
    TheForm,
    ThePage,
    ThePerson,
    TheSettings,
    session_token,
)
from audit.web.forms import Form
from audit.web.sessions import WINDOW, count_try, hash_password, verify_password


@get("/account", sync_to_thread=True)
def show_account(
    person: ThePerson,
    page: ThePage,
    database: TheDatabase,
    settings: TheSettings,
    request: AnyRequest,
    saved: FromQuery[bool] = False,
) -> Response[str]:
    idle = timedelta(days=settings.session_days)
    with database.reading() as session:
        sign_ins = list_sessions(session, person.id, session_token(request), now(), idle)
    return page("account/show.html", sign_ins=sign_ins, form=None, saved=saved)


@post("/account/password", sync_to_thread=True)
def change_password(
    person: ThePerson,
    form: TheForm,
    page: ThePage,
    database: TheDatabase,
    settings: TheSettings,
    request: AnyRequest,
) -> Response[Any]:
    _read_password(form, person, database)
    if not form.ok:
        idle = timedelta(days=settings.session_days)
        with database.reading() as session:
            sign_ins = list_sessions(session, person.id, session_token(request), now(), idle)
        return page("account/show.html", status=422, sign_ins=sign_ins, form=form, saved=False)
    password_hash = hash_password(form.get("new"))
    with database.writing() as session:
        save_password(session, person.id, password_hash)
        close_sessions_of(session, person.id, but=session_token(request))
    return Redirect("/account?saved=1", status_code=303)


@post("/account/sign-ins/{name:str}/closure", sync_to_thread=True)
def end_sign_in(name: FromPath[str], person: ThePerson, database: TheDatabase) -> Redirect:
    with database.writing() as session:
        close_session_of(session, person.id, name)
    return Redirect("/account?saved=1", status_code=303)


@post("/account/sign-ins/closure", sync_to_thread=True)
def end_other_sign_ins(person: ThePerson, database: TheDatabase, request: AnyRequest) -> Redirect:
    with database.writing() as session:
        close_sessions_of(session, person.id, but=session_token(request))
    return Redirect("/account?saved=1", status_code=303)


def _read_password(form: Form, person: Person, database: Database) -> None:
    """The old one is asked for, and guessing it is slowed down as at the sign-in."""
    key = hashlib.sha256(f"password of {person.id}".encode()).hexdigest()
    count_try(database, key)
    with database.reading() as session:
        found = find_login(session, person.login)
    try:
        check_password(form.get("new"), person.login)
    except Invalid as problem:
        form.refuse("new", problem.message, **problem.values)
    if form.get("again") != form.get("new"):
        form.refuse("again", N_("The two are not the same."))
    if found is None or not verify_password(found[1], form.get("old")):
        form.refuse("old", N_("This is not your present password."))
        return
    with database.writing() as session:
        clear_attempts(session, key, now() - WINDOW)


handlers = [show_account, change_password, end_sign_in, end_other_sign_ins]
