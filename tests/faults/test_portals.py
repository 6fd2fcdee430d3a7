"""F7: something else answers in the server's place."""

import random

import pytest

from tests.faults.line import Line, NoAnswer, deeds
from tests.faults.proxy import PORTALS, Portal, answer


@pytest.fixture
def portal():
    found = Portal()
    yield found
    found.close()


def through(portal, line):
    return Line(portal.port, line.visit, line.token)


def test_a_phone_believes_nobody_but_the_server(site, phones, tally, portal):
    """I7: nothing is forgotten for a portal's sake, and all of it arrives afterwards."""
    site.start()
    ((phone, line),) = phones(site, 1)
    phone.does(*deeds(random.Random(7), 5))
    for name, saying in PORTALS.items():
        portal.saying = saying
        caught = through(portal, line)
        with pytest.raises(NoAnswer):
            caught.deliver(phone)
        caught.close()
        tally.cuts += 1
        assert (name, phone.acked) == (name, set())
    line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_an_older_answer_of_the_server_itself_is_not_believed_again(site, phones, tally, portal):
    """I7: a cache may keep and repeat it, even one to the same events."""
    site.start()
    ((phone, line),) = phones(site, 1)
    phone.does(*deeds(random.Random(7), 3))
    batch = phone.batch()
    genuine = line.exchange(line.request(batch))
    portal.saying = lambda sent: answer("200 OK", genuine.body, Content_Type="application/json")
    caught = through(portal, line)

    with pytest.raises(NoAnswer, match="something else"):
        caught.deliver(phone)

    caught.close()
    assert phone.acked == set()
    line.drain(phone)
    site.check(tally, [phone])
