"""An installation that people use without end while whatever can break it does."""

import contextlib
import random
import re
import shutil
import sqlite3
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.conftest import POSTGRES
from tests.faults.shopper import Shopper
from tests.faults.site import Site, Template, drop, fill, postgres
from tests.faults.tally import Tally

SHOPPERS = {"sqlite": 16, "postgres": 8}  # with two phones each, more or less
ENOUGH = 300  # visits at one site; then another is begun, so that disks do not fill
DAYS = 5 * 86_400  # no token ends in that time


class Besieged:
    """One installation after the other, those who use it and what befalls it."""

    def __init__(
        self, template: Template, folder: Path, kind: str, seed: int, enough: int = ENOUGH
    ) -> None:
        self.template, self.folder, self.kind, self.enough = template, folder, kind, enough
        self.rng = random.Random(f"{seed} {kind}")
        self.totals: Counter[str] = Counter()
        self.actions: deque[str] = deque(maxlen=30)
        self.broken: BaseException | None = None
        self.goes_on = True
        self.turn = threading.Condition(threading.RLock())  # nobody is robbed of the database
        self.epoch = self.saved = self.waiting = self.number = 0
        self.visits: list[Any] = []
        self.shoppers = [
            Shopper(self, f"{seed} {kind} {n}") for n in range(min(SHOPPERS[kind], enough))
        ]
        self.site = self.open_site()

    def open_site(self) -> Site:
        self.number += 1
        self.saved = 0
        site = self.template.site(self.folder / f"{self.kind}-{self.number}")
        if self.kind == "postgres":
            site.url = postgres(POSTGRES, f"soak_{uuid4().hex[:12]}")
            fill(site)
        self.visits = site.visits(self.enough)
        (site.folder / "clock").write_text("0")
        site.start(clock=str(site.folder / "clock"))
        return site

    def close_site(self) -> None:
        tally = Tally()
        with contextlib.ExitStack() as last:
            last.callback(shutil.rmtree, self.site.folder)
            if self.kind == "postgres":
                last.callback(drop, POSTGRES, self.site.url.rpartition("/")[2])
            last.callback(self.site.kill)
            self.site.check(tally, [])

    # ---- for the shoppers ------------------------------------------------------------

    def next_visit(self, shopper: Shopper) -> Any:
        """The last to ask when there is none left opens another site."""
        with self.turn:
            if not self.visits and self.goes_on:
                shopper.forget()
                self.waiting += 1
                if self.waiting == len(self.shoppers):
                    self.close_site()
                    self.site, self.waiting = self.open_site(), 0
                    self.turn.notify_all()
                self.turn.wait_for(lambda: self.visits or not self.goes_on)
            return self.visits.pop() if self.goes_on else None

    def counts(self, tally: Tally, *, again: bool) -> None:
        counts = tally.counts()
        wrong = {name: counts[name] for name in ("lost", "doubled", "torn")}
        self.totals.update(wrong if again else counts)

    def breaks(self, error: BaseException) -> None:
        with self.turn:
            self.broken = self.broken or error
            self.stop()

    def stop(self) -> None:
        with self.turn:
            self.goes_on = False
            self.turn.notify_all()

    # ---- what befalls it -------------------------------------------------------------

    def strike(self, *chosen: Callable[[], None]) -> None:
        faults: list[Callable[[], None]] = [self.kill, self.kill, self.kill, self.turn_clock]
        if self.kind == "sqlite":
            faults += [self.back_up, self.fill_disk, self.set_back]
        fault = self.rng.choice(chosen or faults)
        with self.turn:
            self.actions.append(f"---- {fault.__name__} ----")
            fault()

    def kill(self, **breaking: Any) -> None:
        self.site.kill()
        self.totals["kills"] += 1
        time.sleep(self.rng.choice((0, 0, 0.5)))
        self.site.start(clock=str(self.site.folder / "clock"), **breaking)

    def turn_clock(self) -> None:
        (self.site.folder / "next").write_text(str(self.rng.randrange(-DAYS, DAYS)))
        (self.site.folder / "next").rename(self.site.folder / "clock")

    def back_up(self) -> None:
        with _opened(self.site.file) as live, _opened(self.site.folder / "backup") as copy:
            live.backup(copy)
        self.saved += 1

    def set_back(self) -> None:
        if self.saved:
            self.site.kill()
            self.site.put_back()
            self.epoch += 1
        self.kill()

    def fill_disk(self) -> None:
        """Until the next time that it is killed."""
        with _opened(self.site.file) as raw:
            pages = raw.execute("PRAGMA page_count").fetchone()[0]
        self.kill(pragmas=[f"max_page_count={pages + self.rng.randrange(60)}"])

    # ---- what it takes ---------------------------------------------------------------

    def memory(self) -> float:
        """Of the server, in MB; nothing while there is none."""
        with contextlib.suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.site.pid}/status").read_text())
            return int(found[1]) / 1024 if found else 0
        return 0

    def size(self) -> float:
        if self.kind == "sqlite":
            return sum(file.stat().st_size for file in self.site.folder.glob("*.sqlite3*")) / 2**20
        query = "SELECT pg_database_size(current_database())"
        with self.site.database() as database, database.engine.connect() as connection:
            return float(connection.exec_driver_sql(query).scalar()) / 2**20


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(file)) as found:
        yield found
