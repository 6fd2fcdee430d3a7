"""Phones that are wrong about what the server has, in ways that no counting shows."""

import msgspec
import pytest

from audit.domain.answer import Answer, Deed, project
from audit.domain.delivery import Batch, read_delivery
from audit.domain.roll import Called, Roll
from audit.ids import new_id
from audit.store.events import list_events, list_late
from audit.store.filing import Delivery, file_delivery
from audit.store.rolls import list_roll
from audit.store.tables import EventRow
from audit.store.visits import save_status
from tests.phone import Phone
from tests.world import NOON

R01, R02 = (Deed("answer", f"rules-24/r0{n}", Answer("answered", n)) for n in (1, 2))
NOTE = Deed("note", "rules-24/r01", text="门口有保安问候")


@pytest.fixture
def phones(place):
    """Two at one visit."""
    return [Phone(place.harbour_visit, place.checklist.hash, NOON) for _ in range(2)]


@pytest.fixture
def send(either_database, place):
    def file(phone, batch):
        sent = msgspec.json.decode(msgspec.json.encode(batch), type=Batch)
        events = read_delivery(sent.events, phone.visit, {place.checklist.hash: place.checklist})
        delivery = Delivery(phone.visit, sent.nonce, events, sent.have, sent.seen, sent.roll)
        with either_database.writing() as session:
            reply = file_delivery(session, delivery, NOON)
        return msgspec.json.decode(msgspec.json.encode(reply))

    return file


@pytest.fixture
def drain(send):
    """Until both say the same; gives the last answer."""

    def drain(phone):
        for _ in range(10):
            batch = phone.batch()
            answer = send(phone, batch)
            phone.believes(batch, answer)
            if not (phone.unsent or batch.events or answer.keys() & {"news", "roll"}):
                return answer
        raise AssertionError("they never agree")

    return drain


@pytest.fixture
def forget(either_database):
    """As a server does that was set back to a backup."""

    def forget(*events):
        with either_database.writing() as session:
            for event in events:
                session.delete(session.get(EventRow, event.id))

    return forget


@pytest.fixture
def turn(either_database, place):
    """The visit is handed in, or returned."""

    def turn(status):
        with either_database.writing() as session:
            save_status(session, place.harbour_visit, status, NOON, "more, please")

    return turn


@pytest.fixture
def counted(either_database, place):
    def read():
        with either_database.reading() as session:
            return list_events(session, place.harbour_visit)

    return read


def test_what_a_phone_was_told_of_may_have_come_too_late_since(
    send, drain, forget, turn, counted, phones
):
    """The server was set back, the visit handed in, and then came what it had had before."""
    phone, other = phones
    (gone,) = phone.does(R01)
    first = phone.batch()
    phone.believes(first, send(phone, first))
    drain(other)
    forget(gone)
    turn("submitted")
    send(phone, first)

    for one in phones:
        drain(one)

    assert counted() == []
    assert [one.capture for one in phones] == [project([])] * 2


def test_what_had_come_too_late_may_count_since(send, drain, forget, turn, counted, phones):
    """A phone had been given all but that one, and so took itself to have all there is."""
    phone, other = phones
    phone.does(R01)
    drain(phone)
    turn("submitted")
    (late,) = phone.does(R02)
    drain(phone)
    turn("returned")
    phone.does(NOTE)
    drain(phone)
    for _ in range(3):
        drain(other)
    assert other.given == {phone.device: 3}
    forget(late)
    send(phone, phone.batch([late]))

    for one in (other, phone, other):
        drain(one)

    assert len(counted()) == 3
    assert [one.capture for one in phones] == [project(counted())] * 2


def test_a_copy_hears_whose_number_it_gave_when_its_own_came_too_late(drain, turn, counted, phones):
    phone, _ = phones
    copy = phone.copy()
    phone.does(R01)
    drain(phone)
    turn("submitted")
    copy.does(R02)

    drain(copy)

    assert copy.capture == project(counted()) == phone.capture
    assert copy.device != phone.device


def test_what_came_too_late_and_was_forgotten_comes_again(
    send, drain, forget, turn, either_database, phones
):
    """The last one of them is there, and so it looks as if all were."""
    phone, _ = phones
    turn("submitted")
    several = phone.does(R01, R02, NOTE)
    drain(phone)
    forget(*several[:2])

    drain(phone)

    with either_database.reading() as session:
        assert {event.id for event in list_late(session, phone.visit)} == {
            event.id for event in several
        }


def test_what_other_phones_wrote_comes_again_from_whoever_heard_of_it(
    drain, forget, counted, phones
):
    phone, other = phones
    several = phone.does(R01, R02, NOTE)
    drain(phone)
    drain(other)
    forget(*several)

    drain(other)

    assert {event.hash for event in counted()} == {event.hash for event in several}


def test_the_roll_is_called_only_where_it_says_something_else(send, drain, phones):
    phone, other = phones
    phone.does(R01)
    phone.does(Deed("note", "no/item", text="kept apart"))
    drain(phone)
    drain(other)

    agreed = [send(one, one.batch([])) for one in phones]
    (event, _) = phone.own
    wrong = send(phone, msgspec.structs.replace(phone.batch([]), roll="anything"))

    assert [answer.get("roll") for answer in agreed] == [None, None]
    assert wrong["roll"] == {
        "events": {phone.device: [[1, str(event.id), False]]},
        "apart": [phone.own[1].hash],
    }


def test_the_roll_of_a_visit_names_everything_that_is_here(either_database, turn, send, phones):
    phone, _ = phones
    here, late = phone.does(R01, R02)
    send(phone, phone.batch([here]))
    turn("submitted")
    send(phone, phone.batch([late]))

    with either_database.reading() as session:
        roll = list_roll(session, phone.visit)

    assert roll == Roll({phone.device: (Called(1, here.id, False), Called(2, late.id, True))}, ())


def test_a_digest_hangs_on_names_and_standings_and_on_no_order():
    one, two = (Called(seq, new_id(), late=False) for seq in (1, 2))
    roll = Roll({"a": (one, two)}, ("h", "i"))

    other = [
        Roll({"a": (one,), "a~1": (two,)}, ("h", "i")),
        Roll({"a": (one._replace(late=True), two)}, ("h", "i")),
        Roll({"a": (one, two)}, ("h",)),
        Roll({"a": (one,)}, ("h", "i")),
    ]

    assert Roll({"a": (two, one)}, ("i", "h")).digest == roll.digest
    assert len({roll.digest, *(different.digest for different in other)}) == 5
