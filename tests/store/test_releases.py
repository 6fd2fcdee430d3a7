import threading
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from audit.domain.answer import Deed, events_from, project, root, with_timings
from audit.domain.problems import Conflict, Problem
from audit.domain.scoring import score
from audit.domain.text import Text
from audit.domain.visit_report import visit_report
from audit.ids import new_id
from audit.store.branches import save_branch
from audit.store.events import add_events, list_events
from audit.store.histories import get_history
from audit.store.programmes import save_programme
from audit.store.releases import release, send_back
from audit.store.results import events_at_release, get_result
from audit.store.reviews import get_review
from audit.store.tracks import list_released, read_network
from audit.store.visits import get_card, get_visit, save_status
from tests.world import NOON, fill_visit, release_visit, revisit, visit_a


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
        assert late[0] in list_events(session, place.harbour_visit)
        kept = events_at_release(session, [place.harbour_visit])[place.harbour_visit]
        assert late[0] not in kept
        assert get_result(session, place.dan, place.harbour_visit) == before
        visit = get_visit(session, place.carol, place.harbour_visit)
        assert [told.id for told in get_history(session, visit).late] == [late[0].id]


@pytest.mark.parametrize("released_at", [NOON - timedelta(days=9), NOON + timedelta(days=9)])
@pytest.mark.parametrize("late_at", [NOON - timedelta(days=10), NOON + timedelta(days=10)])
def test_what_belongs_to_a_release_does_not_hang_on_a_clock(
    either_database, place, released_at, late_at
):
    fill_visit(either_database, place)
    release_visit(either_database, place, at=released_at)
    with either_database.reading() as session:
        captured = list_events(session, place.harbour_visit)
    late = [
        msgspec.structs.replace(captured[-1], id=new_id(), device=device, seq=seq)
        for device, seq in ((captured[-1].device, captured[-1].seq + 1), ("another phone", 1))
    ]

    with either_database.writing() as session:
        add_events(session, late, late_at)

    with either_database.reading() as session:
        result = get_result(session, place.dan, place.harbour_visit)
        review = get_review(session, place.carol, place.harbour_visit)
        told = get_history(session, review.visit).late
        kept = events_at_release(session, [place.harbour_visit])[place.harbour_visit]
    assert kept == captured
    assert (result.genuine, review.genuine, len(told)) == (True, True, 2)
    assert result.capture == project(captured)


def test_a_released_visit_has_one_day_which_is_that_of_coming_in(either_database, place):
    with either_database.writing() as session:  # something was noted three days before
        save_status(session, place.harbour_visit, "in_progress", NOON - timedelta(days=3))
    fill_visit(either_database, place)
    release_visit(either_database, place)

    with either_database.reading() as session:
        (listed,) = list_released(session, place.dan)
        found = get_result(session, place.dan, place.harbour_visit)
    assert listed.visited_at == found.visit.visited_at == NOON


def test_without_a_mark_of_coming_in_a_visit_has_the_day_it_was_begun(either_database, place):
    fill_visit(either_database, place, marks={})
    release_visit(either_database, place)

    with either_database.reading() as session:
        visit = get_visit(session, place.dan, place.harbour_visit)
    assert visit.visited_at == visit.started_at == NOON


def test_the_visit_before_was_made_before_in_whatever_order_they_were_released(
    either_database, place
):
    days = {number: NOON + timedelta(days=number) for number in (1, 2, 3, 4)}
    visits = {number: revisit(either_database, place, number, released=False) for number in days}
    for released, number in enumerate((3, 1, 2, 4)):
        at = NOON + timedelta(days=30 + released)
        release_visit(either_database, place, visit=visits[number], at=at)

    with either_database.reading() as session:
        earlier = {
            number: [one.visit.visited_at for one in get_result(session, place.dan, visit).earlier]
            for number, visit in visits.items()
        }
    assert earlier == {
        1: [],
        2: [days[1]],
        3: [],  # what was released after it does not change it
        4: [days[1], days[2], days[3]],
    }


def test_what_a_report_says_of_others_is_kept_as_it_was_at_release(either_database, place):
    revisit(either_database, place, 1)
    visit = revisit(either_database, place, 2, answers={"rules-24/r02": "2"}, released=False)
    with either_database.writing() as session:
        found = get_visit(session, place.carol, visit)
        at = NOON + timedelta(days=3)
        release(session, found, verdict="", by=place.carol, year=2026, now=at, contact="here")
    before = report_of(either_database, place, visit)

    with either_database.writing() as session:
        renamed = Text("新名支行", "Renamed branch")
        save_branch(session, msgspec.structs.replace(place.harbour, name=renamed, active=False))
        save_programme(session, UUID(int=20), Text("新项目", "Renamed programme"))
    for number in range(9):
        branch = msgspec.structs.replace(place.hill, id=UUID(int=500 + number), code=f"N{number}")
        with either_database.writing() as session:
            save_branch(session, branch)
        for day in (4, 5):
            answers = {"rules-24/r02": str(day - 4)}
            revisit(either_database, place, day, branch=branch, answers=answers)

    with either_database.reading() as session:
        network = read_network(session, place.checklist.id)
    assert network.spread is not None  # by which the change would be judged today
    assert before.contact == "here"
    assert report_of(either_database, place, visit).hash() == before.hash()


def report_of(database, place, visit):
    with database.reading() as session:
        found = get_result(session, place.dan, visit)
    return visit_report(
        found.visit,
        found.checklist,
        found.card,
        found.capture,
        found.earlier,
        "elsewhere",
        found.spread,
    )


def test_a_visit_is_compared_with_the_last_before_it_that_covered_enough(either_database, place):
    first = revisit(either_database, place, 1)
    for number in range(2, 10):  # more than a history shows
        revisit(either_database, place, number, answers=thin())
    last = revisit(either_database, place, 10, answers={"rules-24/r02": "2"})

    with either_database.reading() as session:
        found = get_result(session, place.dan, last)
    report = report_of(either_database, place, last)
    assert found.previous is not None
    assert found.previous.id == first
    assert report.verdict.previous_at == NOON + timedelta(days=1)
    assert report.verdict.change == Decimal("1.0")
    assert [flip.item.key for flip in report.better] == ["rules-24/r02"]
    assert len(report.history) == 7


def thin():
    """Changes to visit A that leave most of the checklist unobserved."""
    return {key: "not_observed" for key in visit_a() if key.startswith(("rules-24/r", "cpt"))}
