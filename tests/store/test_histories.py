"""What the log holds beside what the visit says, on both databases."""

from datetime import timedelta

import msgspec
import pytest

from audit.domain.answer import Answer, Deed, project
from audit.domain.delivery import read_delivery
from audit.domain.event import root, written
from audit.domain.extent import manifest
from audit.domain.history import same_as
from audit.domain.problems import Conflict
from audit.store.events import list_events, list_late, open_journal, record
from audit.store.filing import Delivery, file_delivery
from audit.store.histories import file_rescue, get_history, include, resolve, take_in
from audit.store.receipts import awaited, find_receipt, seal
from audit.store.releases import release, send_back
from audit.store.visits import get_visit
from tests.phone import Phone
from tests.world import NOON

R01 = Deed("answer", "rules-24/r01", Answer("answered", 2))
OTHER = Deed("answer", "rules-24/r01", Answer("answered", 0))
R02 = Deed("answer", "rules-24/r02", Answer("answered", 1))
SLOT = "answer:rules-24/r01"


@pytest.fixture
def visit(place):
    return place.harbour_visit


@pytest.fixture
def phone(place, visit):
    return Phone(visit, place.checklist.hash, NOON)


@pytest.fixture
def second(place, visit):
    return Phone(visit, place.checklist.hash, NOON)


@pytest.fixture
def sends(either_database, place, visit):
    """A phone's batch, filed; the reply as the phone gets it."""

    def send(phone):
        batch = phone.batch()
        found = read_delivery(batch.events, visit, {place.checklist.hash: place.checklist})
        with either_database.writing() as session:
            delivery = Delivery(visit, batch.nonce, found, batch.have)
            reply = file_delivery(session, delivery, NOON)
        phone.believes(batch, msgspec.to_builtins(reply))
        return [ack.st for ack in reply.acks]

    return send


@pytest.fixture
def handed_in(phone, second, sends):
    """The first phone hands in; the second wrote something that the first never saw."""
    second.does(R02)
    phone.does(R01)
    submit = phone.hands_in()
    sends(phone)
    return submit


def carols(session, place, visit):
    return get_visit(session, place.carol, visit)


def test_what_comes_after_the_handing_in_is_late_and_told(
    either_database, place, visit, second, sends, handed_in
):
    standings = sends(second)

    with either_database.reading() as session:
        history = get_history(session, carols(session, place, visit))
        said = project(list_events(session, visit)).answers
    assert standings == ["late"]
    assert [(told.item, told.words.en, told.at) for told in history.late] == [
        ("rules-24/r02", "Some staff, or only sometimes", second.own[0].wall)
    ]
    assert said == {R01.item: R01.answer}


def test_late_entries_are_taken_in_and_that_is_in_the_log(
    either_database, place, visit, second, sends, handed_in
):
    sends(second)
    late = [event.id for event in second.own]

    with either_database.writing() as session:
        include(session, carols(session, place, visit), late, NOON)

    with either_database.reading() as session:
        history = get_history(session, carols(session, place, visit))
        events = list_events(session, visit)
    assert project(events).answers == {R01.item: R01.answer, R02.item: R02.answer}
    assert history.late == ()
    assert [(told.kind, told.named) for told in history.visit] == [("submit", 0), ("take_in", 1)]
    assert events[-1].base == (second.own[0].id,)


def test_only_those_that_were_chosen_are_taken_in(
    either_database, place, visit, second, sends, handed_in
):
    second.does(Deed("note", "rules-24/r02", text="One did."))
    sends(second)

    with either_database.writing() as session:
        include(session, carols(session, place, visit), [second.own[0].id], NOON)

    with either_database.reading() as session:
        assert list_late(session, visit) == [second.own[1]]
        assert second.own[0] in list_events(session, visit)


def test_taking_in_twice_makes_no_conflict(either_database, place, visit, second, sends, handed_in):
    second.does(Deed("note", "rules-24/r02", text="One did."))
    sends(second)

    with either_database.writing() as session:
        found = carols(session, place, visit)
        for event in second.own:
            assert include(session, found, [event.id], NOON) == 1

    with either_database.reading() as session:
        assert project(list_events(session, visit)).conflicts == {}


def test_nothing_is_taken_in_after_the_release(
    either_database, place, visit, second, sends, handed_in
):
    with either_database.writing() as session:
        found = carols(session, place, visit)
        release(session, found, verdict="", by=place.carol, year=2026, now=NOON)
    sends(second)

    with pytest.raises(Conflict), either_database.writing() as session:
        include(session, carols(session, place, visit), [second.own[0].id], NOON)

    with either_database.reading() as session:
        assert list_late(session, visit) == second.own
        history = get_history(session, carols(session, place, visit))
    assert [told.id for told in history.late] == [second.own[0].id]


