"""Makes a corpus: what phones of the protocol's present version send, and what they are told.
A corpus is recorded once and then kept: later servers have to understand it.

    .venv/bin/python -m pytest tests/faults/test_corpora.py   # replays all there are
    MINGCHA_TEST_RECORD=1 .venv/bin/python -m pytest …        # records one that is not there yet
"""

import random
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec

from audit.domain.answer import Answer
from audit.domain.deed import Deed
from audit.domain.delivery import Batch
from audit.domain.event import hashed, written
from tests.faults.line import ITEMS, deeds
from tests.phone import Phone
from tests.world import NOON

Send = Callable[[Batch], dict[str, Any]]


class Exchange(msgspec.Struct):
    """`told`: the answer without what differs from one time to the next."""

    what: str
    batch: Batch
    told: dict[str, Any]


def settled(answer: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in answer.items() if name != "nonce"}
    if "receipt" in found:
        found["receipt"] = {k: v for k, v in found["receipt"].items() if k != "sealed_at"}
    return found


def story(visit: UUID, checklist: str, send: Send) -> Iterator[Exchange]:
    """Everything a delivery can come to, in one visit."""
    rng = random.Random(1)
    phone, other = (Phone(visit, checklist, NOON) for _ in range(2))

    def tell(what: str, who: Phone, batch: Batch | None = None) -> Exchange:
        batch = batch or who.batch()
        answer = send(batch)
        who.believes(batch, answer)
        return Exchange(what, batch, settled(answer))

    phone.does(*deeds(rng, 8), Deed("mark", "mark/enter", text=NOON.isoformat()))
    yield tell("the first events", phone)
    yield tell("the same again", phone, phone.batch(phone.own))
    first, second, third = phone.does(*(Deed("note", ITEMS[0], text=f"{n}") for n in "abc"))
    yield tell("with a gap", phone, phone.batch([first, third]))
    yield tell("the gap filled", phone, phone.batch([second]))
    other.does(Deed("answer", ITEMS[1], Answer("answered", 0)), Deed("clear", ITEMS[2]))
    yield tell("a second phone, apart from the first", other)
    yield tell("what the second has sent, to the first", phone)
    poison = hashed(msgspec.structs.replace(first, id=UUID(int=5), seq=99, item="no/such"))
    yield tell("no such item", phone, Batch("poison", (written(poison), "{")))
    forged = hashed(msgspec.structs.replace(first, text="else"))
    yield tell("one id, other bytes", phone, Batch("forged", (written(forged),)))
    phone.hands_in()
    *before, last = phone.unsent
    yield tell("handed in", phone, phone.batch([*before, last]))
    other.does(Deed("note", ITEMS[0], text="too late"))
    yield tell("too late", other)
    yield tell("nothing, to hear what there is", phone, Batch("hear", ()))
