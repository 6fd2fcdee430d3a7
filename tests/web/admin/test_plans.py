from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.clock import today
from audit.domain.text import Text
from audit.store.visits import VisitFilter, list_visits

TODAY = today(ZoneInfo("Asia/Shanghai"))
DUE = TODAY + timedelta(days=200)  # beyond the reach of the world's own visits


def typed(wave, world, **changes):
    return {
        "wave": str(wave),
        "region": str(world.region.id),
        "shopper": [str(world.alice.id), str(world.bob.id)],
        "mode": "disguised",
        "due_on": str(DUE),
        **changes,
    }


def planned(database, world, wave):
    with database.reading() as session:
        found = list_visits(session, world.ann, VisitFilter(wave=wave))
    return sorted(found, key=lambda visit: visit.branch.code)


def test_the_plan_proposes_shoppers_in_turn_and_changes_nothing(ann, world, wave, database, seen):
    page = seen(ann.post("/admin/assignments/plan", data=typed(wave, world)))

    assert page.status == 200
    assert page.names() == ["H001 Harbour branch", "H002 Hill branch"]
    assert page.value(f"shopper-{world.harbour.id}") == str(world.alice.id)
    assert page.value(f"shopper-{world.hill.id}") == str(world.bob.id)
    assert planned(database, world, wave) == []


def test_visits_are_made_as_planned(ann, world, wave, database):
    answer = ann.post("/admin/assignments", data=typed(wave, world), follow_redirects=False)

    assert answer.headers["location"] == f"/admin/assignments?wave={wave}&created=2"
    assert [
        (visit.branch.code, visit.shopper_code, visit.mode, visit.due_on, visit.status)
        for visit in planned(database, world, wave)
    ] == [
        ("H001", "S01", "disguised", DUE, "assigned"),
        ("H002", "S02", "disguised", DUE, "assigned"),
    ]
    visit = planned(database, world, wave)[0]
    assert (visit.brief, visit.checklist) == (
        Text("问贷款。", "Ask for a loan."),
        world.checklist.hash,
    )


def test_a_shopper_chosen_row_by_row_is_kept(ann, world, wave, database):
    chosen = {f"shopper-{world.harbour.id}": str(world.bob.id), "mode": "open"}

    ann.post("/admin/assignments", data=typed(wave, world, **chosen))

    visits = planned(database, world, wave)
    assert [(one.shopper_code, one.mode) for one in visits] == [("S02", "open"), ("S02", "open")]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "This is a drill, so the branch is told. Please choose an open visit."),
        ("zh-CN", "这是演练，须让网点知情。请选择明察。"),
    ],
)
@pytest.mark.parametrize("path", ["/admin/assignments/plan", "/admin/assignments"])
def test_a_drill_is_never_planned_as_a_disguised_visit(
    ann, world, drill, database, seen, language, message, path
):
    headers = {"Accept-Language": language}

    page = seen(ann.post(path, data=typed(drill, world, accept="1"), headers=headers))

    assert (page.status, page.problem("mode")) == (422, message)
    assert planned(database, world, drill) == []


def test_a_drill_is_planned_as_an_open_visit_and_stays_one(ann, world, drill, database, seen):
    ann.post("/admin/assignments", data=typed(drill, world, mode="open"))
    visit = planned(database, world, drill)[0]
    changes = {"shopper": str(world.bob.id), "mode": "disguised", "due_on": str(DUE)}

    page = seen(ann.post(f"/admin/assignments/{visit.id}", data=changes))

    assert page.status == 422
    assert page.problem("mode").startswith("This is a drill")
    assert [one.mode for one in planned(database, world, drill)] == ["open", "open"]


def test_a_brief_of_their_own_needs_both_languages(ann, world, wave, database, seen):
    page = seen(
        ann.post("/admin/assignments/plan", data=typed(wave, world, brief_en="Ask for a card."))
    )
    both = {"brief_zh": "问信用卡。", "brief_en": "Ask for a card."}
    ann.post("/admin/assignments", data=typed(wave, world, **both))

    assert (page.status, page.problem("brief_zh")) == (422, "Please fill this in.")
    assert planned(database, world, wave)[0].brief == Text("问信用卡。", "Ask for a card.")


def test_nothing_chosen_is_told_at_each_field(ann, world, wave, seen):
    page = seen(ann.post("/admin/assignments/plan", data={"wave": "", "mode": "", "due_on": ""}))

    assert {field: page.problem(field) for field in ("wave", "branch", "shopper", "due_on")} == {
        "wave": "Please choose one.",
        "branch": "Choose at least one branch.",
        "shopper": "Choose at least one shopper.",
        "due_on": "Please enter a date.",
    }


