from datetime import timedelta

import msgspec
import pytest
from sqlmodel import select

from audit.domain.problems import NotFound
from audit.store.people import save_person
from audit.store.sessions import (
    LONGEST,
    add_attempt,
    clear_attempts,
    close_session,
    close_session_of,
    close_sessions_of,
    count_attempts,
    find_session,
    list_sessions,
    mark_seen,
    open_session,
)
from audit.store.tables import SessionRow
from tests.world import NOON

DAY = timedelta(days=1)


def opened(database, person, at=NOON) -> str:
    with database.writing() as session:
        return open_session(session, person.id, "a phone", at)


def test_a_token_leads_to_its_person_and_is_not_kept_itself(either_database, place):
    token = opened(either_database, place.alice)

    with either_database.reading() as session:
        assert find_session(session, token, NOON, DAY) == (place.alice, False)
        assert find_session(session, token[:-1], NOON, DAY) is None
        kept = session.exec(select(SessionRow)).all()
    assert token not in str([row.model_dump() for row in kept])


def test_a_sign_in_ends_when_it_was_not_used(either_database, place):
    token = opened(either_database, place.alice)

    with either_database.reading() as session:
        assert find_session(session, token, NOON + DAY, DAY) == (place.alice, True)
        assert find_session(session, token, NOON + DAY + timedelta(seconds=1), DAY) is None


def test_use_prolongs_a_sign_in(either_database, place):
    token = opened(either_database, place.alice)
    with either_database.writing() as session:
        mark_seen(session, token, NOON + DAY)

    with either_database.reading() as session:
        assert find_session(session, token, NOON + 2 * DAY, DAY) == (place.alice, True)


def test_no_sign_in_lasts_for_ever_however_much_it_is_used(either_database, place):
    token = opened(either_database, place.alice)
    last = NOON + LONGEST
    with either_database.writing() as session:
        mark_seen(session, token, last)

    with either_database.reading() as session:
        after = last + timedelta(seconds=1)
        assert find_session(session, token, last, DAY) == (place.alice, False)
        assert find_session(session, token, after, DAY) is None
        assert len(list_sessions(session, place.alice.id, token, last, DAY)) == 1
        assert list_sessions(session, place.alice.id, token, after, DAY) == []


def test_somebody_who_was_shut_out_is_out_at_once(either_database, place):
    token = opened(either_database, place.alice)
    with either_database.writing() as session:
        save_person(session, msgspec.structs.replace(place.alice, active=False))

    with either_database.reading() as session:
        assert find_session(session, token, NOON, DAY) is None


def test_a_sign_in_can_be_ended_and_so_can_all_others(either_database, place):
    first, second, third = (opened(either_database, place.alice) for _ in range(3))
    stranger = opened(either_database, place.bob)

    with either_database.writing() as session:
        close_session(session, first)
        close_sessions_of(session, place.alice.id, but=third)

    with either_database.reading() as session:
        alive = [
            find_session(session, token, NOON, DAY) is not None
            for token in (first, second, third, stranger)
        ]
    assert alive == [False, False, True, True]


def test_a_person_can_end_their_own_sign_ins_only(either_database, place):
    opened(either_database, place.bob)
    mine = opened(either_database, place.alice)
    with either_database.reading() as session:
        (own,) = list_sessions(session, place.alice.id, mine, NOON, DAY)
        (foreign,) = list_sessions(session, place.bob.id, mine, NOON, DAY)

    with pytest.raises(NotFound), either_database.writing() as session:
        close_session_of(session, place.alice.id, foreign.id)
    with either_database.writing() as session:
        close_session_of(session, place.alice.id, own.id)

    with either_database.reading() as session:
        assert list_sessions(session, place.alice.id, mine, NOON, DAY) == []
        assert len(list_sessions(session, place.bob.id, mine, NOON, DAY)) == 1


def test_failed_tries_are_counted_by_key_and_time_and_forgotten(either_database):
    with either_database.writing() as session:
        for minutes in (0, 10, 20):
            add_attempt(session, "alice", NOON + timedelta(minutes=minutes))
        add_attempt(session, "bob", NOON)

    with either_database.writing() as session:
        counted = count_attempts(session, "alice", NOON + timedelta(minutes=10))
        clear_attempts(session, "alice", NOON - DAY)
        assert (counted, count_attempts(session, "alice", NOON)) == (2, 0)
        assert count_attempts(session, "bob", NOON) == 1
        clear_attempts(session, "nobody", NOON + timedelta(minutes=1))
        assert count_attempts(session, "bob", NOON) == 0
