"""The main job from end to end, each person in a browser of their own on the real server."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from audit.domain.answer import project
from audit.domain.checklist import Choice, Graded, Seconds, YesNo
from audit.store.events import list_events
from audit.store.visits import list_visits
from tests.browser.test_fill import settled
from tests.world import revisit, visit_a

pytestmark = pytest.mark.browser

MARKS = ("enter", "acknowledged", "ticket", "at_counter")


def test_assign_fill_submit_review_release_print_compare(open_, world, database):
    earlier = revisit(database, world, 1)
    before = known_visits(database, world)

    assign(open_(world.ann, "/admin/assignments/new", width=1280), world)
    (visit,) = known_visits(database, world) - before
    fill_on_a_phone(open_(world.alice, "/assignments"), world, visit)
    number = review(open_(world.carol, "/reviews", width=1280), visit)
    compare(open_(world.dan, "/branches", width=1280), visit, number)

    with database.reading() as session:
        released = next(v for v in list_visits(session, world.dan) if v.id == visit)
        capture = project(list_events(session, visit))
    assert released.release.number == number
    assert released.release.final == Decimal("78.1")
    assert set(MARKS) <= set(capture.marks)
    assert capture.remembered[0].text == "warm lobby"
    assert earlier != visit


def known_visits(database, world):
    with database.reading() as session:
        return {visit.id for visit in list_visits(session, world.ann)}


def assign(page, world):
    page.get_by_label(re.compile("^Wave")).select_option(str(world.wave))
    page.get_by_label(re.compile("H001")).check()
    page.get_by_label(re.compile("S01")).check()
    page.locator('select[name="mode"]').select_option("disguised")
    page.get_by_label(re.compile("^To be done by")).fill(
        (date.today() + timedelta(days=5)).isoformat()  # noqa: DTZ011  # as a person would
    )
    page.get_by_role("button", name="See the plan").click()
    accept = page.locator('input[name="accept"]')
    if accept.count():
        accept.check()
    page.get_by_role("button", name=re.compile("^Plan 1 visit")).click()
    page.wait_for_url(re.compile("/admin/assignments"))


def fill_on_a_phone(page, world, visit):
    page.goto(f"/assignments/{visit}")
    page.get_by_role("link", name="On-site notes").tap()
    assert "Mingcha" not in page.title()
    for mark in MARKS:
        page.locator(f'[id="tap-{mark}"]').tap()
        expect(page.locator(f'[id="tap-{mark}"]')).to_have_attribute("aria-pressed", "true")
    page.locator('input[name="text"]').fill("warm lobby")
    page.get_by_role("button", name="Remember").tap()
    page.get_by_text("warm lobby").wait_for()
    page.get_by_role("link", name="Go on").tap()
    page.wait_for_url(re.compile("/fill$"))
    for key, said in visit_a().items():
        answer(page, world.checklist, key, said)
    settled(page)
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_role("heading", name="Hand in").wait_for()
    assert page.get_by_role("heading", name="Still open").count() == 0
    assert page.get_by_role("heading", name="Notes that are missing").count() == 1
    page.get_by_label("Hand in as it is").check()
    page.get_by_role("button", name="Hand in").tap()
    page.get_by_text("Received in full: ").wait_for()
    page.goto(f"/visits/{visit}/fill")
    assert page.locator("fieldset:not([disabled])").count() == 0


def answer(page, checklist, key, said):
    """As a thumb would: taps where there is something to tap, types where there is not."""
    asked = page.locator(f'[id="item-{key}"]')
    if asked.get_attribute("hidden") is not None:
        assert said == "na", "a shut gate hides only what does not apply"
        return
    form = asked.locator("form").last
    item = checklist.by_key.get(key)
    response = item.response if item else YesNo()
    if said in ("na", "not_observed") or isinstance(response, YesNo | Graded | Choice):
        form.locator(f'label:has(input[value="{said}"])').tap()
    elif isinstance(response, Seconds):
        form.locator('[name="minutes"]').fill(str(int(said) // 60))
        form.locator('[name="seconds"]').fill(str(int(said) % 60))
        form.locator('[name="seconds"]').press("Tab")
    elif form.locator(f'label:has(input[value="{said}"])').count():
        form.locator(f'label:has(input[value="{said}"])').tap()
    else:
        form.locator('[name="typed"]').fill(str(said))
        form.locator('[name="typed"]').press("Tab")


def review(page, visit):
    page.locator(f'a[href*="/reviews/{visit}"]').first.click()
    page.locator("summary", has_text="Release").click()
    page.get_by_label(re.compile("^Verdict")).fill("Sound at the counter; the farewell is thin.")
    page.locator('input[name="confirmed"]').check()
    page.get_by_role("button", name="Release now").click()
    number = page.get_by_text(re.compile(r"MC-\d{4}-H001-\d+")).first
    number.wait_for()
    return re.search(r"MC-\d{4}-H001-\d+", number.inner_text()).group()


def compare(page, visit, number):
    page.locator(f'a[href="/results/{visit}"]').first.click()
    assert number in page.locator("main").inner_text()
    assert "farewell is thin" in page.locator("main").inner_text()
    for language in ("zh", "en"):
        answered = page.request.get(
            f"/results/{visit}/report.pdf?language={language}", timeout=60_000
        )
        paper = PdfReader(io.BytesIO(answered.body()))
        text = "".join(sheet.extract_text() for sheet in paper.pages)
        assert answered.status == 200
        assert (number in text, "78.1" in text, "Alice" in text) == (True, True, False)
    page.get_by_role("link", name=re.compile("Compare with the visit of")).click()
    page.wait_for_url(re.compile("/changes"))
    page.goto("/branches")
    page.get_by_role("button", name="Compare the chosen visits").click()
    page.wait_for_url(re.compile("/comparison"))
    assert "78.1" in page.locator("table").first.inner_text()
