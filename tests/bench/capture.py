"""How fast answers are taken in: durable autosaves and whole visits, beside the naive way.

`./dev bench capture [seconds]` starts the real server on a SQLite file, and then on PostgreSQL
(MINGCHA_TEST_POSTGRES, or one started for it), in a process of its own, and sends from another what
1, 8, 32 and 64 phones send: one answer a request, each acknowledged when it is on disk, and
whole visits of 60 answers and their handing in, sealed. Naive is what anybody would write
first on the same libraries (`naive.py`): a transaction for each answer, objects of the ORM.
"""

import asyncio
import hashlib
import multiprocessing
import os
import re
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import uvloop
from sqlalchemy import create_engine, insert, text

from audit.cli import serving
from audit.domain.answer import Answer
from audit.domain.delivery import Batch
from audit.domain.event import AnswerEvent, Manifest, hashed, root, written
from audit.ids import new_id
from audit.settings import Settings
from audit.store.database import Database
from audit.store.tables import VisitRow, VisitTokenRow
from tests import world as known
from tests.bench.naive import naively

PHONES = (1, 8, 32, 64)
LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")
ANSWERS = 60
GRADED = (1, 2, 3, 4, 6, 8, 9, 10)
TOKEN = "bench"
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


# ---- what phones send ------------------------------------------------------------------


