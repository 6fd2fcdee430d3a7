import pytest
from msgspec.structs import replace

from audit.domain.problems import NotFound
from audit.domain.text import Text
from audit.store import scenarios
from audit.store.scenarios import (
    find_scenario,
    get_scenario,
    give_scenario,
    keep_scenario,
)
from audit.store.visits import get_visit
from tests.world import fill_visit, release_visit, scenario


@pytest.fixture
def wealth(monkeypatch):
    monkeypatch.setattr(scenarios, "_decoded", {})  # what is read comes from the database
    return scenario("sc-wealth")


def test_a_visit_keeps_what_its_shopper_was_told_whatever_the_file_says_later(
    either_database, place, wealth
):
    with either_database.writing() as session:
        give_scenario(session, place.harbour_visit, wealth)
        keep_scenario(session, replace(wealth, brief=Text("改", "Changed")))

    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.harbour_visit)
        assert find_scenario(session, visit.scenario) == wealth


def test_the_same_scenario_is_kept_once_and_can_be_taken_away(either_database, place, wealth):
    with either_database.writing() as session:
        for visit in (place.harbour_visit, place.hill_visit):
            give_scenario(session, visit, wealth)
        give_scenario(session, place.hill_visit, None)

    with either_database.reading() as session:
        assert get_visit(session, place.bob, place.hill_visit).scenario is None
        assert get_visit(session, place.alice, place.harbour_visit).scenario == wealth.hash
        assert get_scenario(session, wealth.hash) == wealth


def test_the_branch_is_not_told_that_there_was_one(either_database, place, wealth):
    with either_database.writing() as session:
        give_scenario(session, place.harbour_visit, wealth)
    fill_visit(either_database, place)
    release_visit(either_database, place)

    with either_database.reading() as session:
        assert get_visit(session, place.dan, place.harbour_visit).scenario is None
        assert get_visit(session, place.carol, place.harbour_visit).scenario == wealth.hash


def test_one_that_was_never_assigned_is_not_found(either_database):
    with either_database.reading() as session:
        assert find_scenario(session, None) is None
        with pytest.raises(NotFound):
            get_scenario(session, "0" * 64)
