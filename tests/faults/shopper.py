"""Somebody who fills in one visit after the other, on one phone or several, over a line and to
a server that fail; and looks, at the end of each, whether all of it is there."""

import random
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
from sqlmodel import select

from audit.domain.event import project
from audit.store.tables import EventRow
from tests.faults.camera import Camera, check_photos
from tests.faults.line import Line, NoAnswer, deeds
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.phone import Phone
from tests.pictures import CANARY, jpeg, noise
from tests.world import NOON

PICTURES = [b"", CANARY, jpeg(), noise(300_000)]
PATIENTLY = 6_000  # tries
REST = 0.05  # seconds after one in vain


class Visit(msgspec.Struct):
    phones: list[Phone]
    line: Line
    camera: Camera
    late: list[bytes] = []  # requests that may come once more
    epoch: int = -1  # when it was looked at: how often the server had been set back,
    saved: int = -1  # and how many backups there were
    cuts: int = 0

    def close(self) -> None:
        self.line.close()
        self.camera.close()


class Shopper:
    def __init__(self, soak: Any, seed: str) -> None:
        self.soak = soak
        self.rng = random.Random(seed)
        self.begun: list[Visit] = []
        self.done: list[Visit] = []  # what a phone still keeps, as no backup has it yet

    def work(self) -> None:
        try:
            while (found := self.soak.next_visit(self)) is not None:
                visit = self.begin(self.soak.site, *found)
                self.begun = [visit]
                most = self.rng.randrange(10, 150)
                while sum(len(phone.own) for phone in visit.phones) < most and self.soak.goes_on:
                    self.act(visit)
                self.finish(visit)
                self.done.append(visit)
                self.begun = []
                self.look_back()
            self.look_back()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is told
            self.soak.breaks(error)
        finally:
            self.done += self.begun
            self.forget()

    def begin(self, site: Site, visit: UUID, token: str) -> Visit:
        checklist = site.world.checklist.hash
        phones = [Phone(visit, checklist, NOON) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        line = Line(site.port, visit, token)
        return Visit(phones, line, Camera(phones[0], line))

    def act(self, visit: Visit) -> None:
        phone = self.rng.choice(visit.phones)
        what = self.rng.choice((self.type, self.type, self.deliver, self.deliver, self.cut,
                                self.come_late, self.turn_clock, self.photograph))  # fmt: skip
        self.soak.actions.append(f"{phone.visit} {phone.device[:6]} {what.__name__}")
        what(visit, phone)

    def type(self, _visit: Visit, phone: Phone) -> None:
        phone.does(*deeds(self.rng, self.rng.randint(1, 8)))

    def deliver(self, visit: Visit, phone: Phone) -> None:
        try:
            visit.line.deliver(phone)
        except NoAnswer:
            time.sleep(REST)

    def cut(self, visit: Visit, phone: Phone) -> None:
        """In the request or in the answer; a request may be on its way for long."""
        request = visit.line.request(phone.batch())
        visit.line.lose(request, self.rng.randrange(2 * len(request)), self.rng.randrange(1, 300))
        visit.late = [*visit.late[-5:], request]
        visit.cuts += 1

    def come_late(self, visit: Visit, _phone: Phone) -> None:
        """In another order, and again."""
        for request in self.rng.sample(visit.late, len(visit.late)):
            try:
                visit.line.exchange(request)
            except NoAnswer:
                time.sleep(REST)

    def turn_clock(self, _visit: Visit, phone: Phone) -> None:
        phone.clock = NOON + timedelta(seconds=self.rng.randrange(-(10**9), 10**9))

    def photograph(self, visit: Visit, _phone: Phone) -> None:
        """Sometimes; and some chunks of one that was taken."""
        if self.rng.random() < 0.2 and len(visit.camera.taken) < 4:
            visit.camera.take(self.rng.choice(PICTURES))
        for photo in list(visit.camera.taken)[-1:]:
            try:
                visit.camera.send_missing(photo, self.rng)
            except httpx.TransportError:
                visit.cuts += 1

    # ---- the end of a visit ----------------------------------------------------------

    def finish(self, visit: Visit) -> None:
        """All of it arrives, is handed in and sealed; what a server that was set back has
        lost meanwhile, once more."""
        first = visit.phones[0]
        while True:
            epoch = self.soak.epoch
            for phone in visit.phones * 3:  # news of one may be somebody's answer
                visit.line.drain(phone, PATIENTLY, REST)
            for photo in visit.camera.taken:
                visit.camera.send(photo, self.rng, PATIENTLY)
            if visit.epoch < 0 and not any(event.manifest for event in first.own):
                visit.camera.hands_in()
            first.receipt = None
            visit.line.drain(first, PATIENTLY, REST)
            with self.soak.turn:
                if self.soak.epoch == epoch:
                    self.look(visit)
                    return

    def look(self, visit: Visit) -> None:
        site = self.soak.site
        tally = Tally(cuts=visit.cuts)
        if visit.phones[0].receipt is None:
            tally.lost.append(f"no receipt: {visit.phones[0].visit}")
        compare(site, tally, visit.phones)
        check_photos(site, tally, [visit.camera])
        self.soak.counts(tally, again=visit.epoch >= 0)
        visit.epoch, visit.saved = self.soak.epoch, self.soak.saved
        tally.must_be_clean()

    def look_back(self) -> None:
        """What a restored server has lost comes again from the phone that still keeps it."""
        for visit in self.done:
            if visit.epoch != self.soak.epoch:
                self.finish(visit)
        kept = [visit for visit in self.done if visit.saved == self.soak.saved]
        for visit in self.done:
            if visit not in kept:
                visit.close()
        self.done = kept

    def forget(self) -> None:
        for visit in self.done:
            visit.close()
        self.done = []


def compare(site: Site, tally: Tally, phones: list[Phone]) -> None:
    """I2 to I6, of one visit."""
    with site.database() as database, database.reading() as session:
        query = select(EventRow.id, EventRow.hash, EventRow.body)
        rows = session.exec(query.where(EventRow.visit_id == phones[0].visit)).all()
    stored = {digest: body for _, digest, body in rows}
    if len({name for name, _, _ in rows}) < len(rows):
        tally.doubled.append(str(phones[0].visit))
    truth = project(site.log_of(phones[0].visit)[0])
    for phone in phones:
        mine = {event.hash: phone.bodies[event.hash] for event in phone.own}
        tally.made |= mine.keys()
        tally.acked |= phone.acked & mine.keys()
        tally.lost += sorted(mine.keys() - stored.keys())
        tally.torn += [name for name in mine if stored.get(name, mine[name]) != mine[name]]
        if (phone.capture.answers, phone.capture.notes) != (truth.answers, truth.notes):
            tally.torn.append(f"{phone.device} shows something else than {phone.visit}")
