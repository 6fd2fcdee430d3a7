"""Visit tokens: they let a phone add to one visit, whether or not its sign-in has ended."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from audit.domain.phone import Phone
from audit.domain.problems import N_, NotSignedIn
from audit.domain.visit import Visit
from audit.store.holding import Held
from audit.store.tables import PersonRow, VisitRow, VisitTokenRow

Shown = tuple[str, UUID]  # a token, and the visit it was shown for

_visit = VisitRow.__table__  # type: ignore[attr-defined]  # SQLModel does not tell
_ask = (
    select(VisitTokenRow.token_hash, _visit.c.id)
    .join(PersonRow, col(PersonRow.id) == VisitTokenRow.person_id)
    .join(VisitRow, col(VisitRow.id) == VisitTokenRow.visit_id)
    .where(
        col(VisitTokenRow.token_hash).in_(bindparam("hashes", expanding=True)),
        col(VisitTokenRow.expires_at) >= bindparam("now"),
        VisitRow.shopper_id == VisitTokenRow.person_id,
        PersonRow.active,
    )
)
_hold = (
    _ask.add_columns(*(_visit.c[name] for name in Held._fields))
    .order_by(_visit.c.id)
    .with_for_update(of=VisitRow)
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
    """Raises `NotSignedIn` unless it is a good one, as for `hold_by_tokens`."""
    if not _found(session, _ask, [(token, visit)], now):
        raise refusal()


def refusal() -> NotSignedIn:
    return NotSignedIn(N_("Please sign in again on this phone; nothing on it is lost."))


def hold_by_tokens(session: Session, shown: Collection[Shown], now: datetime) -> dict[Shown, Held]:
    """Of tokens and the visits they were shown for, those that are the visit's, alive, and
    their holder still the visit's shopper and active: one of a visit that was given to
    somebody else ends with that. The visits are held, as by `hold`."""
    found = _found(session, _hold, shown, now)
    return {pair: Held(*rest) for pair, rest in found.items()}


def _found(
    session: Session, query: Any, shown: Collection[Shown], now: datetime
) -> dict[Shown, Sequence[Any]]:
    by_hash = {_hash(token): token for token, _ in shown}
    rows = session.connection().execute(query, {"hashes": list(by_hash), "now": now})
    found = {(by_hash[name], visit): rest for name, visit, *rest in rows}
    return {pair: found[pair] for pair in shown if pair in found}


def is_on_a_phone(session: Session, visit: Visit) -> bool:
    """Whether its shopper's phone may hold something of it that has not been sent."""
    query = select(VisitTokenRow.token_hash).where(
        VisitTokenRow.visit_id == visit.id, VisitTokenRow.person_id == visit.shopper
    )
    return session.exec(query).first() is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