def test_a_visit_sent_back_has_what_came_late_and_is_handed_in_anew_with_it(
    either_database, place, visit, phone, second, sends, handed_in
):
    sends(second)

    with either_database.writing() as session:
        send_back(session, carols(session, place, visit), "Look again.", NOON)
    sends(phone)
    sends(second)
    second.hands_in()
    standings = sends(second)

    with either_database.reading() as session:
        events = list_events(session, visit)
        status = carols(session, place, visit).status
        assert list_late(session, visit) == []
    assert (standings, status) == (["stored"], "submitted")
    assert set(project(events).answers) == {R01.item, R02.item}


def test_the_return_comes_after_all_that_was_taken_in(
    either_database, place, visit, second, sends, handed_in
):
    for _ in range(5):
        second.does(OTHER, R01)
    sends(second)

    with either_database.writing() as session:
        send_back(session, carols(session, place, visit), "Look again.", NOON)

    with either_database.reading() as session:
        events = list_events(session, visit)
    assert [event.kind for event in events[-2:]] == ["take_in", "reopen"]


# ---- conflicts -----------------------------------------------------------------------


@pytest.fixture
def disputed(phone, second, sends):
    second.does(OTHER)
    phone.does(R01)
    sends(second)
    sends(phone)
    phone.hands_in()
    sends(phone)


def decide(database, place, visit, deed, seen):
    with database.writing() as session:
        resolve(session, carols(session, place, visit), SLOT, seen, deed, NOON)


def test_an_auditor_decides_a_conflict_and_both_answers_stay(
    either_database, place, visit, phone, second, disputed
):
    heads = [phone.own[0], second.own[0]]

    decide(
        either_database, place, visit, same_as(heads[1], "I called."), {head.id for head in heads}
    )

    with either_database.reading() as session:
        events = list_events(session, visit)
        history = get_history(session, carols(session, place, visit))
    capture = project(events)
    decided = events[-1]
    assert (capture.conflicts, capture.answers) == ({}, {OTHER.item: OTHER.answer})
    assert (decided.device, set(decided.base)) == ("server", {head.id for head in heads})
    assert decided.reason == "I called."
    assert [told.reason for told in history.items[OTHER.item]] == ["", "", "I called."]
    assert {told.id for told in history.items[OTHER.item]} >= {head.id for head in heads}


def test_what_was_not_read_is_not_decided(either_database, place, visit, phone, disputed):
    deed = same_as(phone.own[0], "I called.")

    with pytest.raises(Conflict):
        decide(either_database, place, visit, deed, {phone.own[0].id})


def test_what_is_decided_is_not_decided_again(
    either_database, place, visit, phone, second, disputed
):
    deed, seen = same_as(phone.own[0], "I called."), {phone.own[0].id, second.own[0].id}
    decide(either_database, place, visit, deed, seen)

    with pytest.raises(Conflict):
        decide(either_database, place, visit, deed, seen)


def test_a_visit_with_a_conflict_is_not_released(
    either_database, place, visit, phone, second, disputed
):
    def publish():
        with either_database.writing() as session:
            found = carols(session, place, visit)
            release(session, found, verdict="", by=place.carol, year=2026, now=NOON)

    with pytest.raises(Conflict, match="Two phones"):
        publish()
    deed = same_as(phone.own[0], "I called.")
    decide(either_database, place, visit, deed, {phone.own[0].id, second.own[0].id})
    publish()

    with either_database.reading() as session:
        assert carols(session, place, visit).status == "released"


def test_the_same_said_on_two_phones_is_no_conflict(
    either_database, place, visit, phone, second, sends
):
    for one in (phone, second):
        one.does(R01)
        sends(one)

    with either_database.reading() as session:
        history = get_history(session, carols(session, place, visit))
    assert history.disputes == ()


# ---- backup files --------------------------------------------------------------------


def rescue(database, place, visit, bodies):
    known = {place.checklist.hash: place.checklist}
    with database.writing() as session:
        return +file_rescue(session, visit, read_delivery(bodies, visit, known), NOON)


