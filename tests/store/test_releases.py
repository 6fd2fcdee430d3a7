import threading
from datetime import timedelta

import pytest

from audit.domain.answer import Deed, events_from, project, root, with_timings
from audit.domain.problems import Conflict, Problem
from audit.domain.scoring import score
from audit.ids import new_id
from audit.store.events import add_events, list_events
from audit.store.releases import release, send_back
from audit.store.results import count_late_events, events_at_release, get_result
from audit.store.visits import get_card, get_visit
from tests.world import NOON, fill_visit, release_visit


def test_a_release_is_what_the_log_says_recomputed(either_database, place):
    fill_visit(either_database, place)

    number = release_visit(either_database, place)

    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.harbour_visit)
        card = get_card(session, visit)
        events = list_events(session, visit.id)
    said = project(events)
    assert card == score(place.checklist, with_timings(place.checklist, said.answers, said.marks))
    assert visit.release is not None
    assert (visit.status, visit.release.number) == ("released", number)
    assert visit.release.root == root(events)
    assert visit.release.reviewer == "Carol"


def test_releases_of_a_branch_are_numbered_by_year(either_database, place):
    fill_visit(either_database, place)
    fill_visit(either_database, place, visit=place.hill_visit)

    first = release_visit(either_database, place)
    other = release_visit(either_database, place, visit=place.hill_visit)

    assert first != other
    assert (first[-3:], other[-3:]) == ("001", "001")
    assert place.harbour.code in first


def test_of_two_releases_at_once_one_is_told_that_the_visit_has_moved_on(either_database, place):
    fill_visit(either_database, place)
    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.harbour_visit)
    outcomes = []

    def let_go():
        try:
            with either_database.writing() as session:
                release(session, visit, verdict="", by=place.carol, year=2026, now=NOON)
            outcomes.append("released")
        except Problem as problem:
            outcomes.append(type(problem).__name__)

    threads = [threading.Thread(target=let_go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["Conflict", "released"]


def test_a_visit_that_was_not_handed_in_is_not_released_or_sent_back(either_database, place):
    with either_database.reading() as session:
        visit = get_visit(session, place.carol, place.harbour_visit)

    with pytest.raises(Conflict), either_database.writing() as session:
        release(session, visit, verdict="", by=place.carol, year=2026, now=NOON)
    with pytest.raises(Conflict), either_database.writing() as session:
        send_back(session, visit, "why", NOON)


def test_a_visit_that_is_sent_back_can_be_written_and_handed_in_again(either_database, place):
    fill_visit(either_database, place)
    with either_database.writing() as session:
        visit = get_visit(session, place.carol, place.harbour_visit)
        send_back(session, visit, "Which counter?", NOON + timedelta(days=1))

    with either_database.reading() as session:
        visit = get_visit(session, place.alice, place.harbour_visit)
        last = list_events(session, visit.id)[-1]
    assert (visit.status, visit.return_reason, visit.writable) == (
        "returned",
        "Which counter?",
        True,
    )
    assert (last.kind, last.text) == ("reopen", "Which counter?")

    fill_visit(either_database, place, {"rules-24/r01": "0"})
    assert release_visit(either_database, place)


def test_what_arrives_after_the_release_is_kept_and_changes_nothing(either_database, place):
    fill_visit(either_database, place)
    release_visit(either_database, place)
    with either_database.reading() as session:
        before = get_result(session, place.dan, place.harbour_visit)
        said = project(list_events(session, place.harbour_visit))
    late = events_from(
        [Deed("clear", "rules-24/r01")],
        said,
        visit=place.harbour_visit,
        device="a late phone",
        after=None,
        checklist=place.checklist.hash,
        wall=NOON,
        ids=[new_id()],
    )

    with either_database.writing() as session:
        add_events(session, late, NOON + timedelta(days=9))

    with either_database.reading() as session:
        assert count_late_events(session, place.harbour_visit) == 1
        assert late[0] in list_events(session, place.harbour_visit)
        kept = events_at_release(session, [place.harbour_visit])[place.harbour_visit]
        assert late[0] not in kept
        assert get_result(session, place.dan, place.harbour_visit) == before
