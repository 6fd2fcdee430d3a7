from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.web.test_reviews import add
from tests.world import NOON, fill_visit, release_visit, revisit

pytestmark = pytest.mark.browser


def test_the_queue_is_walked_and_decided_by_keyboard(open_, database, world):
    visits = [add(database, world, world.harbour, world.alice) for _ in range(3)]
    for day, visit in enumerate(visits):
        fill_visit(database, world, visit=visit, entered=NOON + timedelta(days=day))
    page = open_(world.carol, "/reviews", width=1280)

    for key in ("j", "j", "j", "k", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**/reviews/{visits[1]}?**")
    page.keyboard.press("n")
    page.wait_for_url(f"**/reviews/{visits[2]}?**")
    page.keyboard.press("p")
    page.wait_for_url(f"**/reviews/{visits[1]}?**")
    page.keyboard.press("r")
    page.keyboard.type("pan")  # letters typed into a field are only letters

    assert page.input_value("#reason") == "pan"
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") == "verdict"


def test_a_double_click_sends_a_form_once(open_, database, world):
    fill_visit(database, world)
    page = open_(world.carol, f"/reviews/{world.harbour_visit}", width=1280)
    page.keyboard.press("r")
    page.keyboard.type("Which fee was named?")

    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", slow)

    page.locator('form[action*="/return"] button').dblclick(delay=50)

    expect(page.locator("main")).to_contain_text("Which fee was named?")
    assert len(sent) == 1


def test_a_chosen_filter_narrows_the_queue_and_stands_in_the_address(open_, database, world):
    fill_visit(database, world)
    fill_visit(database, world, visit=world.hill_visit)
    page = open_(world.carol, "/reviews", width=1280)

    page.select_option("#branch", str(world.hill.id))
    page.wait_for_url(f"**branch={world.hill.id}**")

    assert page.locator(".queue__name a").all_text_contents() == ["Hill branch"]


def test_another_answer_is_tried_in_place(open_, database, world):
    fill_visit(database, world)
    release_visit(database, world)
    page = open_(world.dan, f"/results/{world.harbour_visit}")

    page.locator(".tree__part > summary").nth(1).click()
    page.locator(".tree__part").nth(1).locator(".tree__section > summary").nth(4).click()
    form = page.locator('.tree__trial:has([value="counter-routine-5/s52"])')
    form.locator("select").select_option("yes")
    form.locator("button").click()

    page.locator(".trial").wait_for()
    figures = " ".join(page.locator(".trial__figures").inner_text().split())
    assert figures == "Final score 78.1 → 79.9 +1.8 Meets the standard"
    assert form.locator('[role="status"] .trial').is_visible()
    assert page.locator(".trial").count() == 1
    assert page.url.endswith(f"/results/{world.harbour_visit}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_a_branch_is_wider_than_a_narrow_phone(open_, database, world, language):
    last = [revisit(database, world, number) for number in range(1, 5)][-1]
    branch = f"/branches/{world.harbour.id}"
    page = open_(world.dan, branch, width=320, language=language)

    wide = {branch: open_.overflow(page)}
    for path in (f"{branch}/comparison", f"{branch}/changes", f"/results/{last}"):
        page.goto(path)
        wide[path] = open_.overflow(page)

    assert set(wide.values()) == {0}, wide


def test_a_phone_shows_the_newest_visits_of_a_comparison_in_whole_columns(open_, database, world):
    for number in range(1, 5):
        revisit(database, world, number)

    page = open_(world.dan, f"/branches/{world.harbour.id}/comparison")

    heads = page.locator(".beside").first.locator("thead th:not(.beside__name)")
    edge = page.locator(".tally-scroll").first.bounding_box()
    boxes = [heads.nth(place).bounding_box() for place in range(3)]
    right = edge["x"] + edge["width"]
    inside = [round(box["x"] + box["width"] - right, 1) <= 0 for box in boxes]
    assert inside == [True, True, False]
    assert heads.first.inner_text() == "2026-11-24"
    assert page.locator(".tally-hint").first.is_visible()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_visits_of_a_branch_fit_a_narrow_phone_whole(open_, database, world, language):
    for number in range(1, 3):
        revisit(database, world, number)

    page = open_(world.dan, f"/branches/{world.harbour.id}", width=320, language=language)

    hidden = page.locator(".tally-scroll").evaluate("box => box.scrollWidth - box.clientWidth")
    assert hidden == 0
