"""Without a connection: pages open, nothing is lost, and what cannot be had is said.

Every test has a browser of its own with storage on disk; `set_offline` cuts off the service
worker too, and what the server does wrong is done by an application in front of it.
"""

import asyncio
import re
import shutil
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

import audit.app
from audit.app import create_app
from audit.clock import now
from audit.domain.answer import Answer, project
from audit.paths import folder
from audit.store.events import list_events
from audit.store.phones import list_incidents, list_self_tests
from audit.store.receipts import find_receipt
from audit.store.scenarios import give_scenario
from audit.store.tables import EventRow
from audit.store.visits import get_visit
from tests.browser.phones import panel
from tests.browser.test_fill import BUSY, GREETING, item, settled, tap
from tests.pictures import noise
from tests.world import scenario

pytestmark = pytest.mark.browser

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2304A; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def alices(phone, world):
    phone.sign_in(world.alice)
    return phone


def only_here(page, number):
    expect(page.locator("#saved")).to_have_text(f"{number} only on this phone")


def kept_paths(page):
    return page.evaluate(
        """caches.open("pages").then((cache) => cache.keys())
        .then((keys) => keys.map(({ url }) => new URL(url).pathname).sort())"""
    )


def entries(page):
    return page.evaluate(
        """new Promise((give) => { indexedDB.open("mingcha").onsuccess = ({ target }) => {
        target.result.transaction("events").objectStore("events").count().onsuccess =
        (counted) => give(counted.target.result) } })"""
    )


# ---- the whole way -----------------------------------------------------------------------


def test_a_visit_is_opened_filled_in_and_handed_in_without_a_connection(
    alices, world, fill, stored, database
):
    alices.prepare(world.harbour_visit)
    expect(alices.open("/assignments").locator(".card__ready")).to_be_visible()
    alices.cut_off()

    page = alices.open(f"/visits/{world.harbour_visit}/onsite")
    page.locator("#mark-enter button").tap()
    only_here(page, 1)
    page.reload()
    expect(page.locator("#mark-enter button")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Go on").tap()
    page.wait_for_url(re.compile("/fill$"))
    tap(page, GREETING, "Hardly ever")
    only_here(page, 2)
    page = alices.open(fill)
    assert item(page, GREETING).locator(":checked").get_attribute("value") == "0"
    tap(page, BUSY, "Yes")
    only_here(page, 3)
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_label("Hand in as it is").check()
    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()
    expect(page.locator(".handed__waiting")).to_be_visible()
    page = alices.open(fill)
    expect(page.locator(".handed__waiting")).to_be_visible()
    assert stored() == []
    alices.connect()
    expect(page.locator(".handed__sealed")).to_be_visible(timeout=30_000)

    with database.reading() as session:
        visit = get_visit(session, world.alice, world.harbour_visit)
        ids = session.exec(select(EventRow.id)).all()
    said = project(stored())
    assert visit.status == "submitted"
    assert said.answers == {GREETING: Answer("answered", 0), BUSY: Answer("answered", "yes")}
    assert list(said.marks) == ["enter"]
    assert len(ids) == len(set(ids)) == 4


def test_what_was_handed_in_without_a_connection_goes_from_the_list(
    alices, world, fill, stored, database
):
    alices.prepare(world.harbour_visit)
    alices.cut_off()
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    taken = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noise(50_000)}
    item(page, BUSY).locator(".shot input").set_input_files(taken)
    only_here(page, 3)  # the answer, the photo and what says that there is one
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_label("Hand in as it is").check()
    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()
    expect(page.locator(".handed__waiting")).to_be_visible()
    before = stored()

    page = alices.open("/assignments")
    left = page.locator(f'[data-here="{world.harbour_visit}"]')
    expect(left).to_have_text("Handed in on this phone; not sent yet")
    alices.connect()

    expect(left).to_be_hidden(timeout=30_000)
    card = page.locator(".cards:last-of-type .card", has_text="Harbour branch")
    expect(card).to_contain_text("handed in")
    with database.reading() as session:
        assert get_visit(session, world.alice, world.harbour_visit).status == "submitted"
        assert find_receipt(session, world.harbour_visit).photos == 1
    assert (before, set(project(stored()).answers)) == ([], {GREETING})


