"""F4, F5, F8: the line is cut after any byte, the answer never comes, a byte is wrong."""

import random

import pytest

from tests.faults.line import Line, NoAnswer, deeds, note
from tests.faults.proxy import Cutter


@pytest.fixture
def cut(site, phones):
    """A phone, its line through something that cuts it, and that."""
    site.start()
    ((phone, straight),) = phones(site, 1)
    cutter = Cutter(site.port)
    line = Line(cutter.port, straight.visit, straight.token)
    yield phone, line, cutter
    line.close()
    cutter.close()


@pytest.mark.parametrize("way", ["up", "down"])
def test_f4_cut_after_any_byte_everything_arrives_once(site, cut, tally, full, way):
    """I2 I3 I7: in both directions."""
    phone, line, cutter = cut
    rng = random.Random(way)
    phone.does(*deeds(rng, 2))
    once(line, phone)
    for place in range(0, 5000, 1 if full else 37):
        phone.does(note(rng))
        setattr(cutter, way, place)
        try:
            once(line, phone)
            break  # longer than what there was to cut
        except NoAnswer:
            tally.cuts += 1
        cutter.up = cutter.down = None
        once(line, phone)

    assert place >= min(cutter.seen_up, cutter.seen_down)
    site.check(tally, [phone])
    assert tally.made == tally.acked


def once(line, phone):
    try:
        return line.deliver(phone)
    finally:
        line.close()


def test_f5_an_answer_that_never_comes_doubles_nothing(site, cut, tally, full):
    """I3: stored, and told so in vain up to 50 times in a row."""
    phone, line, cutter = cut
    rng = random.Random(5)
    for times in range(1, 51, 1 if full else 12):
        phone.does(*deeds(rng, 2))
        cutter.down = 0
        for _ in range(times):
            with pytest.raises(NoAnswer):
                once(line, phone)
            tally.cuts += 1
        cutter.down = None
        answer = once(line, phone)
        assert {ack["st"] for ack in answer["acks"]} <= {"dup"}

    site.check(tally, [phone])
    assert tally.made == tally.acked


def test_f8_any_wrong_byte_is_noticed_and_stores_nothing(site, phones, tally, full):
    """I4: each byte of a batch, by one bit and by all."""
    site.start()
    ((phone, line),) = phones(site, 1)
    phone.does(*deeds(random.Random(8), 2))
    batch = phone.batch()
    head, _, body = line.request(batch).partition(b"\r\n\r\n")
    for place in range(0, len(body), 1 if full else 29):
        for change in (1, 255):
            harmed = bytearray(body)
            harmed[place] ^= change
            heard = line.exchange(head + b"\r\n\r\n" + bytes(harmed))
            assert heard.status == 422
            tally.cuts += 1

    assert site.stored() == {}
    line.deliver(phone, batch)
    site.check(tally, [phone])
