"""The review queue: its order, and what becomes of a visit that cannot be read."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.domain.problems import Conflict
from audit.store.reviews import SORTED_BY_FLAGS, get_review, list_queue, neighbours
from audit.store.tables import ChecklistRow, VisitRow
from audit.store.visits import VisitFilter
from tests.world import NOON, fill_visit, revisit

SUBMITTED = VisitFilter(statuses=("submitted",))


@pytest.fixture
def queue(either_database, place):
    """Three visits, in the order they were handed in: the Hill's has the most to look at."""
    return [
        revisit(either_database, place, 1, released=False),
        revisit(either_database, place, 2, branch=place.hill, notes={}, released=False),
        revisit(either_database, place, 3, released=False),
    ]


def listed(database, place, **how):
    with database.reading() as session:
        return list_queue(session, place.carol, SUBMITTED, **{"limit": 25, **how})


@pytest.mark.parametrize(
    ("sort", "order"), [("submitted", (0, 1, 2)), ("branch", (0, 2, 1)), ("flags", (1, 0, 2))]
)
def test_the_queue_is_sorted_as_asked_and_neighbours_follow(
    either_database, place, queue, sort, order
):
    expected = [queue[number] for number in order]

    lines = listed(either_database, place, sort=sort)
    page = listed(either_database, place, sort=sort, limit=1, offset=1)
    with either_database.reading() as session:
        beside = neighbours(session, place.carol, SUBMITTED, expected[1], sort)

    assert [line.visit.id for line in lines] == expected
    assert [line.visit.id for line in page] == expected[1:2]
    assert beside == (expected[0], expected[2])


def test_more_visits_than_can_be_read_for_it_are_not_sorted_by_flags(
    either_database, place, queue, monkeypatch
):
    monkeypatch.setattr("audit.store.reviews.SORTED_BY_FLAGS", 2)

    lines = listed(either_database, place, sort="flags")

    assert SORTED_BY_FLAGS > 2
    assert [line.visit.id for line in lines] == queue


def test_a_line_tells_what_the_log_says_now(either_database, place, queue):
    before = listed(either_database, place)

    with either_database.writing() as session:
        session.execute(text("UPDATE visit SET status = 'returned'"))
    returned = revisit_again(either_database, place, queue[0])

    after = {line.visit.id: line for line in listed(either_database, place)}
    assert returned == queue[0]
    assert list(after) == [queue[0]]
    assert before[0].score != after[queue[0]].score


def revisit_again(database, place, visit):
    return fill_visit(
        database, place, {"rules-24/r22": "no"}, visit=visit, entered=NOON + timedelta(days=5)
    )


@pytest.mark.parametrize("broken", ["event", "checklist"])
def test_a_visit_that_cannot_be_read_is_said_to_be_so_and_the_others_show(
    either_database, place, queue, broken
):
    damage(either_database, queue[1], broken)

    lines = listed(either_database, place)
    by_flags = listed(either_database, place, sort="flags")

    assert [line.visit.id for line in lines] == queue
    assert [line.progress is None for line in lines] == [False, True, False]
    assert by_flags[0].visit.id == queue[1]
    with either_database.reading() as session:
        with pytest.raises(Conflict, match="cannot be read"):
            get_review(session, place.carol, queue[1])
        assert get_review(session, place.carol, queue[2]).visit.id == queue[2]


def damage(database, visit, what):
    with database.writing() as session:
        if what == "event":
            found = {"visit": visit.hex if database.engine.dialect.name == "sqlite" else str(visit)}
            session.execute(
                text("UPDATE event SET body = '{\"id\"' WHERE visit_id = :visit AND seq = 20"),
                found,
            )
        else:
            lost = ChecklistRow(
                hash="lost", checklist_id="lost", version="1.0.0", content="{", published_at=NOON
            )
            session.add(lost)
            session.flush()
            session.get(VisitRow, visit).checklist_hash = "lost"
