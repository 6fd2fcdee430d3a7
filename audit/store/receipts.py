"""Sealing: a visit that was handed in counts as submitted once all that its manifest names
has arrived, by hash."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select, update

from audit.domain.delivery import Missing, Receipt
from audit.domain.event import Manifest, root_of
from audit.store.events import as_filed
from audit.store.tables import EventRow, ReceiptRow, VisitRow
from audit.store.visits import save_status


def hand_in(session: Session, visit: UUID, event: UUID) -> None:
    _set_handing_in(session, visit, event)


def settle(session: Session, visit: UUID, now: datetime) -> Missing | None:
    """Seal a visit that has been handed in if it is complete; else what it waits for.

    None too where nothing has been handed in.
    """
    event = session.exec(select(VisitRow.handing_in).where(VisitRow.id == visit)).one()
    if event is None:
        return None
    device, body = session.exec(
        select(EventRow.device, EventRow.body).where(EventRow.id == event)
    ).one()
    manifest = as_filed(device, body).manifest
    assert manifest is not None
    found = _found(session, visit, manifest)
    wanted = sum(manifest.extent.values())
    if len(found) < wanted:
        return Missing(wanted - len(found))
    if root_of(found) != manifest.root:
        return Missing(0, differs=True)
    session.add(
        ReceiptRow(
            event_id=event,
            visit_id=visit,
            root=manifest.root,
            events=wanted,
            photos=len(manifest.photos),
            sealed_at=now,
        )
    )
    _set_handing_in(session, visit, None)
    save_status(session, visit, "submitted", now)
    return None


def find_receipt(session: Session, visit: UUID) -> Receipt | None:
    """Of the last handing in."""
    row = session.exec(
        select(ReceiptRow)
        .where(ReceiptRow.visit_id == visit)
        .order_by(col(ReceiptRow.sealed_at).desc())
    ).first()
    if row is None:
        return None
    return Receipt(row.event_id, row.root, row.events, row.photos, row.sealed_at)


def _found(session: Session, visit: UUID, manifest: Manifest) -> list[tuple[str, str]]:
    """(id, hash) of the manifest's events that are here."""
    query = select(EventRow.id, EventRow.hash, EventRow.device, EventRow.seq).where(
        EventRow.visit_id == visit
    )
    return [
        (str(name), digest)
        for name, digest, device, seq in session.exec(query)
        if seq <= manifest.extent.get(device, 0)
    ]


def _set_handing_in(session: Session, visit: UUID, event: UUID | None) -> None:
    query = update(VisitRow).where(col(VisitRow.id) == visit).values(handing_in=event)
    session.execute(query)
