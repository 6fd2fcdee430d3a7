"""Filing what phones deliver: stored once and answered for by hash.

A delivery is filed in one transaction with its visit held, so that it is either before or
after a handing in, a return or a release, and never half of each.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from audit.domain.delivery import Ack, Delivered, Reply, Standing
from audit.domain.visit import WRITABLE, Status
from audit.ids import new_id
from audit.store.receipts import find_receipt, hand_in, settle
from audit.store.seals import all_here, list_apart
from audit.store.tables import EventRow, QuarantineRow
from audit.store.visits import lock_status, save_status

NEWS = 200  # events of others in one reply; the phone asks again


class Delivery(msgspec.Struct, frozen=True):
    visit: UUID
    nonce: str
    events: Sequence[Delivered]
    have: Mapping[str, int]  # by device, how far the phone holds the visit's events
    seen: Sequence[UUID] = ()  # events of which the phone was told that they are here


def file_delivery(session: Session, delivery: Delivery, now: datetime) -> Reply:
    """Must run inside `writing()` or a group of it."""
    visit = delivery.visit
    status = lock_status(session, visit)
    standings = _file(session, delivery, status, now)
    if status == "assigned" and "stored" in standings.values():
        status = "in_progress"
        save_status(session, visit, status, now)
    missing = None
    if status in WRITABLE:
        for found in delivery.events:
            if found.event and found.event.kind == "submit" and standings[found.hash] == "stored":
                hand_in(session, visit, found.event.id)
        missing = settle(session, visit, now)
        status = lock_status(session, visit)
    filed = reach(session, visit)
    return Reply(
        nonce=delivery.nonce,
        acks=tuple(Ack(name, standing) for name, standing in standings.items()),
        have=filed,
        status=status,
        news=_news(session, visit, filed, delivery.have),
        receipt=None if status in WRITABLE else find_receipt(session, visit),
        missing=missing,
        forgotten=not all_here(session, delivery.seen),
    )


def _file(
    session: Session, delivery: Delivery, status: Status, now: datetime
) -> dict[str, Standing]:
    """By hash, in the order delivered."""
    late = status not in WRITABLE
    standings: dict[str, Standing] = {
        found.hash: "quarantined" for found in delivery.events if found.event is None
    }
    fresh = {found.event.id: found for found in delivery.events if found.event is not None}
    rows = [_row(found, late, now) for found in fresh.values()]
    stored = insert_new(session, EventRow, rows, EventRow.id)
    for name in stored:
        standings[fresh.pop(name).hash] = "late" if late else "stored"
    known = _known(session, list(fresh))
    for name, found in fresh.items():
        if name not in known:
            _file_apart(session, found, late, now)
            standings[found.hash] = "late" if late else "stored"
        else:
            standings[found.hash] = known[name][1] if known[name][0] == found.hash else "mismatch"
    for found in delivery.events:  # one id with two contents in one delivery
        standings.setdefault(found.hash, "mismatch")
    _quarantine(session, delivery, standings, now)
    return {found.hash: standings[found.hash] for found in delivery.events}


def _row(found: Delivered, late: bool, now: datetime, device: str = "") -> dict[str, Any]:
    event = found.event
    assert event is not None
    return {
        "id": event.id,
        "visit_id": event.visit,
        "device": device or event.device,
        "seq": event.seq,
        "body": found.body,
        "hash": found.hash,
        "late": late,
        "received_at": now,
    }


def insert_new(session: Session, table: Any, rows: list[dict[str, Any]], key: Any) -> list[UUID]:
    """The keys of those that were not there yet."""
    if not rows:
        return []
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    query = dialect.insert(table).on_conflict_do_nothing().returning(key)
    return list(session.execute(query, rows).scalars())


def _known(session: Session, ids: list[UUID]) -> dict[UUID, tuple[str, Standing]]:
    """By id, the hash and what is said of one that comes again: a phone may not have heard
    that it came too late."""
    if not ids:
        return {}
    query = select(EventRow.id, EventRow.hash, EventRow.late).where(col(EventRow.id).in_(ids))
    return {name: (kept, "late" if late else "dup") for name, kept, late in session.exec(query)}


def _file_apart(session: Session, found: Delivered, late: bool, now: datetime) -> None:
    """A phone set back to an earlier state, or a copy of one, gives a number a second time:
    both events are kept, this one under a name of its own. Such a name is only ever added to
    at its end, so that its last number says how far somebody knows it."""
    event = found.event
    assert event is not None
    query = (
        select(EventRow.device, func.max(EventRow.seq))
        .where(EventRow.visit_id == event.visit, col(EventRow.device).like(f"{event.device}~%"))
        .group_by(EventRow.device)
    )
    last = dict(session.exec(query).all())
    names = (f"{event.device}~{number}" for number in count(1))
    name = next(name for name in names if last.get(name, 0) < event.seq)
    insert_new(session, EventRow, [_row(found, late, now, name)], EventRow.id)


def _quarantine(
    session: Session, delivery: Delivery, standings: Mapping[str, Standing], now: datetime
) -> None:
    rows = [
        {
            "id": new_id(),
            "visit_id": delivery.visit,
            "body": found.body.replace("\0", "\ufffd"),  # PostgreSQL's texts have none
            "hash": found.hash,
            "trouble": found.trouble or "mismatch",
            "received_at": now,
        }
        for found in {found.hash: found for found in delivery.events}.values()
        if standings[found.hash] in ("quarantined", "mismatch")
    ]
    insert_new(session, QuarantineRow, rows, QuarantineRow.id)


def reach(session: Session, visit: UUID) -> dict[str, int]:
    """By device, the seq up to which there is every event, in the log or in quarantine."""
    query = (
        select(EventRow.device, func.max(EventRow.seq), func.count())
        .where(EventRow.visit_id == visit)
        .group_by(col(EventRow.device))
    )
    return {
        device: last if last == there or "~" in device else _first_gap(session, visit, device)
        for device, last, there in session.exec(query)
    }


def _first_gap(session: Session, visit: UUID, device: str) -> int:
    query = select(EventRow.seq).where(EventRow.visit_id == visit, EventRow.device == device)
    there = {*session.exec(query), *_quarantined(session, visit, device)}
    return next(seq for seq in count() if seq + 1 not in there)


def _quarantined(session: Session, visit: UUID, device: str) -> Iterator[int]:
    return (piece.seq for piece in list_apart(session, visit) if piece.device == device)


def _news(
    session: Session, visit: UUID, filed: Mapping[str, int], have: Mapping[str, int]
) -> tuple[tuple[str, str], ...]:
    news: list[tuple[str, str]] = []
    for device in filed:
        known = have.get(device, 0)
        if filed[device] <= known or len(news) >= NEWS:
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
            .limit(NEWS - len(news))
        )
        news += [(device, body) for body in session.exec(query)]
    return tuple(news)
