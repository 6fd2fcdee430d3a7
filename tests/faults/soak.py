"""F25: everything at once and at random, for as long as one likes.

    ./dev faults --soak 24h [SEED]

Shoppers fill in visits without end (see `shopper`), on SQLite and, where there is one, on
PostgreSQL, while the server is killed, its clock turned, its disk filled, its database set
back to a backup (see `besieged`). It stops at the first invariant that does not hold.
"""

import contextlib
import random
import re
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.store.database import Database
from tests import world as known
from tests.conftest import POSTGRES
from tests.faults.besieged import Besieged
from tests.faults.site import Launcher, Template
from tests.faults.tally import SOAK, Ledger

LONGEST_END = 300  # seconds until everybody has finished
JUDGED_FROM = 600  # seconds; memory in a shorter run says nothing


def run(sites: list[Besieged], seconds: float, seed: int) -> int:
    """The exit code."""
    rng = random.Random(seed)
    threads = [threading.Thread(target=shopper.work) for s in sites for shopper in s.shoppers]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    every = max(3.0, min(120.0, seconds / 100))  # seconds between two faults
    told, struck, peaks = 0.0, 0.0, [0.0, 0.0]
    while (gone := time.monotonic() - began) < seconds and not any(s.broken for s in sites):
        late = gone > seconds / 10
        peaks[late] = max(peaks[late], *(site.memory() for site in sites))
        if gone > struck:
            _strike(rng.choice(sites))
            struck = gone + rng.expovariate(1 / every)
        if gone > told + min(60, seconds / 3):
            _say(_line(sites, told := gone))
        time.sleep(0.05)
    grown = seconds > JUDGED_FROM and peaks[1] > peaks[0] * 4 / 3
    if grown:
        sites[0].breaks(MemoryError(f"from {peaks[0]:.0f} to {peaks[1]:.0f} MB"))
    _end(sites, threads)
    _say(_line(sites, gone := time.monotonic() - began))
    _close(sites)
    return _verdict(sites, gone, seed)


def _strike(site: Besieged, *fault: Callable[[], None]) -> None:
    try:
        site.strike(*fault)
    except BaseException as error:  # noqa: BLE001  # a server that does not start again is one
        site.breaks(error)


def _end(sites: list[Besieged], threads: list[threading.Thread]) -> None:
    """Everybody finishes what was begun, at a server that is well."""
    for site in sites:
        _strike(site, site.kill)  # also ends a full disk
        site.stop()
    until = time.monotonic() + LONGEST_END
    for thread in threads:
        while thread.is_alive() and time.monotonic() < until and not any(s.broken for s in sites):
            thread.join(0.1)
    if any(thread.is_alive() for thread in threads) and not any(s.broken for s in sites):
        sites[0].breaks(AssertionError("it does not come to an end"))


def _close(sites: list[Besieged]) -> None:
    """What is there in the end is looked through once more."""
    for site in sites:
        try:
            site.close_site()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is told
            site.breaks(error)


def _line(sites: list[Besieged], gone: float) -> str:
    names = ("events", "acked", "lost", "doubled", "torn", "kills")
    counted = "  ".join(f"{name} {sum(s.totals[name] for s in sites)}" for name in names)
    memory, size = max(s.memory() for s in sites), sum(s.size() for s in sites)
    hours, rest = divmod(int(gone), 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}"
    return f"{clock}  {counted}  memory {memory:.0f} MB  database {size:.0f} MB"


def _verdict(sites: list[Besieged], seconds: float, seed: int) -> int:
    ledger = Ledger()
    ledger.add(SOAK, {"seconds": seconds})
    for site in sites:
        ledger.add(SOAK, site.totals)
        if site.broken is not None:
            _say(f"BROKEN on {site.kind}, seed {seed}: {site.broken!r}", *site.actions)
    _say("", *ledger.table(), "", ledger.verdict())
    return int(any(site.broken for site in sites))


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()


def seconds_of(text: str) -> float:
    found = re.fullmatch(r"(\d+)([smh])", text)
    if found is None:
        sys.exit(f"not a time such as 24h, 90m, 30s: {text}")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]


def main(arguments: list[str]) -> int:
    seconds = seconds_of(arguments[0] if arguments else "24h")
    seed = int(arguments[1]) if len(arguments) > 1 else random.randrange(10**6)
    _say(f"seed {seed}")
    launcher = Launcher()
    with TemporaryDirectory(prefix="mingcha-soak-") as name, contextlib.closing(launcher):
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'known'}")
        database.migrate()
        template = Template(launcher, folder / "known", known.build(database))
        database.close()
        kinds = ["sqlite", *(["postgres"] if POSTGRES else [])]
        return run([Besieged(template, folder, kind, seed) for kind in kinds], seconds, seed)
