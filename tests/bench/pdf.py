"""Reports per second, beside the naive way and beside Chromium.

`./dev bench pdf [rounds]` draws visit A in Chinese, another text each time: by one and by two
warm workers, by a plain `HTML(...).write_pdf()` for each report, and by a warm Chromium's
print of the same HTML. The ways take turns, so that a busy machine is busy for all of them.
"""

import asyncio
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from playwright.async_api import async_playwright

from audit.domain.report import VisitReport
from audit.paths import folder
from audit.render.pages import Pages
from audit.work.pdf import DrawingRoom
from tests.render.papers import report_a

ZONE = "Asia/Shanghai"
CHROMIUM = os.environ.get("MINGCHA_TEST_CHROMIUM") or shutil.which("chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
FASTER, MEMORY, SIZE = 2.0, 120, 200  # times the naive rate; MB a worker; kB a report

Way = Callable[[int], Awaitable[int]]  # draws that many reports, gives the largest's bytes


def report(seed: int) -> VisitReport:
    known = report_a()
    heading = msgspec.structs.replace(known.heading, number=f"2026-H001-{seed:05}")
    return msgspec.structs.replace(known, heading=heading)


class Seeds:
    def __init__(self) -> None:
        self.last = 0

    def take(self, count: int) -> list[VisitReport]:
        self.last += count
        return [report(self.last - place) for place in range(count)]


def by_workers(room: DrawingRoom, seeds: Seeds) -> Way:
    async def draw(count: int) -> int:
        drawn = await asyncio.gather(*(room.draw(one, "zh") for one in seeds.take(count)))
        return max(map(len, drawn))

    return draw


def naive(html: str, css: str) -> int:
    """As anybody would write it first: no PDF/A, no tags, no attachment."""
    from weasyprint import CSS, HTML  # noqa: PLC0415

    drawn: bytes = HTML(string=html).write_pdf(stylesheets=[CSS(string=css)])
    return len(drawn)


def with_files(css: str) -> str:
    return css.replace("report:fonts", (folder("reports") / "fonts").as_uri())


def naively(pool: ProcessPoolExecutor, pages: Pages, css: str, seeds: Seeds) -> Way:
    async def draw(count: int) -> int:
        loop = asyncio.get_running_loop()
        made = []
        for one in seeds.take(count):
            html = pages.draw(one, "zh")
            made.append(await loop.run_in_executor(pool, naive, html, css))
        return max(made)

    return draw


def by_chromium(page: Any, pages: Pages, css: str, seeds: Seeds) -> Way:
    file = Path(tempfile.mkdtemp()) / "report.html"  # a file may load fonts from files

    async def draw(count: int) -> int:
        made = []
        for one in seeds.take(count):
            html = pages.draw(one, "zh").replace("</head>", f"<style>{css}</style></head>")
            file.write_text(html, encoding="utf-8")
            await page.goto(file.as_uri(), wait_until="load")
            await page.evaluate("document.fonts.ready")
            made.append(await page.pdf(prefer_css_page_size=True, tagged=True))
        return max(map(len, made))

    return draw


def peak(pid: int) -> float:
    """The largest resident size a process has had, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


async def measure(rounds: int) -> bool:
    seeds = Seeds()
    pages = Pages(folder("reports"), ZONE)
    css = with_files((folder("reports") / "visit" / "visit.css").read_text(encoding="utf-8"))
    one, two = (DrawingRoom(folder("reports"), ZONE, workers) for workers in (1, 2))
    plain = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await (await browser.new_context()).new_page()
        ways: dict[str, tuple[Way, int]] = {
            "naive WeasyPrint": (naively(plain, pages, css, seeds), 2),
            "Chromium, warm": (by_chromium(page, pages, css, seeds), 2),
            "1 warm worker": (by_workers(one, seeds), 2),
            "2 warm workers": (by_workers(two, seeds), 6),
        }
        for way, count in ways.values():
            await way(count)
        times: dict[str, list[float]] = {name: [] for name in ways}
        sizes: dict[str, int] = dict.fromkeys(ways, 0)
        for _ in range(rounds):
            for name, (way, count) in ways.items():
                began = time.perf_counter()
                sizes[name] = max(sizes[name], await way(count))
                times[name].append((time.perf_counter() - began) / count)
        await browser.close()
    largest = max(peak(pid) for room in (one, two) for pid in room.pids())
    for room in (one, two):
        room.close()
    plain.shutdown()
    return told(times, sizes, largest)


def told(times: dict[str, list[float]], sizes: dict[str, int], largest: float) -> bool:
    print(f"{'':<18}{'ms a report':>12}{'(best)':>8}{'reports/s':>11}{'kB':>6}")
    middle = {name: median(taken) for name, taken in times.items()}
    for name, taken in times.items():
        print(
            f"{name:<18}{middle[name] * 1000:>12.0f}{min(taken) * 1000:>8.0f}"
            f"{1 / middle[name]:>11.2f}{sizes[name] / 1000:>6.0f}"
        )
    ratio = middle["naive WeasyPrint"] / middle["2 warm workers"]
    size = sizes["1 warm worker"] / 1000
    bars = (
        ("one worker is not slower than Chromium", middle["1 warm worker"]
         <= middle["Chromium, warm"]),
        (f"two workers ≥ {FASTER:.0f} × the naive rate: {ratio:.2f} ×", ratio >= FASTER),
        (f"a worker's peak ≤ {MEMORY} MB: {largest:.0f} MB", largest <= MEMORY),
        (f"a report ≤ {SIZE} kB: {size:.0f} kB", size <= SIZE),
    )  # fmt: skip
    for text, held in bars:
        print("PASS" if held else "FAIL", text)
    return all(held for _, held in bars)


if __name__ == "__main__":
    given = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    sys.exit(0 if asyncio.run(measure(given)) else 1)
