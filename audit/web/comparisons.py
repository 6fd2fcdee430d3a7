"""A branch's visits beside each other: any number by section, two item by item."""

import asyncio
from itertools import pairwise
from typing import Any, get_args
from uuid import UUID

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from audit.domain.branch import Branch
from audit.domain.changes import changes_between
from audit.domain.comparison import (
    REASONS,
    VERDICTS,
    SideBySide,
    Verdict,
    at_most,
    lost_among,
    side_by_side,
)
from audit.domain.comparison_report import ComparisonReport, comparison_report
from audit.domain.people import Person
from audit.domain.problems import N_, Conflict
from audit.domain.regrouped_visits import RegroupedVisits, regroup_visits
from audit.domain.regrouping import Lens, chosen_lens, through
from audit.domain.statistics import difference
from audit.domain.text import LANGUAGES
from audit.domain.track import in_order, raw_score, usual_checklist
from audit.domain.visit import Visit
from audit.store.branches import get_branch
from audit.store.database import Database
from audit.store.systems import library_lenses
from audit.store.tracks import (
    checklists_of,
    list_chosen,
    list_released,
    list_said,
    list_scored,
    read_network,
)
from audit.web.dependencies import TheDatabase, ThePage, ThePerson, TheSettings
from audit.work.pdf import DrawingRoom
from audit.work.reports import Drawn, draw_or_find

UNREADABLE = N_(
    "The answers of %(numbers)s cannot be read: the log of the visit is damaged or missing. "
    "The released score stands; ask the administrator to compare the log with a backup."
)
LOST = N_(
    "%(numbers)s cannot be read: the released score card or the checklist is damaged. Tell the "
    "administrator, who can compare it with a backup."
)
UNASKED = 4  # visits side by side when none were chosen


@get("/branches/{branch_id:uuid}/comparison", sync_to_thread=True)
def show_comparison(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    branch_id: FromPath[UUID],
    visit: FromQuery[list[UUID] | None] = None,
    framework: FromQuery[str] = "",
) -> Response[Any]:
    """`framework`: the one to regroup the visits by."""
    with database.reading() as session:
        branch = get_branch(session, reader, branch_id)
        visits = _chosen(session, reader, branch, visit or [], UNASKED)
        scored = list_scored(session, visits)
        network = read_network(session, scored[0].checklist.id if scored else "")
        table = side_by_side(scored)
        regrouping = _regrouping(session, table, framework)
    return page(
        "comparisons/show.html",
        branch=branch,
        table=table,
        lenses=_lenses(table),
        regrouping=regrouping,
        differences=[None, *(difference(a, b, network.spread) for a, b in pairwise(table.scores))],
        network=network,
        lost=lost_among(visits, scored),
    )


@get("/branches/{branch_id:uuid}/comparison.pdf")
async def get_comparison_pdf(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    request: Request[Any, Any, Any],
    settings: TheSettings,
    branch_id: FromPath[UUID],
    visit: FromQuery[list[UUID] | None] = None,
    language: FromQuery[str] = "",
    framework: FromQuery[str] = "",
) -> Response[bytes]:
    report = await asyncio.to_thread(_report, database, reader, branch_id, visit or [], framework)
    chosen = next((one for one in LANGUAGES if one == language), page.language)
    room: DrawingRoom = request.app.state.drawing
    drawn = Drawn(settings.data / "reports", settings.timezone)
    name = "".join(
        char if char.isascii() and char.isalnum() else "_" for char in report.branch.code
    )
    return Response(
        await draw_or_find(room, drawn, report, chosen),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}-comparison.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def _report(
    database: Database, reader: Person, branch_id: UUID, chosen: list[UUID], framework: str
) -> ComparisonReport:
    with database.reading() as session:
        branch = get_branch(session, reader, branch_id)
        visits = _chosen(session, reader, branch, chosen, UNASKED)
        scored = list_scored(session, visits)
        network = read_network(session, scored[0].checklist.id if scored else "")
        table = side_by_side(scored)
        regrouping = _regrouping(session, table, framework)
    lost = tuple(visit.number for visit in lost_among(visits, scored))
    return comparison_report(branch, table, network, regrouping, lost)


def _lenses(table: SideBySide) -> tuple[Lens, ...]:
    """What the newest visit can be read through: its checklist's words lead."""
    return through(table.columns[-1].checklist, library_lenses()) if table.columns else ()


def _regrouping(session: Session, table: SideBySide, framework: str) -> RegroupedVisits | None:
    lens = chosen_lens(_lenses(table), framework) if table.columns else None
    if lens is None:
        return None
    said = list_said(session, [one.visit for one in table.columns])
    answers = {visit: one.answers for visit, one in said.items()}
    return regroup_visits(table.columns, answers, lens)


@get("/branches/{branch_id:uuid}/changes", sync_to_thread=True)
def show_changes(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    branch_id: FromPath[UUID],
    before: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
    verdict: FromQuery[str] = "",
) -> Response[Any]:
    with database.reading() as session:
        branch = get_branch(session, reader, branch_id)
        chosen = [found for found in (before, after) if found is not None]
        visits = _chosen(session, reader, branch, chosen if len(chosen) == 2 else [], 2)
        if len(visits) < 2:
            return page("comparisons/changes.html", branch=branch, changes=None)
        scored = list_scored(session, visits)
        if lost := lost_among(visits, scored):
            raise Conflict(LOST, numbers=", ".join(visit.number for visit in lost))
        earlier, later = scored
        said = list_said(session, visits)
        if unread := [one.number for one in scored if one.visit.id not in said]:
            raise Conflict(UNREADABLE, numbers=", ".join(unread))
        network = read_network(session, later.checklist.id)
    return page(
        "comparisons/changes.html",
        branch=branch,
        changes=changes_between(
            earlier, said[earlier.visit.id], later, said[later.visit.id], network.spread
        ),
        verdict=verdict if verdict in get_args(Verdict) else "",
        verdicts=VERDICTS,
        reasons=REASONS,
        network=network,
    )


def _chosen(
    session: Session, reader: Person, branch: Branch, chosen: list[UUID], most: int
) -> list[Visit]:
    """The chosen visits; without a choice the latest valid ones of the usual checklist, or of
    one that cannot be read: so they are named."""
    at_most(chosen)
    if chosen:
        return list_chosen(session, reader, branch.id, chosen)
    released = list_released(session, reader, branch=branch.id)
    checklists = checklists_of(session, released)
    usual = usual_checklist([one for one in released if one.checklist in checklists], checklists)
    valid = [
        found.id
        for found in in_order(released)
        if raw_score(found) is not None
        and (found.checklist not in checklists or checklists[found.checklist].id == usual)
    ]
    return list_chosen(session, reader, branch.id, valid[-most:])


handlers: list[HTTPRouteHandler] = [show_comparison, get_comparison_pdf, show_changes]
