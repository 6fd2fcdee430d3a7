"""F15: a phone's storage is copied, or set back, and both go on."""

import random

import pytest

from audit.domain.event import project
from tests.faults.line import deeds
from tests.phone import Phone
from tests.world import NOON


@pytest.mark.parametrize("seed", range(4))
def test_copies_of_a_phone_lose_nothing_and_end_up_saying_the_same(site, phones, tally, full, seed):
    """I2 I3 I5 I6 I11: copies of copies, each delivering in its own time."""
    site.start()
    rng = random.Random(seed)
    for first, line in phones(site, 40 if full else 3):
        copies = [first]
        for _ in range(12):
            match rng.randrange(6):
                case 0 if len(copies) < 4:
                    copies.append(rng.choice(copies).copy())
                case 1 | 2:
                    line.deliver(rng.choice(copies))
                case _:
                    rng.choice(copies).does(*deeds(rng, 3))
        for _ in range(4):
            for phone in copies:
                line.drain(phone)

        truth = project(site.log_of(first.visit)[0])
        assert [phone.capture for phone in copies] == [truth] * len(copies)
        site.check(tally, copies)
    assert tally.made == tally.acked


def test_any_of_the_copies_can_hand_in(site, phones, tally):
    """I2 I3: the seal is over the events of all of them."""
    site.start()
    rng = random.Random(15)
    for which, (phone, line) in enumerate(phones(site, 3)):
        phone.does(*deeds(rng, 5))
        copy = phone.copy()
        phone.does(*deeds(rng, 3))
        copy.does(*deeds(rng, 4))
        watching = Phone(phone.visit, phone.checklist, NOON)
        all_of_them = [phone, copy, watching]
        for _ in range(3):
            for one in all_of_them:
                line.drain(one)
        submit = all_of_them[which].hands_in()
        line.drain(all_of_them[which])

        assert all_of_them[which].receipt is not None
        assert all_of_them[which].receipt["root"] == submit.manifest.root
        site.check(tally, all_of_them)
    assert tally.made == tally.acked


def test_a_phone_set_back_to_yesterday_loses_and_doubles_nothing(site, phones, tally):
    """I2 I3: it gives numbers again that the server has seen."""
    site.start()
    ((phone, line),) = phones(site, 1)
    rng = random.Random(16)
    phone.does(*deeds(rng, 4))
    yesterday = phone.copy()
    phone.does(*deeds(rng, 6))
    line.drain(phone)

    yesterday.does(*deeds(rng, 5))
    for _ in range(2):
        line.drain(yesterday)

    assert yesterday.capture == project(site.log_of(phone.visit)[0])
    site.check(tally, [phone, yesterday])
    assert tally.made == tally.acked
