"""From an empty page to paper: a checklist is written, published, filled in without a
connection, released, read through two frameworks and printed."""

import io
import re
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from audit.domain.text import Text
from audit.store.visits import add_visit
from tests.browser.test_drafts import RIGHT, both, write_item
from tests.browser.test_fill import tap
from tests.browser.test_journey import review

pytestmark = pytest.mark.browser

VISIT = UUID(int=81)
READINGS = {"rules-24": "2", "defuse": "F"}
ENTRIES = {"rules-24": "Smile", "defuse": "Find out the problem"}


def test_a_checklist_is_written_filled_in_offline_released_read_two_ways_and_printed(
    open_, phone, world, database
):
    written = write(open_(world.carol, "/drafts"))
    with database.writing() as session:
        add_visit(
            session,
            VISIT,
            branch=world.harbour.id,
            wave=world.wave,
            shopper=world.alice.id,
            mode="open",
            checklist=written.rpartition("/")[2],
            brief=Text("", ""),
            due_on=date(2026, 11, 28),
        )
    phone.sign_in(world.alice)
    fill_offline(phone)
    number = review(open_(world.carol, "/reviews", width=1280), VISIT)
    page = open_(world.dan, f"/results/{VISIT}", width=1280)

    for framework, entry in ENTRIES.items():
        page.locator('select[name="framework"]').select_option(framework)
        page.locator('form:has(select[name="framework"]) button').click()
        page.wait_for_url(re.compile(f"framework={framework}"))
        shown = page.locator("#regrouped")
        expect(shown).to_contain_text(entry)
        expect(shown).to_contain_text("Item 1")
        paper = page.request.get(
            f"/results/{VISIT}/report.pdf?language=en&framework={framework}", timeout=60_000
        )
        text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.body())).pages)
        assert (number in text, entry in text, "Item 1" in text) == (True, True, True)


def saved(response):
    return response.request.method == "POST" and response.ok


def write(page):
    page.locator('form:has([value="blank"])').get_by_role("button", name="Begin").click()
    draft = page.url
    page.get_by_role("link", name="Title and scoring").first.click()
    both(page, "title", "茶馆", "Tea house")
    both(page, "summary", "两个观察点", "Two things to look at")
    expect(page.locator("#saved")).to_contain_text(RIGHT)
    page.goto(f"{draft}/sections/1")
    both(page, "title", "进门", "At the door")
    expect(page.locator("#saved")).to_contain_text("1 thing to put right")
    page.get_by_role("button", name="Add an item").click()
    page.locator('[name="weight"]').fill("1")
    write_item(page, 1)
    for framework, entry in READINGS.items():
        page.locator("#open-framework").select_option(framework)
        page.get_by_role("button", name="Show them").click()
        with page.expect_response(saved):
            page.locator(f'[name="frameworks"][value="{framework}:{entry}"]').check()
    page.goto(f"{draft}/publication")
    page.get_by_label("Note").fill("The first.")
    page.get_by_role("button", name=re.compile("^Publish")).click()
    page.wait_for_url(re.compile("/checklists/[0-9a-f]{64}$"))
    return page.url


def fill_offline(phone):
    phone.prepare(VISIT)
    phone.cut_off()
    page = phone.open(f"/visits/{VISIT}/fill")
    key = page.locator("article.item").first.get_attribute("id").removeprefix("item-")
    tap(page, key, "Yes")
    expect(page.locator("#saved")).to_have_text("1 only on this phone")
    page.get_by_role("link", name="Hand in").tap()
    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()
    expect(page.locator(".handed__waiting")).to_be_visible()
    phone.connect()
    expect(page.locator(".handed__sealed")).to_be_visible(timeout=30_000)
