"""A running server over the small known world, and a real browser in front of it.

`open_(world.alice, "/assignments")` is a tab in which Alice is signed in. A test fails when
a page broke the content security policy, threw, or wrote an error to the console; what a
test provokes on purpose it takes off the list with `open_.expect("…")`.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from litestar import Litestar
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlmodel import select

from audit.clock import now
from audit.domain.event import AnswerEvent
from audit.domain.people import Person
from audit.settings import Settings
from audit.store.database import Database
from audit.store.events import list_events
from audit.store.logs import examine
from audit.store.sessions import open_session
from audit.store.tables import EventRow
from tests.browser.phones import CUT_OFF, Phone
from tests.browser.serving import ARGUMENTS, CHROMIUM, Serving
from tests.faults.tally import NAMED, Tally


@pytest.fixture(scope="package")  # Playwright holds the event loop: tests elsewhere need theirs
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium: install it or set MINGCHA_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def serving(
    application: Litestar, settings: Settings, database: Database, world: Any
) -> Iterator[Serving]:
    found = Serving(settings, database, application)
    yield found
    found.stop()


@pytest.fixture(autouse=True)
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    """Of a test that is about a fault: what the server holds in the end, and is it whole."""
    found = Tally()
    if not NAMED.match(request.node.name) or "database" not in request.fixturenames:
        yield found
        return
    database: Database = request.getfixturevalue("database")
    yield found
    with database.reading() as session:
        found.made = found.acked = set(session.exec(select(EventRow.hash)))
        found.finds(examine(session).findings)
    request.node.user_properties.append(("tally", found.counts()))
    found.must_be_clean()


class Opener:
    """Makes tabs, and keeps what went wrong in any of them."""

    def __init__(self, chromium: Browser, serving: Serving) -> None:
        self.chromium = chromium
        self.serving = serving
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def __call__(
        self,
        person: Person | None,
        path: str = "/",
        *,
        language: str = "en",
        width: int = 390,
        height: int = 844,
        **options: Any,
    ) -> Page:
        """`options` are Playwright's own for a context: `java_script_enabled`, …

        Without a service worker unless one is asked for: requests that it makes cannot be
        held back or changed by a test.
        """
        options.setdefault("service_workers", "block")
        context = self.chromium.new_context(
            locale={"zh": "zh-CN"}.get(language, language),
            viewport={"width": width, "height": height},
            base_url=self.serving.url,
            has_touch=width < 800,
            **options,
        )
        context.set_default_timeout(5_000)
        self.contexts.append(context)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        if person is not None:
            with self.serving.database.writing() as session:
                token = open_session(session, person.id, "test", now())
            context.add_cookies([{"name": "sid", "value": token, "url": self.serving.url}])
        page = context.new_page()
        page.goto(path)
        return page

    def _hear(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def expect(self, part: str) -> None:
        """Take an error that had to come off the list; fails if it does not come."""
        until = time.monotonic() + 5
        while not any(part in error for error in self.errors):  # the console has its own time
            assert time.monotonic() < until, f"{part!r} is not among {self.errors}"
            self.contexts[-1].pages[0].wait_for_timeout(20)
        self.errors = [error for error in self.errors if part not in error]

    @staticmethod
    def overflow(page: Page) -> int:
        """By how many pixels the page is wider than the window."""
        wide: int = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide


@pytest.fixture
def open_(chromium: Browser, serving: Serving) -> Iterator[Opener]:
    found = Opener(chromium, serving)
    yield found
    for context in found.contexts:
        context.close()
    assert found.errors == []


@pytest.fixture
def fill(world: Any) -> str:
    return f"/visits/{world.harbour_visit}/fill"


@pytest.fixture
def stored(database: Database, world: Any) -> Callable[[], list[AnswerEvent]]:
    """What the server has of the visit, whenever it is called."""

    def read() -> list[AnswerEvent]:
        with database.reading() as session:
            return list_events(session, world.harbour_visit)

    return read


@pytest.fixture
def phone(chromium, serving, tmp_path):
    found = Phone(chromium, serving, tmp_path / "profile")
    yield found
    found.context.close()
    assert [text for text in found.errors if not any(part in text for part in CUT_OFF)] == []
