"""Filing what phones deliver: stored once and answered for by hash.

A delivery is filed with its visit held, so that it is either before or after a handing in, a
return or a release, and never half of each. Deliveries to several visits are filed together:
what they ask of the database is asked once.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session

from audit.domain.delivery import Ack, Delivered, Missing, Receipt, Reply
from audit.domain.event import rank
from audit.domain.seal import Piece
from audit.domain.visit import WRITABLE
from audit.store.extents import Extent, extents, news, reach
from audit.store.holding import Held, hold, move
from audit.store.receipts import (
    HandedIn,
    add_receipts,
    find_receipt,
    handed_in,
    missing,
    receipt,
    sent_back,
)
from audit.store.rolls import call_roll
from audit.store.seals import list_lost, seek
from audit.store.standings import Taking, take


class Delivery(msgspec.Struct, frozen=True):
    visit: UUID
    nonce: str
    events: Sequence[Delivered]
    have: Mapping[str, int]  # by device, how far the phone holds the visit's events
    seen: Sequence[UUID] = ()  # events of which the phone was told that they are here
    roll: str = ""  # of all that the phone takes to be here


def file_delivery(session: Session, delivery: Delivery, now: datetime) -> Reply:
    """Must run inside `writing()` or a group of it."""
    (reply,) = file_deliveries(session, [delivery], now)
    return reply


def file_deliveries(
    session: Session,
    deliveries: Sequence[Delivery],
    now: datetime,
    held: Mapping[UUID, Held] | None = None,
) -> list[Reply]:
    """As if one after the other. `held`: their visits, where the caller holds them already.
    Must run inside `writing()` or a group of it."""
    session.flush()  # what follows goes past what the session remembers of its rows
    if held is None:
        held = hold(session, {delivery.visit for delivery in deliveries})
    visits = dict(held)
    replies = [
        reply for several in _apart(deliveries) for reply in _file(session, several, visits, now)
    ]
    session.expire_all()
    return replies


def _apart(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """In runs without two to one visit: of those each has to see what the other has done."""
    several: dict[UUID, Delivery] = {}
    for delivery in deliveries:
        if delivery.visit in several:
            yield list(several.values())
            several = {}
        several[delivery.visit] = delivery
    if several:
        yield list(several.values())


def _file(
    session: Session, deliveries: Sequence[Delivery], held: dict[UUID, Held], now: datetime
) -> list[Reply]:
    """`held` says afterwards how far the visits are by then."""
    filings = [_Filing(delivery, held[delivery.visit]) for delivery in deliveries]
    take(session, [filing.taking for filing in filings], now)
    found = extents(session, [filing.visit for filing in filings])
    for filing in filings:
        filing.extents = found[filing.visit]
        filing.go_on(session, now)
    add_receipts(session, {one.visit: one.receipt for one in filings if one.receipt})
    moved = {one.visit: one.held for one in filings if one.held != held[one.visit]}
    move(session, moved)
    held.update(moved)
    lost = list_lost(session, {name for one in deliveries for name in one.seen})
    return [filing.reply(session, lost) for filing in filings]


class _Filing:
    """One delivery on its way."""

    def __init__(self, delivery: Delivery, held: Held) -> None:
        self.delivery = delivery
        self.visit = delivery.visit
        self.held = held
        self.taking = Taking(self.visit, delivery.events, held.status not in WRITABLE)
        self.extents: dict[str, Extent] = {}
        self.missing: Missing | None = None
        self.receipt: Receipt | None = None

    def go_on(self, session: Session, now: datetime) -> None:
        """What becomes of the visit by what was stored: started, handed in, sealed. What is
        kept apart starts it too: it is not given to somebody else with another's entries."""
        if self.taking.late:
            return
        if self.held.status == "assigned" and self.taking.standings:
            started = self.held.started_at or now
            self.held = self.held._replace(status="in_progress", started_at=started)
        found = self._handed_in(session)
        if found is None:
            return
        search = seek(session, self.visit, found.manifest, self._log())
        self.missing = missing(session, found, search)
        if self.missing is not None:
            self.held = self.held._replace(handing_in=found.event.id)
            return
        self.receipt = receipt(found, search, now)
        self.held = self.held._replace(status="submitted", submitted_at=now, handing_in=None)

    def _handed_in(self, session: Session) -> HandedIn | None:
        """Just now, or before: as on the phone (handing_in.js) the last of several counts, and
        none from before the visit was sent back."""
        found = [
            HandedIn(self.visit, event, event.manifest)
            for one in self.delivery.events
            if (event := one.event) is not None
            and event.kind == "submit"
            and event.manifest is not None
            and self.taking.standings[one.hash] == "stored"
        ]
        if found and self.held.status == "returned":
            back = sent_back(session, self.visit)
            found = [one for one in found if one.event.lamport > back]
        before = handed_in(session, self.visit) if self.held.handing_in else None
        if before is not None:
            found.append(before)
        return max(found, key=lambda one: rank(one.event), default=None)

    def _log(self) -> list[Piece] | None:
        """All that the visit has, if this delivery brought all of it."""
        fresh = self.taking.fresh.values()
        there = sum(extent.there for extent in self.extents.values())
        if there != len(fresh) or not self.taking.as_sent:
            return None
        return [
            Piece(event.id, event.hash, event.device, event.seq)
            for found in fresh
            if (event := found.event)
        ]

    def reply(self, session: Session, lost: Set[UUID]) -> Reply:
        """`lost`: of what phones were told is here, that which is not."""
        filed = reach(session, self.visit, self.extents)
        receipt = self.receipt
        if receipt is None and self.held.status not in WRITABLE:
            receipt = find_receipt(session, self.visit)
        fresh = news(session, self.visit, filed, self.delivery.have)
        told = self.delivery.roll
        return Reply(
            nonce=self.delivery.nonce,
            acks=tuple(Ack(name, standing) for name, standing in self.taking.standings.items()),
            have=filed,
            status=self.held.status,
            news=fresh,
            receipt=receipt,
            missing=self.missing,
            forgotten=not lost.isdisjoint(self.delivery.seen),
            roll=call_roll(session, self.visit, told) if told and not fresh else None,
        )
