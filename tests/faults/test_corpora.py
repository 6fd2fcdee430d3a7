"""F21: what phones of every version of the protocol have sent is understood for ever."""

import os
import random
from pathlib import Path

import msgspec
import pytest

from tests.faults.line import Line, believable
from tests.faults.recording import Exchange, settled, story

FOLDER = Path(__file__).parent / "corpora"
CORPORA = sorted(FOLDER.glob("*.jsonl"))


@pytest.fixture
def line(either_site):
    either_site.start()
    visit = either_site.world.harbour_visit
    found = Line(either_site.port, visit, either_site.token(visit))
    yield found
    found.close()


@pytest.mark.parametrize("corpus", CORPORA, ids=lambda path: path.stem)
def test_a_recorded_phone_is_told_what_it_was_told_then(line, either_site, tally, corpus):
    """I2 I4 I5: word for word, but for times; and told again, in any order, nothing is new."""
    exchanges = [
        msgspec.json.decode(text, type=Exchange) for text in corpus.read_bytes().splitlines()
    ]

    for exchange in exchanges:
        answer = believable(line.exchange(line.request(exchange.batch)), exchange.batch)
        assert (exchange.what, settled(answer)) == (exchange.what, exchange.told)

    assert len(exchanges) >= 10
    before = either_site.stored()
    random.Random(corpus.stem).shuffle(exchanges)
    for exchange in exchanges:  # a phone that was copied, or heard no answer
        answer = believable(line.exchange(line.request(exchange.batch)), exchange.batch)
        assert {ack["st"] for ack in answer["acks"]} <= {"dup", "late", "quarantined", "mismatch"}
    assert either_site.stored() == before
    either_site.check(tally, [])
    tally.made = tally.acked = set(before)


def test_there_is_a_corpus_of_the_present_protocol():
    assert (FOLDER / "protocol-1.jsonl").exists()


if "MINGCHA_TEST_RECORD" in os.environ:

    def test_record(line, either_site):
        def send(batch):
            return msgspec.json.decode(line.exchange(line.request(batch)).body)

        world = either_site.world
        found = story(world.harbour_visit, world.checklist.hash, send)
        lines = [msgspec.json.encode(exchange) for exchange in found]
        with (FOLDER / "protocol-1.jsonl").open("xb") as file:
            file.write(b"\n".join([*lines, b""]))
