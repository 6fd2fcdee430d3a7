"""How each event of a delivery is taken: stored, known already, too late, or kept apart."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.delivery import Delivered, Standing, standing
from audit.domain.event import AnswerEvent
from audit.ids import new_id
from audit.store.rows import bound, insert_all, insert_new
from audit.store.tables import EventRow, QuarantineRow


class Taking:
    """What a delivery brings to its visit, and what was here of it before."""

    def __init__(self, visit: UUID, events: Sequence[Delivered], late: bool) -> None:
        self.visit = visit
        self.events = events
        self.late = late
        self.fresh = {found.event.id: found for found in events if found.event is not None}
        self.kept: dict[UUID, tuple[str, bool]] = {}  # by id, hash and lateness
        self.as_sent = True  # all of it is new, and filed under the name its device gave itself
        self.standings: dict[str, Standing] = {}  # by hash, in the order delivered

    def settle(self) -> None:
        """To be called once it is known what was here before."""
        if self.as_sent and len(self.fresh) == len(self.events) > 0:  # so all fare alike
            each = standing(self.events[0], self.late)
            self.standings = dict.fromkeys([found.hash for found in self.events], each)
            return
        self.standings = {found.hash: self._standing(found) for found in self.events}

    def _standing(self, found: Delivered) -> Standing:
        if found.event is None:
            return standing(found, self.late)
        if self.fresh[found.event.id].hash != found.hash:
            return "mismatch"  # one id with two contents in one delivery
        return standing(found, self.late, self.kept.get(found.event.id))


def take(session: Session, takings: Sequence[Taking], now: datetime) -> None:
    """File them as if one after the other. No two are for one visit.

    Hardly ever has something come before. So all is stored in one go, and only if that fails
    is each delivery looked at, and of those that were to blame each event.
    """
    rows = _Rows(session, now)
    all_of_it = [row for taking in takings for row in rows.of(taking, taking.fresh.values())]
    if not insert_all(session, EventRow, all_of_it):
        if len(takings) > 1:
            for taking in takings:
                take(session, [taking], now)
            return
        _take_singly(session, takings[0], rows)
    for taking in takings:
        taking.settle()
        _quarantine(session, taking, now)


def _take_singly(session: Session, taking: Taking, rows: "_Rows") -> None:
    taking.as_sent = False
    taking.kept = _kept(session, taking.fresh)
    new = [found for name, found in taking.fresh.items() if name not in taking.kept]
    if insert_all(session, EventRow, rows.of(taking, new)):
        return
    for found in new:
        event = found.event
        assert event is not None
        if not insert_all(session, EventRow, rows.of(taking, [found])):
            taking.kept |= _kept(session, [event.id])  # written meanwhile for another visit
            if event.id not in taking.kept:
                name = _free_name(session, event)
                insert_all(session, EventRow, rows.of(taking, [found], name))


class _Rows:
    """Events as rows, in what the driver takes."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.id = bound(session, EventRow.id)
        self.now = bound(session, EventRow.received_at)(now)

    def of(
        self, taking: Taking, events: Iterable[Delivered], name: str = ""
    ) -> list[tuple[Any, ...]]:
        """`name`: to be filed under, other than that of the device."""
        visit, late = self.id(taking.visit), taking.late
        return [
            (
                self.id(event.id), visit, name or event.device, event.seq,
                found.body, found.hash, late, self.now,
            )
            for found in events
            if (event := found.event)
        ]  # fmt: skip


def _kept(session: Session, ids: Iterable[UUID]) -> dict[UUID, tuple[str, bool]]:
    query = select(EventRow.id, EventRow.hash, EventRow.late).where(col(EventRow.id).in_(list(ids)))
    return {name: (kept, late) for name, kept, late in session.exec(query)}


def _free_name(session: Session, event: AnswerEvent) -> str:
    """A phone set back to an earlier state, or a copy of one, gives a number a second time:
    both events are kept, this one under a name of its own. Such a name is only ever added to
    at its end, so that its last number says how far somebody knows it."""
    query = (
        select(EventRow.device, func.max(EventRow.seq))
        .where(EventRow.visit_id == event.visit, col(EventRow.device).like(f"{event.device}~%"))
        .group_by(EventRow.device)
    )
    last = dict(session.exec(query).all())
    names = (f"{event.device}~{number}" for number in count(1))
    return next(name for name in names if last.get(name, 0) < event.seq)


def _quarantine(session: Session, taking: Taking, now: datetime) -> None:
    apart = ("quarantined", "mismatch")
    if not any(name in taking.standings.values() for name in apart):
        return
    rows = [
        {
            "id": new_id(),
            "visit_id": taking.visit,
            "body": found.body.replace("\0", "\ufffd"),  # PostgreSQL's texts have none
            "hash": found.hash,
            "trouble": found.trouble or "mismatch",
            "received_at": now,
        }
        for found in {found.hash: found for found in taking.events}.values()
        if taking.standings[found.hash] in apart
    ]
    insert_new(session, QuarantineRow, rows, QuarantineRow.id)
