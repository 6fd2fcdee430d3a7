"""What tries to lose or double an answer between the finger and the server.

Each test says which invariants of the capture protocol it holds: I1 what was called kept is
there after a restart, I3 each entry is stored once and numbers have no gaps, I7 nothing
leaves the phone's log without an acknowledgement, I8 nothing is called kept before it is on
disk. `./dev faults` runs them together with the server's, and kills more often.
"""

import os
import random
import signal
import time
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect
from sqlmodel import select

from audit.clock import now
from audit.domain.answer import accept
from audit.domain.checklist import Item, Number
from audit.domain.event import root
from audit.domain.problems import Invalid
from audit.domain.text import Text
from audit.store.events import list_events
from audit.store.sessions import open_session
from audit.store.tables import QuarantineRow
from tests.browser.serving import ARGUMENTS, CHROMIUM
from tests.browser.test_fill import BUSY, GREETING, item, settled, tap
from tests.faults import FULL as THOROUGHLY

pytestmark = pytest.mark.browser
LOTS, KILLS = (5, 10) if THOROUGHLY else (1, 3)
GRADED = [f"rules-24/r{number:02}" for number in (1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 13, 14, 18, 19)]

# Tells Python of each item that is called kept, in the order it is called so.
WATCH = """
addEventListener("DOMContentLoaded", () => new MutationObserver((changes) => {
  for (const { target } of changes) {
    const line = target.closest?.(".said") ?? target.parentElement?.closest(".said")
    if (line?.matches(".stale")) continue
    if (!["On this phone", "Received"].includes(line?.textContent)) continue
    const item = line.closest(".item")
    const radio = item.querySelector(":checked")
    kept([item.id.slice(5), radio?.value ?? ""])
  }
}).observe(document.body, { subtree: true, childList: true, characterData: true }))
"""
# Taps as fast as a page can be made to, for ever.
HAMMER = """(keys) => {
  const tap = () => {
    const key = keys[Math.floor(Math.random() * keys.length)]
    const item = document.getElementById(`item-${key}`)
    const radios = item.querySelectorAll(".seg input:not(:checked)")
    radios[Math.floor(Math.random() * radios.length)].click()
    setTimeout(tap, Math.random() * 40)
  }
  tap()
}"""
ROWS = "mingcha.ready.then((log) => mingcha.rows(log.visit))"
# By slot, every value that was ever said.
SAID = """Object.fromEntries([...mingcha.log.slots].map(([slot, events]) =>
  [slot, events.map((event) => String(event.answer?.value ?? ""))]))"""
FULL = """(window.full = true,
IDBObjectStore.prototype.add = ((add) => function (...given) {
  if (window.full) throw new DOMException("", "QuotaExceededError")
  return add.apply(this, given)
})(IDBObjectStore.prototype.add), true)"""


@pytest.fixture
def stored(database, world):
    """Every event the server holds of the visit; none is in quarantine."""

    def read():
        with database.reading() as session:
            assert [row.trouble + row.body for row in session.exec(select(QuarantineRow))] == []
            return list_events(session, world.harbour_visit)

    return read


