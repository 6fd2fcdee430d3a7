import threading

import pytest
from sqlmodel import select

from audit.domain.delivery import read_delivery
from audit.domain.event import root
from audit.domain.photo import Arrived, content
from audit.domain.problems import NotFound
from audit.domain.visit import Status
from audit.store.filing import Delivery, file_delivery
from audit.store.photos import file_photo, list_arrived
from audit.store.pictures import get_picture
from audit.store.tables import ReceiptRow
from audit.store.visits import get_visit
from tests.phone import Phone
from tests.pictures import hands_in, photo_of, takes
from tests.world import NOON


@pytest.fixture
def phone(place):
    return Phone(place.harbour_visit, place.checklist.hash, NOON)


def delivered(database, place, phone):
    visit = place.harbour_visit
    checklists = {place.checklist.hash: place.checklist}
    batch = phone.batch()
    events = read_delivery(batch.events, visit, checklists)
    with database.writing() as session:
        reply = file_delivery(session, Delivery(visit, batch.nonce, events, batch.have), NOON)
    phone.acked |= {ack.h for ack in reply.acks}
    return reply


def filed(database, place, photo, width=4, height=3):
    found = Arrived(photo, f"aa/{photo.id.hex}", width, height)
    with database.writing() as session:
        return found, file_photo(session, place.harbour_visit, found, NOON)


def status(database, place) -> Status:
    with database.reading() as session:
        return get_visit(session, place.alice, place.harbour_visit).status


def test_a_photo_is_filed_once_and_found_by_its_content(either_database, place):
    photo = photo_of(b"a picture")

    found, _ = filed(either_database, place, photo)
    filed(either_database, place, photo)

    with either_database.reading() as session:
        assert list_arrived(session, place.harbour_visit) == {content(photo): found}
        assert list_arrived(session, place.hill_visit) == {}


def test_the_last_photo_seals_and_none_before(either_database, place, phone):
    photos = [photo_of(b"one"), photo_of(b"two")]
    for photo in photos:
        takes(phone, photo)
    submit = hands_in(phone, photos)

    waiting = delivered(either_database, place, phone).missing
    _, first = filed(either_database, place, photos[0])
    _, last = filed(either_database, place, photos[1], width=0, height=0)

    assert waiting.photos == tuple(photo.id for photo in photos)
    assert first.missing.photos == (photos[1].id,)
    assert last.missing is None
    assert (last.receipt.event, last.receipt.photos) == (submit.id, 2)
    assert last.receipt.root == root(phone.own[:-1])
    assert status(either_database, place) == "submitted"


def test_two_last_photos_at_one_moment_seal_once(either_database, place, phone):
    photos = [photo_of(b"%d" % number) for number in range(8)]
    for photo in photos:
        takes(phone, photo)
    hands_in(phone, photos)
    delivered(either_database, place, phone)

    threads = [
        threading.Thread(target=filed, args=(either_database, place, photo)) for photo in photos
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with either_database.reading() as session:
        assert len(session.exec(select(ReceiptRow)).all()) == 1
    assert status(either_database, place) == "submitted"


def test_a_picture_is_found_by_those_who_may_see_the_visit(either_database, place, phone):
    shown, broken, unsent = (photo_of(b"%d" % number) for number in range(3))
    for photo in (shown, broken, unsent):
        takes(phone, photo)
    delivered(either_database, place, phone)
    found, _ = filed(either_database, place, shown)
    filed(either_database, place, broken, width=0, height=0)

    with either_database.reading() as session:
        for person in (place.alice, place.carol, place.ann):
            assert get_picture(session, person, place.harbour_visit, shown.id) == found
        for person in (place.bob, place.dan):
            with pytest.raises(NotFound):
                get_picture(session, person, place.harbour_visit, shown.id)
        for photo in (broken, unsent):
            with pytest.raises(NotFound):
                get_picture(session, place.carol, place.harbour_visit, photo.id)


def test_a_photo_is_waited_for_whatever_another_phone_had_handed_in_before(
    either_database, place, phone
):
    """Of two that did not know of each other the later counts, as phones show it."""
    other = Phone(place.harbour_visit, place.checklist.hash, NOON)
    other.hands_in()
    photo = photo_of(b"a picture")
    takes(phone, photo)
    submit = hands_in(phone, [photo])
    delivered(either_database, place, phone)

    reply = delivered(either_database, place, other)
    _, last = filed(either_database, place, photo)

    assert (reply.status, reply.receipt) == ("in_progress", None)
    assert reply.missing.photos == (photo.id,)
    assert last.receipt.event == submit.id
