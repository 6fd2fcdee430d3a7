"""Visits, each query scoped to what the person may see.

A shopper sees their own; a branch manager the released ones of their branches, without
who the shopper was; auditors and administrators see all.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.people import Person
from audit.domain.problems import N_, NotFound, Unreadable
from audit.domain.result import Printed
from audit.domain.scoring import ScoreCard
from audit.domain.text import Text
from audit.domain.visit import Mode, Release, Status, Visit
from audit.store.branches import to_branch
from audit.store.programmes import to_wave
from audit.store.tables import (
    BranchRow,
    ChecklistRow,
    PersonRow,
    ProgrammeRow,
    RegionRow,
    ReleaseRow,
    VisitRow,
    WaveRow,
)

NOBODY = UUID(int=0)


class VisitFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a list is narrowed to; None or empty leaves that aspect open."""

    statuses: tuple[Status, ...] = ()
    branch: UUID | None = None
    region: UUID | None = None
    wave: UUID | None = None
    shopper: UUID | None = None


def get_visit(session: Session, person: Person, visit_id: UUID) -> Visit:
    """Raises `NotFound` for one that does not exist or is not this person's to see."""
    anew = {"populate_existing": True}  # the row may have been read before it was locked
    query = scoped(person).where(VisitRow.id == visit_id).execution_options(**anew)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(N_("There is no such visit."))
    return to_visit(person, *found)


def list_visits(
    session: Session,
    person: Person,
    only: VisitFilter | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Visit]:
    """Most recent first: by release, then submission, then due date."""
    query = narrowed(scoped(person), only or VisitFilter()).order_by(
        func.coalesce(ReleaseRow.released_at, VisitRow.submitted_at, VisitRow.started_at)
        .desc()
        .nulls_last(),
        col(VisitRow.due_on),
        col(VisitRow.id),
    )
    if limit is not None:
        query = query.limit(limit).offset(offset)
    return [to_visit(person, *found) for found in session.exec(query)]


def count_visits(session: Session, person: Person, only: VisitFilter | None = None) -> int:
    inner = narrowed(scoped(person), only or VisitFilter()).subquery()
    return session.exec(select(func.count()).select_from(inner)).one()


def add_visit(
    session: Session,
    visit_id: UUID,
    *,
    branch: UUID,
    wave: UUID,
    shopper: UUID,
    mode: Mode,
    checklist: str,
    brief: Text,
    due_on: date,
) -> None:
    session.add(
        VisitRow(
            id=visit_id,
            branch_id=branch,
            wave_id=wave,
            shopper_id=shopper,
            mode=mode,
            checklist_hash=checklist,
            brief_zh=brief.zh,
            brief_en=brief.en,
            due_on=due_on,
            status="assigned",
        )
    )
    session.flush()


def lock_status(session: Session, visit_id: UUID) -> Status:
    """The visit's status, held until the transaction ends: others wait (PostgreSQL; on
    SQLite `writing()` already has one writer at a time)."""
    query = select(VisitRow.status).where(VisitRow.id == visit_id).with_for_update()
    status: Status = session.exec(query).one()  # type: ignore[assignment]  # only statuses are saved
    return status


def save_status(
    session: Session, visit_id: UUID, status: Status, now: datetime, reason: str = ""
) -> None:
    """Move a visit on; the caller has checked that it may."""
    row = session.get(VisitRow, visit_id)
    assert row is not None
    row.status = status
    if status == "in_progress" and row.started_at is None:
        row.started_at = now
    elif status == "submitted":
        row.submitted_at = now
    elif status == "returned":
        row.returned_at, row.return_reason = now, reason
    elif status == "cancelled":
        row.cancelled_at = now
    session.add(row)
    session.flush()


def get_card(session: Session, visit: Visit) -> ScoreCard:
    """The score card as released; `visit` has been fetched, so its scope is settled. Raises
    `Unreadable`."""
    row = session.get(ReleaseRow, visit.id)
    if row is None:
        raise NotFound(N_("This visit has not been released."))
    if row.card is None:
        raise Unreadable(visit.id)
    return row.card


def get_printed(session: Session, visit: Visit) -> Printed:
    """What its report says of others, as at release; see `get_card`."""
    row = session.get(ReleaseRow, visit.id)
    assert row is not None  # only of a released visit
    if row.printed is None:
        raise Unreadable(visit.id)
    return row.printed


