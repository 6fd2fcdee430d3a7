"""How heavy the fill page is on a cheap phone with a bad line, beside a bare page.

The real server and the shipped `branch-visit` checklist in Chinese: `ours` is a visit as a
phone first opens it, `full` the same with every question answered elsewhere, whose answers
the phone then fetches too. The bare page has the same questions, a few lines of CSS and
htmx, and nothing else. Photos, handing in and backups have a script of 3 kB that comes after
the page has been at rest for eight seconds; it is not counted.
Headless Chromium, 390×844, cold cache, 4× slower processor, 150 ms per request,
1.6 Mbps down, 750 kbps up, brotli.
Medians of five runs, the two pages taking turns. `./dev bench page`.

`./dev bench page thousand` is for a checklist of a thousand items, which is filled in part by
part. Its bars are those of each stage, so the bare page has the items of one part, the largest:
it carries a twentieth of what ours does. Ours is tapped in the part it opens with, then in the
largest, after the jump there; that jump may take as long as the bare page's first paint, since
without it there would be a page to load. Where the bare page's own tap is slower than the bar,
because the machine is busy, ours is held to that.
"""

import statistics
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

import brotli
import msgspec
from playwright.sync_api import Browser, Page, sync_playwright

from audit.clock import now
from audit.domain.answer import Answer, Capture, Deed
from audit.domain.checklist import Checklist
from audit.domain.fill import Row, StageRows, sheet
from audit.domain.library import read_tables
from audit.domain.parts import Part, parts
from audit.domain.text import Text
from audit.ids import new_id
from audit.paths import folder
from audit.settings import Settings
from audit.store.checklists import publish
from audit.store.database import Database
from audit.store.events import record
from audit.store.sessions import open_session
from audit.store.tables import VisitRow
from audit.store.visits import get_visit
from audit.web.assets import HTMX
from tests import world as known
from tests.browser.serving import ARGUMENTS, CHROMIUM, Listening, Serving
from tests.domain.writing import library
from tests.thousand import thousand

RUNS = 5
TAPS = 4
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
# Noted in the page before anything of it runs. htmx has then wired every form.
WATCH = """
addEventListener("htmx:after:process", () => { window.usable ??= performance.now() }, true)
window.taps = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.taps.push([entry.startTime, entry.duration])
}).observe({ type: "event", durationThreshold: 16 })
"""


class Run(msgspec.Struct):
    requests: float
    wire: float
    html: float
    fcp: float
    usable: float
    tap: float
    jump: float = 0


def measure(browser: Browser, url: str, token: str, *, taps: int, jump: str = "") -> Run:
    """`jump`: the part to go to after the first taps, and to be tapped in too."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True
    )
    context.add_cookies([{"name": "sid", "value": token, "url": url}])
    context.add_init_script(WATCH)
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    asked: dict[str, str] = {}
    wire: dict[str, int] = {}
    devtools.on("Network.requestWillBeSent", lambda e: _note(asked, e))
    devtools.on(
        "Network.loadingFinished",
        lambda e: wire.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    page.goto(url, wait_until="load")
    while not page.evaluate("window.usable > 0"):
        page.wait_for_timeout(100)
    page.wait_for_timeout(1_000)  # whatever else a page may still fetch
    requests, total = len(asked), sum(wire.values())
    html = next(wire[name] for name, kind in asked.items() if kind == "Document")
    fcp = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    usable = page.evaluate("window.usable")
    tap(page, taps)
    gone = go(page, jump) if jump else (0, 0)
    tap(page, taps if jump else 0)
    page.wait_for_timeout(1_000)  # the browser tells of them when it has the time
    told = [(gone[0] < at < gone[1], took) for at, took in page.evaluate("window.taps")]
    context.close()
    slowest = max((took for going, took in told if not going), default=0)
    jumped = max((took for going, took in told if going), default=0)
    return Run(requests, total, html, fcp, usable, slowest, jumped)


def tap(page: Page, times: int) -> None:
    for form in page.locator("form:has(input[type=radio]:not(:checked)):visible").all()[:times]:
        form.locator("label:has(input:not(:checked))").first.tap()
        page.wait_for_timeout(300)


def go(page: Page, part: str) -> tuple[float, float]:
    """From when until when it went there, by the page's clock."""
    begun: float = page.evaluate("performance.now()")
    page.locator(".jump summary").tap()
    page.wait_for_timeout(500)
    page.locator(f'#stages [href$="#stage-{part}"]').tap()
    page.wait_for_timeout(1_500)
    return begun, page.evaluate("performance.now()")


