"""Reports per second, beside the naive way and beside Chromium.

`./dev bench pdf [rounds]` draws reports of one checklist in Chinese, no two alike (other
answers, notes and branches: `tests/bench/papers.py`), the same by each way: by one and by two
warm workers, by a plain `HTML(...).write_pdf()` for each report, and by a warm Chromium's
print of the same HTML, from one page and from two at once. The ways take turns, so that a busy
machine is busy for all of them. A Chromium spreads one print over several processes: wall
time says who is first with one report, processor time and the two of two how much work it is.
A Python that was built without its optimisations, as pyenv does, is slower by a sixth; those of
distributions have them (`PYTHON=/usr/bin/python3`).
"""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from audit.domain.report import VisitReport
from audit.paths import folder
from audit.render.pages import Pages
from audit.work.pdf import DrawingRoom

# A worker imports this module too: what only the bench needs is imported where it is used.

ZONE = "Asia/Shanghai"
CHROMIUM = os.environ.get("MINGCHA_TEST_CHROMIUM") or shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
FASTER, MEMORY, SIZE = 2.0, 120, 200  # times the naive rate; MB a worker; kB a report

NAIVE, CHROMIUM_WARM, CHROMIUM_TWO = "naive WeasyPrint", "Chromium, warm", "Chromium, 2 pages"
ONE, TWO = "1 warm worker", "2 warm workers"
ONE_CORE = ", one core"

WARMING = 8  # reports that each way draws before the clock runs

Way = Callable[[list[VisitReport]], Awaitable[list[int]]]  # draws them, gives their bytes


class Runs:
    """What a way took, a report, round by round; processor time says how much work it is."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []
        self.sizes: list[int] = []

    def add(self, wall: float, cpu: float, sizes: list[int]) -> None:
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.sizes += sizes


def reports(first: int, count: int) -> list[VisitReport]:
    from tests.bench.papers import report  # noqa: PLC0415

    return [report(first + place) for place in range(count)]


def by_workers(room: DrawingRoom) -> Way:
    async def draw(papers: list[VisitReport]) -> list[int]:
        drawn = await asyncio.gather(*(room.draw(one, "zh") for one in papers))
        return [len(one) for one in drawn]

    return draw


def naive(html: str, css: str) -> int:
    """As anybody would write it first: no PDF/A, no tags, no attachment."""
    from weasyprint import CSS, HTML  # noqa: PLC0415

    drawn: bytes = HTML(string=html).write_pdf(stylesheets=[CSS(string=css)])
    return len(drawn)


def with_files(css: str) -> str:
    return css.replace("report:fonts", (folder("reports") / "fonts").as_uri())


def naively(pool: ProcessPoolExecutor, pages: Pages, css: str) -> Way:
    async def draw(papers: list[VisitReport]) -> list[int]:
        loop = asyncio.get_running_loop()
        made = []
        for one in papers:
            html = pages.draw(one, "zh")
            made.append(await loop.run_in_executor(pool, naive, html, css))
        return made

    return draw


def by_chromium(sheets: list[Any], pages: Pages, css: str) -> Way:
    """As many reports at once as there are pages of the browser."""
    place = Path(tempfile.mkdtemp())  # a file may load fonts from files

    async def print_one(sheet: Any, number: int, one: VisitReport) -> int:
        html = pages.draw(one, "zh").replace("</head>", f"<style>{css}</style></head>")
        file = place / f"report-{number}.html"
        file.write_text(html, encoding="utf-8")
        await sheet.goto(file.as_uri(), wait_until="load")
        await sheet.evaluate("document.fonts.ready")
        return len(await sheet.pdf(prefer_css_page_size=True, tagged=True))

    async def draw(papers: list[VisitReport]) -> list[int]:
        waiting = iter(papers)

        async def keep_printing(number: int, sheet: Any) -> list[int]:
            return [await print_one(sheet, number, one) for one in waiting]

        tasks = (keep_printing(number, sheet) for number, sheet in enumerate(sheets))
        return [size for sizes in await asyncio.gather(*tasks) for size in sizes]

    return draw


def family(roots: list[int]) -> dict[int, list[str]]:
    """What the system says of these processes and of all below them."""
    lines = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # ended meanwhile
            lines[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    parents = {pid: int(fields[1]) for pid, fields in lines.items()}
    found = set(roots)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: lines[pid] for pid in found & lines.keys()}


def spent(roots: list[int]) -> float:
    """Seconds of processor time, so far."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in family(roots).values())
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def on_one_core(roots: list[int]) -> Iterator[None]:
    """A Chromium works on one print with several processes: so both have the same."""
    every = os.sched_getaffinity(0)
    for cores in ({min(every)}, every):
        for pid in family(roots):
            for task in Path(f"/proc/{pid}/task").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(task.name), cores)
        if cores != every:
            yield