class Phone:
    """A browser with storage of its own, which outlives it."""

    def __init__(self, chromium, serving, person, profile: Path) -> None:
        self.chromium, self.serving, self.person, self.profile = chromium, serving, person, profile

    def open(self, path, *, watch=None, **options):
        self.context = self.chromium.browser_type.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=ARGUMENTS, locale="en",
            viewport={"width": 390, "height": 844}, base_url=self.serving.url, **options,
        )  # fmt: skip
        self.context.set_default_timeout(20_000)
        with self.serving.database.writing() as session:
            token = open_session(session, self.person.id, "test", now())
        self.context.add_cookies([{"name": "sid", "value": token, "url": self.serving.url}])
        if watch is not None:
            self.context.expose_binding("kept", lambda _source, told: watch.append(tuple(told)))
            self.context.add_init_script(WATCH)
        page = self.context.pages[0]
        page.goto(path)
        page.evaluate("mingcha.ready")
        return page

    def kill(self) -> None:
        """As if the battery had been taken out: no process gets to say goodbye."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(self.profile).encode() in path.read_bytes():
                    os.kill(int(path.parent.name), signal.SIGKILL)
            except (FileNotFoundError, ProcessLookupError):
                continue
        with suppress(Error):
            self.context.close()
        (self.profile / "SingletonLock").unlink(missing_ok=True)

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def phone(chromium, serving, world, tmp_path):
    found = Phone(chromium, serving, world.alice, tmp_path / "profile")
    yield found
    found.kill()


def agree(rows, events) -> None:
    """I3 and I4: what the phone wrote is what the server holds, each once, without gaps."""
    own = sorted(rows, key=lambda row: (row["device"], row["seq"]))
    held = sorted(events, key=lambda event: (event.device, event.seq))
    assert [(row["id"], row["hash"]) for row in own] == [(str(e.id), e.hash) for e in held]
    by_device: dict[str, list[int]] = {}
    for event in held:
        by_device.setdefault(event.device, []).append(event.seq)
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in by_device.values())


@pytest.mark.parametrize("lot", range(LOTS))
def test_f1_a_browser_killed_in_mid_write_loses_nothing_it_called_kept(
    phone, fill, stored, tally, lot
):
    """I1 I3 I7 I8."""
    for _ in range(KILLS):
        told: list[tuple[str, str]] = []
        page = phone.open(fill, watch=told)
        page.evaluate(HAMMER, GRADED)
        page.wait_for_timeout(random.randint(400, 1200))
        phone.kill()
        tally.kills += 1

        page = phone.open(fill)
        rows = page.evaluate(ROWS)
        said = page.evaluate(SAID)
        assert told, "nothing was kept before the kill: the test tests nothing"
        for key, value in told:
            assert value in said[f"answer:{key}"]
        settled(page)
        agree(page.evaluate(ROWS), stored())
        assert len(rows) <= len(page.evaluate(ROWS))
        phone.close()


def test_f11_a_full_phone_says_not_saved_and_saves_when_there_is_room(open_, world, fill, stored):
    """I8."""
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)

    page.evaluate(FULL)
    tap(page, BUSY, "Yes")
    page.get_by_text("1 not saved; trying again").wait_for()
    said = item(page, BUSY).locator(".said").inner_text()
    before = len(stored())
    page.evaluate("window.full = false")
    settled(page)

    assert (said, before) == ("Not saved", 1)
    assert [event.item for event in stored()] == [GREETING, BUSY]
    open_.expect("QuotaExceededError")


def test_f12_a_storage_that_was_closed_under_the_page_is_opened_again(open_, world, fill, stored):
    """I8: a newer version of the page in another tab, and the browser itself, may close it."""
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)

    page.evaluate(
        "mingcha.within('facts', 'readonly', (facts) => { facts.transaction.db.close() })"
    )
    tap(page, BUSY, "Yes")
    settled(page)

    assert [event.item for event in stored()] == [GREETING, BUSY]


def test_f15_two_tabs_write_one_log_and_show_the_same(open_, world, fill, stored):
    """I3: numbers are given inside the transaction that writes."""
    first = open_(world.alice, fill)
    second = first.context.new_page()
    second.goto(fill)

    tap(first, GREETING, "Hardly ever")
    tap(second, BUSY, "Yes")
    for place, key in enumerate(GRADED[2:10]):
        (first, second)[place % 2].bring_to_front()
        tap((first, second)[place % 2], key, "Not observed")
    for page in (first, second):
        page.bring_to_front()
        expect(page.locator("#progress")).to_have_text("10 / 67")
        settled(page)

    agree(first.evaluate(ROWS), stored())
    assert len(stored()) == 10
    assert item(second, GREETING).locator(":checked").get_attribute("value") == "0"


def test_f15_two_phones_that_disagree_are_told_and_a_tap_settles_it(
    open_, world, fill, stored, database
):
    """I11: both answers are kept, and which one counts is said by a person."""
    first, second = (open_(world.alice, fill) for _ in range(2))
    for page in (first, second):
        page.context.set_offline(True)
    tap(first, GREETING, "Hardly ever")
    tap(second, GREETING, "All staff met, throughout")
    for page in (first, second):
        page.get_by_text("1 only on this phone").wait_for()
        page.context.set_offline(False)
        settled(page)

    second.get_by_text("Two phones say different things").wait_for()
    assert item(second, GREETING).locator(":checked").count() == 0
    tap(second, GREETING, "Hardly ever")
    settled(second)

    *both, settling = stored()
    assert {event.id for event in both} == set(settling.base)
    assert second.get_by_text("Two phones say different things").count() == 0
    open_.expect("ERR_INTERNET_DISCONNECTED")


PORTALS = {
    "a page in its place": {"status": 200, "content_type": "text/html", "body": "<h1>Wi-Fi</h1>"},
    "no content": {"status": 204},
    "network authentication": {"status": 511, "content_type": "text/html", "body": "Sign in"},
    "another site's JSON": {"status": 200, "content_type": "application/json", "body": "{}"},
    "an older answer": {
        "status": 200, "content_type": "application/json",
        "body": '{"nonce": "of another time", "acks": [], "have": {}, "status": "in_progress"}',
    },
    "a redirect": {"status": 302, "headers": {"Location": "/sign-in"}},
}  # fmt: skip


@pytest.mark.parametrize("portal", PORTALS.values(), ids=PORTALS)
def test_f7_no_portal_is_taken_for_the_server(open_, world, fill, stored, portal):
    """I7."""
    page = open_(world.alice, fill)
    page.route("**/api/v1/**", lambda route: route.fulfill(**portal))
    tap(page, GREETING, "Hardly ever")
    page.get_by_text("1 only on this phone").wait_for()
    page.wait_for_timeout(500)
    assert page.locator("#saved").inner_text() == "1 only on this phone"
    assert stored() == []

    page.unroute("**/api/v1/**")
    settled(page)

    agree(page.evaluate(ROWS), stored())
    open_.errors.clear()  # each portal makes another noise


def test_f5_answers_of_the_server_that_get_lost_double_nothing(open_, world, fill, stored):
    """I3: the server has stored it each time; the phone sends until it hears so."""
    page = open_(world.alice, fill)
    lost = []

    def swallow(route):
        if len(lost) < 2:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    page.route("**/api/v1/**", swallow)
    tap(page, GREETING, "Hardly ever")
    tap(page, BUSY, "Yes")
    settled(page, timeout=20_000)

    assert len(lost) == 2
    agree(page.evaluate(ROWS), stored())
    assert len(stored()) == 2
    open_.expect("ERR_FAILED")


def test_f24_what_is_being_typed_when_the_page_is_left_is_kept(open_, world, fill, stored):
    """I1: no pause in the typing, no button, the page is simply gone."""
    page = open_(world.alice, fill)
    tap(page, GREETING, "Note")
    item(page, GREETING).locator("textarea").press_sequentially("Nobody looked up")

    page.goto("/assignments")
    page.goto(fill)
    expect(item(page, GREETING).locator("textarea")).to_have_value("Nobody looked up")
    expect(item(page, GREETING).locator(".said")).to_have_text("Received")

    assert [event.text for event in stored()] == ["Nobody looked up"]
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft'))") == []


def test_f14_a_clock_that_jumps_back_changes_no_order(open_, world, fill, stored):
    """I6: order is told by numbers, never by clocks."""
    page = open_(world.alice, fill)
    for at, words in ((2_000_000_000, "Hardly ever"), (0, "All staff met, throughout")):
        page.clock.set_fixed_time(at)
        tap(page, GREETING, words)
        settled(page)

    first, second = stored()
    assert (first.wall.year, second.wall.year) == (2033, 1970)
    assert second.base == (first.id,)
    assert item(page, GREETING).locator(":checked").get_attribute("value") == "2"


def test_f23_answers_get_through_on_a_bad_line(open_, world, fill, stored):
    """400 ms, 30 kB/s and every fourth request lost; the page stays responsive."""
    page = open_(world.alice, fill)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 400, "downloadThroughput": 30_000, "uploadThroughput": 30_000,
    })  # fmt: skip
    asked = count()
    page.route(
        "**/api/v1/**",
        lambda route: route.abort() if next(asked) % 4 == 1 else route.continue_(),
    )

    slowest = 0.0
    for key in GRADED:
        began = time.perf_counter()
        tap(page, key, "Not observed")
        expect(item(page, key).locator(":checked")).to_have_count(1)
        slowest = max(slowest, time.perf_counter() - began)
    settled(page, timeout=60_000)

    agree(page.evaluate(ROWS), stored())
    assert slowest < 2
    open_.expect("ERR_FAILED")


def test_the_root_in_a_manifest_is_the_one_the_server_computes(open_, world, fill, stored):
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)

    manifest = page.evaluate("mingcha.later().then(() => mingcha.manifest(mingcha.log))")

    (event,) = stored()
    assert manifest == {
        "extent": {event.device: 1}, "root": root([event]), "photos": [], "gaps": {},
    }  # fmt: skip


TYPED = [
    "0",
    "07",
    "+3",
    "-0",
    "-2.50",
    ".5",
    "5.",
    "1.000",
    "１２",
    " 4 ",
    "",
    "x",
    "1e3",
    "1_0",
    "--1",
]


def test_typed_numbers_are_read_on_the_phone_as_on_the_server(open_, world, fill):
    """What is kept without a connection must be what the server would have stored."""
    page = open_(world.alice, fill)

    read = page.evaluate("(texts) => texts.map((text) => mingcha.decimal(text) ?? null)", TYPED)

    number = Item(
        key="a/b", label=Text("", ""), criterion=Text("", ""), response=Number(), stage="s"
    )
    expected = [stored_as(number, text) for text in TYPED]
    expected[TYPED.index("1e3")] = None  # nobody types it; the phone asks for a plain number
    assert read == expected


def stored_as(item, text):
    try:
        return accept(item, text).value
    except Invalid:
        return None
