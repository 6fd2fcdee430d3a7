"""The shopper's pages in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from audit.domain.answer import Answer, Capture, project
from audit.store.events import list_events
from audit.store.visits import get_visit

pytestmark = pytest.mark.browser

GREETING = "rules-24/r02"  # graded
BUSY = "rules-24/r20"  # yes or no
WAIT = "cpt-standard/t11"  # seconds, ticket → at_counter


@pytest.fixture
def stored(database, world):
    """What the visit says now."""

    def read() -> Capture:
        with database.reading() as session:
            return project(list_events(session, world.harbour_visit))

    return read


def item(page, key):
    return page.locator(f'[id="item-{key}"]')


def tap(page, key, words):
    shown = page.get_by_text(words, exact=True)
    item(page, key).locator("label, summary, button").filter(has=shown).tap()


def settled(page, **limit):
    """Waits until everything has been received."""
    expect(page.locator("#saved:not(.stale)")).to_have_text("Received", **limit)


def test_a_stranger_is_asked_to_sign_in(open_):
    page = open_(None, "/", width=320)

    assert "/sign-in?next=" in page.url
    assert open_.overflow(page) == 0


def test_taps_are_stored_and_counted(open_, world, fill, stored):
    page = open_(world.alice, fill)

    tap(page, GREETING, "All staff met, throughout")
    tap(page, BUSY, "Not applicable")
    tap(page, "rules-24/r07", "2")
    tap(page, "rules-24/r04", "Not observed")
    settled(page)

    assert stored().answers == {
        GREETING: Answer("answered", 2),
        BUSY: Answer("na"),
        "rules-24/r07": Answer("answered", 2),
        "rules-24/r04": Answer("not_observed"),
    }
    assert page.locator("#progress").inner_text() == "4 / 67"
    assert item(page, GREETING).locator(".said").inner_text() == "Received"


def test_a_tap_before_the_script_has_come_is_sent_when_it_has(open_, world, fill, stored):
    page = open_(world.alice, "/assignments")
    held = []
    page.route("**/static/fill.*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(fill, wait_until="commit")

    tap(page, GREETING, "Hardly ever")
    assert stored().answers == {}
    held[0].continue_()
    settled(page)
    assert page.locator("#progress").inner_text() == "1 / 67"

    assert stored().answers == {GREETING: Answer("answered", 0)}


def test_tapping_the_chosen_answer_again_takes_it_back(open_, world, fill, stored):
    page = open_(world.alice, fill)

    tap(page, GREETING, "Hardly ever")
    settled(page)
    assert stored().answers == {GREETING: Answer("answered", 0)}
    tap(page, GREETING, "Hardly ever")
    expect(page.locator("#progress")).to_have_text(re.compile("^0"))
    settled(page)

    assert stored().answers == {}
    assert item(page, GREETING).locator(":checked").count() == 0
    assert item(page, GREETING).locator(".said").inner_text() == "Cleared"


def test_many_quick_taps_end_where_the_last_one_was(open_, world, fill, stored):
    page = open_(world.alice, fill)

    for words in ("Hardly ever", "All staff met, throughout", "Some staff, or only sometimes"):
        tap(page, GREETING, words)
    settled(page)
    page.reload()

    assert stored().answers == {GREETING: Answer("answered", 1)}
    assert item(page, GREETING).locator(":checked").get_attribute("value") == "1"


def test_a_typed_note_is_stored_without_a_button(open_, world, fill, stored):
    page = open_(world.alice, fill)

    tap(page, GREETING, "Hardly ever")
    tap(page, GREETING, "Note")
    item(page, GREETING).locator("textarea").press_sequentially("Nobody looked up.", delay=20)
    settled(page)

    assert stored().notes == {GREETING: "Nobody looked up."}
    assert item(page, GREETING).locator("textarea").input_value() == "Nobody looked up."
    assert item(page, GREETING).locator(".wanted").is_hidden()


def test_a_gate_folds_its_questions_away_at_once_and_opens_them_again(open_, world, fill, stored):
    page = open_(world.alice, fill)
    gate = "branch-visit/had_to_wait"
    assert item(page, BUSY).is_visible()

    tap(page, gate, "No")
    assert item(page, BUSY).is_hidden()
    settled(page)
    assert page.locator("#progress").inner_text() == "1 / 65"
    page.reload()
    assert item(page, BUSY).is_hidden()
    assert page.locator(f'[data-leap="{gate}"]:visible').count() == 2
    tap(page, gate, "Yes")
    settled(page)

    assert item(page, BUSY).is_visible()
    assert stored().answers == {gate: Answer("answered", "yes")}


def test_times_typed_beside_an_item_become_its_duration(open_, world, fill, stored):
    page = open_(world.alice, fill)

    item(page, WAIT).get_by_label("Ticket taken").fill("14:00:10")
    item(page, WAIT).get_by_label("Reached the counter").fill("14:09:10")
    page.get_by_text("from marks 9 min 00 s").wait_for()
    settled(page)
    assert stored().answers == {}
    item(page, WAIT).locator("[name=minutes]").fill("8")
    settled(page)

    assert stored().answers == {WAIT: Answer("answered", 480)}
    item(page, WAIT).get_by_text("1 min 00 s apart from what is typed").wait_for()
    tap(page, WAIT, "Count by the marks")
    expect(item(page, WAIT).locator(".by-marks")).to_be_hidden()
    settled(page)

    assert stored().answers == {}
    assert item(page, WAIT).locator("[name=minutes]").input_value() == ""


def test_the_stop_watch_types_the_seconds(open_, world, fill, stored):
    page = open_(world.alice, fill)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)

    tap(page, WAIT, "Stop-watch")
    page.clock.run_for(75_000)
    tap(page, WAIT, "Stop 1:15")
    page.clock.resume()
    settled(page)

    assert stored().answers == {WAIT: Answer("answered", 75)}


def test_a_refused_number_says_so_and_stays(open_, world, fill, stored):
    page = open_(world.alice, fill)
    fact = item(page, "branch-visit/people_waiting")

    fact.locator(".typed").fill("-3")
    fact.locator(".refused").wait_for()

    assert fact.locator(".refused").inner_text() == "Enter a number from 0 to 999."
    assert fact.locator(".typed").input_value() == "-3"
    assert page.locator("#saved").inner_text() == "1 not saved; see the message"
    assert stored().answers == {}


def test_without_a_connection_all_is_kept_here_and_sent_when_it_is_back(open_, world, fill, stored):
    page = open_(world.alice, fill)
    tap(page, GREETING, "Hardly ever")
    settled(page)

    page.context.set_offline(True)
    tap(page, GREETING, "All staff met, throughout")
    tap(page, BUSY, "Yes")
    page.get_by_text("2 only on this phone").wait_for()
    said = item(page, BUSY).locator(".said").inner_text()
    before = stored().answers
    page.context.set_offline(False)
    settled(page)

    assert said == "On this phone"
    assert before == {GREETING: Answer("answered", 0)}
    assert stored().answers == {GREETING: Answer("answered", 2), BUSY: Answer("answered", "yes")}
    assert item(page, BUSY).locator(".said").inner_text() == "Received"
    open_.expect("ERR_INTERNET_DISCONNECTED")


def test_going_on_without_a_connection_stays_and_offers_another_try(open_, world):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")
    here = page.url
    page.wait_for_load_state("networkidle")

    page.context.set_offline(True)
    page.locator(".bar > a").tap()
    page.get_by_text("No connection, so you cannot go on yet.").wait_for()
    assert page.url == here
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").tap()

    page.wait_for_url(re.compile("/fill$"))


def test_handing_in_without_a_server_says_so_keeps_the_tick_and_works_later(
    open_, world, database, serving
):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/submission")
    page.get_by_label("Hand in as it is").check()

    serving.stop()
    page.get_by_role("button", name="Hand in").tap()
    page.get_by_text("No connection, so you cannot go on yet.").wait_for()
    ticked = page.get_by_label("Hand in as it is").is_checked()
    serving.start()
    page.get_by_role("button", name="Try again").tap()
    page.get_by_role("heading", name="Handed in").wait_for()

    assert ticked
    with database.reading() as session:
        assert get_visit(session, world.alice, world.harbour_visit).status == "submitted"
    open_.expect("ERR_CONNECTION_REFUSED")


def test_handing_in_without_the_tick_is_refused_in_place(open_, world):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/submission")

    page.get_by_role("button", name="Hand in").tap()
    page.get_by_text("Something is still missing.").wait_for()
    page.get_by_label("Hand in as it is").check()
    page.get_by_role("button", name="Hand in").tap()

    page.get_by_role("heading", name="Handed in").wait_for()
    open_.expect("422")


def test_a_server_that_went_away_gets_the_answers_when_it_returns(
    open_, world, fill, stored, serving
):
    page = open_(world.alice, fill)

    serving.stop()
    with page.expect_event("requestfailed"):
        tap(page, BUSY, "No")
    page.get_by_text("1 only on this phone").wait_for()
    assert stored().answers == {}
    serving.start()
    settled(page)

    assert stored().answers == {BUSY: Answer("answered", "no")}
    open_.expect("ERR_CONNECTION_REFUSED")


def test_with_the_keyboard_alone(open_, world, fill, stored):
    page = open_(world.alice, fill, width=1280)
    item(page, GREETING).locator("input[type=radio]").first.focus()

    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    settled(page)
    assert stored().answers == {GREETING: Answer("answered", 1)}
    page.keyboard.press("Space")
    expect(page.locator("#progress")).to_have_text(re.compile("^0"))
    settled(page)

    assert stored().answers == {}
    note = item(page, GREETING).locator(".note summary")
    while not note.evaluate("element => element === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Looked away")
    settled(page)

    assert stored().notes == {GREETING: "Looked away"}


def test_without_script_the_whole_way(open_, world, fill, database, stored):
    page = open_(world.alice, fill, java_script_enabled=False)

    expect(item(page, GREETING).locator(".shot")).to_be_hidden()  # what it takes goes by script
    tap(page, GREETING, "Hardly ever")
    tap(page, GREETING, "Note")
    item(page, GREETING).locator("textarea").fill("Nobody looked up.")
    item(page, GREETING).get_by_role("button", name="Save").tap()
    expect(page).to_have_url(re.compile(f"#item-{GREETING}$"))
    item(page, WAIT).locator("[name=minutes]").fill("2")
    item(page, WAIT).get_by_role("button", name="Save").last.tap()
    tap(page, BUSY, "Yes")
    item(page, BUSY).get_by_role("button", name="Save").tap()
    item(page, BUSY).get_by_role("button", name="Clear answer").tap()
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_label("Hand in as it is").check()
    page.get_by_role("button", name="Hand in").tap()

    expect(page.get_by_role("heading", name="Handed in")).to_be_visible()
    assert stored().answers == {GREETING: Answer("answered", 0), WAIT: Answer("answered", 120)}
    assert stored().notes == {GREETING: "Nobody looked up."}
    with database.reading() as session:
        assert get_visit(session, world.alice, world.harbour_visit).status == "submitted"


def test_on_site_a_tap_is_a_time_and_a_second_tap_takes_it_back(open_, world, stored):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")
    row = page.locator("#mark-enter")

    row.get_by_role("button").tap()
    assert row.get_by_role("button").get_attribute("aria-pressed") == "true"
    settled(page)
    shown = row.locator("time").inner_text()
    assert list(stored().marks) == ["enter"]
    page.wait_for_timeout(800)  # a hasty second tap is not an undo
    row.get_by_role("button").tap()
    row.get_by_text(f"Back to {shown}").wait_for()
    settled(page)
    assert stored().marks == {}
    row.get_by_text(f"Back to {shown}").tap()
    settled(page)

    assert row.locator("time").inner_text() == shown
    assert list(stored().marks) == ["enter"]


def test_on_site_the_time_is_that_of_the_tap_not_of_the_sending(open_, world, stored):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")

    page.context.set_offline(True)
    page.locator("#mark-enter button").tap()
    page.get_by_text("1 only on this phone").wait_for()
    shown = page.locator("#mark-enter time").inner_text()
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    settled(page)
    page.reload()

    assert page.locator("#mark-enter time").inner_text() == shown
    open_.expect("ERR_INTERNET_DISCONNECTED")


def test_on_site_something_is_remembered_and_met_again_beside_its_questions(open_, world, fill):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")

    page.locator(".places label", has_text="Waiting").tap()
    page.get_by_label("Note").fill("Two at the desk, both on the phone")
    page.get_by_role("button", name="Remember").tap()
    page.locator("#remembered li").wait_for()
    assert page.get_by_label("Note").input_value() == ""
    settled(page)
    page.goto(fill)

    assert "Two at the desk" in page.locator("#stage-waiting .recall").text_content()


def test_on_site_names_nothing_and_stays_dim_after_a_reload(open_, world):
    page = open_(world.alice, f"/visits/{world.harbour_visit}/onsite")

    page.get_by_role("button", name="Dim").tap()
    assert page.locator(".dimmer").inner_text() == "Bright"
    page.reload()

    assert page.title() == "Notes"
    assert page.locator("html.dim").count() == 1
    ink = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ink == "rgb(5, 5, 5)"
    words = page.locator("body").inner_text().lower()
    for word in ("mingcha", "audit", "shopper", "alice", "harbour", "checklist"):
        assert word not in words


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    ["/assignments", "/assignments/{}", "/visits/{}/onsite", "/visits/{}/fill",
     "/visits/{}/submission"],
)  # fmt: skip
def test_nothing_is_wider_than_a_small_phone_nor_smaller_than_a_finger(
    open_, world, path, language
):
    page = open_(world.alice, path.format(world.harbour_visit), language=language, width=320)

    for details in page.locator("details:visible").all()[:6]:
        details.evaluate("element => element.open = true")
    small = page.locator(
        "main :is(button, summary, label, .typed, .cards a, .jumps a, .leap a), .bar a"
    ).evaluate_all(
        """all => all.filter(e => e.checkVisibility()).map(e => [e.outerHTML.slice(0, 80),
        e.getBoundingClientRect()]).filter(([, box]) => box.height < 43.9).map(([html]) => html)"""
    )

    assert open_.overflow(page) == 0
    assert small == []
    assert (
        page.locator(".bar > *").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth).length"
        )
        == 0
    )
