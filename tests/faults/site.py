"""An installation that things are done to: a database with the known world and many visits,
and a server process over it that is killed and started again."""

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import create_engine, text

from audit.clock import now
from audit.domain.event import AnswerEvent
from audit.domain.people import Person
from audit.ids import new_id
from audit.store.database import Database
from audit.store.events import list_events, list_late
from audit.store.logs import examine
from audit.store.tables import EventRow, QuarantineRow
from audit.store.tokens import open_token
from audit.store.visits import add_visit, get_visit
from tests.faults.tally import Tally
from tests.world import World, build

ROOT = Path(__file__).parents[2]


class Launcher:
    """Its processes are ours to kill, and it says how they ended."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launcher"],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.lock = threading.Lock()

    def ask(self, **order: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        with self.lock:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def start(self, argv: Iterable[str], env: dict[str, str], log: Path, **breaking: Any) -> int:
        found: int = self.ask(argv=[*argv], env=env, log=str(log), breaking=breaking)
        return found

    def ended(self, pid: int, seconds: float = 20) -> int | None:
        found: int | None = self.ask(pid=pid, seconds=seconds)
        return found

    def close(self) -> None:
        with self.process:
            assert self.process.stdin
            self.process.stdin.close()


class Site:
    def __init__(self, launcher: Launcher, folder: Path, world: World, url: str = "") -> None:
        self.launcher = launcher
        self.folder = folder
        self.world = world
        self.file = folder / "mingcha.sqlite3"
        self.url = url or f"sqlite:///{self.file}"
        self.log = folder / "server.log"
        self.port = free_port()
        self.pid = 0
        self.breaking: dict[str, Any] = {}

    # ---- the process -----------------------------------------------------------------

    @property
    def env(self) -> dict[str, str]:
        return {"MINGCHA_DATA": str(self.folder), "MINGCHA_DATABASE_URL": self.url}

    def start(self, **breaking: Any) -> None:
        self.breaking = breaking or self.breaking
        argv = ["serve", "--port", str(self.port)]
        self.pid = self.launcher.start(argv, self.env, self.log, **self.breaking)
        self.await_port()

    def start_stopped(self, **breaking: Any) -> None:
        """Not a step is taken before it gets SIGCONT."""
        argv = ["serve", "--port", str(self.port)]
        breaking = {"stopped": True, **breaking}
        self.pid = self.launcher.start(argv, self.env, self.log, **breaking)
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            time.sleep(0.002)

    def await_port(self, within: float = 60) -> None:
        until = time.monotonic() + within
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            if time.monotonic() > until or self.launcher.ended(self.pid, 0) is not None:
                raise AssertionError(f"no server: {self.log.read_text()[-2000:]}")
            time.sleep(0.005)

    def kill(self) -> None:
        """What the machine does when memory runs out: no goodbye."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.launcher.ended(self.pid)
            self.pid = 0

    def put_back(self) -> None:
        """The copy named `backup` takes the database's place. The server must not run."""
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.folder / "backup", self.file)

    def kill_during(
        self, threads: list[threading.Thread], tally: Tally, kills: int, rng: random.Random
    ) -> None:
        """Start them and wait for their end; meanwhile it is killed at random, so often."""
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(rng.uniform(0.05, 0.7))
            if tally.kills < kills:
                self.kill()
                tally.kills += 1
                self.start()
        for thread in threads:
            thread.join()

    def ended(self, seconds: float = 20) -> int | None:
        """The exit code when it ended by itself."""
        code = self.launcher.ended(self.pid, seconds)
        if code is not None:
            self.pid = 0
        return code

    def run(self, *argv: str, **breaking: Any) -> tuple[int | None, str]:
        """Another command over the same data: its exit code and what it printed."""
        log = self.folder / f"{new_id()}.log"
        pid = self.launcher.start(argv, self.env, log, **breaking)
        return self.launcher.ended(pid, 120), log.read_text()

    # ---- what it is about ------------------------------------------------------------

    @contextlib.contextmanager
    def database(self) -> Any:
        found = Database(self.url)
        yield found
        found.close()

    def visits(self, count: int, shopper: Person | None = None) -> list[tuple[UUID, str]]:
        """New visits, each with a token for it."""
        made = []
        world = self.world
        with self.database() as database, database.writing() as session:
            plan = get_visit(session, world.ann, world.harbour_visit)
            for _ in range(count):
                visit = new_id()
                add_visit(
                    session, visit, branch=plan.branch.id, wave=world.wave,
                    shopper=(shopper or world.alice).id, mode="disguised",
                    checklist=plan.checklist, brief=plan.brief, due_on=now().date(),
                )  # fmt: skip
                found = get_visit(session, world.ann, visit)
                until = now() + timedelta(days=30)
                made.append((visit, open_token(session, found, now(), until)))
        return made

    def token(self, visit: UUID) -> str:
        with self.database() as database, database.writing() as session:
            found = get_visit(session, self.world.ann, visit)
            return open_token(session, found, now(), now() + timedelta(days=30))

    def log_of(self, visit: UUID) -> tuple[list[AnswerEvent], list[AnswerEvent]]:
        """What counts, and what came too late."""
        with self.database() as database, database.reading() as session:
            return list_events(session, visit), list_late(session, visit)

    def stored(self) -> dict[str, str]:
        """By hash, where everything that was ever delivered is now."""
        found: dict[str, str] = {}
        with self.database() as database, database.reading() as session:
            for table, name in ((QuarantineRow, "quarantine"), (EventRow, "log")):
                for body, digest in session.execute(
                    text(f"SELECT body, hash FROM {table.__tablename__}")
                ):
                    found[digest] = f"{name} {body}"
        return found

    # ---- what must hold --------------------------------------------------------------

    def check(self, tally: Tally, phones: Iterable[Any]) -> None:
        """I2 I3 I4 I5, of everything these phones made and were told."""
        stored = self.stored()
        for phone in phones:
            tally.made |= {event.hash for event in phone.own}
            tally.acked |= phone.acked
            for event in phone.own:
                there = stored.get(event.hash)
                if there is None and event.hash in phone.acked:
                    tally.lost.append(f"{phone.device} {event.seq} {event.id}")
                if there is not None and there.partition(" ")[2] != phone.bodies[event.hash]:
                    tally.torn.append(f"{event.id}: other bytes")
        tally.stored = max(tally.stored, len(stored))
        with self.database() as database, database.reading() as session:
            tally.finds(examine(session).findings)
        if self.url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.file)) as raw:
                said = raw.execute("PRAGMA integrity_check").fetchone()[0]
            if said != "ok":
                tally.torn.append(f"the file: {said}")
        tally.must_be_clean()


class Template:
    """Databases are made once and copied."""

    def __init__(self, launcher: Launcher, known: Path, world: World) -> None:
        self.launcher = launcher
        self.known = known
        self.world = world

    def site(self, folder: Path) -> Site:
        folder.mkdir(parents=True, exist_ok=True)
        found = Site(self.launcher, folder, self.world)
        shutil.copyfile(self.known, found.file)
        return found


def postgres(server: str, name: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.rsplit("/", 1)[0] + f"/{name}"


def drop(server: str, name: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def fill(site: Site) -> None:
    with site.database() as database:
        database.migrate()
        build(database)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
