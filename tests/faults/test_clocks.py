"""F14: clocks that jump, of phones and of the server."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from audit.domain.event import project
from tests.faults.line import NoAnswer, deeds
from tests.phone import Phone
from tests.world import NOON

DAY = 86_400
JUMPS = [3600, -3600, DAY, -DAY, 40 * 365 * DAY, -56 * 365 * DAY, 12 * 365 * DAY, 0]
EXPIRED = 31 * DAY


def test_what_a_visit_says_hangs_on_no_clock_of_a_phone(site, phones, tally):
    """I5 I6: 1970, 2038, a day back and forth between two taps; two phones far apart."""
    site.start()
    ((phone, line),) = phones(site, 1)
    other = Phone(phone.visit, phone.checklist, NOON)
    rng = random.Random(14)
    for jump in JUMPS:
        phone.clock = NOON + timedelta(seconds=jump)
        phone.does(*deeds(rng, 3))
        line.drain(phone)
        other.clock = datetime(1970, 1, 1, tzinfo=UTC)
        line.drain(other)
        other.does(*deeds(rng, 2))
        line.drain(other)
        line.drain(phone)
    counted, _ = site.log_of(phone.visit)

    truth = project(counted)
    assert phone.capture == other.capture == truth
    assert truth.conflicts == {}
    site.check(tally, [phone, other])
    assert tally.made == tally.acked


@pytest.fixture
def shift(site, tmp_path):
    """Moves the clock of a server that runs."""
    file = tmp_path / "clock"
    file.write_text("0")
    site.start(clock=str(file))

    def move(seconds):
        (tmp_path / "next").write_text(str(seconds))
        (tmp_path / "next").rename(file)

    return move


def test_a_server_whose_clock_jumps_files_everything_all_the_same(site, phones, tally, shift):
    """I2 I3 I5 I7: in 2065 a token has ended, and then the phone keeps what it has."""
    ((phone, line),) = phones(site, 1)
    rng = random.Random(15)
    for jump in JUMPS:
        shift(jump)
        phone.does(*deeds(rng, 3))
        if jump > EXPIRED:
            before = set(phone.acked)
            with pytest.raises(NoAnswer, match="401"):
                line.deliver(phone)
            assert phone.acked == before
            tally.cuts += 1
        else:
            line.drain(phone)

    site.check(tally, [phone])
    assert tally.made == tally.acked
    assert project(site.log_of(phone.visit)[0]) == phone.capture
