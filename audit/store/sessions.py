"""Sign-ins: a random token in the browser, its SHA-256 here; and failed tries."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from audit.domain.people import Person, SignIn
from audit.domain.problems import N_, NotFound
from audit.store.people import get_person
from audit.store.tables import SessionRow, SignInAttemptRow

LONGEST = timedelta(days=90)  # then the password is asked for again, however much it was used
SEEN_EVERY = timedelta(hours=1)  # how stale `seen_at` may be: a write per request is too dear


def open_session(session: Session, person_id: UUID, agent: str, now: datetime) -> str:
    """A new token for the browser; the old one, if any, is not taken over."""
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            token_hash=_hash(token),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            agent=agent[:200],
        )
    )
    return token


def find_session(
    session: Session, token: str, now: datetime, idle: timedelta
) -> tuple[Person, bool] | None:
    """The signed-in person, and whether the sign-in should be marked as seen."""
    row = session.get(SessionRow, _hash(token))
    if row is None or now - row.seen_at > idle or now - row.created_at > LONGEST:
        return None
    person = get_person(session, row.person_id)
    return (person, now - row.seen_at > SEEN_EVERY) if person.active else None


def mark_seen(session: Session, token: str, now: datetime) -> None:
    row = session.get(SessionRow, _hash(token))
    if row is not None:
        row.seen_at = now
        session.add(row)


def close_session(session: Session, token: str) -> None:
    session.exec(delete(SessionRow).where(col(SessionRow.token_hash) == _hash(token)))


def close_sessions_of(session: Session, person_id: UUID, but: str = "") -> None:
    """End a person's sign-ins, except the one with token `but`."""
    session.exec(
        delete(SessionRow).where(
            col(SessionRow.person_id) == person_id, col(SessionRow.token_hash) != _hash(but)
        )
    )


def list_sessions(
    session: Session, person_id: UUID, token: str, now: datetime, idle: timedelta
) -> list[SignIn]:
    """A person's sign-ins that have not ended, last used first; `token` marks this one."""
    rows = session.exec(
        select(SessionRow)
        .where(
            SessionRow.person_id == person_id,
            SessionRow.seen_at >= now - idle,
            SessionRow.created_at >= now - LONGEST,
        )
        .order_by(col(SessionRow.seen_at).desc(), col(SessionRow.created_at).desc())
    )
    return [
        SignIn(
            row.token_hash, row.created_at, row.seen_at, row.agent, row.token_hash == _hash(token)
        )
        for row in rows
    ]


def close_session_of(session: Session, person_id: UUID, name: str) -> None:
    """End one of a person's own sign-ins, by its name in `list_sessions`."""
    row = session.get(SessionRow, name)
    if row is None or row.person_id != person_id:
        raise NotFound(N_("There is no such sign-in."))
    session.delete(row)


def add_attempt(session: Session, key: str, now: datetime) -> None:
    session.add(SignInAttemptRow(id=uuid4(), key=key, at=now))


def count_attempts(session: Session, key: str, since: datetime) -> int:
    query = select(func.count()).where(SignInAttemptRow.key == key, SignInAttemptRow.at >= since)
    return session.exec(query).one()


def clear_attempts(session: Session, key: str, before: datetime) -> None:
    session.exec(
        delete(SignInAttemptRow).where(
            (col(SignInAttemptRow.key) == key) | (col(SignInAttemptRow.at) < before)
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
