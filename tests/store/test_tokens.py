import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from audit.domain.problems import Busy
from audit.store.holding import hold
from audit.store.tables import VisitRow
from audit.store.tokens import hold_by_tokens, open_token
from audit.store.visits import get_visit, save_status
from tests.world import NOON


@pytest.fixture
def tokens(either_database, place):
    """Of Alice's visit and of Bob's, with the visit each is good for."""
    found = []
    with either_database.writing() as session:
        for person, visit in ((place.alice, place.harbour_visit), (place.bob, place.hill_visit)):
            lasting = NOON + timedelta(days=1)
            token = open_token(session, get_visit(session, person, visit), NOON, lasting)
            found.append((token, visit))
    return found


def test_who_shows_good_tokens_holds_their_visits_as_they_are(either_database, place, tokens):
    with either_database.writing() as session:
        save_status(session, place.hill_visit, "in_progress", NOON)

    with either_database.writing() as session:
        held = hold_by_tokens(session, tokens, NOON)
        assert [held[shown] for shown in tokens] == [
            hold(session, [visit])[visit] for _, visit in tokens
        ]
        assert [one.status for one in held.values()] == ["assigned", "in_progress"]


def test_what_a_token_was_not_made_for_is_not_held(either_database, tokens):
    (first, visit), (second, other) = tokens
    shown = [(first, visit), (first, other), (second, visit), ("guessed", other)]

    with either_database.writing() as session:
        assert list(hold_by_tokens(session, shown, NOON)) == [(first, visit)]
        assert hold_by_tokens(session, tokens, NOON + timedelta(days=2)) == {}


def by_name(session, tokens):
    return hold(session, [visit for _, visit in tokens])


def by_token(session, tokens):
    return hold_by_tokens(session, tokens, NOON)


def in_a_hurry(database, way, tokens):
    with database.writing() as session:
        session.connection().exec_driver_sql("SET LOCAL lock_timeout = 100")
        way(session, tokens)


@pytest.mark.parametrize(
    "either_database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
@pytest.mark.parametrize("first", [by_name, by_token])
@pytest.mark.parametrize("second", [by_name, by_token])
def test_a_held_visit_is_waited_for_and_no_other(either_database, tokens, first, second):
    """On SQLite nobody writes beside anybody."""
    with either_database.writing() as session:
        first(session, tokens[:1])
        in_a_hurry(either_database, second, tokens[1:])
        with pytest.raises(Busy):
            in_a_hurry(either_database, second, tokens)


def meanwhile(database, place, shown, **changes):
    """What those who show these tokens hold, when they had to wait for somebody who changes
    the first visit."""

    def hold_them():
        with database.writing() as session:
            return hold_by_tokens(session, shown, NOON)

    with ThreadPoolExecutor() as phones:
        with database.writing() as session:
            row = session.exec(
                select(VisitRow).where(VisitRow.id == place.harbour_visit).with_for_update()
            ).one()
            holding = phones.submit(hold_them)
            time.sleep(0.5)
            row.sqlmodel_update(changes)
            session.add(row)
        return holding.result(timeout=10)


def test_who_waited_for_a_visit_holds_it_as_it_is_by_then(either_database, place, tokens):
    (_, visit), other = tokens
    with either_database.writing() as session:
        found = get_visit(session, place.alice, visit)
        lasting = NOON + timedelta(days=1)
        shown = [*tokens, (open_token(session, found, NOON, lasting), visit)]

    held = meanwhile(either_database, place, shown, status="submitted")

    assert {pair: one.status for pair, one in held.items()} == {
        shown[0]: "submitted",
        other: "assigned",
        shown[2]: "submitted",
    }


def test_who_waited_for_a_visit_that_was_given_away_holds_it_not(either_database, place, tokens):
    held = meanwhile(either_database, place, tokens, shopper_id=place.bob.id)

    assert list(held) == tokens[1:]
