from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.domain.problems import NotFound
from audit.domain.text import Text
from audit.store.tables import VisitRow
from audit.store.visits import (
    NOBODY,
    VisitFilter,
    add_visit,
    count_visits,
    get_card,
    get_visit,
    list_cards,
    list_visits,
    released_scores,
    save_status,
)
from tests.world import NOON, fill_visit, release_visit


@pytest.fixture
def released(either_database, place) -> str:
    """The Harbour's visit, released: there is something a branch could see."""
    fill_visit(either_database, place)
    return release_visit(either_database, place, verdict="Good work.")


def seen(database, person) -> set[UUID]:
    with database.reading() as session:
        return {visit.id for visit in list_visits(session, person)}


def test_a_new_visit_comes_back_as_it_was_planned(either_database, place):
    with either_database.reading() as session:
        visit = get_visit(session, place.alice, place.harbour_visit)

    assert (visit.branch, visit.wave.id) == (place.harbour, place.wave)
    assert (visit.shopper, visit.shopper_code, visit.mode) == (place.alice.id, "S01", "disguised")
    assert (visit.brief, visit.due_on) == (
        Text("办理一笔存款。", "Make a deposit."),
        date(2026, 11, 25),
    )
    assert (visit.status, visit.started_at, visit.release) == ("assigned", None, None)


def test_everyone_sees_the_visits_that_are_theirs_to_see(either_database, place, released):
    both = {place.harbour_visit, place.hill_visit}

    assert seen(either_database, place.alice) == {place.harbour_visit}
    assert seen(either_database, place.bob) == {place.hill_visit}
    assert seen(either_database, place.dan) == {place.harbour_visit}
    assert seen(either_database, place.erin) == set()  # the Hill's is not released
    assert seen(either_database, place.carol) == both
    assert seen(either_database, place.ann) == both


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "dan", "erin", "ann"])
def test_a_visit_that_is_not_listed_is_not_found_either(either_database, place, released, name):
    person = getattr(place, name)
    listed = seen(either_database, person)

    with either_database.reading() as session:
        for visit in (place.harbour_visit, place.hill_visit, UUID(int=999)):
            if visit in listed:
                assert get_visit(session, person, visit).id == visit
            else:
                with pytest.raises(NotFound):
                    get_visit(session, person, visit)


@pytest.mark.parametrize(
    "status", ["assigned", "in_progress", "submitted", "returned", "cancelled"]
)
def test_a_branch_sees_no_visit_before_its_release(either_database, place, status):
    with either_database.writing() as session:
        save_status(session, place.harbour_visit, status, NOON)

    assert seen(either_database, place.dan) == set()


def test_a_branch_never_learns_who_the_shopper_was(either_database, place, released):
    with either_database.writing() as session:
        save_status(session, place.harbour_visit, "returned", NOON, "Ask Alice again.")
        save_status(session, place.harbour_visit, "released", NOON)

    with either_database.reading() as session:
        visit = get_visit(session, place.dan, place.harbour_visit)
        auditors = get_visit(session, place.carol, place.harbour_visit)

    assert (visit.shopper, visit.shopper_code, visit.brief, visit.return_reason) == (
        NOBODY,
        "",
        Text("", ""),
        "",
    )
    assert (auditors.shopper, auditors.shopper_code) == (place.alice.id, "S01")
    assert auditors.return_reason == "Ask Alice again."


def test_a_status_keeps_the_moment_it_came(either_database, place):
    later = NOON + timedelta(hours=1)
    with either_database.writing() as session:
        save_status(session, place.harbour_visit, "in_progress", NOON)
        save_status(session, place.harbour_visit, "submitted", later)
        save_status(session, place.harbour_visit, "returned", later, "Please add a note.")
        save_status(session, place.harbour_visit, "in_progress", later)

    with either_database.reading() as session:
        visit = get_visit(session, place.alice, place.harbour_visit)
    assert (visit.started_at, visit.submitted_at, visit.returned_at) == (NOON, later, later)
    assert visit.return_reason == "Please add a note."


def test_a_list_is_narrowed_by_each_aspect(either_database, place, released):
    with either_database.reading() as session:

        def found(**only):
            return {v.id for v in list_visits(session, place.carol, VisitFilter(**only))}

        both = {place.harbour_visit, place.hill_visit}
        assert found(statuses=("released",)) == {place.harbour_visit}
        assert found(statuses=("released", "assigned")) == both
        assert found(branch=place.hill.id) == {place.hill_visit}
        assert found(region=place.region.id) == both
        assert found(region=UUID(int=999)) == set()
        assert found(wave=place.wave) == both
        assert found(shopper=place.bob.id) == {place.hill_visit}
        assert count_visits(session, place.carol, VisitFilter(shopper=place.bob.id)) == 1
        assert count_visits(session, place.erin) == 0


def test_a_list_can_be_read_page_by_page(either_database, place):
    with either_database.writing() as session:
        for number in range(5):
            add_visit(
                session,
                UUID(int=100 + number),
                branch=place.harbour.id,
                wave=place.wave,
                shopper=place.alice.id,
                mode="open",
                checklist=place.checklist.hash,
                brief=Text("", ""),
                due_on=date(2026, 12, number + 1),
            )

    with either_database.reading() as session:
        whole = list_visits(session, place.alice)
        pages = [
            visit
            for offset in (0, 2, 4)
            for visit in list_visits(session, place.alice, limit=2, offset=offset)
        ]
    assert pages == whole
    assert len(whole) == 6


def test_a_release_comes_back_with_its_card(either_database, place, released):
    with either_database.reading() as session:
        visit = get_visit(session, place.dan, place.harbour_visit)
        card = get_card(session, visit)
        assert list_cards(session, [visit]) == {visit.id: card}

    assert visit.release is not None
    assert (visit.release.number, visit.release.verdict) == (released, "Good work.")
    assert (visit.release.raw, visit.release.final) == (card.raw, card.final)
    assert isinstance(card.raw, Decimal)


def test_a_visit_that_was_not_released_has_no_card(either_database, place):
    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.hill_visit)
        with pytest.raises(NotFound):
            get_card(session, visit)


def test_the_network_is_every_sufficient_release_of_the_checklist(either_database, place, released):
    everything = dict.fromkeys((asked.key for asked in place.checklist.items), "")
    few = {**everything, "rules-24/r01": "2", "counter-routine-5/s11": "2"}
    fill_visit(either_database, place, few, visit=place.hill_visit)
    release_visit(either_database, place, visit=place.hill_visit)

    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.hill_visit)
        found = released_scores(session, "branch-visit")
        assert released_scores(session, "rules-24") == []

    assert visit.release is not None
    assert visit.release.insufficient
    assert [branch for branch, _ in found] == [place.harbour.id]


def test_a_visit_is_read_anew_even_while_an_older_reading_is_kept(either_database, place):
    with either_database.writing() as session:
        kept = session.get(VisitRow, place.harbour_visit)
        assert kept.status == "assigned"
        session.execute(text("UPDATE visit SET status = 'cancelled'"))

        visit = get_visit(session, place.alice, place.harbour_visit)

    assert visit.status == "cancelled"
