"""Visit tokens: they let a phone add to one visit, whether or not its sign-in has ended."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from audit.domain.phone import Phone
from audit.domain.problems import N_, NotSignedIn
from audit.domain.visit import Visit
from audit.store.tables import PersonRow, VisitRow, VisitTokenRow


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
    """Raises `NotSignedIn` unless it is this visit's, alive, and its holder still the
    visit's shopper and active: one that was given to somebody else ends with that."""
    query = (
        select(VisitTokenRow.expires_at)
        .join(PersonRow, PersonRow.id == VisitTokenRow.person_id)  # type: ignore[arg-type]
        .join(VisitRow, VisitRow.id == VisitTokenRow.visit_id)  # type: ignore[arg-type]
        .where(
            VisitTokenRow.token_hash == _hash(token),
            VisitTokenRow.visit_id == visit,
            VisitRow.shopper_id == VisitTokenRow.person_id,
            PersonRow.active,
        )
    )
    expires_at = session.exec(query).first()
    if expires_at is None or expires_at < now:
        raise NotSignedIn(N_("Please sign in again on this phone; nothing on it is lost."))


def is_on_a_phone(session: Session, visit: Visit) -> bool:
    """Whether its shopper's phone may hold something of it that has not been sent."""
    query = select(VisitTokenRow.token_hash).where(
        VisitTokenRow.visit_id == visit.id, VisitTokenRow.person_id == visit.shopper
    )
    return session.exec(query).first() is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
