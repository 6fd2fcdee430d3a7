"""What the log of a visit holds beside what the visit says: who said what before, what came
late, what is in quarantine; and taking in, deciding, and what a backup file brings."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select, update

from audit.domain.answer import Deed
from audit.domain.delivery import Delivered, Standing
from audit.domain.history import History, history
from audit.domain.problems import N_, Conflict
from audit.domain.visit import Visit
from audit.store.checklists import get_checklist
from audit.store.events import (
    append,
    list_events,
    list_late,
    open_journal,
    readable,
    record,
)
from audit.store.filing import Delivery, file_delivery
from audit.store.results import events_at_release
from audit.store.tables import EventRow, QuarantineRow
from audit.store.visits import lock_status

AT_ONCE = 200


def get_history(session: Session, visit: Visit) -> History:
    """Of a released visit, what it was released from; all that came later is late. Raises
    `Unreadable`."""
    with readable(visit.id):
        return _history(session, visit)


def _history(session: Session, visit: Visit) -> History:
    events = list_events(session, visit.id)
    late = list_late(session, visit.id)
    if visit.release is not None:
        released = events_at_release(session, [visit.id])[visit.id]
        known = {event.id for event in released}
        late = sorted(
            [*late, *(event for event in events if event.id not in known)],
            key=lambda event: event.lamport,
        )
        events = released
    apart = session.exec(
        select(QuarantineRow.body, QuarantineRow.trouble, QuarantineRow.received_at)
        .where(QuarantineRow.visit_id == visit.id)
        .order_by(col(QuarantineRow.received_at), col(QuarantineRow.id))
    ).all()
    return history(get_checklist(session, visit.checklist), events, late, apart)  # type: ignore[arg-type]  # only troubles are kept


def include(session: Session, visit: Visit, only: Collection[UUID], now: datetime) -> int:
    """An auditor takes late entries in. Raises `Conflict` unless the visit waits for them."""
    status = lock_status(session, visit.id)
    msgspec.structs.replace(visit, status=status).must_be("submitted")
    return take_in(session, visit, now, only)


def take_in(
    session: Session, visit: Visit, now: datetime, only: Collection[UUID] | None = None
) -> int:
    """What came when the visit had been handed in becomes part of it: all, or those named.

    Must run inside `writing()`, before the release.
    """
    with readable(visit.id):
        late = [e.id for e in list_late(session, visit.id) if only is None or e.id in only]
    if late:
        part_of_it = update(EventRow).where(col(EventRow.id).in_(late)).values(late=False)
        session.execute(part_of_it)
        record(session, visit, [Deed("take_in", "visit", named=tuple(late))], now)
    return len(late)


def resolve(
    session: Session, visit: Visit, slot: str, seen: Collection[UUID], deed: Deed, now: datetime
) -> None:
    """An auditor decides what phones say different things about. `seen`: what was read.

    Must run inside `writing()`. Raises `Conflict` when it says something else by now.
    """
    with readable(visit.id):
        journal = open_journal(session, visit)
    journal.visit.must_be("submitted")
    heads = journal.capture.conflicts.get(slot, ())
    if not heads or {head.id for head in heads} != set(seen):
        raise Conflict(
            N_("The answers have changed since you opened this page. Read them again, then decide.")
        )
    append(session, journal, [deed], now)


def file_rescue(
    session: Session, visit: UUID, found: Sequence[Delivered], now: datetime
) -> Counter[Standing]:
    """What a phone kept in a file, filed as if it had sent it. What the server wrote itself,
    and the phone only has from there, is no delivery: it is here, or it was never written.

    Must run inside `writing()`.
    """
    lock_status(session, visit)
    query = select(EventRow.hash).where(EventRow.visit_id == visit)
    here = set(session.exec(query))
    new = [one for one in found if one.hash not in here]
    counted: Counter[Standing] = Counter()
    counted["dup"] = len(found) - len(new)
    for first in range(0, len(new), AT_ONCE):
        several = new[first : first + AT_ONCE]
        reply = file_delivery(session, Delivery(visit, "", several, {}), now)
        counted.update(ack.st for ack in reply.acks)
    return counted