def _note(asked: dict[str, str], event: dict[str, Any]) -> None:
    if not event["request"]["url"].startswith("data:"):  # the browser's own icons
        asked[event["requestId"]] = event["type"]


# ---- the two pages -------------------------------------------------------------------


def published_thousand(database: Database) -> Checklist:
    shelf = library()
    found = read_tables(thousand(), shelf.vocabulary, shelf.frameworks, shelf.checklists)
    with database.writing() as session:
        publish(session, found, now())
    return found


def plan(database: Database, world: known.World, checklist: Checklist) -> list[UUID]:
    """Visits of Alice's, one for each run."""
    made = [new_id() for _ in range(RUNS)]
    with database.writing() as session:
        like = session.get_one(VisitRow, world.harbour_visit)
        for visit in made:
            row = {**like.model_dump(), "id": visit, "checklist_hash": checklist.hash}
            session.add(VisitRow(**row))
    return made


def answered(database: Database, world: known.World) -> None:
    deeds = [
        Deed("answer", gate.key, answer=Answer("answered", "yes")) for gate in world.checklist.gates
    ]
    for row in (r for s in sheet(world.checklist, Capture()).stages for r in s.rows if r.item):
        said = row.choices[-1][0] if row.choices else "1"
        value = int(said) if said.isdigit() else said
        deeds.append(Deed("answer", row.key, answer=Answer("answered", value)))
    with database.writing() as session:
        record(session, get_visit(session, world.alice, world.harbour_visit), deeds, now())


HEAD = (
    "<!doctype html><html lang=zh-CN><meta charset=utf-8>"
    '<meta name=viewport content="width=device-width"><title>bare</title>'
    "<link rel=stylesheet href=/bare.css><script src=/htmx.js defer></script>"
)
CSS = b"""
body { margin: 1rem; font: 17px/1.6 sans-serif }
form { margin-block: 1.5rem }
label { position: relative; display: block; padding: .6rem; border: 1px solid #888 }
input[type=radio] { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0 }
label:has(:checked) { background: #1f4e5f; color: #fff }
"""
SECOND_ROW = (("na", "不适用"), ("not_observed", "未观察到"))


def bare_html(stages: Sequence[StageRows]) -> bytes:
    lines = [HEAD]
    for stage in stages:
        lines.append(f"<h2>{escape(stage.stage.title.zh)}</h2>")
        lines += [bare_row(row) for row in stage.rows]
    return "\n".join(lines).encode()


def bare_row(row: Row) -> str:
    question = row.gate.question if row.gate else row.item.criterion if row.item else Text("", "")
    choices = [*((value, text.zh) for value, text in row.choices), *SECOND_ROW]
    labels = "".join(
        f'<label><input type=radio name=value value="{value}">{escape(words)}</label>'
        for value, words in choices
    )
    return (
        '<form hx-post="/answers" hx-trigger=change hx-swap=none>'
        f"<p>{escape(question.zh)}</p>"
        f'<input type=hidden name=item value="{row.key}">{labels}</form>'
    )