def test_an_answer_that_is_only_here_is_told_on_the_list_and_goes_from_there(
    alices, world, fill, stored
):
    alices.prepare(world.harbour_visit)
    alices.cut_off()
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    only_here(page, 1)

    page = alices.open(f"/assignments/{world.harbour_visit}")
    left = page.locator(f'[data-here="{world.harbour_visit}"]')
    expect(left).to_have_text("1 only on this phone")
    alices.connect()

    expect(left).to_be_hidden(timeout=30_000)
    assert set(project(stored()).answers) == {GREETING}


def test_when_only_the_handing_in_itself_is_here_that_is_what_is_said(alices, world, fill):
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)
    page.evaluate("mingcha.later()")
    alices.cut_off()
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_label("Hand in as it is").check()

    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()

    expect(page.locator(".handed__alone")).to_be_visible()
    expect(page.locator(".handed__waiting")).to_be_hidden()
    alices.connect()
    expect(page.locator(".handed__sealed")).to_be_visible(timeout=30_000)
    expect(page.locator(".handed__alone")).to_be_hidden()


def gone_from(page, part):
    expect(page.get_by_text("was shown here until the visit began")).to_be_visible()
    assert page.locator(".scenario").count() == 0
    assert part.questions[0].answer.en not in page.content()


def test_the_part_to_play_is_on_the_phone_until_the_visit_starts(alices, world, database):
    wealth = scenario("sc-wealth")
    with database.writing() as session:
        give_scenario(session, world.harbour_visit, wealth)
    brief, onsite = f"/assignments/{world.harbour_visit}", f"/visits/{world.harbour_visit}/onsite"
    alices.prepare(world.harbour_visit)
    alices.cut_off()

    asked = alices.open(brief).locator(".scenario__ask")
    expect(asked).to_have_text([question.ask.en for question in wealth.questions])
    page = alices.page
    page.get_by_role("link", name="On-site notes").tap()
    page.locator("#mark-enter button").tap()
    only_here(page, 1)
    page.go_back()

    gone_from(page, wealth)
    gone_from(alices.open(brief), wealth)  # the copy that was kept before
    assert wealth.brief.en not in alices.open(onsite).content()


def test_a_page_that_is_not_on_the_phone_says_so_and_names_those_that_are(alices, world, fill):
    alices.prepare(world.harbour_visit)
    alices.cut_off()

    page = alices.open("/account")

    words = page.locator("main").inner_text()
    assert ("没有网络" in words, "No connection" in words) == (True, True)
    page.get_by_role("link", name="Harbour branch").tap()
    expect(page).to_have_url(re.compile(f"{fill}$"))
    expect(page.locator(f'[id="item-{GREETING}"]')).to_be_visible()


def test_readiness_is_not_said_without_being_so(alices, world):
    alices.prepare(world.harbour_visit)
    alices.cut_off()
    page = alices.open(f"/assignments/{world.harbour_visit}")
    panel(page, "pass").wait_for()
    expect(page.locator('[data-check="clock"]')).to_have_attribute("data-state", "skip")

    page.evaluate(
        """caches.open("assets").then(async (cache) => {
        const fill = (await cache.keys()).find(({ url }) => url.includes("/static/fill."))
        await cache.delete(fill) })"""
    )
    page.get_by_text("What was checked").tap()
    page.get_by_role("button", name="Check again").tap()

    panel(page, "fail").wait_for()
    expect(page.locator('[data-check="pages"]')).to_have_attribute("data-state", "fail")
    expect(alices.open("/assignments").locator(".card__ready")).to_be_hidden()


