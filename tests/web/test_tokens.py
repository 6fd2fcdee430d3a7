"""What a phone is told when it asks for a visit's token."""

import pytest

from audit.domain.answer import Answer, Deed
from audit.filters import filters
from audit.store.phones import list_incidents
from tests.phone import Phone, packed
from tests.world import NOON

R01 = Deed("answer", "rules-24/r01", Answer("answered", 2))
R02 = Deed("answer", "rules-24/r02", Answer("answered", 1))
OLD, NEW = "a" * 32, "b" * 32


@pytest.fixture
def alice(as_, world):
    return as_(world.alice)


@pytest.fixture
def sends(as_, world, alice):
    """A phone that makes these deeds and delivers them."""

    def work(phone, *deeds):
        token = ask(alice, world, phone.device).json()["token"]
        phone.does(*deeds)
        content, headers = packed(phone.batch(), token)
        answer = as_(None).post(
            f"/api/v1/visits/{world.harbour_visit}/events", content=content, headers=headers
        )
        assert answer.status_code == 200

    return work


@pytest.fixture
def phone(world):
    return Phone(world.harbour_visit, world.checklist.hash, NOON)


def ask(client, world, device, held=0):
    data = {"device": device, "held": str(held)}
    return client.post(f"/visits/{world.harbour_visit}/tokens", data=data)


def incidents(database):
    with database.reading() as session:
        return list_incidents(session)


def test_a_phone_is_known_again_by_a_cookie_that_scripts_neither_read_nor_clear(alice, world):
    first = ask(alice, world, OLD)
    again = ask(alice, world, OLD)

    named = first.headers["set-cookie"].lower()
    assert ("httponly" in named, f"max-age={400 * 86_400}" in named) == (True, True)
    assert first.cookies["phone"] == again.cookies["phone"]


def test_a_cookie_that_is_none_of_ours_is_replaced(alice, world):
    alice.cookies.set("phone", "x' OR 1=1")

    assert len(ask(alice, world, OLD).cookies["phone"]) == 32


def test_a_phone_that_lost_its_store_is_told_what_is_here_and_it_is_logged(
    alice, sends, phone, database, world, settings
):
    sends(phone, R01, R02)

    told = ask(alice, world, NEW).json()["told"]

    (incident,) = incidents(database)
    last = filters("en", settings.zone)["moment"](incident.sent.last_at)
    assert (incident.shopper, incident.visit) == ("S01", world.harbour_visit)
    assert incident.sent.entries == 2
    assert told == [
        "This browser has cleared its storage. 2 entries of this phone had been received, the "
        f"last at {last}; they are back. What had not been sent by then is gone. Please go "
        "through the questions again."
    ]


def test_a_loss_is_told_even_where_nothing_had_been_received(alice, world, database):
    ask(alice, world, OLD)

    told = ask(alice, world, NEW).json()["told"]

    assert "Nothing of this phone had been received" in told[0]
    assert [incident.sent.entries for incident in incidents(database)] == [0]


def test_another_phone_is_told_that_there_is_one_and_that_is_no_incident(
    alice, as_, sends, phone, database, world
):
    sends(phone, R01)

    (told,) = ask(as_(world.alice), world, NEW).json()["told"]

    assert "also filled in on another phone" in told
    assert "1 entries from there" in told
    assert incidents(database) == []


def test_whoever_uses_one_phone_alone_is_told_nothing(alice, sends, phone, world):
    sends(phone, R01)

    assert "told" not in ask(alice, world, phone.device).json()
