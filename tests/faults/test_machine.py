"""F6: anything may happen in any order, chosen by Hypothesis: typing on several phones, batches
sent, lost, repeated and late, phones and the server killed, copied and set back, clocks that
jump, handing in. The model is a phone that keeps everything it ever wrote."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from audit.domain.answer import Answer
from audit.domain.deed import Deed
from audit.domain.event import AnswerEvent, Capture, project, register
from tests.faults import FULL
from tests.faults.line import ITEMS, Line
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.phone import Phone
from tests.world import NOON

PHONES = some.integers(0, 2)
TAPS = some.tuples(some.sampled_from(ITEMS[:3]), some.integers(0, 6))
SELDOM = some.integers(0, 59)
ENOUGH = 40  # examples at one site; a backup copies all of them


class Anything(RuleBasedStateMachine):
    open_site: ClassVar[Any]
    tally: ClassVar[Tally]

    @initialize()
    def begin(self) -> None:
        self.site, self.visit, token = self.open_site()
        self.line = Line(self.site.port, self.visit, token)
        self.phones = [Phone(self.visit, self.site.world.checklist.hash, NOON)]
        self.saved = [self.phones[0].copy()]  # what of each is on its disk
        self.late: list[bytes] = []  # requests that are still on their way
        self.backup = False
        self.rng = random.Random(4)

    def phone(self, number: int) -> int:
        return number % len(self.phones)

    # ---- what people do --------------------------------------------------------------

    @rule(number=PHONES, taps=some.lists(TAPS, min_size=1, max_size=6))
    def type(self, number: int, taps: list[tuple[str, int]]) -> None:
        Anything.tally.steps += 1
        number = self.phone(number)
        self.phones[number].does(*(self.deed(item, what) for item, what in taps))
        self.keep(number)  # what is shown as kept is kept

    def deed(self, item: str, what: int) -> Deed:
        if what < 3:
            return Deed("answer", item, Answer("answered", what))
        if what == 3:
            return Deed("clear", item)
        return Deed("note", item, text=f"看到 {self.rng.getrandbits(30)}")

    @rule(number=PHONES)
    def sync(self, number: int) -> None:
        Anything.tally.steps += 1
        phone = self.phones[self.phone(number)]
        self.line.deliver(phone)

    @rule(number=PHONES)
    def hand_in(self, number: int) -> None:
        Anything.tally.steps += 1
        number = self.phone(number)
        if self.rng.random() < 0.1 and self.phones[number].receipt is None:
            self.phones[number].hands_in()
            self.keep(number)

    @precondition(lambda self: len(self.phones) < 3)
    @rule()
    def take_a_second_phone(self) -> None:
        Anything.tally.steps += 1
        self.phones.append(Phone(self.visit, self.site.world.checklist.hash, NOON))
        self.saved.append(self.phones[-1].copy())

    # ---- what the line does ----------------------------------------------------------

    @rule(number=PHONES)
    def lose_the_request(self, number: int) -> None:
        """It may come much later, or never."""
        Anything.tally.steps += 1
        Anything.tally.cuts += 1
        self.late.append(self.line.request(self.phones[self.phone(number)].batch()))

    @rule(number=PHONES)
    def lose_the_answer(self, number: int) -> None:
        Anything.tally.steps += 1
        Anything.tally.cuts += 1
        request = self.line.request(self.phones[self.phone(number)].batch())
        self.line.exchange(request)
        self.late.append(request)

    @precondition(lambda self: self.late)
    @rule(which=some.integers(0, 99), again=some.booleans())
    def deliver_late(self, which: int, again: bool) -> None:
        Anything.tally.steps += 1
        place = which % len(self.late)
        request = self.late[place] if again else self.late.pop(place)
        assert self.line.exchange(request).status == 200

    # ---- what breaks -----------------------------------------------------------------

    @rule(number=PHONES)
    def crash_a_phone(self, number: int) -> None:
        """It comes back with what was on its disk."""
        Anything.tally.steps += 1
        number = self.phone(number)
        self.phones[number] = self.saved[number].copy()

    @rule(number=PHONES)
    def save_what_a_phone_knows(self, number: int) -> None:
        Anything.tally.steps += 1
        self.keep(self.phone(number))

    @rule(seldom=SELDOM)
    def crash_the_server(self, seldom: int) -> None:
        Anything.tally.steps += 1
        if seldom == 0:
            Anything.tally.kills += 1
            self.line.close()
            self.site.kill()
            self.site.start()

    @rule(seldom=SELDOM)
    def back_up(self, seldom: int) -> None:
        Anything.tally.steps += 1
        if seldom < 6:
            with (
                closing(sqlite3.connect(self.site.file)) as live,
                closing(sqlite3.connect(self.site.folder / "backup")) as copy,
            ):
                live.backup(copy)
            self.backup = True

    @precondition(lambda self: self.backup)
    @rule(seldom=SELDOM)
    def restore_the_backup(self, seldom: int) -> None:
        Anything.tally.steps += 1
        if seldom < 2:
            Anything.tally.kills += 1
            self.line.close()
            self.site.kill()
            restore(self.site)
            self.site.start()

    @rule(number=PHONES, seconds=some.integers(-(10**6), 10**6))
    def turn_a_clock(self, number: int, seconds: int) -> None:
        Anything.tally.steps += 1
        self.phones[self.phone(number)].clock = NOON + timedelta(seconds=seconds)

    @precondition(lambda self: len(self.phones) < 3)
    @rule(number=PHONES, seldom=SELDOM)
    def copy_a_phone(self, number: int, seldom: int) -> None:
        """Its profile, onto another one."""
        Anything.tally.steps += 1
        if seldom < 6:
            self.phones.append(self.saved[self.phone(number)].copy())
            self.saved.append(self.phones[-1].copy())

    def keep(self, number: int) -> None:
        self.saved[number] = self.phones[number].copy()

    # ---- what must hold --------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "site"):
            return
        for request in self.late:
            assert self.line.exchange(request).status == 200
        for _ in range(3):  # news of one may be somebody's answer
            for phone in self.phones:
                self.line.drain(phone)
        self.line.close()
        self.nothing_is_lost()
        counted, late = self.site.log_of(self.visit)
        self.all_say_the_same(counted)
        order = [*counted, *late]
        self.rng.shuffle(order)
        dropped = {event.id for event in late}
        again = [event for event in [*order, *order[:5]] if event.id not in dropped]
        assert project(again) == project(counted)  # I6

    def nothing_is_lost(self) -> None:
        """I2 I3 I4 I7."""
        with closing(sqlite3.connect(self.site.file)) as raw:
            query = "SELECT hash, body FROM event WHERE visit_id = ?"
            rows = raw.execute(query, (self.visit.hex,)).fetchall()
        stored = dict(rows)
        found = Tally()
        for phone in self.phones:
            assert not phone.unsent
            mine = {event.hash: phone.bodies[event.hash] for event in phone.own}
            found.made |= mine.keys()
            found.acked |= phone.acked
            found.lost += mine.keys() - stored.keys()
            found.torn += [name for name in mine.keys() & stored if stored[name] != mine[name]]
        if len(stored) < len(rows):
            found.doubled.append(str(self.visit))
        found.must_be_clean()
        Anything.tally.made |= found.made
        Anything.tally.acked |= found.acked

    def all_say_the_same(self, counted: list[AnswerEvent]) -> None:
        """I5 I6 I11."""
        truth = project(counted)
        for phone in self.phones:
            assert said(phone.capture) == said(truth)
        assert set(truth.conflicts) == set(apart(counted))


def said(capture: Capture) -> tuple[Any, ...]:
    heads = {name: sorted(ids) for name, ids in capture.heads.items()}
    return (capture.answers, capture.notes, heads, set(capture.conflicts), capture.lamport)


def apart(events: Iterable[AnswerEvent]) -> Iterator[str]:
    """Registers that two events set apart from each other to something different, found by
    following what each was made on top of."""
    known = {event.id: event for event in events}
    registers: dict[str, list[AnswerEvent]] = {}
    for event in known.values():
        registers.setdefault(register(event), []).append(event)
    for name, members in registers.items():
        replaced = {base for event in members for base in event.base}
        last = [event for event in members if event.id not in replaced]
        if len({(event.kind, event.answer, event.text) for event in last}) > 1:
            yield name


def restore(site: Site) -> None:
    site.put_back()


@pytest.fixture
def folder(tmp_path):
    """Of the machine's memory where there is some to have: what a flush takes is not the
    matter here, and a hundred thousand of them take long."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=memory, prefix="mingcha-") as found:
        yield Path(found)


@pytest.mark.parametrize("part", range(4 if FULL else 1))
def test_whatever_happens_in_whatever_order(template, folder, tally, full, part):
    """I2 I3 I4 I5 I6 I7 I11."""
    examples, steps = (80, 500) if full else (60, 40)
    sites: list[Site] = []
    visits: list[Any] = []

    def open_site() -> tuple[Site, Any, str]:
        if not visits:
            for old in sites[-1:]:
                look_through(old)
            sites.append(template.site(folder / str(len(sites))))
            visits.extend(sites[-1].visits(ENOUGH))
            sites[-1].start()
        return sites[-1], *visits.pop()

    def look_through(site: Site) -> None:
        site.check(tally, [])
        site.kill()
        shutil.rmtree(site.folder)

    Anything.open_site = staticmethod(open_site)
    Anything.tally = tally
    run(
        Anything,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not full,
            phases=[Phase.generate],  # making it shorter would take an hour
            suppress_health_check=list(HealthCheck),
        ),
    )
    look_through(sites[-1])

    assert tally.steps >= (25_000 if full else 2_000)
