from datetime import date, timedelta

import pytest

from audit.clock import now
from audit.domain.planning import REST
from audit.domain.problems import Conflict, NotFound
from audit.domain.text import Text
from audit.store.assignments import count_by_wave, get_known, save_assignment
from audit.store.branches import count_branches, delete_region, get_region
from audit.store.checklists import list_published
from audit.store.programmes import get_programme, get_programme_of, list_with_waves
from audit.store.sessions import close_session_of, find_session, list_sessions, open_session
from audit.store.visits import get_visit, save_status
from tests import world as known_world
from tests.world import NOON

DUE = date(2026, 11, 25)  # of both visits of the world


@pytest.fixture
def world(either_database):
    return known_world.build(either_database)


@pytest.mark.parametrize(
    ("due_on", "known"),
    [(DUE, True), (DUE + REST, True), (DUE - REST, True), (DUE + REST + timedelta(1), False)],
)
def test_visits_due_within_ninety_days_are_known(either_database, world, due_on, known):
    with either_database.reading() as session:
        found = get_known(session, world.wave, due_on)

    pairs = {(world.alice.id, world.harbour.id), (world.bob.id, world.hill.id)}
    assert found.recent == (pairs if known else set())
    assert found.in_wave == {world.harbour.id, world.hill.id}


def test_a_visit_begun_lately_counts_though_it_was_due_long_ago(either_database, world):
    later = DUE + REST + timedelta(days=30)
    with either_database.writing() as session:
        save_status(session, world.hill_visit, "in_progress", NOON + timedelta(days=60))

    with either_database.reading() as session:
        found = get_known(session, world.wave, later)

    assert found.recent == {(world.bob.id, world.hill.id)}


def test_cancelled_visits_are_not_known_and_not_used_but_counted(either_database, world):
    with either_database.writing() as session:
        save_status(session, world.hill_visit, "cancelled", NOON)

    with either_database.reading() as session:
        found = get_known(session, world.wave, DUE)
        counts = count_by_wave(session)
        used = {one.checklist.id: one.visits for one in list_published(session)}

    assert found.recent == {(world.alice.id, world.harbour.id)}
    assert found.in_wave == {world.harbour.id}
    assert counts == {world.wave: {"assigned": 1, "cancelled": 1}}
    assert used["branch-visit"] == 1


def test_an_assignment_can_be_changed(either_database, world):
    with either_database.writing() as session:
        save_assignment(
            session,
            world.hill_visit,
            shopper=world.alice.id,
            mode="open",
            due_on=date(2026, 12, 1),
            brief=Text("甲", "A"),
        )

    with either_database.reading() as session:
        visit = get_visit(session, world.alice, world.hill_visit)
        with pytest.raises(NotFound):
            get_visit(session, world.bob, world.hill_visit)
    assert (visit.mode, visit.due_on, visit.brief) == ("open", date(2026, 12, 1), Text("甲", "A"))


def test_programmes_come_with_their_waves(either_database, world):
    with either_database.reading() as session:
        (programme,) = list_with_waves(session)
        assert [wave.id for wave in programme.waves] == [world.wave]
        assert get_programme(session, programme.id) == programme
        assert get_programme_of(session, world.wave) == programme
        for missing in (get_programme, get_programme_of):
            with pytest.raises(NotFound):
                missing(session, world.harbour.id)


def test_a_region_is_only_removed_without_branches(either_database, world):
    with either_database.writing() as session:
        assert count_branches(session) == {world.region.id: 2}
        with pytest.raises(Conflict):
            delete_region(session, world.region.id)
        assert get_region(session, world.region.id) == world.region


def test_a_sign_in_is_ended_by_its_owner_alone(either_database, world):
    with either_database.writing() as session:
        token = open_session(session, world.alice.id, "Firefox on Linux", now())
        other = open_session(session, world.alice.id, "Safari on iPhone", now())
        session.flush()
        listed = list_sessions(session, world.alice.id, token, now(), timedelta(hours=1))
        assert {(one.browser, one.current) for one in listed} == {
            ("Firefox · Linux", True),
            ("Safari · iPhone", False),
        }
        assert list_sessions(session, world.alice.id, token, now(), -timedelta(hours=1)) == []
        name = next(one.id for one in listed if not one.current)
        with pytest.raises(NotFound):
            close_session_of(session, world.bob.id, name)
        close_session_of(session, world.alice.id, name)

    with either_database.reading() as session:
        day = timedelta(days=1)
        assert find_session(session, other, now(), day) is None
        assert find_session(session, token, now(), day) is not None
