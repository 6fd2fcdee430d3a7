from datetime import timedelta

import pytest

from audit.domain.problems import NotFound
from audit.store.tracks import (
    checklists_of,
    list_chosen,
    list_released,
    list_said,
    list_scored,
    read_network,
)
from tests.world import NOON, fill_visit, release_visit


@pytest.fixture
def both_released(either_database, place):
    fill_visit(either_database, place)
    fill_visit(either_database, place, visit=place.hill_visit, entered=NOON + timedelta(hours=2))
    release_visit(either_database, place)
    release_visit(either_database, place, visit=place.hill_visit)


def test_a_branch_reads_its_own_released_visits(either_database, place, both_released):
    with either_database.reading() as session:
        own = [visit.id for visit in list_released(session, place.dan)]
        other = list_released(session, place.dan, branch=place.hill.id)
        every = {visit.id for visit in list_released(session, place.carol)}

    assert own == [place.harbour_visit]
    assert other == []
    assert every == {place.harbour_visit, place.hill_visit}


def test_another_branchs_visit_cannot_be_chosen(either_database, place, both_released):
    with either_database.reading() as session:
        chosen = list_chosen(session, place.dan, place.harbour.id, [place.harbour_visit])
        with pytest.raises(NotFound):
            list_chosen(
                session, place.dan, place.harbour.id, [place.harbour_visit, place.hill_visit]
            )

    assert [visit.id for visit in chosen] == [place.harbour_visit]


def test_visits_come_with_card_checklist_and_what_was_said(either_database, place, both_released):
    with either_database.reading() as session:
        visits = list_released(session, place.dan)
        (scored,) = list_scored(session, visits)
        said = list_said(session, visits)
        assert checklists_of(session, visits) == {place.checklist.hash: place.checklist}

    assert scored.card.raw == visits[0].release.raw
    assert said[place.harbour_visit].answers["rules-24/r01"].state == "answered"


def test_the_network_knows_every_branch_even_for_a_reader_of_one(
    either_database, place, both_released
):
    with either_database.reading() as session:
        network = read_network(session, "branch-visit")

    assert network != read_network_of_nothing(either_database)


def read_network_of_nothing(database):
    with database.reading() as session:
        return read_network(session, "no such checklist")
