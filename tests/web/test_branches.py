from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace
from sqlalchemy import event

from audit.domain.branch import Region
from audit.domain.text import Text
from audit.store.branches import save_branch, save_region
from audit.store.people import save_person
from tests.world import revisit, visit_a

BETTER = {"rules-24/r02": "2", "rules-24/r04": "2", "rules-24/r12": "2"}
WORSE = {"rules-24/r02": "0", "rules-24/r06": "0"}


def thin():
    """Changes to visit A that leave most of the checklist unobserved."""
    return {key: "not_observed" for key in visit_a() if key.startswith(("rules-24/r", "cpt"))}


def soup(answer):
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def words(node):
    return " ".join(node.get_text(" ").split())


def a_third(database, world):
    """A branch in another region, and Dan answering for it too."""
    inland = Region(UUID(int=60), Text("内陆", "Inland"))
    lake = replace(
        world.hill,
        id=UUID(int=13),
        code="L003",
        name=Text("湖滨支行", "Lake branch"),
        region=inland,
    )
    with database.writing() as session:
        save_region(session, inland)
        save_branch(session, lake)
        save_person(session, replace(world.dan, branches=(world.harbour.id, lake.id)))
    return lake


# ---- the list ------------------------------------------------------------------------


def test_a_manager_of_one_branch_goes_straight_to_it(as_, world):
    answer = as_(world.dan).get("/branches", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/branches/{world.harbour.id}",
    )


def test_a_manager_of_two_branches_chooses_between_them(as_, world, database):
    a_third(database, world)

    page = soup(as_(world.dan).get("/branches"))

    assert [words(a) for a in page.select(".track-list__name a")] == [
        "Harbour branch",
        "Lake branch",
    ]


def test_auditors_see_all_branches_by_region_with_their_figures(as_, world, database):
    a_third(database, world)
    revisit(database, world, 1)
    revisit(database, world, 2, answers=BETTER)

    page = soup(as_(world.carol).get("/branches"))

    groups = [words(row) for row in page.select(".tally__group")]
    harbour = page.select_one(".track-list tbody tr:not(.tally__group)")
    cells = [words(cell) for cell in harbour.find_all("td")]
    assert groups == ["Bay 2", "Inland 1"]
    assert cells[:4] == ["2", "82.7", "Good", "80.4 Mean n=2"]
    assert page.select_one(".sparkline title").text == "78.1 · 82.7"


def test_the_list_can_be_narrowed_to_a_region(as_, world, database):
    lake = a_third(database, world)

    page = soup(as_(world.carol).get(f"/branches?region={lake.region.id}"))

    assert [words(a) for a in page.select(".track-list__name a")] == ["Lake branch"]


def test_no_branch_is_placed_before_its_third_visit(as_, world, database):
    for number in (1, 2):
        revisit(database, world, number)
        revisit(database, world, number, branch=world.hill, answers=WORSE)
    revisit(database, world, 3, branch=world.hill, answers=WORSE)

    page = soup(as_(world.carol).get("/branches?order=mean"))

    rows = [words(row.find("th")) for row in page.select("tbody tr")]
    assert rows == [
        "Hill branch H002 · Bay City",
        "Fewer than three visits: no place among the others 1",
        "Harbour branch H001 · Bay City",
    ]


def test_the_rule_behind_the_averages_is_named(as_, world, database):
    revisit(database, world, 1)

    page = soup(as_(world.carol).get("/branches"))

    assert "mean is taken over visits, each counting the same, by raw score" in words(page)


@pytest.mark.parametrize("path", ["/branches", "/branches?order=mean"])
def test_the_list_asks_the_database_as_often_for_three_branches_as_for_one(
    as_, world, database, path
):
    client = as_(world.carol)
    revisit(database, world, 1)
    before = count_queries(database, client, path)

    a_third(database, world)
    revisit(database, world, 2)
    revisit(database, world, 1, branch=world.hill)

    assert count_queries(database, client, path) == before


def test_a_branch_asks_the_database_as_often_for_three_visits_as_for_one(as_, world, database):
    client, path = as_(world.dan), f"/branches/{world.harbour.id}"
    revisit(database, world, 1)
    before = count_queries(database, client, path)

    revisit(database, world, 2)
    revisit(database, world, 3)

    assert count_queries(database, client, path) == before


OF_THE_PERSON = ("SELECT session", "SELECT person")