def bare_app(stages: Sequence[StageRows]) -> Any:
    pages = {
        "/": (b"text/html", brotli.compress(bare_html(stages), quality=6)),
        "/bare.css": (b"text/css", brotli.compress(CSS)),
        "/htmx.js": (b"text/javascript", brotli.compress((folder("static") / HTMX).read_bytes())),
    }

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kind, body = pages.get(scope["path"], (b"text/plain", b""))
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        if body:
            headers.append((b"content-encoding", b"br"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


# ---- the verdict ---------------------------------------------------------------------


def medians(runs: list[Run]) -> Run:
    return Run(*(statistics.median(getattr(run, f) for run in runs) for f in Run.__struct_fields__))


def verdicts_by_stage(ours: Run, bare: Run, stages: int) -> list[tuple[bool, str]]:
    ratio, page = ours.fcp / bare.fcp, ours.html / stages / 1000
    return [
        (ours.requests <= 4, f"{ours.requests:.0f} requests, at most 4"),
        (page <= 14, f"{page:.1f} kB of page for each of {stages} stages, at most 14"),
        (ratio <= 1.5, f"first paint {ratio:.2f} times the bare page's, at most 1.50"),
        (
            ours.tap <= max(100, bare.tap),
            f"{ours.tap:.0f} ms for the slowest tap, at most 100 or the bare page's {bare.tap:.0f}",
        ),
        (
            ours.jump <= bare.fcp,
            f"{ours.jump:.0f} ms for going to another part, at most {bare.fcp:.0f}",
        ),
    ]


def largest(checklist: Checklist) -> Part:
    found = parts(checklist, sheet(checklist, Capture())).each
    return max(found, key=lambda part: len(part.rows))


def verdicts(ours: Run, bare: Run, full: Run) -> list[tuple[bool, str]]:
    ratio = ours.fcp / bare.fcp
    return [
        (ours.requests <= 4, f"{ours.requests:.0f} requests, at most 4"),
        (ours.wire <= 40_000, f"{ours.wire / 1000:.2f} kB on the wire, at most 40"),
        (full.html <= 14_000, f"{full.html / 1000:.1f} kB for the page, all answered, at most 14"),
        (ratio <= 1.5, f"first paint {ratio:.2f} times the bare page's, at most 1.50"),
        (ours.tap <= 100, f"{ours.tap:.0f} ms for the slowest tap, at most 100"),
    ]


def main(large: bool) -> int:
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        database = Database(f"sqlite:///{place}/bench.sqlite3")
        database.migrate()
        world = known.build(database)
        with database.writing() as session:
            token = open_session(session, world.alice.id, "bench", now())
        serving = Serving(Settings(data=Path(place)), database)
        checklist = published_thousand(database) if large else world.checklist
        part = largest(checklist) if large else None
        stages = [part] if part else sheet(checklist, Capture()).stages
        bare = Listening(bare_app(stages))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        fill = f"{serving.url}/visits/%s/fill"
        unopened = iter(plan(database, world, checklist))
        runs: dict[str, list[Run]] = {"bare": [], "ours": []}
        for _ in range(RUNS):
            often = 2 * TAPS if part else TAPS  # as often as ours
            runs["bare"].append(measure(browser, f"{bare.url}/", token, taps=often))
            jump = part.id if part else ""
            url = fill % next(unopened)
            runs["ours"].append(measure(browser, url, token, taps=TAPS, jump=jump))
        if not large:
            answered(database, world)
            runs["full"] = [measure(browser, fill % world.harbour_visit, token, taps=0)]
        browser.close()
        serving.stop()
        bare.stop()
        database.close()
    found = {name: medians(these) for name, these in runs.items()}
    print("      requests  wire kB  page kB  FCP ms  usable ms  tap ms  jump ms")
    for name, run in found.items():
        print(
            f"{name:6}{run.requests:9.0f}{run.wire / 1000:9.1f}{run.html / 1000:9.1f}"
            f"{run.fcp:8.0f}{run.usable:11.0f}{run.tap:8.0f}{run.jump:9.0f}"
        )
    checked = (
        verdicts_by_stage(found["ours"], found["bare"], len(checklist.stages))
        if large
        else verdicts(found["ours"], found["bare"], found["full"])
    )
    for good, words in checked:
        print("PASS" if good else "FAIL", words)
    return 0 if all(good for good, _ in checked) else 1


if __name__ == "__main__":
    sys.exit(main(large="thousand" in sys.argv[1:]))
