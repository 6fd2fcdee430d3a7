"""What holds up sending, and what must not."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_fill import GREETING, settled, tap

pytestmark = pytest.mark.browser

HURRY = """AbortSignal.timeout = ((timeout) => (time) => timeout.call(AbortSignal, time / 20))(
  AbortSignal.timeout)"""


def test_a_double_tap_hands_in_once(open_, world, fill, stored):
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)
    page.locator(".bar > a").tap()
    page.get_by_label("Hand in as it is").check()
    page.locator("#handing-in .button--main").evaluate("(b) => { b.click(); b.click() }")

    expect(page.locator(".handed__sealed")).to_be_visible()
    page.evaluate("mingcha.later()")
    settled(page)
    assert [event.kind for event in stored()] == ["answer", "submit"]


def test_a_tab_that_sleeps_in_mid_sending_holds_up_no_other(open_, world, fill, stored):
    first = open_(world.alice, fill)
    second = first.context.new_page()
    second.add_init_script(HURRY)
    second.goto(fill)
    first.evaluate(
        "(name) => { navigator.locks.request(name, () => new Promise(() => {})) }",
        f"send {world.harbour_visit}",
    )

    tap(second, GREETING, "Hardly ever")
    settled(second, timeout=15_000)

    assert [event.item for event in stored()] == [GREETING]


def test_what_is_too_much_for_a_slow_line_goes_in_smaller_parts(open_, world, fill, stored):
    page = open_(world.alice, fill)
    page.add_init_script(HURRY)
    page.reload()
    page.evaluate("mingcha.ready")
    page.context.route("**/api/v1/**", lambda route: route.abort())
    keys = [f"rules-24/r{number:02}" for number in (1, 2, 3, 4, 6, 8, 9, 10)]
    for key in keys:
        tap(page, key, "Not observed")
    page.get_by_text("8 only on this phone").wait_for()
    page.context.unroute("**/api/v1/**")

    def slow(route):
        if len(route.request.post_data_json["events"]) <= 3:  # the others are never through
            route.continue_()

    page.context.route("**/api/v1/**/events", slow)
    page.evaluate("(mingcha.sender.wait = 500, mingcha.sender.now())")
    settled(page, timeout=40_000)

    assert len(stored()) == len(keys)
    open_.expect("ERR_FAILED")
