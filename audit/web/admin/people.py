"""People: who may sign in, as what."""

import re
import secrets
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import Session

from audit.domain.branch import Branch
from audit.domain.passwords import check_password
from audit.domain.people import ROLES, Person, Role, must_keep_an_administrator
from audit.domain.problems import N_, Conflict, Invalid
from audit.domain.text import LANGUAGES
from audit.ids import new_id
from audit.store.assignments import list_shopped
from audit.store.branches import list_branches
from audit.store.people import get_person, list_people, lock_people, save_password, save_person
from audit.store.sessions import close_sessions_of
from audit.web.dependencies import TheDatabase, TheForm, ThePage, ThePerson
from audit.web.forms import Form
from audit.web.pages import Page
from audit.web.sessions import hash_password

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]*")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read out


@get("/admin/people", sync_to_thread=True)
def show_people(
    administrator: ThePerson,
    database: TheDatabase,
    page: ThePage,
    role: FromQuery[str] = "",
    search: FromQuery[str] = "",
    saved: FromQuery[bool] = False,
) -> Response[str]:
    with database.reading() as session:
        every = list_people(session)
        branches = {branch.id: branch for branch in list_branches(session, administrator)}
    words = search.lower().split()
    found = [
        one
        for one in every
        if role in ("", one.role)
        and all(word in f"{one.login} {one.name} {one.code}".lower() for word in words)
    ]
    return page(
        "admin/people/list.html",
        people=found,
        total=len(every),
        branches=branches,
        roles=ROLES,
        role=role,
        search=search,
        saved=saved,
    )


@get("/admin/people/new", sync_to_thread=True)
def show_new_person(
    administrator: ThePerson, database: TheDatabase, page: ThePage, role: FromQuery[str] = ""
) -> Response[str]:
    with database.reading() as session:
        branches = list_branches(session, administrator)
    return _draw(page, None, branches, role=role)


@post("/admin/people", sync_to_thread=True)
def create_person(
    administrator: ThePerson, form: TheForm, database: TheDatabase, page: ThePage
) -> Response[Any]:
    with database.reading() as session:
        branches = list_branches(session, administrator)
    whom = _read(form, branches, None)
    password = read_password(form, "password", whom.login)
    if form.ok:
        _keep(database, whom, form, hash_password(password))
    if not form.ok:
        return _draw(page, None, branches, form)
    return Redirect(f"/admin/people?role={whom.role}&saved=1", status_code=303)


@get("/admin/people/{person_id:uuid}", sync_to_thread=True)
def show_person(
    person_id: FromPath[UUID],
    administrator: ThePerson,
    database: TheDatabase,
    page: ThePage,
    saved: FromQuery[bool] = False,
) -> Response[str]:
    with database.reading() as session:
        whom, branches = get_person(session, person_id), list_branches(session, administrator)
    return _draw(page, whom, branches, saved=saved)


