"""Sealing: a visit that was handed in counts as submitted once all that its manifest names
has arrived, by hash."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, insert
from sqlmodel import Session, col, select, update

from audit.domain.deed import Deed
from audit.domain.delivery import Missing, Receipt
from audit.domain.event import AnswerEvent, Manifest, read_event
from audit.domain.extent import manifest
from audit.domain.photo import Content, content
from audit.domain.seal import count
from audit.store.events import Journal, list_events, list_readable, write_down
from audit.store.seals import Search, seek
from audit.store.tables import EventRow, PhotoRow, ReceiptRow, VisitRow
from audit.store.visits import save_status


class HandedIn(NamedTuple):
    """A visit that was handed in, by this event, and is not sealed yet."""

    visit: UUID
    event: AnswerEvent
    manifest: Manifest


def seal(session: Session, journal: Journal, now: datetime) -> None:
    """Hand in what is here, by the rule that holds for phones: one entry that names all there
    is, and a receipt once that has arrived. Photos may still be on their way."""
    visit = journal.visit.id
    deed = Deed("submit", "visit", manifest=manifest(list_events(session, visit)))
    _, (event,) = write_down(session, journal, [deed], now)
    _set_handing_in(session, visit, event.id)
    settle(session, visit, now)


def settle(session: Session, visit: UUID, now: datetime) -> None:
    """Seal a visit that has been handed in if it is complete."""
    found = handed_in(session, visit)
    if found is None:
        return
    search = seek(session, visit, found.manifest)
    if missing(session, found, search) is not None:
        return
    add_receipts(session, {visit: receipt(found, search, now)})
    _set_handing_in(session, visit, None)
    save_status(session, visit, "submitted", now)


def awaited(session: Session, visit: UUID) -> Missing | None:
    """What a visit that was handed in waits for; None too where nothing was handed in."""
    found = handed_in(session, visit)
    return found and missing(session, found, seek(session, visit, found.manifest))


def handed_in(session: Session, visit: UUID) -> HandedIn | None:
    event = session.exec(select(VisitRow.handing_in).where(VisitRow.id == visit)).one()
    if event is None:
        return None
    body = session.exec(select(EventRow.body).where(EventRow.id == event)).one()
    found = read_event(body)
    assert found.manifest is not None
    return HandedIn(visit, found, found.manifest)


def sent_back(session: Session, visit: UUID) -> int:
    """When, in Lamport's time; 0 if it never was."""
    events = list_readable(session, [visit]).get(visit, [])
    return max((event.lamport for event in events if event.kind == "reopen"), default=0)


def missing(session: Session, found: HandedIn, search: Search) -> Missing | None:
    """What it still waits for; None when it can be sealed."""
    here = _photos(session, found.visit) if found.manifest.photos else set()
    photos = tuple(photo.id for photo in found.manifest.photos if content(photo) not in here)
    awaited = Missing(search.lacking, photos, search.differs)
    return None if awaited == Missing() else awaited


def receipt(found: HandedIn, search: Search, now: datetime) -> Receipt:
    manifest = found.manifest
    photos = len(manifest.photos)
    return Receipt(found.event.id, manifest.root, count(manifest), photos, now, search.apart)


def add_receipts(session: Session, receipts: Mapping[UUID, Receipt]) -> None:
    """By visit."""
    rows = [
        {
            "event_id": made.event,
            "visit_id": visit,
            "root": made.root,
            "events": made.events,
            "photos": made.photos,
            "sealed_at": made.sealed_at,
            "apart": made.apart,
        }
        for visit, made in receipts.items()
    ]
    if rows:
        session.connection().execute(_insert, rows)


def find_receipt(session: Session, visit: UUID) -> Receipt | None:
    """Of the handing in that counts, whatever the clock said at an earlier one."""
    row = session.exec(
        select(ReceiptRow)
        .join(VisitRow, col(VisitRow.id) == ReceiptRow.visit_id)
        .where(ReceiptRow.visit_id == visit)
        .order_by(
            case((col(VisitRow.submitted_at) == ReceiptRow.sealed_at, 0), else_=1),
            col(ReceiptRow.sealed_at).desc(),
        )
    ).first()
    if row is None:
        return None
    return Receipt(row.event_id, row.root, row.events, row.photos, row.sealed_at, row.apart)


def _photos(session: Session, visit: UUID) -> set[Content]:
    query = select(PhotoRow.photo_id, PhotoRow.sha).where(PhotoRow.visit_id == visit)
    return set(session.exec(query))


def _set_handing_in(session: Session, visit: UUID, event: UUID | None) -> None:
    query = update(VisitRow).where(col(VisitRow.id) == visit).values(handing_in=event)
    session.execute(query)


_insert = insert(ReceiptRow.__table__)  # type: ignore[attr-defined]  # SQLModel does not tell