def test_doubtful_visits_are_only_made_when_the_doubts_are_accepted(
    ann, world, wave, database, seen
):
    ann.post("/admin/assignments", data=typed(wave, world))
    again = typed(
        wave,
        world,
        region="",
        branch=str(world.harbour.id),
        shopper=str(world.alice.id),
        due_on=str(DUE + timedelta(days=80)),
    )

    page = seen(ann.post("/admin/assignments", data=again))
    before = len(planned(database, world, wave))
    ann.post("/admin/assignments", data={**again, "accept": "1"})

    assert page.status == 422
    assert [words.get_text(strip=True) for words in page.soup.select(".admin-warning")] == [
        "This shopper visits this branch within 90 days of it.",
        "This branch already has a visit in this wave.",
        "Due outside the dates of the wave.",
    ]
    assert (before, len(planned(database, world, wave))) == (2, 3)


def test_what_the_visits_have_in_common_can_be_changed_on_the_plan(
    ann, world, wave, database, seen
):
    page = seen(ann.post("/admin/assignments/plan", data=typed(wave, world, due_on=str(TODAY))))
    later = typed(wave, world, mode="open", brief_zh="问信用卡。", brief_en="Ask for a card.")

    changed = seen(ann.post("/admin/assignments/plan", data=later))
    ann.post("/admin/assignments", data=later)

    assert (page.value("due_on"), page.value("mode")) == (str(TODAY), "disguised")
    assert (changed.value("due_on"), changed.value("mode")) == (str(DUE), "open")
    visit = planned(database, world, wave)[0]
    assert (visit.due_on, visit.mode, visit.brief.en) == (DUE, "open", "Ask for a card.")


def test_choosing_others_keeps_what_was_chosen(ann, world, wave, seen):
    chosen = typed(wave, world, region="", branch=str(world.hill.id), mode="open")
    chosen |= {"brief_zh": "甲", "brief_en": "A", f"shopper-{world.hill.id}": str(world.bob.id)}

    page = seen(ann.post("/admin/assignments/plan", data={**chosen, "anew": "1"}))

    ticked = {box["value"] for box in page.soup.select("input[checked]")}
    assert page.status == 200
    assert ticked == {str(world.hill.id), str(world.alice.id), str(world.bob.id)}
    kept = ("wave", "mode", "due_on", "brief_zh", "brief_en", f"shopper-{world.hill.id}")
    assert [page.value(name) for name in kept] == [
        str(wave), "open", str(DUE), "甲", "A", str(world.bob.id),
    ]  # fmt: skip


def test_a_wave_without_a_brief_is_a_doubt_unless_these_visits_have_their_own(
    ann, world, make_wave, database, seen
):
    wave = make_wave(Text("", ""))

    page = seen(ann.post("/admin/assignments", data=typed(wave, world)))
    before = planned(database, world, wave)
    own = seen(
        ann.post("/admin/assignments/plan", data=typed(wave, world, brief_zh="甲", brief_en="A"))
    )

    assert [words.get_text(strip=True) for words in page.soup.select(".admin-warning")] == [
        "There is no brief: the shoppers would not be told what to do.",
    ]
    assert (page.status, before) == (422, [])
    assert own.soup.select(".admin-warning, [name=accept]") == []


def test_a_cancelled_visit_raises_no_doubt(ann, world, wave, database, seen):
    ann.post("/admin/assignments", data=typed(wave, world))
    for visit in planned(database, world, wave):
        ann.post(f"/admin/assignments/{visit.id}/cancellation")

    page = seen(ann.post("/admin/assignments/plan", data=typed(wave, world)))

    assert page.soup.select(".admin-warning") == []


def test_a_closed_branch_and_a_locked_out_shopper_are_not_offered(ann, world, wave, seen):
    ann.post(
        f"/admin/branches/{world.hill.id}",
        data={
            "code": "H002",
            "name_zh": "山",
            "name_en": "Hill",
            "kind": "bank",
            "region": str(world.region.id),
        },
    )
    ann.post(
        f"/admin/people/{world.bob.id}",
        data={"name": "Bob", "login": "bob", "role": "shopper", "code": "S02", "language": ""},
    )

    page = seen(ann.post("/admin/assignments/plan", data=typed(wave, world)))

    assert page.names() == ["H001 Harbour branch"]
    offered = page.soup.find(attrs={"name": f"shopper-{world.harbour.id}"}).find_all("option")
    assert [option.get_text(strip=True) for option in offered] == ["S01 Alice"]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_that_nobody_means_is_refused_at_its_field(ann, world, wave, database, seen, day):
    plan = seen(ann.post("/admin/assignments/plan", data=typed(wave, world, due_on=day)))
    made = seen(ann.post("/admin/assignments", data=typed(wave, world, due_on=day, accept="1")))
    changed = seen(
        ann.post(
            f"/admin/assignments/{world.harbour_visit}",
            data={"shopper": str(world.alice.id), "mode": "open", "due_on": day},
        )
    )

    told = [page.problem("due_on") for page in (plan, made, changed)]
    assert told == ["Enter a date between 2000 and 2100."] * 3
    assert planned(database, world, wave) == []
