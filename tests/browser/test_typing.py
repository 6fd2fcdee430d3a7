"""What is typed, and what else happens to its field before it is on the phone's disk."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from audit.domain.answer import Answer, project
from audit.store.tables import QuarantineRow
from tests.browser.test_faults import FULL
from tests.browser.test_fill import GREETING, WAIT, item, settled, tap

pytestmark = pytest.mark.browser

AWAY = """
Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true })
document.dispatchEvent(new Event("visibilitychange"))
delete document.visibilityState"""
SLOW = """(mingcha.add = ((add) => async (...given) => {
  await new Promise((give) => setTimeout(give, 600))
  return add(...given)
})(mingcha.add), true)"""
DRAFTS = "Object.keys(localStorage).filter((key) => key.startsWith('draft'))"
COUNT = "rules-24/r07"


@pytest.fixture
def onsite(world):
    return f"/visits/{world.harbour_visit}/onsite"


def remembered(stored):
    return [event.text for event in stored() if event.kind == "remember"]


def note(page, key):
    return item(page, key).locator("textarea")


def test_a_note_that_is_cut_at_its_end_is_cut_between_characters(open_, world, fill, database):
    page = open_(world.alice, fill)
    tap(page, GREETING, "Note")

    note(page, GREETING).evaluate(
        """(field) => {
          field.value = "a".repeat(3999) + "\\u{1f600}"
          field.dispatchEvent(new Event("change", { bubbles: true }))
        }"""
    )
    settled(page)

    with database.reading() as session:
        assert session.exec(select(QuarantineRow)).all() == []


def test_a_field_takes_no_more_than_is_kept_of_it(open_, world, fill, stored):
    page = open_(world.alice, fill)
    tap(page, GREETING, "Note")

    note(page, GREETING).focus()
    page.keyboard.insert_text("a" * 5000)
    settled(page)

    assert [event.text for event in stored()][-1] == note(page, GREETING).input_value()


def test_leaving_a_field_in_which_nothing_was_typed_says_nothing(open_, world, fill, stored):
    """What was written elsewhere in the meantime stays."""
    first = open_(world.alice, fill)
    tap(first, GREETING, "Note")
    note(first, GREETING).focus()
    second = first.context.new_page()
    second.goto(fill)
    tap(second, GREETING, "Note")
    note(second, GREETING).fill("Nobody looked up")
    settled(second)
    expect(item(first, GREETING).locator(".said")).to_have_text("Received")

    first.evaluate(AWAY)
    first.wait_for_timeout(300)
    settled(first)

    assert project(stored()).notes == {GREETING: "Nobody looked up"}
    note(first, GREETING).blur()
    first.evaluate("mingcha.draw(mingcha.log, mingcha.sender)")
    expect(note(first, GREETING)).to_have_value("Nobody looked up")


def test_what_was_tapped_is_not_taken_back_by_what_was_typed_before(open_, world, fill, stored):
    page = open_(world.alice, fill)
    field = item(page, COUNT).locator(".typed")
    field.press_sequentially("x")
    item(page, COUNT).get_by_text("Enter a whole number").wait_for()
    tap(page, COUNT, "2")
    settled(page)

    page.reload()
    settled(page)
    page.wait_for_timeout(500)

    assert field.input_value() == ""
    assert page.evaluate(DRAFTS) == []
    assert project(stored()).answers == {COUNT: Answer("answered", 2)}


def test_what_was_tapped_at_once_after_typing_counts(open_, world, fill, stored):
    """A finger on a label takes the focus from no field on an iPhone. The page may be one that
    was kept before."""
    page = open_(world.alice, fill)
    kept = page.request.get(fill).text()
    item(page, COUNT).locator(".typed").press_sequentially("7")
    item(page, COUNT).locator("[value='2']").evaluate("(radio) => radio.click()")
    settled(page)

    page.route("**/fill", lambda route: route.fulfill(body=kept, content_type="text/html"))
    page.reload()
    settled(page)
    page.wait_for_timeout(500)

    assert project(stored()).answers == {COUNT: Answer("answered", 2)}


def test_a_stopped_time_that_could_not_be_kept_comes_back_whole(open_, world, fill, stored):
    page = open_(world.alice, fill)
    page.evaluate(FULL)
    page.clock.install()
    watch = item(page, WAIT).locator(".watch")
    watch.tap()
    page.clock.fast_forward(65_000)
    watch.tap()
    item(page, WAIT).get_by_text("Not saved").wait_for()

    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    settled(page)

    assert project(stored()).answers == {WAIT: Answer("answered", 65)}
    open_.expect("QuotaExceededError")


def test_a_double_tap_remembers_once(open_, world, onsite, stored):
    page = open_(world.alice, onsite)
    page.get_by_label("Note").fill("Two at the desk")

    page.get_by_role("button", name="Remember").dblclick()
    settled(page)
    page.wait_for_timeout(300)

    assert remembered(stored) == ["Two at the desk"]


def test_what_is_typed_while_the_line_before_is_written_down_stays(open_, world, onsite, stored):
    page = open_(world.alice, onsite)
    page.evaluate("mingcha.ready")
    page.evaluate(SLOW)
    field = page.get_by_label("Note")
    field.fill("Two at the desk")
    page.get_by_role("button", name="Remember").tap()
    field.fill("One")
    settled(page)
    page.wait_for_timeout(300)

    assert field.input_value() == "One"
    assert remembered(stored) == ["Two at the desk"]


def test_a_line_half_typed_is_there_again_on_site(open_, world, onsite, stored):
    page = open_(world.alice, onsite)
    page.evaluate("mingcha.ready")
    page.get_by_label("Note").press_sequentially("Two at the d")

    page.goto("/assignments")
    page.goto(onsite)
    expect(page.get_by_label("Note")).to_have_value("Two at the d")
    page.get_by_label("Note").press("End")
    page.get_by_label("Note").press_sequentially("esk")
    page.get_by_role("button", name="Remember").tap()
    settled(page)

    assert remembered(stored) == ["Two at the desk"]
    page.reload()
    assert page.get_by_label("Note").input_value() == ""


def test_a_clock_that_was_set_back_makes_no_tap_a_hasty_one(open_, world, onsite, stored):
    page = open_(world.alice, onsite)
    for at in (2_000_000_000, 1_999_996_400):
        page.clock.set_fixed_time(at)
        page.locator("#mark-enter .moment__tap").tap()
        settled(page)
        page.wait_for_timeout(800)

    assert [bool(event.text) for event in stored()] == [True, False]
