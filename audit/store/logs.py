"""Reading the logs of all visits, one after the other, to see whether they are whole."""

from collections.abc import Iterator
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain import log
from audit.domain.event import Manifest, family
from audit.domain.log import Entry, Finding, Proof
from audit.store.seals import list_apart
from audit.store.tables import EventRow, QuarantineRow, ReceiptRow, ReleaseRow


class Report(msgspec.Struct, frozen=True):
    visits: int
    devices: int
    events: int
    late: int
    quarantine: int
    receipts: int
    releases: int
    findings: tuple[tuple[UUID, Finding], ...]


def examine(session: Session) -> Report:
    visits = list(
        session.exec(select(EventRow.visit_id).distinct().order_by(col(EventRow.visit_id)))
    )
    devices = events = late = 0
    findings: list[tuple[UUID, Finding]] = []
    for visit in visits:
        entries = _entries(session, visit)
        apart = list_apart(session, visit)
        found = log.examine(entries, apart, [*_proofs(session, visit, entries)])
        findings += [(visit, finding) for finding in found]
        devices += len({family(entry.device) for entry in entries})
        events += len(entries)
        late += sum(entry.late for entry in entries)
    return Report(
        visits=len(visits),
        devices=devices,
        events=events,
        late=late,
        quarantine=session.exec(select(func.count()).select_from(QuarantineRow)).one(),
        receipts=session.exec(select(func.count()).select_from(ReceiptRow)).one(),
        releases=session.exec(select(func.count()).select_from(ReleaseRow)).one(),
        findings=tuple(findings),
    )


def _entries(session: Session, visit: UUID) -> list[Entry]:
    query = select(  # type: ignore[call-overload]  # SQLModel's types end at four columns
        EventRow.id, EventRow.device, EventRow.seq, EventRow.body, EventRow.hash, EventRow.late
    ).where(EventRow.visit_id == visit)
    return [
        Entry(name, visit, device, seq, body, digest, late)
        for name, device, seq, body, digest, late in session.execute(query)
    ]


def _proofs(session: Session, visit: UUID, entries: list[Entry]) -> Iterator[Proof]:
    bodies = {entry.id: entry.body for entry in entries}
    query = select(ReceiptRow.event_id, ReceiptRow.root).where(ReceiptRow.visit_id == visit)
    for event, root in session.exec(query):
        said = log.legible(bodies[event]) if event in bodies else None
        manifest = said.manifest if said else None
        whole = manifest is not None and manifest.root == root
        named = manifest if manifest and whole else Manifest({}, root)
        yield Proof("receipt", root, named.extent, named.gaps)
    released = select(ReleaseRow.root, ReleaseRow.extent).where(col(ReleaseRow.visit_id) == visit)
    for root, extent in session.exec(released):
        yield Proof("release", root, extent or {})  # a damaged one proves nothing: it is named
