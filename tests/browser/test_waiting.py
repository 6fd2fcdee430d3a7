"""What stays on the phone for long is said, with what to do."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from audit.clock import now
from tests.browser.test_fill import GREETING, settled, tap

pytestmark = pytest.mark.browser

WORDS = {
    "en": "These have waited for more than 10 minutes. Keep this page open where there is a "
    "connection, or save a backup file.",
    "zh": "等待发送已超过 10 分钟。请在有网络处保持本页打开，或保存备份文件。",
}
HARDLY = {"en": "Hardly ever", "zh": "几乎没有"}


def cut_off(page):
    page.context.route("**/api/v1/**", lambda route: route.abort())


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("zh", 320)])
def test_after_ten_minutes_the_bar_says_what_to_do(open_, world, language, width):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/fill", language=language, width=width)
    cut_off(page)
    page.evaluate("mingcha.later()")
    page.locator(f'[id="item-{GREETING}"] .seg label').first.tap()
    line, saved = page.locator("#only-here"), page.locator("#saved")
    expect(line.locator("p").first).to_be_visible()
    calm = saved.evaluate("(line) => getComputedStyle(line).color")

    page.clock.set_system_time(now() + timedelta(minutes=11))
    expect(line.locator("p").last).to_be_visible(timeout=20_000)

    expect(line.locator("p").last).to_have_text(WORDS[language])
    expect(line.get_by_role("button")).to_be_visible()
    assert saved.evaluate("(line) => getComputedStyle(line).color") != calm
    assert open_.overflow(page) == 0
    page.context.unroute("**/api/v1/**")
    page.evaluate("mingcha.sender.now()")
    expect(line).to_be_hidden()
    assert "saved--waiting" not in saved.get_attribute("class")
    open_.expect("ERR_FAILED")


def test_on_site_it_is_said_in_few_words(open_, world):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")
    cut_off(page)
    page.locator("#mark-enter button").tap()
    expect(page.locator("#saved")).to_have_text("1 only on this phone")
    assert page.locator("#only-here").is_hidden()

    page.clock.set_system_time(now() + timedelta(minutes=11))

    expect(page.get_by_text("Keep this page open")).to_be_visible(timeout=20_000)
    assert page.locator("#only-here button").count() == 0
    open_.expect("ERR_FAILED")


def test_what_an_earlier_page_left_and_goes_at_once_alarms_nobody(open_, world):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/fill")
    cut_off(page)
    tap(page, GREETING, "Hardly ever")
    page.locator("#only-here").wait_for()
    page.context.unroute("**/api/v1/**")
    page.clock.set_system_time(now() + timedelta(hours=3))
    page.add_init_script("""addEventListener("DOMContentLoaded", () => {
      window.alarmed = false
      const look = () => { window.alarmed ||= Boolean(document.querySelector(".saved--waiting")) }
      new MutationObserver(look).observe(document.body, { subtree: true, attributes: true })
    })""")

    page.reload()
    settled(page)

    assert page.evaluate("window.alarmed") is False
    open_.expect("ERR_FAILED")
