"""Looking for what a handing in names where it is not simply all there: in quarantine too."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.event import Manifest
from audit.domain.seal import Piece, lacking, named, piece_apart
from audit.store.tables import EventRow, QuarantineRow, ReceiptRow


class Search(NamedTuple):
    """How many events are not here; or that all are, and yet not what the manifest says."""

    lacking: int
    differs: bool


def seek(session: Session, visit: UUID, manifest: Manifest) -> Search:
    log, quarantine = _log(session, visit), list_apart(session, visit)
    if named(manifest, log, quarantine) is not None:
        return Search(0, differs=False)
    missing = lacking(manifest, [*log, *quarantine])
    return Search(missing, differs=not missing)


def count_apart(session: Session, visit: UUID, manifest: Manifest) -> int:
    """How many of its events are kept without being part of the visit."""
    log, quarantine = _log(session, visit), list_apart(session, visit)
    if not quarantine and not any(piece.apart for piece in log):
        return 0
    return sum(piece.apart for piece in named(manifest, log, quarantine) or ())


def all_here(session: Session, events: Collection[UUID]) -> bool:
    if not events:
        return True
    query = select(func.count()).where(col(EventRow.id).in_(events))
    return session.exec(query).one() == len(set(events))


def sealed_at(session: Session, visits: Collection[UUID]) -> dict[UUID, datetime]:
    """When each was sealed last."""
    query = (
        select(ReceiptRow.visit_id, func.max(ReceiptRow.sealed_at))
        .where(col(ReceiptRow.visit_id).in_(visits))
        .group_by(col(ReceiptRow.visit_id))
    )
    return dict(session.exec(query).all())


def list_apart(session: Session, visit: UUID) -> list[Piece]:
    """What is in quarantine and can be told by its number."""
    query = select(QuarantineRow.body, QuarantineRow.hash).where(QuarantineRow.visit_id == visit)
    pieces = (piece_apart(body, digest, str(visit)) for body, digest in session.exec(query))
    return [piece for piece in pieces if piece is not None]


def _log(session: Session, visit: UUID) -> list[Piece]:
    query = select(  # type: ignore[call-overload]  # SQLModel's types end at four columns
        EventRow.id, EventRow.hash, EventRow.device, EventRow.seq, EventRow.late
    ).where(EventRow.visit_id == visit)
    return [Piece(str(name), *rest) for name, *rest in session.execute(query)]
