"""A large checklist on the phone: part by part, and nothing of it is lost. What a thousand items
cost is measured by `./dev bench page thousand`."""

import re

import pytest
from playwright.sync_api import expect

from audit.clock import now
from audit.domain.answer import Answer, project
from audit.ids import new_id
from audit.store.checklists import publish
from audit.store.events import list_events
from audit.store.tables import VisitRow
from audit.store.visits import get_visit
from tests.browser.test_accessibility import AXE, FIND
from tests.browser.test_fill import item, settled, tap
from tests.browser.test_receipts import until
from tests.domain.writing import read
from tests.thousand import thousand

pytestmark = pytest.mark.browser

GATE = "thousand/queued"  # in the first part
POINTS = "thousand/i102"  # typed, in the first part
BUSY = "thousand/i49"  # yes or no, in the second
FOLDED = "thousand/i156"  # in the last of these; the gate folds it away
SECOND, THIRD, FOURTH = "opening", "arrival", "consult~31"


@pytest.fixture
def visit(database, world):
    tables = thousand(25)
    tables["gates"] = [
        {
            "id": "queued",
            "question": {"zh": "有没有人排队？", "en": "Did anyone queue?"},
            "when": "no",
            "items": [FOLDED, "thousand/i73"],
            "stage": "outside",
        }
    ]
    checklist, made = read(tables), new_id()
    with database.writing() as session:
        publish(session, checklist, now())
        like = session.get_one(VisitRow, world.harbour_visit).model_dump()
        session.add(VisitRow(**{**like, "id": made, "checklist_hash": checklist.hash}))
    return made


@pytest.fixture
def fill(visit):
    return f"/visits/{visit}/fill"


@pytest.fixture
def stored(database, visit):
    def read_back():
        with database.reading() as session:
            return project(list_events(session, visit))

    return read_back


def go(page, part):
    page.locator(".jump summary").tap()
    page.locator(f'#stages [href$="#stage-{part}"]').tap()
    expect(stage(page, part)).to_be_visible()


def stage(page, part):
    return page.locator(f'[id="stage-{part}"]')


STILL = """async (link) => {
  let before, times = 0
  while (times < 10) {
    const { y } = link.getBoundingClientRect()
    times = y === before ? times + 1 : 0
    before = y
    await new Promise(requestAnimationFrame)
  }
}"""


def onward(page, words):
    """The way to the next part, at its end: what is near it is laid out as it comes into sight,
    and moves it; nobody's thumb is there within the same frame."""
    link = page.get_by_role("link", name=re.compile(f"^Next: {words}"))
    link.scroll_into_view_if_needed()
    if page.evaluate("document.documentElement.classList.contains('js')"):
        link.evaluate(STILL)
    link.tap()


def first_choice(page, key):
    return item(page, key).locator(".seg label").first


def note(page, key):
    item(page, key).get_by_text("Note", exact=True).tap()
    return item(page, key).locator("textarea")


def progress(page):
    return page.locator("#progress")


def test_a_tap_in_another_part_is_received_and_all_parts_are_counted(open_, world, fill, stored):
    page = open_(world.alice, fill)
    assert page.locator(".stage").count() == 1
    item(page, POINTS).locator(".typed").fill("3")

    go(page, THIRD)
    first = stage(page, THIRD).locator(".item").first
    key = first.get_attribute("id").removeprefix("item-")
    first_choice(page, key).tap()
    settled(page)

    assert set(stored().answers) == {POINTS, key}
    assert progress(page).inner_text() == "2 / 251"
    page.locator(".jump summary").tap()
    lines = page.locator("#stages li").all_inner_texts()
    assert [line.split("\n")[-1] for line in lines[:3]] == ["1 / 9", "0 / 9", "1 / 23"]
    assert page.locator("#stage-now").inner_text() == "Arrival"
    expect(page.locator(".stage")).to_have_count(1)


def test_a_gate_folds_away_what_is_asked_in_another_part(open_, world, fill, stored):
    page = open_(world.alice, fill)

    item(page, GATE).locator(".seg label", has_text="No").tap()
    settled(page)
    assert progress(page).inner_text() == "1 / 249"
    go(page, FOURTH)
    assert page.locator("#stage-now").inner_text() == "Consultation 31–61"
    assert item(page, FOLDED).is_hidden()
    expect(stage(page, FOURTH).locator(".leap")).to_be_visible()
    stage(page, FOURTH).locator(".leap a").tap()
    item(page, GATE).locator(".seg label", has_text="Yes").tap()
    settled(page)
    go(page, FOURTH)

    assert item(page, FOLDED).is_visible()
    assert progress(page).inner_text() == "1 / 251"
    assert stored().answers == {GATE: Answer("answered", "yes")}


