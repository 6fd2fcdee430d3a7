"""A browser with its storage on disk, which can be cut off and outlives its tabs."""

from audit.clock import now
from audit.store.sessions import open_session
from tests.browser.serving import ARGUMENTS, CHROMIUM

CUT_OFF = ("net::ERR_", "Failed to fetch")  # the server goes in mid-request too


class Phone:
    """One browser, whoever holds it."""

    def __init__(self, chromium, serving, profile, language="en"):
        self.serving = serving
        self.errors = []
        self.context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGUMENTS, has_touch=True,
            viewport={"width": 390, "height": 844}, locale=language, base_url=serving.url,
        )  # fmt: skip
        self.context.set_default_timeout(10_000)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page = self.context.pages[0]

    def _hear(self, message):
        if message.type == "error" or "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def sign_in(self, person):
        with self.serving.database.writing() as session:
            token = open_session(session, person.id, "test", now())
        self.context.add_cookies([{"name": "sid", "value": token, "url": self.serving.url}])

    def open(self, path):
        """In a new tab; the one before is closed, as if the browser had been."""
        before, self.page = self.page, self.context.new_page()
        before.close()
        self.page.goto(path)
        return self.page

    def prepare(self, visit):
        page = self.open(f"/assignments/{visit}")
        panel(page, "pass").wait_for(timeout=20_000)
        return page

    def cut_off(self):
        """For the browser and in truth: what a closed tab had still begun to send would get
        through the browser's own pretence."""
        self.context.set_offline(True)
        self.serving.stop()

    def connect(self):
        self.serving.start()
        self.context.set_offline(False)

    def clear(self, what):
        origin = {"origin": self.serving.url, "storageTypes": what}
        tab = self.context.new_page()
        self.context.new_cdp_session(tab).send("Storage.clearDataForOrigin", origin)
        tab.close()


def panel(page, state):
    return page.locator(f'#ready[data-state="{state}"]')
