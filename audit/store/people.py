"""People and the branches they answer for."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, delete, select

from audit.domain.people import Person, Role
from audit.domain.problems import N_, Conflict, NotFound
from audit.store.tables import PersonBranchRow, PersonRow


def get_person(session: Session, person_id: UUID) -> Person:
    row = session.get(PersonRow, person_id)
    if row is None:
        raise NotFound(N_("There is no such person."))
    return _person(row, _branches(session, [row.id]).get(row.id, ()))


def list_people(session: Session, role: Role | None = None) -> list[Person]:
    query = select(PersonRow).order_by(col(PersonRow.role), col(PersonRow.login))
    if role is not None:
        query = query.where(PersonRow.role == role)
    rows = session.exec(query).all()
    branches = _branches(session, [row.id for row in rows])
    return [_person(row, branches.get(row.id, ())) for row in rows]


def lock_people(session: Session) -> None:
    """Until the transaction ends, others who change people wait (PostgreSQL; on SQLite
    `writing()` already has one writer at a time). There is always an administrator to hold."""
    query = select(PersonRow.id).where(PersonRow.role == "administrator")
    session.exec(query.order_by(col(PersonRow.id)).with_for_update()).all()


def find_login(session: Session, login: str) -> tuple[Person, str] | None:
    """The person with this login and the password's hash."""
    row = session.exec(select(PersonRow).where(PersonRow.login == login.strip().lower())).first()
    if row is None:
        return None
    return _person(row, _branches(session, [row.id]).get(row.id, ())), row.password_hash


def save_person(session: Session, person: Person, password_hash: str | None = None) -> None:
    """Insert or update; without `password_hash` the password stays. Raises `Conflict`."""
    login = person.login.strip().lower()
    taken = session.exec(select(PersonRow).where(PersonRow.login == login)).first()
    if taken is not None and taken.id != person.id:
        raise Conflict(N_("Someone already signs in as %(login)s."), login=login)
    row = session.get(PersonRow, person.id)
    if row is None:
        if password_hash is None:
            raise ValueError("a new person needs a password hash")
        row = PersonRow(id=person.id, login=login, name="", role="", password_hash="")
    row.login, row.name, row.role = login, person.name, person.role
    row.code, row.language, row.active = person.code, person.language, person.active
    row.password_hash = password_hash or row.password_hash
    session.add(row)
    session.flush()
    session.exec(delete(PersonBranchRow).where(col(PersonBranchRow.person_id) == person.id))
    session.add_all(
        PersonBranchRow(person_id=person.id, branch_id=branch) for branch in person.branches
    )
    session.flush()


def save_language(session: Session, person_id: UUID, language: str) -> None:
    row = session.get(PersonRow, person_id)
    if row is not None:
        row.language = language
        session.add(row)


def save_password(session: Session, person_id: UUID, password_hash: str) -> None:
    row = session.get(PersonRow, person_id)
    if row is not None:
        row.password_hash = password_hash
        session.add(row)


def _branches(session: Session, people: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    query = select(PersonBranchRow).where(col(PersonBranchRow.person_id).in_(list(people)))
    for row in session.exec(query):
        found[row.person_id] = (*found.get(row.person_id, ()), row.branch_id)
    return found


def _person(row: PersonRow, branches: tuple[UUID, ...]) -> Person:
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,  # type: ignore[arg-type]  # only roles are ever saved
        code=row.code,
        language=row.language,  # type: ignore[arg-type]
        branches=branches,
        active=row.active,
    )
