"""Giving visits a scenario, when they are planned and until they start."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from audit.clock import now
from audit.domain.text import Text
from audit.store.branches import save_branch
from audit.store.programmes import save_wave
from audit.store.scenarios import find_scenario, give_scenario
from audit.store.visits import VisitFilter, get_visit, list_visits
from tests.world import fill_visit, library, scenario

DUE = now().date() + timedelta(days=200)  # beyond the reach of the world's own visits
STATEMENT, WEALTH = scenario("sc-statement"), scenario("sc-wealth")


@pytest.fixture
def wave(world, database):
    return make_wave(world, database, "branch-visit")


def make_wave(world, database, checklist):
    with database.writing() as session:
        save_wave(
            session, world.wave, UUID(int=20), Text("新", "New"),
            now().date(), DUE, library()[checklist].hash, Text("问贷款。", "Ask for a loan."),
        )  # fmt: skip
    return world.wave


def typed(world, chosen, **changes):
    return {
        "wave": str(world.wave),
        "region": str(world.region.id),
        "shopper": [str(world.bob.id)],
        "mode": "disguised",
        "due_on": str(DUE),
        "scenario": chosen.hash if chosen else "",
        "accept": "1",
        **changes,
    }


def planned(database, world):
    with database.reading() as session:
        visits = list_visits(session, world.ann, VisitFilter(wave=world.wave))
        return [
            (find_scenario(session, visit.scenario), visit.brief)
            for visit in visits
            if visit.due_on == DUE
        ]


def edited(world, visit, **changes):
    return {"shopper": str(world.alice.id), "mode": "disguised", "due_on": str(DUE), **changes}


def given(database, world):
    with database.reading() as session:
        return find_scenario(session, get_visit(session, world.ann, world.harbour_visit).scenario)


def test_the_plan_shows_it_and_the_visits_have_it_in_place_of_the_waves_brief(
    ann, world, wave, database, seen
):
    page = seen(ann.post("/admin/assignments/plan", data=typed(world, STATEMENT)))
    ann.post("/admin/assignments", data=typed(world, STATEMENT))

    assert page.status == 200
    assert page.value("scenario") == STATEMENT.hash
    assert page.soup.select_one(".scenario .brief").text == STATEMENT.brief.en
    assert planned(database, world) == [(STATEMENT, Text("", ""))] * 2


def test_without_one_the_waves_brief_stands(ann, world, wave, database):
    ann.post("/admin/assignments", data=typed(world, None))

    assert planned(database, world) == [(None, Text("问贷款。", "Ask for a loan."))] * 2


@pytest.mark.parametrize("path", ["/admin/assignments/plan", "/admin/assignments"])
def test_a_part_that_is_a_drill_is_never_planned_in_disguise(ann, world, database, seen, path):
    make_wave(world, database, "complaint-handling")
    drill = typed(world, scenario("sc-ipo"))

    page = seen(ann.post(path, data=drill))

    assert (page.status, planned(database, world)) == (422, [])
    assert page.problem("mode").startswith("This is a drill")
    ann.post("/admin/assignments", data={**drill, "mode": "open"})
    assert [part.id for part, _ in planned(database, world)] == ["sc-ipo"] * 2


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "This scenario was not written for this checklist. Please choose another."),
        ("zh-CN", "这个剧本不适用于这份检查表，请另选一个。"),
    ],
)
def test_a_part_written_for_other_checklists_is_refused(
    ann, world, wave, database, seen, language, message
):
    other = typed(world, scenario("sc-queue"))

    page = seen(ann.post("/admin/assignments", data=other, headers={"Accept-Language": language}))

    assert (page.status, page.problem("scenario")) == (422, message)
    assert planned(database, world) == []


def test_what_is_no_scenario_is_refused(ann, world, wave, database, seen):
    page = seen(ann.post("/admin/assignments", data=typed(world, None, scenario="0" * 64)))

    assert (page.status, page.problem("scenario")) == (422, "Please choose one.")
    assert planned(database, world) == []


def test_a_bank_scenario_at_a_securities_office_is_a_doubt(ann, world, wave, database, seen):
    with database.writing() as session:
        save_branch(session, replace(world.hill, kind="securities"))

    page = seen(ann.post("/admin/assignments", data=typed(world, STATEMENT, accept="")))

    doubts = [
        row.th.get_text(strip=True)
        for row in page.soup.select(".ledger tbody tr")
        if "The scenario is written for another kind of branch." in row.get_text()
    ]
    assert doubts == ["H002 Hill branch"]
    assert (page.status, planned(database, world)) == (422, [])


def test_a_visit_can_be_given_another_part_until_it_starts(ann, world, database):
    where = f"/admin/assignments/{world.harbour_visit}"

    parts = []
    for chosen in (STATEMENT.hash, WEALTH.hash, None, ""):
        changes = {} if chosen is None else {"scenario": chosen}
        ann.post(where, data=edited(world, world.harbour_visit, **changes))
        parts.append(given(database, world))
    fill_visit(database, world, submit=False)
    late = ann.post(where, data=edited(world, world.harbour_visit, scenario=WEALTH.hash))

    assert parts == [STATEMENT, WEALTH, WEALTH, None]  # a form without the choice changes nothing
    assert (late.status_code, given(database, world)) == (409, None)


def test_a_visit_given_a_drill_cannot_be_made_disguised(ann, world, database, seen):
    make_wave(world, database, "complaint-handling")
    ann.post("/admin/assignments", data=typed(world, scenario("sc-ipo"), mode="open"))
    with database.reading() as session:
        visits = list_visits(session, world.ann, VisitFilter(wave=world.wave))
    drill = next(visit for visit in visits if visit.due_on == DUE)

    page = seen(ann.post(f"/admin/assignments/{drill.id}", data=edited(world, drill.id)))

    assert page.status == 422
    assert page.problem("mode").startswith("This is a drill")


def test_what_was_assigned_stays_to_be_chosen_when_the_library_says_something_else(
    ann, world, database, seen
):
    earlier = replace(WEALTH, brief=Text("旧", "Earlier"))
    with database.writing() as session:
        give_scenario(session, world.harbour_visit, earlier)
    where = f"/admin/assignments/{world.harbour_visit}"

    page = seen(ann.get(where))
    ann.post(where, data=edited(world, world.harbour_visit, scenario=page.value("scenario")))

    offered = [option["value"] for option in page.soup.select("#scenario option")]
    assert offered[1] == earlier.hash
    assert WEALTH.hash in offered
    assert given(database, world) == earlier
