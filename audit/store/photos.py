"""Photos that have come in whole. Their files are kept elsewhere; this says which there are."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select

from audit.domain.delivery import Arrival
from audit.domain.event import Photo
from audit.domain.photo import MOST, Arrived, Content, content, pieces
from audit.domain.problems import N_, TooLarge
from audit.domain.visit import WRITABLE, Status
from audit.store.events import list_events
from audit.store.receipts import awaited, find_receipt, settle
from audit.store.rows import insert_new
from audit.store.tables import PhotoRow, VisitRow
from audit.store.visits import lock_status


def file_photo(session: Session, visit: UUID, found: Arrived, now: datetime) -> Arrival:
    """Must run inside `writing()` or a group of it. May be the last that a visit waited for,
    which is then sealed."""
    status = lock_status(session, visit)
    row = {
        "visit_id": visit,
        "photo_id": found.photo.id,
        "sha": found.photo.sha,
        "size": found.photo.size,
        "key": found.key,
        "width": found.width,
        "height": found.height,
        "received_at": now,
    }
    insert_new(session, PhotoRow, [row], PhotoRow.photo_id)
    if status in WRITABLE:
        settle(session, visit, now)
    return standing(session, visit, Arrival(tuple(range(pieces(found.photo))), True))


def standing(session: Session, visit: UUID, arrival: Arrival) -> Arrival:
    """With what has become of the visit, if it has been handed in."""
    status: Status = session.exec(select(VisitRow.status).where(VisitRow.id == visit)).one()  # type: ignore[assignment]  # only statuses are saved
    if status in WRITABLE:
        missing = awaited(session, visit)
        if missing is None:
            return arrival
        return msgspec.structs.replace(arrival, status=status, missing=missing)
    receipt = find_receipt(session, visit)
    return msgspec.structs.replace(arrival, status=status, receipt=receipt)


def list_arrived(session: Session, visit: UUID) -> dict[Content, Arrived]:
    rows = session.exec(
        select(PhotoRow).where(PhotoRow.visit_id == visit).order_by(col(PhotoRow.received_at))
    )
    return {content(found.photo): found for found in map(_arrived, rows)}


def must_have_room(session: Session, visit: UUID, under_way: list[Photo]) -> None:
    """For one photo more. Raises `TooLarge`. Those taken away again do not count; other bytes
    under the same id do."""
    known = {*list_arrived(session, visit), *map(content, under_way)}
    if len(known) < MOST:
        return
    for event in list_events(session, visit):
        if event.kind == "photo_remove" and event.photo is not None:
            known.discard(content(event.photo))
    if len(known) >= MOST:
        raise TooLarge(N_("A visit may have %(most)s photos at most."), most=MOST)


def _arrived(row: PhotoRow) -> Arrived:
    return Arrived(Photo(row.photo_id, row.sha, row.size), row.key, row.width, row.height)