def test_what_comes_with_a_page_is_not_swept_away_before_the_page_is_there(alices, world, fill):
    """As a new version does that begins its work at that very moment."""
    page = alices.prepare(world.harbour_visit)

    whole = page.evaluate(
        """async (path) => {
        await keeping.belong("")
        await keeping.sweep([])
        let done = false
        const kept = keeping.keep(path, await fetch(path)).then(() => { done = true })
        while (!done) await keeping.sweep([])
        await kept
        return keeping.whole(path, mingcha.person) }""",
        fill,
    )

    assert whole


# ---- what stands between phone and server ------------------------------------------------


class Between:
    """In front of the application: late, or somebody else altogether."""

    def __init__(self, app):
        self.app = app
        self.delay = 0.0
        self.says = None  # status and body of everything, if set

    async def __call__(self, scope, receive, send):
        await asyncio.sleep(self.delay)
        if self.says is None:
            return await self.app(scope, receive, send)
        status, body = self.says
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        return await send({"type": "http.response.body", "body": body})


@pytest.fixture
def between(serving):
    found = Between(serving.app)
    serving.stop()
    serving.app = found
    serving.start()
    return found


def test_a_slow_line_is_waited_for_two_seconds(alices, between, world, fill):
    alices.prepare(world.harbour_visit)
    between.delay = 8

    page = alices.open(fill)

    assert page.evaluate("performance.now()") < 6_000
    expect(page.locator(f'[id="item-{GREETING}"]')).to_be_visible()


@pytest.mark.parametrize("says", [(200, b"<h1>Welcome to our Wi-Fi</h1>"), (502, b"<h1>Bad</h1>")])
def test_an_answer_that_is_not_ours_is_neither_shown_nor_kept(alices, between, world, fill, says):
    alices.prepare(world.harbour_visit)
    between.says = says

    page = alices.open(fill)
    expect(page.locator(f'[id="item-{GREETING}"]')).to_be_visible()
    alices.cut_off()
    page = alices.open(fill)

    expect(page.locator(f'[id="item-{GREETING}"]')).to_be_visible()
    alices.errors.clear()  # the portal's answers to everything else the page asks for


def test_an_ended_sign_in_leaves_the_pages_where_they_are(alices, world, fill):
    kept = kept_paths(alices.prepare(world.harbour_visit))

    alices.context.clear_cookies(name="sid")
    page = alices.open(fill)

    assert "/sign-in?next=" in page.url
    assert kept_paths(page) == kept


# ---- F16: versions -----------------------------------------------------------------------


@pytest.fixture
def deploy(serving, settings, database, tmp_path, monkeypatch):
    """The next version of everything a page names."""

    def work():
        changed = tmp_path / "static"
        shutil.copytree(folder("static"), changed)
        style = changed / "css" / "base.css"
        style.write_text(style.read_text() + "@layer base { q { color: inherit } }\n")
        monkeypatch.setattr(
            audit.app, "folder", lambda name: changed if name == "static" else folder(name)
        )
        serving.stop()
        serving.app = create_app(settings, database)
        serving.start()

    return work


def test_f16_a_new_version_waits_until_the_open_visit_is_closed(
    alices, deploy, world, fill, stored
):
    alices.prepare(world.harbour_visit)
    page = alices.open(fill)
    style = page.locator('link[rel="stylesheet"]')
    before = style.get_attribute("href")

    deploy()
    state = page.evaluate(
        """navigator.serviceWorker.getRegistration().then(async (found) => {
        await found.update()
        for (let n = 0; n < 100 && !found.waiting; n++)
          await new Promise((ok) => setTimeout(ok, 50))
        return [Boolean(found.waiting), found.active === navigator.serviceWorker.controller] })"""
    )
    tap(page, GREETING, "Hardly ever")
    settled(page)
    alices.cut_off()
    page.reload()
    offline = style.get_attribute("href")
    coloured = page.evaluate("getComputedStyle(document.body).fontSize")
    checked = item(page, GREETING).locator(":checked").get_attribute("value")
    alices.connect()
    alices.open("about:blank").wait_for_timeout(500)
    after = alices.open(fill).locator('link[rel="stylesheet"]').get_attribute("href")

    assert state == [True, True]
    assert (offline, coloured, checked) == (before, "17px", "0")
    assert after != before
    assert len(stored()) == 1
    alices.cut_off()
    expect(alices.open(fill).locator('link[rel="stylesheet"]')).to_have_attribute("href", after)


