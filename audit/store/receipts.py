"""Sealing: a visit that was handed in counts as submitted once all that its manifest names
has arrived, by hash."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select, update

from audit.domain.deed import Deed
from audit.domain.delivery import Missing, Receipt
from audit.domain.event import Manifest, root_of
from audit.domain.extent import manifest
from audit.domain.seal import count
from audit.store.events import Journal, as_filed, list_events, write_down
from audit.store.seals import Search, count_apart, seek
from audit.store.tables import EventRow, PhotoRow, ReceiptRow, VisitRow
from audit.store.visits import save_status


def hand_in(session: Session, visit: UUID, event: UUID) -> None:
    _set_handing_in(session, visit, event)


def seal(session: Session, journal: Journal, now: datetime) -> None:
    """Hand in what is here, by the rule that holds for phones: one entry that names all there
    is, and a receipt once that has arrived. Photos may still be on their way."""
    visit = journal.visit.id
    deed = Deed("submit", "visit", manifest=manifest(list_events(session, visit)))
    _, (event,) = write_down(session, journal, [deed], now)
    hand_in(session, visit, event.id)
    settle(session, visit, now)


def settle(session: Session, visit: UUID, now: datetime) -> Missing | None:
    """Seal a visit that has been handed in if it is complete; else what it waits for.

    None too where nothing has been handed in.
    """
    found = _handed_in(session, visit)
    if found is None:
        return None
    event, manifest = found
    missing = _missing(session, visit, manifest)
    if missing is not None:
        return missing
    session.add(
        ReceiptRow(
            event_id=event,
            visit_id=visit,
            root=manifest.root,
            events=count(manifest),
            photos=len(manifest.photos),
            sealed_at=now,
            apart=count_apart(session, visit, manifest),
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
    return Receipt(row.event_id, row.root, row.events, row.photos, row.sealed_at, row.apart)


def awaited(session: Session, visit: UUID) -> Missing | None:
    """As `settle`, only to tell."""
    found = _handed_in(session, visit)
    return None if found is None else _missing(session, visit, found[1])


def _handed_in(session: Session, visit: UUID) -> tuple[UUID, Manifest] | None:
    event = session.exec(select(VisitRow.handing_in).where(VisitRow.id == visit)).one()
    if event is None:
        return None
    device, body = session.exec(
        select(EventRow.device, EventRow.body).where(EventRow.id == event)
    ).one()
    manifest = as_filed(device, body).manifest
    assert manifest is not None
    return event, manifest


def _missing(session: Session, visit: UUID, manifest: Manifest) -> Missing | None:
    whole = _is_whole(_filed(session, visit, manifest), manifest)
    found = Search(0, differs=False) if whole else seek(session, visit, manifest)
    here = set(
        session.exec(select(PhotoRow.photo_id, PhotoRow.sha).where(PhotoRow.visit_id == visit))
    )
    photos = tuple(photo.id for photo in manifest.photos if (photo.id, photo.sha) not in here)
    missing = Missing(found.lacking, photos, found.differs)
    return None if missing == Missing() else missing


class _Filed(NamedTuple):
    id: UUID
    hash: str
    device: str
    seq: int
    late: bool


def _filed(session: Session, visit: UUID, manifest: Manifest) -> list[_Filed]:
    """The manifest's events that are here."""
    query = select(  # type: ignore[call-overload]  # SQLModel's types end at four columns
        EventRow.id, EventRow.hash, EventRow.device, EventRow.seq, EventRow.late
    ).where(EventRow.visit_id == visit)
    found = (_Filed(*row) for row in session.execute(query))
    return [event for event in found if event.seq <= manifest.extent.get(event.device, 0)]


def _is_whole(filed: list[_Filed], manifest: Manifest) -> bool:
    """A phone may or may not have counted what came too late before the visit was returned."""
    counted = [event for event in filed if not event.late]
    return manifest.root in (_root(counted), _root(filed))


def _root(filed: list[_Filed]) -> str:
    return root_of((str(event.id), event.hash) for event in filed)


def _set_handing_in(session: Session, visit: UUID, event: UUID | None) -> None:
    query = update(VisitRow).where(col(VisitRow.id) == visit).values(handing_in=event)
    session.execute(query)
