"""The role a shopper plays: theirs until the visit starts, then the auditor's alone."""

import pytest
from bs4 import BeautifulSoup

from audit.store.scenarios import give_scenario
from tests.world import fill_visit, release_visit, scenario

WEALTH = scenario("sc-wealth")
QUESTION = WEALTH.questions[0]
# Bits of it in both languages: of the title, the brief, a question, its answer, a limit.
SECRETS = [
    part
    for text in (WEALTH.title, WEALTH.brief, QUESTION.ask, QUESTION.answer, WEALTH.must_not[0])
    for part in (text.zh[:14], text.en[:24])
]


@pytest.fixture
def visit(world, database):
    with database.writing() as session:
        give_scenario(session, world.harbour_visit, WEALTH)
    return world.harbour_visit


def leaked(answer) -> list[str]:
    """What of the scenario is in an answer."""
    text = BeautifulSoup(answer.text, "html.parser").get_text(" ", strip=True)
    return [secret for secret in SECRETS if secret in text or secret in answer.text]


def start(database, world):
    fill_visit(database, world, submit=False)


def test_before_the_visit_its_shopper_reads_the_part_the_questions_and_right_answers(
    as_, world, visit
):
    page = BeautifulSoup(as_(world.alice).get(f"/assignments/{visit}").text, "html.parser")

    assert page.select(".scenario .brief")[0].text == WEALTH.brief.en
    assert [ask.text for ask in page.select(".scenario__ask")] == [
        question.ask.en for question in WEALTH.questions
    ]
    assert page.select_one(".scenario__answer").text.endswith(QUESTION.answer.en)
    assert [limit.text for limit in page.select(".scenario__limits li")] == [
        limit.en for limit in WEALTH.must_not
    ]
    assert page.title.text == "Harbour branch · Mingcha"
    assert page.select_one("[data-from-start]").has_attr("hidden")


def test_it_is_on_one_sheet_for_printing_whose_title_says_nothing(as_, world, visit):
    answer = as_(world.alice).get(f"/assignments/{visit}/brief", headers={"Accept-Language": "zh"})
    sheet = BeautifulSoup(answer.text, "html.parser")

    assert answer.status_code == 200
    assert sheet.title.text == "港口支行 · 明察"
    assert sheet.select_one(".scenario__answer").text.endswith(QUESTION.answer.zh)


def test_once_the_visit_has_started_nothing_of_it_is_on_the_phone(as_, world, database, visit):
    start(database, world)
    alice = as_(world.alice)

    places = [f"/assignments/{visit}", "/assignments"]
    places += [f"/visits/{visit}/{page}" for page in ("onsite", "fill", "submission")]
    for place in places:
        answer = alice.get(place)
        assert (answer.status_code, leaked(answer)) == (200, []), place
    sheet = alice.get(f"/assignments/{visit}/brief", follow_redirects=False)
    told = BeautifulSoup(alice.get(f"/assignments/{visit}").text, "html.parser")

    assert (sheet.status_code, sheet.headers["location"]) == (303, f"/assignments/{visit}")
    assert not told.select_one("[data-from-start]").has_attr("hidden")


def test_the_screens_for_the_branch_have_nothing_of_it_even_before(as_, world, visit):
    for page in ("onsite", "fill"):
        assert leaked(as_(world.alice).get(f"/visits/{visit}/{page}")) == []


@pytest.mark.parametrize("released", [False, True])
def test_the_auditor_reads_it_beside_the_answers(as_, world, database, visit, released):
    fill_visit(database, world)
    if released:
        release_visit(database, world)

    page = BeautifulSoup(as_(world.carol).get(f"/reviews/{visit}").text, "html.parser")

    told = page.select_one("section[aria-labelledby=scenario-title]")
    beside = [
        [ask.text for ask in line.select(".scenario__ask")]
        for line in page.select(".answers__one")
        if line.select(".scenario__ask")
    ]
    first, second, _ = (question.ask.en for question in WEALTH.questions)
    assert told.select_one(".brief").text == WEALTH.brief.en
    assert sorted(beside) == sorted([[first, second], [second]])
    assert page.select_one(".answers .scenario__answer").text.endswith(QUESTION.answer.en)


def test_nobody_else_ever_reads_it(as_, world, database, visit):
    fill_visit(database, world)
    release_visit(database, world)

    for person in (world.dan, world.erin, world.bob, world.alice):
        for place in ("", "/brief"):
            answer = as_(person).get(f"/assignments/{visit}{place}")
            assert answer.status_code == (200 if person is world.alice else 404)
            assert leaked(answer) == []
        assert leaked(as_(person).get(f"/reviews/{visit}")) == []
    for place in (
        f"/results/{visit}",
        f"/branches/{world.harbour.id}",
        f"/branches/{world.harbour.id}/scores.csv",
    ):
        answer = as_(world.dan).get(place)
        assert (answer.status_code, leaked(answer)) == (200, []), place


def test_a_visit_without_one_has_no_sheet_and_says_nothing_of_parts(as_, world):
    alice = as_(world.alice)

    sheet = alice.get(f"/assignments/{world.harbour_visit}/brief", follow_redirects=False)
    page = BeautifulSoup(alice.get(f"/assignments/{world.harbour_visit}").text, "html.parser")

    assert sheet.status_code == 303
    assert page.select(".scenario, [data-from-start]") == []
