"""A checklist is written from nothing and published: by typing, by keyboard, by one auditor
while another has the same item open."""

import re

import pytest
from playwright.sync_api import expect

from audit.clock import now
from audit.ids import new_id
from audit.store.checklists import list_published
from audit.store.drafts import add_draft, list_drafts
from tests.browser.test_receipts import until
from tests.browser.test_width import LONG
from tests.thousand import thousand

pytestmark = pytest.mark.browser

RIGHT = "Nothing to put right"


def both(page, name, zh, en):
    page.locator(f'[name="{name}.zh"]').fill(zh)
    page.locator(f'[name="{name}.en"]').fill(en)


def refused(response):
    return response.status == 409


def write_item(page, number):
    both(page, "label", f"第{number}项", f"Item {number}")
    both(page, "criterion", "进门有人招呼", "Someone greeted me")
    both(page, "help", "点头也算", "A nod counts")
    both(page, "coach", "靠门的人抬头", "Look up")
    expect(page.locator("#saved")).to_contain_text(RIGHT)


def test_a_checklist_is_written_from_nothing_and_published(open_, world, database):
    page = open_(world.carol, "/drafts")
    page.locator('form:has([value="blank"])').get_by_role("button", name="Begin").click()
    draft = page.url

    page.get_by_role("link", name="Title and scoring").first.click()
    both(page, "title", "茶馆", "Tea house")
    both(page, "summary", "四个观察点", "Four things to look at")
    expect(page.locator("#saved")).to_contain_text(RIGHT)
    page.goto(f"{draft}/sections/1")
    both(page, "title", "进门", "At the door")
    expect(page.locator("#saved")).to_contain_text("1 thing to put right")  # no items yet

    page.get_by_role("button", name="Add an item").click()
    page.locator('[name="weight"]').fill("two")
    expect(page.locator("#p-weight")).to_have_text("a number is needed here")
    expect(page.locator('[name="weight"]')).to_be_focused()  # typed in, never drawn anew
    page.locator('[name="weight"]').fill("1")
    expect(page.locator("#p-weight")).to_be_empty()
    page.locator('[name="response.type"]').select_option("points")
    page.locator('[name="response.maximum"]').fill("15")
    write_item(page, 1)
    page.get_by_role("button", name="Add another item").click()
    write_item(page, 2)

    somebody_elses = open_(world.ann, page.url.removeprefix(page.url.split("/drafts")[0]))
    somebody_elses.locator('[name="weight"]').fill("3")
    somebody_elses.get_by_role("button", name="Save", exact=True).click()
    expect(somebody_elses).to_have_url(re.compile("#saved$"))
    with page.expect_response(refused):
        page.locator('[name="weight"]').fill("2")
    expect(page.locator("#problem")).to_contain_text("Ann changed this while you were at it.")
    over = page.get_by_role("button", name="Save mine over it").element_handle()
    with page.expect_response(refused):
        page.locator('[name="weight"]').blur()
    assert over.is_visible()  # it does not slip away from under the finger
    open_.expect("409")
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("#problem")).to_be_empty()

    page.goto(f"{draft}/sections/1")
    page.locator("#items").get_by_role("button", name="Move down").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#items li a").first).to_have_text("Item 2")
    page.goto(f"{draft}/preview")
    expect(page.locator(".draft-phone article")).to_have_count(2)
    page.goto(f"{draft}/publication")
    page.get_by_label("Note").fill("The first.")
    page.get_by_role("button", name=re.compile("^Publish")).click()

    expect(page).to_have_url(re.compile("/checklists/[0-9a-f]{64}$"))
    with database.reading() as session:
        (made,) = [one for one in list_published(session) if one.checklist.title.en == "Tea house"]
    assert (made.note, made.checklist.version) == ("The first.", "1.0.0")
    assert [item.label.en for item in made.checklist.items] == ["Item 2", "Item 1"]
    assert [str(item.weight) for item in made.checklist.items] == ["2", "1"]
    assert made.checklist.items[1].response.maximum == 15


def test_what_is_typed_just_before_going_back_is_kept(open_, world, database):
    page = open_(world.carol, "/drafts")
    page.locator('form:has([value="blank"])').get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Title and scoring").first.click()
    page.locator('[name="title.en"]').press_sequentially("Tea house")

    page.go_back()

    until(page, lambda: "Tea house" in titles(database))


def titles(database):
    with database.reading() as session:
        return [draft.tables["title"]["en"] for draft in list_drafts(session)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hundred_things_to_put_right_are_read_at_a_glance_and_lead_to_their_fields(
    open_, world, database, language
):
    draft = new_id()
    with database.writing() as session:
        add_draft(session, draft, wrong_everywhere(), world.ann, now())
    page = open_(world.carol, f"/drafts/{draft}", language=language, width=320)

    sections = page.locator("#troubles details")
    expect(sections).to_have_count(10)
    assert page.locator("#troubles").bounding_box()["height"] < 2 * 844
    sections.nth(1).locator("summary").tap()
    assert open_.overflow(page) == 0
    targets = page.locator("#troubles :is(summary, a):visible").evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().height)"
    )
    assert min(targets) >= 44
    sections.nth(1).locator('[href$="/items/2#p-weight"]').tap()
    page.wait_for_url(re.compile("/sections/2/items/2#p-weight$"))
    expect(page.locator('[name="weight"]')).to_be_in_viewport()
    expect(page.locator("#p-weight")).to_be_in_viewport()


def wrong_everywhere():
    """Ten sections of five items, each with two things to put right."""
    tables, long = thousand(5), {"zh": "长" * 40, "en": LONG}
    wrong = {"weight": "x", "help": {"zh": "", "en": ""}, "label": long}
    for section in tables["sections"]:
        section["title"] = long
        section["items"] = [{**item, **wrong} for item in section["items"]]
    return tables
