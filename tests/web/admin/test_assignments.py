import re
from datetime import timedelta
from uuid import UUID

import pytest

from audit.clock import now
from audit.domain.text import Text
from audit.store.programmes import list_with_waves
from audit.store.visits import VisitFilter, get_visit, list_visits, save_status
from tests.world import library

TODAY = now().date()
DUE = TODAY + timedelta(days=200)  # beyond the reach of the world's own visits


def make_wave(ann, world, database, brief, checklist=None):
    """An empty wave that is open when the visits are due."""
    ann.post(
        "/admin/programmes/00000000-0000-0000-0000-000000000014/waves",
        data={
            "name_zh": "新",
            "name_en": "New",
            "opens_on": str(TODAY),
            "closes_on": str(DUE + timedelta(days=10)),
            "checklist": (checklist or world.checklist).hash,
            "brief_zh": brief.zh,
            "brief_en": brief.en,
        },
    )
    with database.reading() as session:
        waves = list_with_waves(session)[0].waves
    return next(one.id for one in waves if one.name.en == "New")


@pytest.fixture
def wave(ann, world, database):
    return make_wave(ann, world, database, Text("问贷款。", "Ask for a loan."))


@pytest.fixture
def drill(ann, world, database):
    """A wave whose checklist is a drill."""
    brief = Text("演练断网。", "Play a network failure.")
    return make_wave(ann, world, database, brief, library()["crisis-handling"])


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
    ann, world, database, seen
):
    wave = make_wave(ann, world, database, Text("", ""))

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


def test_an_assigned_visit_can_be_given_to_somebody_else(ann, world, database):
    ann.post(
        f"/admin/assignments/{world.harbour_visit}",
        data={
            "shopper": str(world.bob.id),
            "mode": "open",
            "due_on": "2027-02-03",
            "brief_zh": "甲",
            "brief_en": "A",
        },
    )

    with database.reading() as session:
        visit = get_visit(session, world.bob, world.harbour_visit)
    assert (visit.mode, str(visit.due_on), visit.brief) == ("open", "2027-02-03", Text("甲", "A"))


def test_a_visit_that_may_be_on_a_phone_is_not_given_away_unawares(ann, as_, world, database):
    path = f"/admin/assignments/{world.harbour_visit}"
    before = ann.get(path)
    as_(world.alice).post(f"/visits/{world.harbour_visit}/tokens")

    after = ann.get(path)

    warning = "S01 has opened this visit on a phone."
    assert (warning in before.text, warning in after.text) == (False, True)


@pytest.mark.parametrize("deed", ["", "/cancellation"])
def test_a_visit_that_was_started_can_be_neither_given_away_nor_cancelled(
    ann, world, database, deed
):
    with database.writing() as session:
        save_status(session, world.harbour_visit, "in_progress", now())
    before = visit_of(database, world)

    answer = ann.post(
        f"/admin/assignments/{world.harbour_visit}{deed}",
        data={"shopper": str(world.bob.id), "mode": "open", "due_on": "2027-02-03"},
        follow_redirects=False,
    )

    assert answer.status_code == 409
    assert visit_of(database, world) == before


def visit_of(database, world):
    with database.reading() as session:
        return get_visit(session, world.ann, world.harbour_visit)


def test_cancelling_takes_a_second_step_and_is_called_by_its_name(ann, world, seen):
    page = seen(ann.get(f"/admin/assignments/{world.harbour_visit}"))
    form = page.soup.select_one("details:not([open]) form[action$=cancellation]")

    after = seen(ann.post(form["action"], data={"csrf": form.find("input")["value"]}))

    assert [one.get_text() for one in after.soup.select("[role=status]")] == ["Cancelled."]


def test_a_shopper_is_told_that_a_visit_was_cancelled(ann, as_, world):
    alice = as_(world.alice)
    before = alice.get("/assignments").text

    ann.post(f"/admin/assignments/{world.harbour_visit}/cancellation")

    heads = [
        re.findall(r"<h2>(\w[\w ]*\w)", text.partition("<main")[2])
        for text in (before, alice.get("/assignments").text)
    ]
    assert heads == [["To do"], ["Cancelled"]]


def test_the_list_narrows_by_everything_and_counts_by_state(ann, world, seen):
    ann.post(f"/admin/assignments/{world.hill_visit}/cancellation")

    def found(**chosen):
        return seen(ann.get("/admin/assignments", params=chosen)).names()

    assert found() == ["H001 Harbour branch", "H002 Hill branch"]
    assert found(status="cancelled") == ["H002 Hill branch"]
    assert found(shopper=str(world.alice.id)) == ["H001 Harbour branch"]
    assert found(branch=str(world.hill.id)) == ["H002 Hill branch"]
    assert found(wave=str(UUID(int=99))) == []
    options = seen(ann.get("/admin/assignments")).soup.find(id="status").find_all("option")
    assert [option.get_text(strip=True) for option in options][:2] == ["All", "Assigned 1"]


def test_a_long_list_has_pages(ann, world, wave, database, seen):
    one = typed(wave, world, accept="1", shopper=str(world.alice.id))
    for _ in range(25):
        ann.post("/admin/assignments", data=one)

    first = seen(ann.get("/admin/assignments", params={"wave": str(wave)}))
    ann.post("/admin/assignments", data=one)
    second = seen(ann.get("/admin/assignments", params={"wave": str(wave), "number": "2"}))

    assert (len(first.names()), first.soup.find("a", rel="next")) == (50, None)
    assert len(second.names()) == 2
    assert second.soup.find("a", rel="prev") is not None


@pytest.mark.parametrize("name", ["number", "created"])
@pytest.mark.parametrize("digits", [12, 18, 40, 4000, 5000])
def test_no_page_number_is_too_large_or_too_small(ann, world, name, digits):
    answers = [
        ann.get(f"/admin/assignments?{name}={sign}{'9' * digits}").status_code for sign in ("", "-")
    ]

    assert set(answers) <= {200, 400}


@pytest.mark.parametrize("digits", [12, 18, 40, 4000, 5000])
def test_no_page_of_the_queue_is_too_large(ann, world, digits):
    assert ann.get(f"/reviews?number={'9' * digits}").status_code in (200, 400)


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
