"""Visit tokens: they let a phone add to one visit, whether or not its sign-in has ended."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from audit.domain.phone import Phone
from audit.domain.problems import N_, NotSignedIn
from audit.domain.visit import Visit
from audit.store.tables import PersonRow, VisitRow, VisitTokenRow

_ask = (
    select(VisitTokenRow.token_hash, VisitTokenRow.visit_id)
    .join(PersonRow, col(PersonRow.id) == VisitTokenRow.person_id)
    .join(VisitRow, col(VisitRow.id) == VisitTokenRow.visit_id)
    .where(
        col(VisitTokenRow.token_hash).in_(bindparam("hashes", expanding=True)),
        col(VisitTokenRow.expires_at) >= bindparam("now"),
        VisitRow.shopper_id == VisitTokenRow.person_id,
        PersonRow.active,
    )
)


def open_token(
    session: Session, visit: Visit, now: datetime, until: datetime, phone: Phone | None = None
) -> str:
    """A new one for the visit's shopper; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(
        VisitTokenRow(
            token_hash=_hash(token),
            visit_id=visit.id,
            person_id=visit.shopper,
            created_at=now,
            expires_at=until,
            phone=phone.cookie if phone else "",
            device=phone.device if phone else "",
        )
    )
    return token


def check_token(session: Session, token: str, visit: UUID, now: datetime) -> None:
    """Raises `NotSignedIn` unless it is one of `good_tokens`."""
    if not good_tokens(session, [(token, visit)], now):
        raise refusal()


def refusal() -> NotSignedIn:
    return NotSignedIn(N_("Please sign in again on this phone; nothing on it is lost."))


def good_tokens(
    session: Session, shown: Collection[tuple[str, UUID]], now: datetime
) -> set[tuple[str, UUID]]:
    """Of tokens and the visits they were shown for, those that are the visit's, alive, and
    their holder still the visit's shopper and active: one of a visit that was given to
    somebody else ends with that."""
    by_hash = {_hash(token): token for token, _ in shown}
    found = session.connection().execute(_ask, {"hashes": list(by_hash), "now": now})
    return {(by_hash[name], visit) for name, visit in found}.intersection(shown)


def is_on_a_phone(session: Session, visit: Visit) -> bool:
    """Whether its shopper's phone may hold something of it that has not been sent."""
    query = select(VisitTokenRow.token_hash).where(
        VisitTokenRow.visit_id == visit.id, VisitTokenRow.person_id == visit.shopper
    )
    return session.exec(query).first() is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