def test_the_way_on_and_back_leads_to_the_heading_and_keeps_what_was_tapped(open_, world, fill):
    page = open_(world.alice, fill)
    onward(page, "Opening")
    first_choice(page, BUSY).tap()

    onward(page, "Arrival")
    heading = stage(page, THIRD).locator("h2")
    expect(heading).to_be_focused()
    assert heading.bounding_box()["y"] < 200
    assert stage(page, SECOND).is_hidden()
    page.go_back()

    expect(stage(page, SECOND)).to_be_visible()
    assert first_choice(page, BUSY).locator("input").is_checked()
    page.go_back()
    expect(stage(page, "outside")).to_be_visible()
    page.goto(f"{fill}#stage-{FOURTH}")
    page.reload()
    expect(stage(page, FOURTH)).to_be_visible()


def test_what_is_typed_is_kept_by_whoever_leaves_the_part_at_once(open_, world, fill, stored):
    page = open_(world.alice, fill)
    held = []
    page.route("**/api/**", lambda route: held.append(route))  # noqa: PLW0108
    field = note(page, POINTS)
    field.press_sequentially("A cracked pane")

    page.evaluate(f"location.hash = '#stage-{THIRD}'")
    expect(stage(page, THIRD)).to_be_visible()
    page.unroute("**/api/**")
    for route in held:
        route.continue_()
    settled(page)

    assert stored().notes == {POINTS: "A cracked pane"}


def test_what_was_refused_stays_with_its_part_until_it_is_put_right(open_, world, fill, stored):
    page = open_(world.alice, fill)
    item(page, POINTS).locator(".typed").fill("many")
    item(page, POINTS).locator(".refused").wait_for()

    go(page, SECOND)
    page.wait_for_timeout(1500)
    page.evaluate("dispatchEvent(new Event('online')); mingcha.say()")  # forgets what is gone
    assert page.locator("#saved").inner_text() == "1 not saved; see the message"
    go(page, "outside")
    assert item(page, POINTS).locator(".refused").is_visible()
    item(page, POINTS).locator(".typed").fill("2")
    settled(page)

    assert stored().answers == {POINTS: Answer("answered", 2)}


def test_a_draft_that_an_earlier_page_left_in_another_part_is_taken_up(
    open_, world, fill, visit, stored
):
    page = open_(world.alice, fill)
    name = f"draft {world.alice.id} {visit} {BUSY} note"
    page.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, "A loud drill"])

    page.reload()
    until(page, lambda: not page.evaluate("localStorage.length"))
    settled(page)
    expect(page.locator(".stage")).to_have_count(1)

    assert stored().notes == {BUSY: "A loud drill"}
    go(page, SECOND)
    assert item(page, BUSY).locator("textarea").input_value() == "A loud drill"


LOOKS = """() => mingcha.stages.map((part) => part.outerHTML
  + [...part.querySelectorAll("input, textarea")].map((field) => `${field.checked}${field.value}`))
  .concat(document.querySelector(".bar").outerHTML)"""


def test_what_changed_is_drawn_as_if_all_had_been(open_, world, fill, stored):
    first, second = (open_(world.alice, fill) for _ in range(2))
    first_choice(first, GATE).tap()
    item(first, POINTS).locator(".typed").fill("1")
    go(first, "counter")
    timed = first.locator(".stage:visible .item:has(.mark [type=time])").first
    for field, at in zip(
        timed.locator("[type=time]").all(), ("10:00:00", "10:01:30"), strict=False
    ):
        field.fill(at)
    go(first, SECOND)
    first_choice(first, BUSY).tap()
    settled(first)
    second.evaluate("mingcha.sender.now()")
    expect(second.locator("#progress b")).to_have_text(first.locator("#progress b").inner_text())
    go(second, SECOND)
    first_choice(second, BUSY).tap()  # takes it back
    settled(second)
    first.evaluate("mingcha.sender.now()")
    expect(item(first, BUSY).locator(":checked")).to_have_count(0)

    for page in (first, second):
        page.wait_for_timeout(300)
        before = page.evaluate(LOOKS)
        page.evaluate("mingcha.changed = mingcha.counted = undefined")
        page.evaluate("mingcha.draw(mingcha.log, mingcha.sender)")
        page.wait_for_timeout(500)
        assert page.evaluate(LOOKS) == before
        assert re.search("<b>[2-9]</b>", before[-1])
    assert set(stored().answers) == {GATE, POINTS}