def test_a_backup_file_is_filed_like_a_delivery_and_only_once(either_database, place, visit, phone):
    made = phone.does(R01, R02)
    bodies = [phone.bodies[event.hash] for event in made]

    first = rescue(either_database, place, visit, bodies)
    again = rescue(either_database, place, visit, bodies)

    with either_database.reading() as session:
        assert list_events(session, visit) == made
        assert carols(session, place, visit).status == "in_progress"
    assert (first, again) == ({"stored": 2}, {"dup": 2})


def test_a_backup_file_hands_in_what_the_phone_had_handed_in(either_database, place, visit, phone):
    phone.does(R01)
    phone.hands_in()

    rescue(either_database, place, visit, phone.bodies.values())

    with either_database.reading() as session:
        assert carols(session, place, visit).status == "submitted"
        assert find_receipt(session, visit).root == phone.own[-1].manifest.root


def test_what_the_phone_has_from_the_server_is_known_and_not_kept_apart(
    either_database, place, visit, phone
):
    with either_database.writing() as session:
        alices = get_visit(session, place.alice, visit)
        _, (written_here,) = record(session, alices, [R02], NOON)
    phone.does(R01)

    counted = rescue(either_database, place, visit, [written(written_here), *phone.bodies.values()])

    assert counted == {"stored": 1, "dup": 1}


def test_what_cannot_be_part_of_the_visit_goes_into_quarantine(
    either_database, place, visit, phone
):
    phone.does(R01)

    counted = rescue(either_database, place, visit, ["{", *phone.bodies.values()])

    with either_database.reading() as session:
        (apart,) = get_history(session, carols(session, place, visit)).apart
    assert counted == {"stored": 1, "quarantined": 1}
    assert (apart.trouble, apart.told) == ("unreadable", None)


# ---- handing in by a plain form ------------------------------------------------------


def hand_in(database, place, visit, at=NOON):
    with database.writing() as session:
        seal(session, open_journal(session, get_visit(session, place.alice, visit)), at)


def test_a_plain_form_hands_in_as_phones_do(either_database, place, visit):
    with either_database.writing() as session:
        _, before = record(session, get_visit(session, place.alice, visit), [R01, R02], NOON)

    hand_in(either_database, place, visit)

    with either_database.reading() as session:
        events = list_events(session, visit)
        receipt = find_receipt(session, visit)
    assert events[-1].manifest == manifest(before)
    assert (receipt.event, receipt.root, receipt.events) == (events[-1].id, root(before), 2)


def test_a_plain_form_counts_what_a_phone_had_sent(either_database, place, visit, phone, sends):
    phone.does(R01, R02)
    sends(phone)

    hand_in(either_database, place, visit)

    with either_database.reading() as session:
        receipt = find_receipt(session, visit)
        assert (receipt.events, receipt.root) == (2, root(phone.own))
        assert awaited(session, visit) is None


@pytest.mark.parametrize("later", [1, -1], ids=["later", "by a clock that was set back"])
def test_handed_in_again_after_a_return_there_is_a_second_receipt(
    either_database, place, visit, later
):
    hand_in(either_database, place, visit)
    with either_database.writing() as session:
        send_back(session, carols(session, place, visit), "Look again.", NOON)
        record(session, get_visit(session, place.alice, visit), [R01], NOON)

    hand_in(either_database, place, visit, NOON + timedelta(days=later))

    with either_database.reading() as session:
        assert carols(session, place, visit).status == "submitted"
        assert find_receipt(session, visit).events == 3


def test_taking_in_nothing_leaves_no_trace(either_database, place, visit):
    with either_database.writing() as session:
        assert take_in(session, get_visit(session, place.carol, visit), NOON) == 0

    with either_database.reading() as session:
        assert list_events(session, visit) == []


def returned(database, place, visit):
    with database.writing() as session:
        send_back(session, carols(session, place, visit), "Look again.", NOON)


def test_a_handing_in_from_before_the_return_hands_in_nothing(
    either_database, place, visit, second, sends, handed_in
):
    """The second phone had handed in without a signal, and comes back when all that is over."""
    second.hands_in()
    returned(either_database, place, visit)

    standings = sends(second)

    with either_database.reading() as session:
        assert carols(session, place, visit).status == "returned"
        assert find_receipt(session, visit).event == handed_in.id
    assert standings == ["stored", "stored"]
    assert second.receipt is None


def test_after_the_return_whoever_knows_of_it_hands_in(
    either_database, place, visit, second, sends, handed_in
):
    second.hands_in()
    returned(either_database, place, visit)
    sends(second)
    submit = second.hands_in()

    sends(second)

    with either_database.reading() as session:
        assert carols(session, place, visit).status == "submitted"
    assert second.receipt["event"] == str(submit.id)
