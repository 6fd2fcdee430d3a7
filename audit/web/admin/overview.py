"""The administrator's start: what there is, what is missing, how far each wave is."""

from uuid import UUID

from litestar import Response, get

from audit.domain.visit import STATUSES, Status
from audit.store.assignments import count_by_wave
from audit.store.branches import list_branches, list_regions
from audit.store.checklists import list_checklists, list_lost
from audit.store.people import list_people
from audit.store.programmes import list_with_waves
from audit.web.dependencies import TheDatabase, ThePage, ThePerson


@get("/admin", sync_to_thread=True)
def show_overview(administrator: ThePerson, database: TheDatabase, page: ThePage) -> Response[str]:
    with database.reading() as session:
        regions = list_regions(session)
        branches = [one for one in list_branches(session, administrator) if one.active]
        people = [one for one in list_people(session) if one.active]
        checklists, programmes = list_checklists(session), list_with_waves(session)
        lost, by_wave = list_lost(session), count_by_wave(session)
    roles = [person.role for person in people]
    waves = [wave for programme in programmes for wave in programme.waves]
    counts = {
        "regions": len(regions),
        "branches": len(branches),
        "shoppers": roles.count("shopper"),
        "auditors": roles.count("auditor"),
        "managers": roles.count("branch_manager"),
        "checklists": len(checklists),
        "programmes": len(programmes),
        "waves": len(waves),
        "visits": _number(by_wave) - _number(by_wave, "cancelled"),
        "visits_with_cancelled": _number(by_wave),  # as many as the list has
    }
    return page(
        "admin/overview.html",
        counts=counts,
        waves=waves,
        by_wave=by_wave,
        statuses=STATUSES,
        lost=lost,
    )


def _number(by_wave: dict[UUID, dict[Status, int]], only: Status | None = None) -> int:
    return sum(
        number
        for counted in by_wave.values()
        for status, number in counted.items()
        if only in (None, status)
    )


handlers = [show_overview]