def request(visit: UUID, events: list[AnswerEvent]) -> bytes:
    have = {events[-1].device: events[-1].seq}
    body = msgspec.json.encode(Batch(secrets.token_hex(8), tuple(map(written, events)), have))
    head = (
        f"POST /api/v1/visits/{visit}/events HTTP/1.1\r\nHost: bench\r\n"
        "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n"
        f"Authorization: Visit {TOKEN}-{visit}\r\nContent-Type: application/json\r\n"
        f"X-Body-SHA256: {hashlib.sha256(body).hexdigest()}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def answers(visit: UUID, checklist: str, count: int) -> list[AnswerEvent]:
    device = secrets.token_hex(16)
    made: list[AnswerEvent] = []
    for seq in range(1, count + 1):
        event = AnswerEvent(
            id=new_id(), visit=visit, device=device, seq=seq, lamport=seq, kind="answer",
            item=f"rules-24/r{GRADED[seq % 8]:02}", checklist=checklist, wall=NOW,
            answer=Answer("answered", seq % 3), base=(made[-1].id,) if made else (),
            monotonic=float(seq), boot=device, zone_minutes=480, prev=made[-1].hash if made else "",
        )  # fmt: skip
        made.append(hashed(event))
    return made


def whole(visit: UUID, checklist: str) -> list[AnswerEvent]:
    made = answers(visit, checklist, ANSWERS)
    last = made[-1]
    manifest = Manifest({last.device: last.seq}, root(made))
    submit = AnswerEvent(
        id=new_id(), visit=visit, device=last.device, seq=last.seq + 1, lamport=last.seq + 1,
        kind="submit", item="visit", checklist=checklist, wall=NOW, manifest=manifest,
        prev=last.hash,
    )  # fmt: skip
    return [*made, hashed(submit)]


# ---- the server ------------------------------------------------------------------------


def furnish(url: str, visits: list[UUID]) -> str:
    database = Database(url)
    database.migrate()
    world = known.build(database)
    with database.writing() as session:
        like = session.get_one(VisitRow, world.harbour_visit)
        shared = {name: getattr(like, name) for name in VisitRow.model_fields if name != "id"}
        session.execute(insert(VisitRow), [{**shared, "id": visit} for visit in visits])
        session.execute(insert(VisitTokenRow), [
            {
                "token_hash": hashlib.sha256(f"{TOKEN}-{visit}".encode()).hexdigest(),
                "visit_id": visit, "person_id": like.shopper_id, "created_at": NOW,
                "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
            }
            for visit in visits
        ])  # fmt: skip
    database.close()
    return str(world.checklist.hash)


def serve(url: str, data: str, naive: bool, port: Any) -> None:
    database = Database(url)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    settings = Settings(data=Path(data))
    app = naively(database) if naive else serving.application(settings, database)
    port.value = listener.getsockname()[1]  # nobody waits for a server that only just starts
    serving.server(app, settings).run([listener])


@contextmanager
def server(url: str, naive: bool) -> Iterator[tuple[int, int]]:
    spawn = multiprocessing.get_context("spawn")
    port = spawn.Value("i", 0)
    data = tempfile.mkdtemp()
    process = spawn.Process(target=serve, args=(url, data, naive, port), daemon=True)
    process.start()
    while not port.value:
        time.sleep(0.05)
    assert process.pid is not None
    yield port.value, process.pid
    process.kill()
    process.join()


# ---- the phones ------------------------------------------------------------------------


class Line(asyncio.Protocol):
    """A phone on its own connection: it sends what is next when it has its answer."""

    def __init__(self, requests: Iterator[bytes], until: float, wanted: bytes) -> None:
        self.requests = requests
        self.until = until
        self.wanted = wanted
        self.took: list[float] = []
        self.done = asyncio.get_running_loop().create_future()
        self.answer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._send()

    def _send(self) -> None:
        sent = next(self.requests, None)
        self.began = time.perf_counter()
        if sent is None or self.began > self.until:
            self.transport.close()
            self.done.set_result(None)
            return
        self.transport.write(sent)

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, end, body = self.answer.partition(b"\r\n\r\n")
        if not end or len(body) < int(LENGTH.findall(head)[0]):
            return
        self.took.append(time.perf_counter() - self.began)
        if not head.startswith(b"HTTP/1.1 200") or self.wanted not in body:
            self.done.set_exception(AssertionError(self.answer))
            self.transport.close()
            return
        self.answer = b""
        self._send()


Jobs = list[Iterator[bytes]]  # by phone


async def load(port: int, jobs: Jobs, seconds: float, wanted: bytes) -> tuple[float, list[float]]:
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    lines: list[Line] = []
    for job in jobs:
        make = partial(Line, job, began + seconds, wanted)
        _, line = await loop.create_connection(make, "127.0.0.1", port)
        lines.append(line)
    await asyncio.gather(*(line.done for line in lines))
    took = [one for line in lines for one in line.took]
    return len(took) / (time.perf_counter() - began), took


def resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return (
        next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
        / 1024
    )


def ms(took: list[float], share: float) -> float:
    return sorted(took)[min(len(took) - 1, int(len(took) * share))] * 1000


# ---- the run ---------------------------------------------------------------------------


class Ground(NamedTuple):
    """One database with visits enough for a run."""

    name: str
    url: str
    checklist: str
    visits: Iterator[UUID]


def autosaves(ground: Ground, port: int, phones: int, seconds: float) -> tuple[float, list[float]]:
    """Each phone goes from one visit to the next when that is full."""
    jobs: Jobs = []
    for _ in range(phones):
        made = [
            request(visit, [event])
            for visit in islice(ground.visits, int(seconds * 6000 / phones / ANSWERS) + 1)
            for event in answers(visit, ground.checklist, ANSWERS)
        ]
        jobs.append(iter(made))
    return uvloop.run(load(port, jobs, seconds, b'"st":"stored"'))


def visits(ground: Ground, port: int, phones: int, seconds: float) -> tuple[float, list[float]]:
    most = int(seconds * 1500 / phones) + 1
    jobs: Jobs = [iter(list(handed_in(ground, most))) for _ in range(phones)]
    return uvloop.run(load(port, jobs, seconds, b'"receipt":{'))


def handed_in(ground: Ground, most: int) -> Iterator[bytes]:
    for visit in islice(ground.visits, most):
        yield request(visit, whole(visit, ground.checklist))


def tell(name: str, what: str, phones: int, rate: float, took: list[float], more: str = "") -> None:
    print(
        f"{name:<12}{what:<12}{phones:>4} phones {rate:>8.0f}/s"
        f"  p50 {statistics.median(took) * 1000:>6.1f} ms  p99 {ms(took, 0.99):>6.1f} ms{more}",
        flush=True,
    )


def measure(name: str, url: str, seconds: float) -> dict[str, float]:
    every = [new_id() for _ in range(int(seconds * 6000) + 1000)]
    ground = Ground(name, url, furnish(url, every), iter(every))
    found: dict[str, float] = {}
    with server(url, False) as (port, pid), server(url, True) as (other, _):
        for phones in PHONES:
            rate, took = autosaves(ground, port, phones, seconds)
            tell(name, "answers", phones, rate, took)
            found[f"answers {phones}"], found[f"p99 {phones}"] = rate, ms(took, 0.99)
            rate, took = autosaves(ground, other, phones, seconds)
            tell(name, "naive", phones, rate, took)
            found[f"naive {phones}"] = rate
        for phones in (8, 16, 32):
            rate, took = visits(ground, port, phones, seconds)
            tell(name, "visits", phones, rate, took, f"  {resident(pid):.0f} MB")
            found[f"visits {phones}"], found[f"visits p99 {phones}"] = rate, ms(took, 0.99)
    return found


def main(seconds: float) -> bool:
    folder = tempfile.mkdtemp()
    found = measure("SQLite", f"sqlite:///{folder}/bench.sqlite3", seconds)
    if postgres := os.environ.get("MINGCHA_TEST_POSTGRES", ""):
        name = f"bench_{secrets.token_hex(4)}"
        admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        measure("PostgreSQL", postgres.rsplit("/", 1)[0] + f"/{name}", seconds)
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    ratio = found["answers 32"] / found["naive 32"]
    bars = (
        (f"≥ 5 × the naive path at 32 phones: {ratio:.1f} ×", ratio >= 5),
        (f"≥ 1,000 whole visits a second: {found['visits 16']:.0f}", found["visits 16"] >= 1000),
        (
            f"p99 under 100 ms at 16 phones: {found['visits p99 16']:.0f} ms",
            found["visits p99 16"] < 100,
        ),
    )
    for words, held in bars:
        print("PASS" if held else "FAIL", words)
    return all(held for _, held in bars)


if __name__ == "__main__":
    sys.exit(0 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 4) else 1)