def driver() -> list[int]:
    """The process that Playwright started, which started Chromium."""
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [
        pid for pid in map(int, mine) if b"playwright" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def peak(pid: int) -> float:
    """The largest resident size a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


async def timed(way: Way, papers: list[VisitReport], pids: list[int], run: Runs) -> None:
    began, before = time.perf_counter(), spent(pids)
    sizes = await way(papers)
    wall = (time.perf_counter() - began) / len(papers)
    run.add(wall, (spent(pids) - before) / len(papers), sizes)


async def measure(rounds: int) -> bool:
    from playwright.async_api import async_playwright  # noqa: PLC0415

    pages = Pages(folder("reports"), ZONE)
    css = with_files((folder("reports") / "visit" / "visit.css").read_text(encoding="utf-8"))
    one, two = (DrawingRoom(folder("reports"), ZONE, workers) for workers in (1, 2))
    plain = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        sheets = [await (await browser.new_context()).new_page() for _ in range(2)]
        ways: dict[str, tuple[Way, int, Callable[[], list[int]]]] = {
            NAIVE: (naively(plain, pages, css), 2, lambda: list(plain._processes)),
            CHROMIUM_WARM: (by_chromium(sheets[:1], pages, css), 2, driver),
            ONE: (by_workers(one), 2, one.pids),
            CHROMIUM_TWO: (by_chromium(sheets, pages, css), 6, driver),
            TWO: (by_workers(two), 6, two.pids),
        }
        for way, _, _ in ways.values():
            await way(reports(1, WARMING))
        pinned = (CHROMIUM_WARM + ONE_CORE, ONE + ONE_CORE)
        runs = {name: Runs() for name in (*ways, *pinned)}
        for number in range(1, rounds + 1):
            for name, (way, count, pids) in ways.items():
                papers = reports(100 * number, count)
                await timed(way, papers, pids(), runs[name])
            for name in (CHROMIUM_WARM, ONE):
                way, count, pids = ways[name]
                papers = reports(100 * number, count)
                with on_one_core(pids()):
                    await timed(way, papers, pids(), runs[name + ONE_CORE])
        await browser.close()
    largest = max(peak(pid) for room in (one, two) for pid in room.pids())
    for room in (one, two):
        room.close()
    plain.shutdown()
    return told(runs, largest)


def told(runs: dict[str, Runs], largest: float) -> bool:
    print(f"{'a report':<24}  wall ms  (best)  CPU ms  (best)  per s    kB")
    for name, run in runs.items():
        print(
            f"{name:<24}{median(run.wall) * 1000:>9.0f}{min(run.wall) * 1000:>8.0f}"
            f"{median(run.cpu) * 1000:>8.0f}{min(run.cpu) * 1000:>8.0f}"
            f"{1 / median(run.wall):>7.2f}{median(run.sizes) / 1000:>6.0f}"
        )
    wall = {name: median(run.wall) for name, run in runs.items()}
    cpu = {name: median(run.cpu) for name, run in runs.items()}
    print(
        f"One worker to Chromium: wall {wall[ONE] / wall[CHROMIUM_WARM]:.2f}, "
        f"processor time {cpu[ONE] / cpu[CHROMIUM_WARM]:.2f}, wall with one core each "
        f"{wall[ONE + ONE_CORE] / wall[CHROMIUM_WARM + ONE_CORE]:.2f}. Two to two: "
        f"{1 / wall[TWO]:.2f} to {1 / wall[CHROMIUM_TWO]:.2f} reports a second "
        f"({wall[CHROMIUM_TWO] / wall[TWO]:.2f} ×)."
    )
    ratio = wall[NAIVE] / wall[TWO]
    size = median(runs[ONE].sizes) / 1000
    bars = (
        ("one worker is not slower than Chromium", wall[ONE] <= wall[CHROMIUM_WARM]),
        (
            "nor with one core each",
            wall[ONE + ONE_CORE] <= wall[CHROMIUM_WARM + ONE_CORE],
        ),
        (f"two workers ≥ {FASTER:.0f} × the naive rate: {ratio:.2f} ×", ratio >= FASTER),
        (f"a worker's peak ≤ {MEMORY} MB: {largest:.0f} MB", largest <= MEMORY),
        (f"a report ≤ {SIZE} kB: {size:.0f} kB", size <= SIZE),
    )
    for text, held in bars:
        print("PASS" if held else "FAIL", text)
    return all(held for _, held in bars)


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    sys.exit(0 if asyncio.run(measure(given)) else 1)
