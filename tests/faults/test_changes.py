"""F17, F18: between typing and upload the checklist changes, or who may."""

import random
from datetime import timedelta

import msgspec
import pytest
from sqlmodel import select

from audit.clock import now
from audit.domain.answer import Answer
from audit.domain.checklist import Number
from audit.domain.deed import Deed
from audit.domain.event import project
from audit.domain.scoring import score
from audit.domain.text import Text
from audit.store.checklists import publish
from audit.store.sessions import close_sessions_of, open_session
from audit.store.tables import PersonRow, VisitRow, VisitTokenRow
from audit.store.tokens import open_token
from audit.store.visits import get_visit
from tests.faults.line import ITEMS, NoAnswer, believable, deeds
from tests.phone import Phone
from tests.world import NOON


@pytest.fixture
def pair(either_site, phones):
    either_site.start()
    ((phone, line),) = phones(either_site, 1)
    phone.does(*deeds(random.Random(17), 12))
    return either_site, phone, line


def taken_out(item):
    return []


def retyped(item):
    return [msgspec.structs.replace(item, response=Number())]


def reworded(item):
    return [msgspec.structs.replace(item, label=Text("别的", "Something else"))]


def added(item):
    return [item, msgspec.structs.replace(item, key=f"{item.key}x")]


@pytest.mark.parametrize("change", [taken_out, retyped, reworded, added])
def test_a_visit_begun_with_one_version_is_finished_with_it(pair, tally, change):
    """I5 I12: an item was changed in a version published meanwhile."""
    site, phone, line = pair
    old = site.world.checklist
    changed = {ITEMS[0]: change(old.by_key[ITEMS[0]])}
    items = tuple(new for item in old.items for new in changed.get(item.key, [item]))
    newer = msgspec.structs.replace(old, version="9.0", items=items)
    phone.does(Deed("answer", ITEMS[0], Answer("answered", 1)))
    line.drain(phone)
    before = score(old, phone.capture.answers)

    with site.database() as database, database.writing() as session:
        publish(session, newer, NOON)
    site.kill()
    site.start()
    line.drain(phone)
    after = score(old, project(site.log_of(phone.visit)[0]).answers)
    phone.does(*deeds(random.Random(18), 30))
    phone.does(Deed("answer", ITEMS[0], Answer("answered", 2)))  # as it was asked then
    line.drain(phone)
    assert project(site.log_of(phone.visit)[0]).answers[ITEMS[0]] == Answer("answered", 2)
    modern = Phone(phone.visit, newer.hash, NOON)
    modern.does(*deeds(random.Random(19), 5))
    line.drain(modern)

    assert before == after
    assert {event.checklist for event in site.log_of(phone.visit)[0]} == {old.hash, newer.hash}
    site.check(tally, [phone, modern])
    assert tally.made == tally.acked


def end_token(session, phone, world):
    for row in session.exec(select(VisitTokenRow).where(VisitTokenRow.visit_id == phone.visit)):
        session.delete(row)


def let_token_expire(session, phone, world):
    for row in session.exec(select(VisitTokenRow).where(VisitTokenRow.visit_id == phone.visit)):
        row.expires_at = now() - timedelta(days=1)
        session.add(row)


def disable_holder(session, phone, world):
    row = session.get(PersonRow, world.alice.id)
    row.active = False
    session.add(row)


def give_to_another(session, phone, world):
    row = session.get(VisitRow, phone.visit)
    row.shopper_id = world.bob.id
    session.add(row)


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("change", [end_token, let_token_expire, disable_holder, give_to_another])
def test_f18_what_was_typed_by_one_is_neither_lost_nor_anothers(pair, tally, change, begun):
    """I7 I14: the phone keeps all of it; when its owner may again, all of it arrives."""
    site, phone, line = pair
    if begun:
        line.drain(phone)
        phone.does(*deeds(random.Random(18), 5))
    acked, there = set(phone.acked), site.stored()

    with site.database() as database, database.writing() as session:
        change(session, phone, site.world)
    with pytest.raises(NoAnswer, match="401"):
        line.deliver(phone)
    tally.cuts += 1

    assert (phone.acked, site.stored()) == (acked, there)
    with site.database() as database, database.writing() as session:
        person = session.get(PersonRow, site.world.alice.id)
        visit = session.get(VisitRow, phone.visit)
        person.active, visit.shopper_id = True, person.id
        session.add_all([person, visit])
        session.flush()
        found = get_visit(session, site.world.alice, phone.visit)
        line.token = open_token(session, found, now(), now() + timedelta(days=1))
    line.drain(phone)
    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_f18_another_persons_token_adds_nothing_to_a_visit(pair, phones, tally):
    """I14: two people on one phone; each visit takes only its own token."""
    site, phone, line = pair
    ((second, theirs),) = phones(site, 1)
    second.does(*deeds(random.Random(19), 3))
    line.token, theirs.token = theirs.token, line.token
    for one, wrong in ((phone, line), (second, theirs)):
        with pytest.raises(NoAnswer, match="401"):
            wrong.deliver(one)
    assert site.stored() == {}

    line.token, theirs.token = theirs.token, line.token
    line.drain(phone)
    theirs.drain(second)

    site.check(tally, [phone, second])
    assert {event.visit for event in site.log_of(phone.visit)[0]} == {phone.visit}


def test_f18_whoever_signs_out_or_is_signed_out_loses_nothing(pair, tally):
    """I7 I14: a visit's token goes on without a sign-in; somebody else's sign-in on the same
    phone changes nothing about whose the entries are."""
    site, phone, line = pair
    with site.database() as database, database.writing() as session:
        tokens = [
            open_session(session, person.id, "test", now())
            for person in (site.world.alice, site.world.bob)
        ]
        close_sessions_of(session, site.world.alice.id)
    line.drain(phone)
    phone.does(*deeds(random.Random(20), 5))
    batch = phone.batch()
    cookie = f"\r\nCookie: sid={tokens[1]}\r\n\r\n".encode()
    request = line.request(batch).replace(b"\r\n\r\n", cookie, 1)
    phone.believes(batch, believable(line.exchange(request), batch))

    with site.database() as database, database.reading() as session:
        shopper = session.get(VisitRow, phone.visit).shopper_id
    assert shopper == site.world.alice.id
    site.check(tally, [phone])
    assert tally.made == tally.acked
