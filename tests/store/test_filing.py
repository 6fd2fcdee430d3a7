"""Deliveries filed together, beside the same ones filed one after the other."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from audit.domain.answer import Answer, Deed
from audit.domain.delivery import read_delivery
from audit.domain.event import AnswerEvent, hashed, written
from audit.store.filing import Delivery, file_deliveries, file_delivery
from audit.store.tables import EventRow, QuarantineRow, ReceiptRow, VisitRow
from audit.store.visits import save_status
from tests.phone import Phone
from tests.world import NOON

DEEDS = [
    Deed("answer", "rules-24/r01", Answer("answered", 2)),
    Deed("answer", "rules-24/r02", Answer("answered", 1)),
    Deed("note", "rules-24/r01", text="门口有保安问候"),
    Deed("answer", "rules-24/r01", Answer("answered", 0)),
]


class TakenBackError(Exception):
    """Raised on purpose, so that nothing of a transaction stays."""


@pytest.fixture
def phones(place):
    """Two phones and a copy of the first at one visit, and one at another."""
    visits = (place.harbour_visit, place.harbour_visit, place.hill_visit)
    first, second, other = (Phone(visit, place.checklist.hash, NOON) for visit in visits)
    first.does(DEEDS[0])
    copy = first.copy()
    copy.does(DEEDS[1], DEEDS[2])
    for phone in (first, second, other):
        phone.does(*DEEDS)
    for phone in (first, second, copy, other):
        phone.hands_in()
    return first, second, copy, other


def forged(event: AnswerEvent) -> str:
    """Other bytes under its id."""
    return written(hashed(msgspec.structs.replace(event, began=1.0)))


TWISTS: dict[str, Any] = {
    "none": lambda bodies, phone, phones: bodies,
    "twice": lambda bodies, phone, phones: bodies * 2,
    "an id with two contents": lambda bodies, phone, phones: [*bodies, forged(phone.own[0])],
    "broken": lambda bodies, phone, phones: ["{", *bodies],
    "an id of another visit": lambda bodies, phone, phones: [
        *bodies,
        written(hashed(msgspec.structs.replace(phones[3].own[0], id=phones[0].own[0].id))),
    ],
}
SENT = st.tuples(
    st.integers(0, 3), st.integers(0, 4), st.integers(1, 5), st.sampled_from([*TWISTS]),
    st.booleans(),
)  # fmt: skip


def delivery(place, phones, number, first, count, twist, knows):
    phone = phones[number]
    bodies = [written(event) for event in phone.own[first : first + count]]
    bodies = TWISTS[twist](bodies, phone, phones)
    found = read_delivery(bodies, phone.visit, {place.checklist.hash: place.checklist})
    return Delivery(phone.visit, "n", found, phone.batch([]).have if knows else {})


def all_rows(session):
    """What is kept, but for the ids that are given to what is kept apart."""
    found = {}
    for table in (EventRow, ReceiptRow, QuarantineRow, VisitRow):
        rows = [row.model_dump() for row in session.exec(select(table))]
        if table is QuarantineRow:
            rows = [{**row, "id": None} for row in rows]
        found[table.__name__] = sorted(map(repr, rows))
    return found


def tried(database, file):
    """The replies and the rows; nothing of it stays."""
    found = None
    with pytest.raises(TakenBackError), database.writing() as session:  # noqa: PT012  # it ends a transaction
        replies = file(session)
        found = (replies, all_rows(session))
        raise TakenBackError
    return found


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(SENT, min_size=2, max_size=8))
def test_together_is_as_one_after_the_other(either_database, place, phones, sent):
    deliveries = [delivery(place, phones, *one) for one in sent]

    singly = tried(
        either_database, lambda session: [file_delivery(session, d, NOON) for d in deliveries]
    )
    together = tried(either_database, lambda session: file_deliveries(session, deliveries, NOON))

    assert together == singly


def test_whole_visits_are_sealed_together(either_database, place, phones):
    first, _, _, other = phones

    with either_database.writing() as session:
        replies = file_deliveries(
            session,
            [delivery(place, phones, number, 0, 6, "none", True) for number in (0, 3)],
            NOON,
        )

    assert [reply.receipt.root for reply in replies] == [
        phone.own[-1].manifest.root for phone in (first, other)
    ]
    with either_database.reading() as session:
        visits = {row.id: row for row in session.exec(select(VisitRow))}
        receipts = session.exec(select(ReceiptRow)).all()
    for phone in (first, other):
        row = visits[phone.visit]
        assert (row.status, row.started_at, row.submitted_at) == ("submitted", NOON, NOON)
        assert row.handing_in is None
    assert {row.event_id for row in receipts} == {first.own[-1].id, other.own[-1].id}


def test_what_comes_late_to_one_visit_does_not_hurt_another(either_database, place, phones):
    with either_database.writing() as session:
        save_status(session, place.harbour_visit, "submitted", NOON)

    with either_database.writing() as session:
        late, good = file_deliveries(
            session,
            [delivery(place, phones, number, 0, 2, "none", True) for number in (0, 3)],
            NOON,
        )

    assert [[ack.st for ack in reply.acks] for reply in (late, good)] == [
        ["late", "late"],
        ["stored", "stored"],
    ]
    assert (late.status, good.status) == ("submitted", "in_progress")
