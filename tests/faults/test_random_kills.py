"""F2: the server is killed at any moment, again and again, while phones deliver."""

import random
import threading
import time

import pytest

from tests.faults.line import NoAnswer, deeds


def test_nothing_is_lost_however_often_the_server_is_killed(either_site, phones, tally, full):
    """I2 I3 I4 I5 I7: phones keep delivering, the server keeps dying."""
    site = either_site
    count, rounds, each, kills = (16, 40, 200, 40) if full else (8, 3, 60, 3)
    site.start()
    users = phones(site, count)

    def use(phone, line, rng):
        for _ in range(rounds):
            phone.does(*deeds(rng, each))
            while phone.unsent:
                try:
                    line.deliver(phone)
                except NoAnswer:
                    time.sleep(0.02)

    threads = [
        threading.Thread(target=use, args=(*user, random.Random(number)))
        for number, user in enumerate(users)
    ]
    site.kill_during(threads, tally, kills, random.Random(99))

    assert tally.kills > 0
    site.check(tally, [phone for phone, _ in users])
    for phone, _ in users:
        assert not phone.unsent


@pytest.mark.parametrize("size", [1, 200])
def test_what_was_written_when_it_was_killed_is_there_or_comes_again(site, phones, tally, size):
    """I2 I3: killed right after an answer, with no time to say goodbye."""
    site.start()
    ((phone, line),) = phones(site, 1)
    rng = random.Random(size)
    for _ in range(3):
        phone.does(*deeds(rng, size))
        line.deliver(phone)
        site.kill()
        tally.kills += 1
        site.start()
    line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked
