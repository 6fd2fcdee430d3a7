"""Visits held while something is done to them, several at a time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlmodel import Session

from audit.domain.visit import Status
from audit.store.tables import VisitRow

_visit = VisitRow.__table__  # type: ignore[attr-defined]  # SQLModel does not tell


class Held(NamedTuple):
    """How far a visit is."""

    status: Status
    started_at: datetime | None
    submitted_at: datetime | None
    handing_in: UUID | None  # the event of it, until all that it names is here


_ask = (
    select(_visit.c.id, *(_visit.c[name] for name in Held._fields))
    .where(_visit.c.id.in_(bindparam("visits", expanding=True)))
    .order_by(_visit.c.id)
    .with_for_update()
)
_write = (
    update(_visit)
    .where(_visit.c.id == bindparam("visit"))
    .values({name: bindparam(name) for name in Held._fields})
)


def hold(session: Session, visits: Iterable[UUID]) -> dict[UUID, Held]:
    """Until the transaction ends others wait, as with `lock_status`; all take several in the
    same order, so that nobody waits in a circle."""
    found = session.connection().execute(_ask, {"visits": list(visits)})
    return {name: Held(*rest) for name, *rest in found}


def move(session: Session, visits: Mapping[UUID, Held]) -> None:
    """Write down how far they are by now; the caller has checked that they may."""
    rows = [{"visit": name, **held._asdict()} for name, held in visits.items()]
    if rows:
        session.connection().execute(_write, rows)
