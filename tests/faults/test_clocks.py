"""F14: clocks that jump, of phones and of the server."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from audit.domain.event import project
from tests.faults.line import NoAnswer, deeds, note
from tests.phone import Phone
from tests.world import NOON

DAY = 86_400
NEW_YORK = ZoneInfo("America/New_York")
JUMPS = [3600, -3600, DAY, -DAY, 40 * 365 * DAY, -56 * 365 * DAY, 12 * 365 * DAY, 0]
EXPIRED = 30 * DAY


def test_the_hour_that_comes_twice_changes_no_order(site, phones, tally):
    """I5 I6: the end of summer time, and its beginning, between two taps; a journey west."""
    site.start()
    ((phone, line),) = phones(site, 1)
    rng = random.Random(16)
    autumn = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    spring = datetime(2026, 3, 8, 2, 30, tzinfo=NEW_YORK)  # is not there
    west = autumn.astimezone(ZoneInfo("Pacific/Kiritimati"))
    for moment in (autumn, autumn.replace(fold=1), spring, spring.replace(fold=1), west, autumn):
        phone.clock = datetime.fromisoformat(moment.isoformat())  # as it is written down
        phone.does(note(rng), note(rng))
        line.drain(phone)

    assert len(phone.own) == 12
    assert phone.capture == project(site.log_of(phone.visit)[0])
    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_what_a_visit_says_hangs_on_no_clock_of_a_phone(site, phones, tally, full):
    """I5 I6: 1970, 2038, a day back and forth between two taps; two phones far apart."""
    site.start()
    ((phone, line),) = phones(site, 1)
    other = Phone(phone.visit, phone.checklist, NOON)
    rng = random.Random(14)
    anywhere = [rng.randrange(JUMPS[5], JUMPS[4]) for _ in range(150 if full else 0)]
    for jump in [*JUMPS, *anywhere]:
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


def test_a_server_whose_clock_jumps_files_everything_all_the_same(site, phones, tally, shift, full):
    """I2 I3 I5 I7: in 2065 a token has ended, and then the phone keeps what it has."""
    ((phone, line),) = phones(site, 1)
    rng = random.Random(15)
    anywhere = [rng.randrange(-20 * EXPIRED, 2 * EXPIRED) for _ in range(150 if full else 0)]
    for jump in [*JUMPS, *anywhere, 0]:
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
