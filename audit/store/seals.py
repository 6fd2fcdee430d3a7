"""Looking for what a handing in names where it is not simply all there: in quarantine too."""

from collections.abc import Collection, Sequence, Set
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.event import Manifest
from audit.domain.seal import Piece, lacking, named, piece_apart
from audit.store.tables import EventRow, QuarantineRow, ReceiptRow


class Search(NamedTuple):
    """How many events are not here; or that all are, and yet not what the manifest says.
    `apart`: how many of them are kept without being part of the visit."""

    lacking: int = 0
    differs: bool = False
    apart: int = 0


def seek(
    session: Session, visit: UUID, manifest: Manifest, log: Sequence[Piece] | None = None
) -> Search:
    """`log`: all that the visit has, for those who know it."""
    if log is not None and named(manifest, log) is not None:
        return Search()
    log, quarantine = _log(session, visit), list_apart(session, visit)
    pieces = named(manifest, log, quarantine)
    if pieces is not None:
        return Search(apart=sum(piece.apart for piece in pieces))
    missing = lacking(manifest, [*log, *quarantine])
    return Search(missing, differs=not missing)


def list_lost(session: Session, events: Collection[UUID]) -> Set[UUID]:
    """Those that are not here."""
    if not events:
        return set()
    query = select(EventRow.id).where(col(EventRow.id).in_(events))
    here: set[UUID] = set(session.exec(query))
    return set(events) - here


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
    return [Piece(*row) for row in session.execute(query)]
