"""Branches: all a person may see, and one branch's own page."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from audit.domain.branch import Branch
from audit.domain.checklist import Checklist
from audit.domain.comparison import MOST_COMPARED
from audit.domain.text import Text
from audit.domain.track import Track, by_mean, raw_score, track, tracks, usual_checklist
from audit.domain.visit import Visit
from audit.store.branches import get_branch, list_branches, list_regions
from audit.store.tracks import checklists_of, list_released, list_scored, read_network
from audit.web.dependencies import TheDatabase, ThePage, ThePerson


class Choice(msgspec.Struct, frozen=True):
    """Which of the branches' checklists a page is about; all of a page is about one."""

    checklist: str
    titles: dict[str, Text]

    @classmethod
    def among(
        cls, visits: Iterable[Visit], checklists: Mapping[str, Checklist], wanted: str
    ) -> "Choice":
        titles = {checklist.id: checklist.title for checklist in checklists.values()}
        usual = usual_checklist(visits, checklists)
        return cls(wanted if wanted in titles else usual, titles)


@get("/branches", sync_to_thread=True)
def list_of_branches(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    region: FromQuery[str] = "",
    checklist: FromQuery[str] = "",
    order: FromQuery[str] = "",
) -> Response[Any]:
    with database.reading() as session:
        branches = list_branches(session, reader)
        if reader.role == "branch_manager" and len(branches) == 1:
            return Redirect(f"/branches/{branches[0].id}", status_code=303)
        released = list_released(session, reader)
        checklists = checklists_of(session, released)
        visits = [visit for visit in released if visit.checklist in checklists]
        choice = Choice.among(visits, checklists, checklist)
        network = read_network(session, choice.checklist)
        regions = {branch.region.id: branch.region for branch in branches}
        names = [found for found in list_regions(session) if found.id in regions]
    shown = [branch for branch in branches if region in ("", str(branch.region.id))]
    chosen = [visit for visit in visits if checklists[visit.checklist].id == choice.checklist]
    found = tracks(shown, chosen, network)
    placed, unplaced = by_mean(found) if order == "mean" else ([], found)
    return page(
        "branches/index.html",
        placed=placed,
        groups=_by_region(unplaced) if order != "mean" else [(None, unplaced)],
        regions=names,
        region=region,
        order=order,
        choice=choice,
        checklists=checklists,
        network=network,
        lost=[visit for visit in released if visit.checklist not in checklists],
    )


def _by_region(found: Iterable[Track]) -> list[tuple[Text | None, list[Track]]]:
    groups: dict[UUID, tuple[Text | None, list[Track]]] = {}
    for one in found:
        region = one.branch.region
        groups.setdefault(region.id, (region.name, []))[1].append(one)
    return list(groups.values())


@get("/branches/{branch_id:uuid}", sync_to_thread=True)
def show_branch(
    reader: ThePerson,
    database: TheDatabase,
    page: ThePage,
    branch_id: FromPath[UUID],
    checklist: FromQuery[str] = "",
) -> Response[Any]:
    with database.reading() as session:
        branch: Branch = get_branch(session, reader, branch_id)
        released = list_released(session, reader, branch=branch.id)
        checklists = checklists_of(session, released)
        visits = [visit for visit in released if visit.checklist in checklists]
        choice = Choice.among(visits, checklists, checklist)
        network = read_network(session, choice.checklist)
        chosen = [visit for visit in visits if checklists[visit.checklist].id == choice.checklist]
        scored = {one.visit.id: one for one in list_scored(session, chosen)}
    found = track(branch, chosen, network)
    return page(
        "branches/show.html",
        track=found,
        scored=scored,
        bands=checklists[found.latest.checklist].scoring.bands if found.latest else (),
        lost=[
            visit
            for visit in released
            if visit.checklist not in checklists or (visit in chosen and visit.id not in scored)
        ],
        valid={visit.id for visit in found.visits if raw_score(visit) is not None},
        most=MOST_COMPARED,
        checklists=checklists,
        choice=choice,
        network=network,
    )


handlers = [list_of_branches, show_branch]
