"""F20: the server is set back to an old backup."""

import random

from audit.domain.event import project
from tests.faults.line import deeds, note
from tests.faults.test_machine import restore
from tests.phone import Phone
from tests.world import NOON


def back_up(site):
    (site.folder / "backup").unlink(missing_ok=True)
    code, said = site.run("backup", str(site.folder / "backup"))
    assert (code, said.split()[-1]) == (0, "checked")


def set_back(site):
    site.kill()
    restore(site)
    site.start()


def test_what_a_restored_server_has_lost_comes_again_from_the_phones(site, phones, tally, full):
    """I2 after the phones have been heard, I3 I5: made by `mingcha backup` from a server that
    runs; phones that had forgotten nothing notice that it has less than it had."""
    site.start()
    users = phones(site, 20 if full else 4)
    rng = random.Random(20)
    for phone, line in users:
        phone.does(*deeds(rng, 5))
        line.drain(phone)
    back_up(site)
    for phone, line in users:
        phone.does(*deeds(rng, 30))
        line.drain(phone)
    set_back(site)
    tally.kills += 1
    gone = [event for phone, _ in users for event in phone.own if event.hash not in site.stored()]

    for phone, line in users:
        phone.does(*deeds(rng, 2))
        line.drain(phone)

    assert len(gone) > 20 * len(users)
    for phone, _ in users:
        assert phone.capture == project(site.log_of(phone.visit)[0])
    site.check(tally, [phone for phone, _ in users])
    assert tally.made == tally.acked


def test_copies_of_a_phone_notice_too_whoever_comes_first(site, phones, tally, full):
    """I2 I3: a copy gives the same numbers again, up to where the phone had been before."""
    site.start()
    rng = random.Random(22)
    for turn, (phone, line) in enumerate(phones(site, 20 if full else 4)):
        phone.does(*(note(rng) for _ in range(3)))
        line.drain(phone)
        copy = phone.copy()
        back_up(site)
        phone.does(*(note(rng) for _ in range(4)))
        line.drain(phone)
        set_back(site)
        tally.kills += 1
        gone = {event.hash for event in phone.own} - site.stored().keys()

        copy.does(*(note(rng) for _ in range(3 + turn % 3)))
        for _ in range(3):
            line.drain(copy)
            line.drain(phone)

        assert len(gone) == 4
        assert phone.capture == copy.capture == project(site.log_of(phone.visit)[0])
        site.check(tally, [phone, copy])
    assert tally.made == tally.acked


def test_a_visit_that_was_sealed_after_the_backup_is_sealed_again(site, phones, tally):
    """I2: with the same root, by one phone, which sends what it had heard from the other too."""
    site.start()
    ((phone, line),) = phones(site, 1)
    other = Phone(phone.visit, phone.checklist, NOON)
    rng = random.Random(21)
    phone.does(*deeds(rng, 3))
    line.drain(phone)
    back_up(site)
    other.does(*deeds(rng, 4))
    line.drain(other)
    line.drain(phone)
    phone.hands_in()
    line.drain(phone)
    receipt, phone.receipt = phone.receipt, None
    set_back(site)
    tally.kills += 1
    gone = {event.hash for event in other.own} - site.stored().keys()

    line.drain(phone)

    assert len(gone) == len(other.own)
    assert phone.receipt["root"] == receipt["root"]
    line.drain(other)
    assert other.capture == phone.capture
    site.check(tally, [phone, other])
    assert tally.made == tally.acked
