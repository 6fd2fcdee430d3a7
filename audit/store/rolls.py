"""Calling the roll of a visit for a phone that takes something else to be here."""

from uuid import UUID

from sqlmodel import Session, select

from audit.domain.roll import Called, Roll
from audit.store.tables import EventRow, QuarantineRow


def list_roll(session: Session, visit: UUID) -> Roll:
    events: dict[str, list[Called]] = {}
    query = select(EventRow.device, EventRow.seq, EventRow.id, EventRow.late).where(
        EventRow.visit_id == visit
    )
    for device, seq, name, late in session.exec(query):
        events.setdefault(device, []).append(Called(seq, name, late))
    apart = select(QuarantineRow.hash).where(QuarantineRow.visit_id == visit)
    return Roll(
        {device: tuple(several) for device, several in events.items()}, tuple(session.exec(apart))
    )


def call_roll(session: Session, visit: UUID, told: str) -> Roll | None:
    """`told`: the digest of what a phone takes to be here; None when that is so."""
    roll = list_roll(session, visit)
    return None if roll.digest == told else roll
