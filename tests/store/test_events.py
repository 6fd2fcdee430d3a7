import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from audit.domain.answer import Answer, AnswerEvent, Deed, project, root
from audit.domain.event import hashed
from audit.domain.problems import Conflict, NotFound
from audit.domain.text import Text
from audit.ids import new_id
from audit.store.assignments import save_assignment
from audit.store.captures import open_captured
from audit.store.events import add_events, list_events, list_events_of, record, write_down
from audit.store.visits import get_visit, lock_status, save_status
from tests.world import NOON

DEED = Deed("answer", "rules-24/r01", Answer("answered", 2))


def event(place, **changes) -> AnswerEvent:
    values = {
        "id": new_id(),
        "visit": place.harbour_visit,
        "device": "a phone",
        "seq": 1,
        "lamport": 1,
        "kind": "answer",
        "item": "rules-24/r01",
        "checklist": place.checklist.hash,
        "wall": NOON,
        "answer": Answer("answered", 2),
    }
    return hashed(AnswerEvent(**{**values, **changes}))


def recorded(database, place, *deeds):
    with database.writing() as session:
        visit = get_visit(session, place.alice, place.harbour_visit)
        return record(session, visit, deeds, NOON)


def test_an_event_comes_back_exactly_as_it_was_made(either_database, place):
    made = [
        event(place, answer=Answer("answered", "7.5"), monotonic=12345.678901, boot="b1"),
        event(place, seq=2, answer=Answer("na", gated=True), zone_minutes=480, prev="a" * 64),
        event(place, seq=3, answer=Answer("answered", "号票 A012"), base=(new_id(), new_id())),
        event(place, seq=4, kind="note", answer=None, text="灰尘\n“quoted” 🙂"),
        event(place, seq=5, wall=datetime(2026, 11, 20, 4, 0, 0, 123456, UTC)),
        event(place, seq=6, lamport=2**31 - 1, answer=Answer("answered", 0)),
    ]

    with either_database.writing() as session:
        add_events(session, made, NOON)

    with either_database.reading() as session:
        found = list_events(session, place.harbour_visit)
    assert sorted(found, key=lambda e: e.seq) == made
    assert root(found) == root(made)
    assert found[0].wall.tzinfo is not None


def test_the_hash_survives_a_clock_in_another_zone(either_database, place):
    made = event(place, wall=NOON.astimezone(timezone(timedelta(hours=8))))

    with either_database.writing() as session:
        add_events(session, [made], NOON)

    with either_database.reading() as session:
        (found,) = list_events(session, place.harbour_visit)
    assert found.hash == made.hash


def test_a_number_is_given_to_one_event_of_a_device(either_database, place):
    with either_database.writing() as session:
        add_events(session, [event(place)], NOON)

    with pytest.raises(Conflict), either_database.writing() as session:
        add_events(session, [event(place)], NOON)


def test_a_deed_is_journalled_once_and_starts_the_visit(either_database, place):
    for _ in range(2):
        capture, _made = recorded(either_database, place, DEED)

    with either_database.reading() as session:
        events = list_events(session, place.harbour_visit)
        visit = get_visit(session, place.alice, place.harbour_visit)
    assert [(found.item, found.seq, found.answer) for found in events] == [
        ("rules-24/r01", 1, Answer("answered", 2))
    ]
    assert capture.answers == {"rules-24/r01": Answer("answered", 2)}
    assert (visit.status, visit.started_at) == ("in_progress", NOON)


def test_deeds_of_several_requests_make_one_chain(either_database, place):
    recorded(either_database, place, DEED, Deed("note", "rules-24/r01", text="tidy"))
    capture, _ = recorded(either_database, place, Deed("clear", "rules-24/r01"))

    with either_database.reading() as session:
        events = list_events(session, place.harbour_visit)
    assert [found.seq for found in events] == [1, 2, 3]
    assert [found.prev for found in events] == ["", events[0].hash, events[1].hash]
    assert project(events) == capture
    assert (capture.answers, capture.notes) == ({}, {"rules-24/r01": "tidy"})


def test_nothing_slips_in_behind_a_submission(either_database, place):
    with either_database.reading() as session:
        stale = get_visit(session, place.alice, place.harbour_visit)
    with either_database.writing() as session:
        save_status(session, place.harbour_visit, "submitted", NOON)

    with pytest.raises(Conflict), either_database.writing() as session:
        record(session, stale, [DEED], NOON)

    with either_database.reading() as session:
        assert list_events(session, place.harbour_visit) == []


def test_what_waits_while_the_visit_is_given_away_is_not_filed_under_another(
    either_database, place
):
    def answer():
        with either_database.writing() as session:
            journal, _ = open_captured(session, place.alice, place.harbour_visit)
            write_down(session, journal, [DEED], NOON)

    with ThreadPoolExecutor() as somebody:
        with either_database.writing() as session:
            lock_status(session, place.harbour_visit)
            answering = somebody.submit(answer)
            time.sleep(0.5)
            asked = {"mode": "open", "due_on": date(2026, 12, 1), "brief": Text("", "")}
            save_assignment(session, place.harbour_visit, shopper=place.bob.id, **asked)
        problem = answering.exception(timeout=10)

    assert isinstance(problem, NotFound)
    with either_database.reading() as session:
        assert list_events(session, place.harbour_visit) == []


def test_events_of_several_visits_are_told_apart(either_database, place):
    made = [event(place), event(place, visit=place.hill_visit)]
    with either_database.writing() as session:
        add_events(session, made, NOON)

    with either_database.reading() as session:
        found = list_events_of(session, [place.harbour_visit, place.hill_visit, UUID(int=9)])
    assert found == {
        place.harbour_visit: [made[0]],
        place.hill_visit: [made[1]],
        UUID(int=9): [],
    }