def test_prepared_cut_off_filled_in_in_two_parts_and_handed_in(
    phone, world, visit, fill, stored, database
):
    phone.sign_in(world.alice)
    phone.prepare(visit)
    phone.cut_off()

    page = phone.open(fill)
    item(page, POINTS).locator(".typed").fill("3")
    expect(page.locator("#saved")).to_have_text("1 only on this phone")
    page = phone.open(f"{fill}?at=stage-{SECOND}#stage-{SECOND}")
    first_choice(page, BUSY).tap()
    expect(page.locator("#saved")).to_have_text("2 only on this phone")
    page.get_by_role("link", name="Hand in").tap()
    expect(page.locator(".handing__open small")).to_have_text("249")
    page.locator(".handing__open a").nth(200).tap()
    assert page.locator(".stage .item:target").is_visible()
    page.get_by_role("link", name="Hand in").tap()
    page.get_by_label("Hand in as it is").check()
    page.locator("#handing-in").get_by_role("button", name="Hand in").tap()
    expect(page.locator(".handed__waiting")).to_be_visible()
    go(page, SECOND)
    expect(first_choice(page, BUSY).locator("input")).to_be_disabled()
    assert stored().answers == {}
    phone.connect()
    expect(page.locator(".handed__sealed")).to_be_visible(timeout=30_000)

    with database.reading() as session:
        assert get_visit(session, world.alice, visit).status == "submitted"
    assert stored().answers == {POINTS: Answer("answered", 3), BUSY: Answer("answered", "yes")}


@pytest.mark.parametrize("script", [True, False])
def test_a_link_from_the_page_of_handing_in_opens_the_part_of_its_item(open_, world, visit, script):
    page = open_(world.alice, f"/visits/{visit}/submission", java_script_enabled=script)

    page.locator(f'.jumps a[href$="#item-{FOLDED}"]').tap()
    page.wait_for_url(re.compile(f"/fill.*#item-{FOLDED}$"))

    expect(item(page, FOLDED)).to_be_visible()
    assert item(page, FOLDED).evaluate("item => item.matches(':target')")
    assert 0 <= item(page, FOLDED).bounding_box()["y"] < 700


def test_without_script_every_part_is_reached_and_answered(open_, world, fill, stored):
    page = open_(world.alice, fill, java_script_enabled=False)
    item(page, POINTS).locator(".typed").fill("1")
    item(page, POINTS).get_by_role("button", name="Save").tap()
    expect(page).to_have_url(re.compile(f"#item-{POINTS}$"))

    onward(page, "Opening")
    first_choice(page, BUSY).tap()
    item(page, BUSY).get_by_role("button", name="Save").tap()
    expect(page).to_have_url(re.compile(f"#item-{BUSY}$"))
    assert first_choice(page, BUSY).locator("input").is_checked()
    go(page, FOURTH)
    tap(page, FOLDED, "Not observed")
    item(page, FOLDED).get_by_role("button", name="Save").tap()
    expect(page).to_have_url(re.compile(f"#item-{FOLDED}$"))

    assert item(page, FOLDED).is_visible()
    assert set(stored().answers) == {POINTS, BUSY, FOLDED}
    assert progress(page).inner_text() == "3 / 251"


def test_handed_in_it_is_read_part_by_part(open_, world, visit, fill, stored):
    page = open_(world.alice, fill)
    go(page, SECOND)
    first_choice(page, BUSY).tap()
    settled(page)
    page.goto(f"/visits/{visit}/submission")
    page.get_by_label("Hand in as it is").check()
    page.get_by_role("button", name="Hand in").tap()
    page.get_by_role("link", name="Read what you answered").tap()

    go(page, SECOND)

    assert item(page, BUSY).locator(":checked").is_disabled()
    assert page.locator(".stage:visible").count() == 1


def test_with_the_keyboard_from_part_to_part(open_, world, fill, stored):
    page = open_(world.alice, fill, width=1280)
    page.get_by_role("link", name=re.compile("^Next: Opening")).focus()

    page.keyboard.press("Enter")
    expect(stage(page, SECOND).locator("h2")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    settled(page)

    assert list(stored().answers) == [BUSY]


@pytest.mark.parametrize(("scheme", "language"), [("light", "zh"), ("dark", "en")])
def test_axe_finds_nothing_in_a_part_that_was_gone_to(open_, world, fill, scheme, language):
    page = open_(world.alice, fill, language=language, width=320)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    go(page, THIRD)

    page.evaluate(AXE)

    assert page.evaluate(FIND, None) == []
    assert open_.overflow(page) == 0
    small = page.locator(".ways a").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)"
        ".length"
    )
    assert small == 0
