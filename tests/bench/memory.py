"""Whether a server that takes in whole visits keeps the memory it has.

`./dev bench memory [seconds]`: 16 phones hand in visits of 60 answers at a steady pace, and
what the server holds is told as it goes. It fails when that has grown by a tenth since the
first ten seconds.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import uvloop

from audit.ids import new_id
from tests.bench.capture import Ground, Line, furnish, handed_in, resident, server

PHONES = 16
A_SECOND = 100
GROWN = 1.1


class Patient(Line):
    """It takes its time between one visit and the next."""

    def _send(self) -> None:
        asyncio.get_running_loop().call_later(PHONES / A_SECOND, super()._send)


async def watch(ground: Ground, port: int, pid: int, seconds: float) -> list[float]:
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    lines: list[Line] = []
    for _ in range(PHONES):
        visits = handed_in(ground, int(seconds * A_SECOND))
        make = partial(Patient, visits, began + seconds, b'"receipt":{')
        _, line = await loop.create_connection(make, "127.0.0.1", port)
        lines.append(line)
    held = []
    for moment in moments(seconds):
        await asyncio.sleep(began + moment - time.perf_counter())
        held.append(resident(pid))
        print(f"{moment:>6.0f} s  {held[-1]:>5.0f} MB  {sum(len(x.took) for x in lines)} visits")
    await asyncio.gather(*(line.done for line in lines))
    return held


def moments(seconds: float) -> Iterator[float]:
    yield from (moment for moment in (10, 30) if moment < seconds)
    yield from range(60, int(seconds) + 1, 60)


def main(seconds: float) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        every = [new_id() for _ in range(int((seconds + 5) * A_SECOND))]
        url = f"sqlite:///{Path(folder)}/bench.sqlite3"
        ground = Ground("SQLite", url, furnish(url, every), iter(every))
        with server(url, False) as (port, pid):
            held = uvloop.run(watch(ground, port, pid, seconds))
    flat = held[-1] <= held[0] * GROWN
    print("PASS" if flat else "FAIL", f"memory flat: {held[0]:.0f} MB, then {held[-1]:.0f} MB")
    return flat


if __name__ == "__main__":
    sys.exit(0 if main(float(sys.argv[1]) if len(sys.argv) > 1 else 600) else 1)
