"""How far the server has the events of visits, and what of them a phone does not have."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlalchemy import select as plain_select
from sqlmodel import Session, col, select

from audit.store.seals import list_apart
from audit.store.tables import EventRow

NEWS = 200  # events of others in one reply; the phone asks again

_event = EventRow.__table__  # type: ignore[attr-defined]  # SQLModel does not tell
_ask = (
    plain_select(_event.c.visit_id, _event.c.device, func.max(_event.c.seq), func.count())
    .where(_event.c.visit_id.in_(bindparam("visits", expanding=True)))
    .group_by(_event.c.visit_id, _event.c.device)
)


class Extent(NamedTuple):
    """Of a device's log in a visit."""

    last: int
    there: int  # how many events


def extents(session: Session, visits: Iterable[UUID]) -> dict[UUID, dict[str, Extent]]:
    """By visit and device."""
    found: dict[UUID, dict[str, Extent]] = {visit: {} for visit in visits}
    for visit, device, last, there in session.connection().execute(_ask, {"visits": list(found)}):
        found[visit][device] = Extent(last, there)
    return found


def reach(session: Session, visit: UUID, devices: Mapping[str, Extent]) -> dict[str, int]:
    """By device, the seq up to which there is every event, in the log or in quarantine."""
    return {
        device: found.last
        if found.last == found.there or "~" in device
        else _first_gap(session, visit, device)
        for device, found in devices.items()
    }


def _first_gap(session: Session, visit: UUID, device: str) -> int:
    query = select(EventRow.seq).where(EventRow.visit_id == visit, EventRow.device == device)
    apart = (piece.seq for piece in list_apart(session, visit) if piece.device == device)
    there = {*session.exec(query), *apart}
    return next(seq for seq in count() if seq + 1 not in there)


def news(
    session: Session, visit: UUID, filed: Mapping[str, int], have: Mapping[str, int]
) -> tuple[tuple[str, str], ...]:
    """Events that whoever has so much does not have, each with the device it is filed under."""
    found: list[tuple[str, str]] = []
    # What a copy sent first: an event may have got another name, and then makes room.
    for device in sorted(filed, key=lambda name: ("~" not in name, name)):
        known = have.get(device, 0)
        if filed[device] <= known or len(found) >= NEWS:
            continue
        query = (
            select(EventRow.body)
            .where(
                EventRow.visit_id == visit,
                EventRow.device == device,
                EventRow.seq > known,
                col(EventRow.late).is_(False),
            )
            .order_by(col(EventRow.seq))
            .limit(NEWS - len(found))
        )
        found += [(device, body) for body in session.exec(query)]
    return tuple(found)