def list_cards(session: Session, visits: list[Visit]) -> dict[UUID, ScoreCard]:
    """Of those whose card can be read."""
    ids = [visit.id for visit in visits]
    rows = session.exec(select(ReleaseRow).where(col(ReleaseRow.visit_id).in_(ids)))
    return {row.visit_id: row.card for row in rows if row.card is not None}


def released_scores(session: Session, checklist_id: str) -> list[tuple[UUID, Decimal]]:
    """(branch, raw score) of every sufficient release of any version of a checklist, in
    order of release: the network a branch's usual range is judged by. No identities."""
    query = (
        select(VisitRow.branch_id, ReleaseRow.raw_tenths)
        .join(ReleaseRow, col(ReleaseRow.visit_id) == VisitRow.id)
        .join(ChecklistRow, col(ChecklistRow.hash) == VisitRow.checklist_hash)
        .where(
            ChecklistRow.checklist_id == checklist_id,
            col(ReleaseRow.raw_tenths).is_not(None),
            col(ReleaseRow.insufficient).is_(False),
        )
        .order_by(col(ReleaseRow.released_at))
    )
    return [
        (branch, Decimal(tenths).scaleb(-1))
        for branch, tenths in session.exec(query)
        if tenths is not None
    ]


def _points(tenths: int | None) -> Decimal | None:
    return None if tenths is None else Decimal(tenths).scaleb(-1)


def scoped(person: Person) -> Any:
    query = (
        select(VisitRow, BranchRow, RegionRow, WaveRow, ProgrammeRow, PersonRow, ReleaseRow)  # type: ignore[call-overload]
        .join(BranchRow, col(BranchRow.id) == VisitRow.branch_id)
        .join(RegionRow, col(RegionRow.id) == BranchRow.region_id)
        .join(WaveRow, col(WaveRow.id) == VisitRow.wave_id)
        .join(ProgrammeRow, col(ProgrammeRow.id) == WaveRow.programme_id)
        .join(PersonRow, col(PersonRow.id) == VisitRow.shopper_id)
        .outerjoin(ReleaseRow, col(ReleaseRow.visit_id) == VisitRow.id)
    )
    if person.role == "shopper":
        return query.where(VisitRow.shopper_id == person.id)
    if person.role == "branch_manager":
        return query.where(
            VisitRow.status == "released", col(VisitRow.branch_id).in_(person.branches)
        )
    return query


def narrowed(query: Any, only: VisitFilter) -> Any:
    if only.statuses:
        query = query.where(col(VisitRow.status).in_(only.statuses))
    if only.branch is not None:
        query = query.where(VisitRow.branch_id == only.branch)
    if only.region is not None:
        query = query.where(BranchRow.region_id == only.region)
    if only.wave is not None:
        query = query.where(VisitRow.wave_id == only.wave)
    if only.shopper is not None:
        query = query.where(VisitRow.shopper_id == only.shopper)
    return query


def to_visit(
    person: Person,
    row: VisitRow,
    branch: BranchRow,
    region: RegionRow,
    wave: WaveRow,
    programme: ProgrammeRow,
    shopper: PersonRow,
    release: ReleaseRow | None,
) -> Visit:
    hidden = person.role == "branch_manager"
    return Visit(
        id=row.id,
        branch=to_branch(branch, region),
        wave=to_wave(wave, programme),
        shopper=NOBODY if hidden else row.shopper_id,
        shopper_code="" if hidden else shopper.code,
        mode=row.mode,  # type: ignore[arg-type]  # only modes are ever saved
        checklist=row.checklist_hash,
        brief=Text("", "") if hidden else Text(row.brief_zh, row.brief_en),
        due_on=row.due_on,
        status=row.status,  # type: ignore[arg-type]
        started_at=row.started_at,
        submitted_at=row.submitted_at,
        returned_at=row.returned_at,
        return_reason="" if hidden else row.return_reason,
        cancelled_at=row.cancelled_at,
        release=None if release is None else _release(release),
        scenario=None if hidden else row.scenario_hash,
    )


def _release(row: ReleaseRow) -> Release:
    return Release(
        number=row.number,
        raw=_points(row.raw_tenths),
        final=_points(row.final_tenths),
        band=row.band,
        vetoes=row.vetoes,
        insufficient=row.insufficient,
        released_at=row.released_at,
        root=row.root,
        verdict=row.verdict,
        reviewer=row.reviewer,
        visited_at=row.visited_at,
    )