def test_f16_without_a_worker_typing_is_kept_all_the_same(open_, world, fill, stored):
    page = open_(world.alice, fill)  # in these browsers none can be registered

    page.context.set_offline(True)
    tap(page, GREETING, "Hardly ever")
    only_here(page, 1)
    assert entries(page) == 1
    page.context.set_offline(False)
    page.reload()
    settled(page)

    assert project(stored()).answers == {GREETING: Answer("answered", 0)}
    open_.errors.clear()  # whether it tried before the connection was back


def test_switched_off_the_worker_goes_and_what_was_filled_in_stays(
    alices, serving, settings, world, fill
):
    alices.prepare(world.harbour_visit)
    alices.cut_off()
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    only_here(page, 1)
    alices.connect()
    settled(page)

    serving.app.state.settings = type(settings)(data=settings.data, offline=False)
    left = page.evaluate(
        """navigator.serviceWorker.getRegistration().then(async (found) => {
        await found.update().catch(() => {})
        for (let n = 0; n < 100 && await navigator.serviceWorker.getRegistration(); n++)
          await new Promise((ok) => setTimeout(ok, 50))
        return [Boolean(await navigator.serviceWorker.getRegistration()), await caches.keys()] })"""
    )

    assert left == [False, []]
    assert entries(page) == 1


# ---- F13: a browser that clears its storage ----------------------------------------------


def fill_in_and_lose(alices, world, fill, what):
    """Two answers received, one not."""
    alices.prepare(world.harbour_visit)
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    tap(page, BUSY, "Yes")
    settled(page)
    alices.cut_off()
    tap(page, "rules-24/r07", "2")
    only_here(page, 1)
    alices.open("about:blank")
    alices.clear(what)
    alices.connect()


def test_f13_a_cleared_storage_is_told_with_what_the_server_has(
    alices, world, fill, database, stored
):
    fill_in_and_lose(alices, world, fill, "indexeddb")

    page = alices.open(fill)

    told = page.locator("#phone")
    expect(told).to_contain_text("2 entries of this phone had been received, the last at")
    expect(told).to_contain_text("What had not been sent by then is gone.")
    settled(page)
    assert item(page, GREETING).locator(":checked").get_attribute("value") == "0"
    assert item(page, "rules-24/r07").locator(":checked").count() == 0
    with database.reading() as session:
        (incident,) = list_incidents(session)
    assert (incident.shopper, incident.sent.entries) == ("S01", 2)
    page.reload()
    expect(told).to_be_visible()
    assert len(stored()) == 2


def test_f13_a_browser_cleared_of_everything_is_told_of_as_another_phone(
    alices, world, fill, database
):
    fill_in_and_lose(alices, world, fill, "all")
    alices.context.clear_cookies()
    alices.sign_in(world.alice)

    page = alices.open(f"/assignments/{world.harbour_visit}")

    expect(page.locator("#phone")).to_contain_text("2 entries from there, the last at")
    panel(page, "pass").wait_for(timeout=20_000)


# ---- several people, one phone -----------------------------------------------------------


