"""Whether the log is whole: each thing that can be wrong with it is named."""

import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from audit.store.logs import examine
from audit.store.tables import EventRow, ReceiptRow, ReleaseRow
from tests import world as known


@pytest.fixture
def visited(either_database, place):
    """A released visit; its events in the order they were made."""
    visit = known.fill_visit(either_database, place)
    known.release_visit(either_database, place)
    with either_database.reading() as session:
        query = select(EventRow.id).where(EventRow.visit_id == visit).order_by(col(EventRow.seq))
        return either_database, visit, list(session.exec(query))


def faults(database):
    with database.reading() as session:
        return {finding.what for _, finding in examine(session).findings}


def change(database, event, **values):
    with database.writing() as session:
        session.execute(update(EventRow).where(col(EventRow.id) == event).values(**values))


def test_a_whole_log_is_counted_and_nothing_is_wrong_with_it(visited):
    database, _, events = visited

    with database.reading() as session:
        report = examine(session)

    assert (report.visits, report.devices, report.events, report.releases) == (
        1, 1, len(events), 1,
    )  # fmt: skip
    assert report.findings == ()


def test_a_missing_event_is_a_gap_and_breaks_the_release(visited):
    database, _, events = visited
    with database.writing() as session:
        session.delete(session.get(EventRow, events[7]))

    with database.reading() as session:
        found = {finding.what: finding.where for _, finding in examine(session).findings}

    assert set(found) == {"gap", "release"}
    assert found["gap"] == "server 8"


def test_a_changed_text_is_noticed_by_its_hash(visited):
    database, _, events = visited
    with database.reading() as session:
        body = session.get(EventRow, events[3]).body

    change(database, events[3], body=body.replace('"lamport":4', '"lamport":5'))

    assert faults(database) == {"hash", "chain"}


def test_a_text_that_is_no_event_is_noticed(visited):
    database, _, events = visited

    change(database, events[-1], body="{")

    assert faults(database) == {"hash", "unreadable"}


def test_a_handing_in_that_is_no_event_any_more_proves_nothing_and_is_named(visited):
    database, visit, events = visited
    with database.writing() as session:
        session.add(
            ReceiptRow(
                event_id=events[-1], visit_id=visit, root="1" * 64, events=1, photos=0,
                sealed_at=known.NOON,
            )
        )  # fmt: skip

    change(database, events[-1], body="{")

    assert faults(database) == {"hash", "unreadable", "receipt"}


def test_a_release_that_no_longer_says_which_events_it_was_made_from_is_named(visited):
    database, _, _ = visited
    with database.writing() as session:
        session.execute(text("UPDATE release SET extent = '{'"))

    assert faults(database) == {"release"}


def test_an_event_under_another_number_is_astray(visited):
    database, _, events = visited

    change(database, events[-1], seq=len(events) + 1)

    assert faults(database) == {"astray", "gap", "release"}


def test_a_receipt_or_a_release_over_other_events_is_noticed(visited):
    database, visit, events = visited
    with database.writing() as session:
        session.execute(update(ReleaseRow).values(root="0" * 64))
        session.add(
            ReceiptRow(
                event_id=events[-1], visit_id=visit, root="1" * 64, events=1, photos=0,
                sealed_at=known.NOON,
            )
        )  # fmt: skip

    assert faults(database) == {"receipt", "release"}


def test_an_event_that_is_there_twice_is_noticed(visited):
    """A table that has lost its keys holds the same event again."""
    database, _, events = visited
    if not database.sqlite:
        pytest.skip("on SQLite alone a table is made anew without keys so easily")
    with database.engine.connect() as connection:
        for statement in (
            "PRAGMA foreign_keys=OFF",
            "ALTER TABLE event RENAME TO kept",
            "CREATE TABLE event AS SELECT * FROM kept",
        ):
            connection.exec_driver_sql(statement)
        connection.execute(
            text("INSERT INTO event SELECT * FROM kept WHERE id = :id"), {"id": events[2].hex}
        )
        connection.commit()

    assert faults(database) == {"twice", "release"}
