"""Planning visits: who was where lately, how far each wave is, and changes before a start; and
the list of a shopper's visits."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from audit.domain.answer import AnswerEvent, Progress, progress, project, with_timings
from audit.domain.planning import REST, Known
from audit.domain.text import Text
from audit.domain.visit import Mode, Status, Visit
from audit.store.checklists import get_checklist
from audit.store.events import UNREADABLE, list_events, list_readable
from audit.store.tables import BranchRow, VisitRow

log = logging.getLogger("mingcha")


class Outline(msgspec.Struct, frozen=True):
    """A visit as its shopper's list tells it."""

    title: Text
    progress: Progress | None = None  # once it has begun, until it is handed in


def list_outlines(session: Session, visits: Iterable[Visit]) -> dict[UUID, Outline]:
    """Of those that can be read; one that is damaged keeps nobody from the others."""
    found = list(visits)
    logs = list_readable(session, [visit.id for visit in found if _under_way(visit)])
    outlines = {}
    for visit in found:
        try:
            outlines[visit.id] = _outline(session, visit, logs)
        except UNREADABLE:
            log.warning("visit %s cannot be read", visit.id, exc_info=True)
    return outlines


def _outline(session: Session, visit: Visit, logs: Mapping[UUID, Sequence[AnswerEvent]]) -> Outline:
    checklist = get_checklist(session, visit.checklist)
    if not _under_way(visit):
        return Outline(checklist.title)
    events = logs[visit.id] if visit.id in logs else list_events(session, visit.id)
    capture = project(events)
    answers = with_timings(checklist, capture.answers, capture.marks)
    return Outline(checklist.title, progress(checklist, answers))


def _under_way(visit: Visit) -> bool:
    return visit.writable and visit.started_at is not None


def get_known(session: Session, wave: UUID, due_on: date) -> Known:
    """What bears on visits of this wave that are due then."""
    since = due_on - REST
    pairs = select(VisitRow.shopper_id, VisitRow.branch_id).where(
        VisitRow.status != "cancelled",
        VisitRow.due_on <= due_on + REST,
        or_(
            col(VisitRow.due_on) >= since,
            col(VisitRow.started_at) >= datetime.combine(since, time(), UTC),
        ),
    )
    branches = select(VisitRow.branch_id).where(
        VisitRow.status != "cancelled", VisitRow.wave_id == wave
    )
    return Known(
        frozenset((shopper, branch) for shopper, branch in session.exec(pairs)),
        frozenset(session.exec(branches)),
    )


def list_shopped(session: Session, shopper: UUID, branches: Collection[UUID]) -> list[str]:
    """The codes of those of these branches that the shopper has been asked to visit."""
    query = (
        select(BranchRow.code)
        .join(VisitRow)
        .where(
            VisitRow.shopper_id == shopper,
            VisitRow.status != "cancelled",
            col(BranchRow.id).in_(branches),
        )
    )
    return list(session.exec(query.distinct().order_by(BranchRow.code)))


def count_by_wave(session: Session) -> dict[UUID, dict[Status, int]]:
    query = select(VisitRow.wave_id, VisitRow.status, func.count()).group_by(
        col(VisitRow.wave_id), col(VisitRow.status)
    )
    found: dict[UUID, dict[Status, int]] = {}
    for wave, status, number in session.exec(query):
        found.setdefault(wave, {})[status] = number  # type: ignore[index]  # only statuses are saved
    return found


def save_assignment(
    session: Session, visit_id: UUID, *, shopper: UUID, mode: Mode, due_on: date, brief: Text
) -> None:
    """Change what is asked; the caller has checked that the visit has not been started."""
    row = session.get(VisitRow, visit_id)
    assert row is not None
    row.shopper_id, row.mode, row.due_on = shopper, mode, due_on
    row.brief_zh, row.brief_en = brief.zh, brief.en
    session.add(row)
    session.flush()