def count_queries(database, client, path):
    asked = []

    def count(*given):
        statement = given[2]
        # A new connection sets itself up; who is asking is looked up once or twice.
        if statement.startswith("SELECT") and not statement.startswith(OF_THE_PERSON):
            asked.append(statement)

    client.get(path)  # decodes the checklist, marks the session as seen
    event.listen(database.engine, "before_cursor_execute", count)
    assert client.get(path).status_code == 200
    event.remove(database.engine, "before_cursor_execute", count)
    return len(asked)


# ---- one branch ----------------------------------------------------------------------


def test_a_branch_without_released_visits_says_what_will_be_here(as_, world, database):
    revisit(database, world, 1, released=False)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    assert "No visit to this branch has been released yet." in words(page)
    assert page.find("table") is None


def test_one_visit_has_no_interval_and_the_page_says_why(as_, world, database):
    revisit(database, world, 1)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    level = words(page.select_one(".track-overview__level"))
    assert level.startswith("Usual level 78.1 n=1 One visit is one moment: it gives no interval")
    assert "95%" not in level
    assert page.select(".trend") == []
    assert page.select('input[name="visit"]') == []


def test_several_visits_have_a_mean_with_interval_number_and_rule(as_, world, database):
    revisit(database, world, 1)
    revisit(database, world, 2, answers=BETTER)
    revisit(database, world, 3)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    level = words(page.select_one(".track-overview__level"))
    assert "79.6 95% interval 73.0–86.2 Mean of 3 visits, raw scores." in level
    assert "this branch’s visits alone" in level


def test_a_small_change_is_called_no_clear_change(as_, world, database):
    revisit(database, world, 1)
    revisit(database, world, 2, answers=BETTER)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    assert [words(said) for said in page.select(".score-change p")] == [
        "Raw score 82.7: 4.6 higher than on 2026-11-21 (78.1).",
        "No clear change: under 10.0 points two single visits differ by chance alone.",
    ]


def test_visits_are_listed_newest_first_with_result_report_and_a_box_to_compare(
    as_, world, database
):
    first = revisit(database, world, 1)
    second = revisit(database, world, 2, answers=BETTER)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    rows = page.select(".track-visits tbody tr")
    assert [row.find("a")["href"] for row in rows] == [f"/results/{second}", f"/results/{first}"]
    assert [row.select_one(".track-visits__report")["href"] for row in rows] == [
        f"/results/{second}/report.pdf?language=en",
        f"/results/{first}/report.pdf?language=en",
    ]
    assert [box["value"] for box in page.select('input[name="visit"]')] == [
        str(second),
        str(first),
    ]


def test_an_insufficient_visit_is_shown_but_enters_no_mean_and_no_comparison(as_, world, database):
    revisit(database, world, 1)
    weak = revisit(database, world, 2, answers=thin())
    revisit(database, world, 3)

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    assert f"/results/{weak}" in [a["href"] for a in page.select(".track-visits th a")]
    assert str(weak) not in [box["value"] for box in page.select('input[name="visit"]')]
    assert "78.1 95% interval 78.1–78.1 Mean of 2 visits" in words(
        page.select_one(".track-overview__level")
    )


def test_the_chart_says_what_it_shows_in_words(as_, world, database):
    for number in range(1, 9):
        revisit(database, world, number, answers=BETTER if number % 2 else {})

    page = soup(as_(world.dan).get(f"/branches/{world.harbour.id}"))

    assert page.select_one(".trend title").text == (
        "Raw scores of 8 visits from 2026-11-21 to 2026-11-28, oldest first"
    )
    assert words(page.select_one(".over-time__words p")) == (
        "Raw scores lie between 78.1 and 82.7; the latest is 78.1. "
        "None lies outside the natural limits 68.2–92.6 (dotted)."
    )


# ---- who may see it ------------------------------------------------------------------

PLACES = ["", "/comparison", "/changes", "/scores.csv", "/scores.csv?rows=items", "/scores.xlsx"]


@pytest.mark.parametrize("place", PLACES)
def test_another_branchs_manager_finds_nothing(as_, world, database, place):
    revisit(database, world, 1)
    path = f"/branches/{world.harbour.id}{place}"

    assert as_(world.dan).get(path).status_code == 200
    assert as_(world.erin).get(path).status_code == 404


@pytest.mark.parametrize("place", PLACES)
def test_shoppers_find_nothing(as_, world, database, place):
    revisit(database, world, 1)

    assert as_(world.alice).get(f"/branches/{world.harbour.id}{place}").status_code == 404
    assert as_(world.alice).get("/branches").status_code == 404


def test_a_manager_is_not_sent_visits_that_are_not_released(as_, world, database):
    revisit(database, world, 1)
    waiting = revisit(database, world, 2, released=False)

    page = as_(world.dan).get(f"/branches/{world.harbour.id}").text

    assert str(waiting) not in page