@post("/admin/people/{person_id:uuid}", sync_to_thread=True)
def change_person(
    person_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    with database.reading() as session:
        before, branches = get_person(session, person_id), list_branches(session, administrator)
    after = _read(form, branches, before)
    if form.ok:
        _keep(database, after, form)
    if not form.ok:
        return _draw(page, before, branches, form)
    return Redirect(f"/admin/people?role={after.role}&saved=1", status_code=303)


@post("/admin/people/{person_id:uuid}/password", sync_to_thread=True)
def change_persons_password(
    person_id: FromPath[UUID],
    administrator: ThePerson,
    form: TheForm,
    database: TheDatabase,
    page: ThePage,
) -> Response[Any]:
    """Ends every sign-in of that person: whoever knew the old password is out."""
    with database.reading() as session:
        whom, branches = get_person(session, person_id), list_branches(session, administrator)
    password = read_password(form, "password", whom.login)
    if not form.ok:
        # Only the password was posted: the rest of the page shows what is kept.
        return _draw(page, whom, branches, password_form=form)
    password_hash = hash_password(password)
    with database.writing() as session:
        save_password(session, person_id, password_hash)
        close_sessions_of(session, person_id)
    return Redirect(f"/admin/people/{person_id}?saved=1", status_code=303)


def read_password(form: Form, field: str, login: str) -> str:
    password = form.get(field)  # as typed: spaces count
    try:
        check_password(password, login)
    except Invalid as problem:
        form.refuse(field, problem.message, **problem.values)
    return password


def suggestion() -> str:
    """A password nobody has to invent; about 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _keep(
    database: TheDatabase, after: Person, form: Form, password_hash: str | None = None
) -> None:
    """Save, or note at the field why not. Who loses a role or the account is out at once."""
    with database.writing() as session:
        lock_people(session)
        people = list_people(session)
        before = next((one for one in people if one.id == after.id), None)
        _check(after, people, form)
        _ask_about_own_visits(session, before, after, form)
        if not form.ok:
            return
        try:
            save_person(session, after, password_hash)
        except Conflict as problem:
            form.refuse("login", problem.message, **problem.values)
            return
        if before is not None and (not after.active or after.role != before.role):
            close_sessions_of(session, after.id)


def _check(after: Person, people: list[Person], form: Form) -> None:
    """What can only be said with everybody in view."""
    others = [one for one in people if one.id != after.id]
    if after.role == "shopper" and any(one.code == after.code for one in others):
        form.refuse("code", N_("Someone else already has this code."))
    if any(one.id == after.id for one in people):
        try:
            must_keep_an_administrator(
                after, [one for one in people if one.role == "administrator"]
            )
        except Invalid as problem:
            form.refuse("role" if after.active else "active", problem.message)


def _ask_about_own_visits(
    session: Session, before: Person | None, after: Person, form: Form
) -> None:
    """A shopper is hidden from branches, and should hardly read what came of their own visits."""
    added = set(after.branches) - set(before.branches if before else ())
    shopped = list_shopped(session, after.id, added)
    if shopped and not form.flag("accept"):
        form.refuse(
            "accept",
            N_(
                "This person has been asked to visit %(branches)s as a shopper and would read "
                "the results of those visits."
            ),
            branches=", ".join(shopped),
        )


def _read(form: Form, branches: list[Branch], before: Person | None) -> Person:
    login = form.text("login", most=60).lower()
    if login and not _LOGIN.fullmatch(login):
        form.refuse(
            "login", N_("Small letters, digits and . _ @ -, beginning with a letter or digit.")
        )
    chosen = form.one_of("role", ROLES)
    role: Role = next(role for role in ROLES if role == chosen)
    manages = form.uuids("branch") if role == "branch_manager" else ()
    if role == "branch_manager" and not manages:
        form.refuse("branch", N_("Choose at least one branch."))
    if not set(manages) <= {branch.id for branch in branches}:
        form.refuse("branch", N_("There is no such branch."))
    language = form.one_of("language", ("", *LANGUAGES))
    kept = before or Person(new_id(), login, "", role)
    return msgspec.structs.replace(
        kept,
        login=login,
        name=form.text("name", most=60),
        role=role,
        code=form.text("code", most=20) if role == "shopper" else "",
        branches=tuple(dict.fromkeys(manages)),
        language=next((known for known in LANGUAGES if known == language), None),
        active=form.flag("active") if before else True,
    )


def _draw(
    page: Page,
    whom: Person | None,
    branches: list[Branch],
    form: Form | None = None,
    *,
    password_form: Form | None = None,
    role: str = "",
    saved: bool = False,
) -> Response[str]:
    values: dict[str, str] = {"role": role or "shopper", "password": suggestion()}
    chosen: set[str] = set()
    if whom is not None:
        values |= {"login": whom.login, "name": whom.name, "role": whom.role, "code": whom.code}
        values |= {"language": whom.language or "", "active": "1" if whom.active else ""}
        chosen = {str(branch) for branch in whom.branches}
    return page(
        "admin/people/edit.html",
        status=422 if form or password_form else 200,
        whom=whom,
        branches=branches,
        chosen=set(form.all("branch")) if form else chosen,
        roles=ROLES,
        values=values,
        form=form,
        password_form=password_form or (form if whom is None else None),
        saved=saved,
    )


handlers = [
    show_people,
    show_new_person,
    create_person,
    show_person,
    change_person,
    change_persons_password,
]