def test_another_person_sees_no_page_of_the_first_and_sends_nothing_in_their_name(
    alices, world, fill, stored, database
):
    alices.prepare(world.harbour_visit)
    alices.cut_off()
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    only_here(page, 1)
    alices.open("about:blank")
    alices.sign_in(world.bob)
    alices.connect()

    page = alices.prepare(world.hill_visit)
    theirs = kept_paths(page)
    alices.cut_off()
    page = alices.open(fill)
    page.get_by_role("link", name="Hill branch").wait_for()
    words = page.locator("main").inner_text()
    alices.open("about:blank")  # with a connection the page would ask for Alice's again
    alices.connect()
    page = alices.open(f"/visits/{world.hill_visit}/fill")
    tap(page, BUSY, "Yes")
    settled(page)

    assert [path for path in theirs if str(world.harbour_visit) in path] == []
    assert ("No connection" in words, "Harbour" in words) == (True, False)
    assert stored() == []
    alices.sign_in(world.alice)
    page = alices.open(fill)
    settled(page)
    assert project(stored()).answers == {GREETING: Answer("answered", 0)}
    with database.reading() as session:
        devices = {e.device for e in list_events(session, world.hill_visit)}
    assert devices.isdisjoint(e.device for e in stored())
    # What the first one's page asks for as it closes is not there for the second.
    alices.errors = [error for error in alices.errors if "404" not in error]


def test_signing_out_takes_the_pages_away_and_leaves_what_was_filled_in(alices, world, fill):
    alices.prepare(world.harbour_visit)
    page = alices.open(fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)

    page = alices.open("/assignments")
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url(re.compile("/sign-in$"))

    expect(page.get_by_label("Password")).to_be_visible()
    page.wait_for_timeout(300)
    assert kept_paths(page) == []
    assert entries(page) == 1


# ---- what the page says of the phone -----------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("en", "Open in browser"), ("zh", "在浏览器打开")])
def test_inside_another_app_it_says_how_to_get_out(open_, world, language, words):
    page = open_(
        world.alice, f"/assignments/{world.harbour_visit}", user_agent=WECHAT, language=language
    )

    panel(page, "fail").wait_for()

    shown = page.locator('[data-check="browser"] .checks__words:visible')
    assert words in shown.inner_text()
    assert shown.count() == 1


def test_an_iphone_has_to_open_it_from_the_home_screen(open_, world):
    page = open_(world.alice, f"/assignments/{world.harbour_visit}", user_agent=IPHONE)

    panel(page, "fail").wait_for()

    home = page.locator('[data-check="home"]')
    assert home.get_attribute("data-state") == "fail"
    assert "Add to Home Screen" in home.locator(".checks__words:visible").inner_text()


def test_a_clock_that_is_off_is_minded_and_no_reason_to_stay(alices, world):
    page = alices.context.pages[0]
    page.clock.set_system_time(now() + timedelta(minutes=12))

    page.goto(f"/assignments/{world.harbour_visit}")
    panel(page, "pass").wait_for(timeout=20_000)

    clock = page.locator('[data-check="clock"]')
    assert clock.get_attribute("data-state") == "warn"
    assert "12 minutes off" in clock.text_content()


def test_the_self_test_runs_is_sent_and_read_by_the_administrator(alices, world, database, open_):
    page = alices.open(f"/assignments/{world.harbour_visit}")
    page.goto("/self-test")

    page.get_by_role("button", name="Run the test").tap()
    page.locator('[data-role="send"]:enabled').wait_for(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").tap()
    page.get_by_role("button", name="Send the result").tap()
    page.get_by_text("The result has been sent").wait_for()

    with database.reading() as session:
        (run,) = list_self_tests(session)
    assert download.value.suggested_filename == "self-test.json"
    assert run.result.names("fail") == []
    assert {"worker", "storage", "room", "speed", "resize"} <= set(run.result.names("pass"))
    assert set(run.result.measures) == {"entries_per_second", "resize_ms"}
    admin = open_(world.ann, "/admin/phones", width=1280)
    assert "S01 Alice" in admin.locator("table").inner_text()


def test_a_count_that_was_ended_in_the_middle_is_there_again(alices):
    page = alices.open("/self-test")

    page.get_by_role("button", name="Count").tap()
    expect(page.locator(".counting__number")).to_have_text(re.compile("[1-9]"))
    seen = int(page.locator(".counting__number").inner_text())
    page = alices.open("/self-test")

    notice = page.locator("#counting .notice")
    expect(notice).to_have_text(re.compile(r"\d"))
    told = notice.inner_text()
    assert seen > 0
    assert int(re.search(r"\d+", told).group()) >= seen
