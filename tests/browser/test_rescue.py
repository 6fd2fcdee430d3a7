"""What is only on a phone is never lost: backup files, signing out, two people on one phone,
and two phones that say different things."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlmodel import update

from audit.clock import now
from audit.domain.answer import Answer, Deed, project
from audit.domain.people import Person
from audit.store.assignments import save_assignment
from audit.store.sessions import open_session
from audit.store.tables import EventRow
from audit.store.visits import get_visit
from tests.browser.test_fill import BUSY, GREETING, item, settled, tap
from tests.phone import Phone, packed
from tests.world import NOON

pytestmark = pytest.mark.browser

EVENTS = "**/api/v1/**"
MET, HARDLY = "All staff met, throughout", "Hardly ever"


def cut_off(page):
    """Pages come, but nothing that is sent arrives."""
    page.context.route(EVENTS, lambda route: route.abort())


def sign_in(open_, page, person: Person) -> None:
    """On the same phone, after whoever was there."""
    with open_.serving.database.writing() as session:
        token = open_session(session, person.id, "test", now())
    page.context.add_cookies([{"name": "sid", "value": token, "url": open_.serving.url}])


def written_here(page, key):
    expect(item(page, key).locator(".said")).to_have_text("On this phone")
    page.locator("#only-here").wait_for()  # it has been tried


def test_a_visit_that_the_server_cannot_read_is_saved_from_the_phone(open_, world, fill, database):
    page = open_(world.alice, fill)
    tap(page, GREETING, MET)
    settled(page)
    with database.writing() as session:
        session.exec(update(EventRow).values(body="{"))

    page.goto(f"/assignments/{world.harbour_visit}")
    with page.expect_download() as found:
        page.get_by_role("button", name="Save a backup file").tap()

    saved = json.loads(Path(found.value.path()).read_text())
    assert [json.loads(entry["body"])["item"] for entry in saved["entries"]] == [GREETING]
    open_.expect("409")
    elsewhere = open_(world.alice, fill)
    expect(elsewhere.get_by_role("heading", name="What to do")).to_be_visible()
    assert elsewhere.get_by_role("button", name="Save a backup file").count() == 0
    open_.expect("409")


def test_a_backup_file_goes_from_the_phone_to_the_auditor(open_, world, fill, stored, tmp_path):
    page = open_(world.alice, fill)
    cut_off(page)
    tap(page, GREETING, MET)
    tap(page, BUSY, "Not applicable")
    line = page.locator("#only-here")
    line.wait_for()
    with page.expect_download() as found:
        line.get_by_role("button", name="Save a backup file").tap()
    file = tmp_path / found.value.suggested_filename
    found.value.save_as(file)
    assert stored() == []

    desk = open_(world.carol, f"/reviews/{world.harbour_visit}", width=1280)
    desk.get_by_text("Bring in a backup file").click()
    desk.get_by_label("Backup file").set_input_files(file)
    desk.get_by_role("button", name="Bring it in").click()

    expect(desk.locator("#rescue")).to_contain_text("2 entries are new.")
    kept = json.loads(file.read_text())
    assert [event.hash for event in stored()] == [entry["hash"] for entry in kept["entries"]]
    assert project(stored()).answers == {GREETING: Answer("answered", 2), BUSY: Answer("na")}
    page.context.unroute(EVENTS)
    page.reload()
    settled(page)
    assert len(stored()) == 2
    open_.expect("ERR_FAILED")


def test_the_hand_in_section_offers_a_backup_file(open_, world, fill):
    page = open_(world.alice, fill)

    page.locator(".bar > a").tap()

    expect(page.locator("#handing-in .rescue")).to_be_visible()


def test_an_answer_tells_since_when_the_item_was_in_hand(open_, world, fill, stored):
    page = open_(world.alice, fill)

    item(page, GREETING).locator("legend").tap()
    page.wait_for_timeout(300)
    tap(page, GREETING, MET)
    tap(page, GREETING, HARDLY)
    tap(page, BUSY, "Not applicable")
    settled(page)

    first, again, other = stored()
    assert 300 <= first.monotonic - first.began < 5000
    assert first.monotonic <= again.began + 1 <= again.monotonic + 1
    assert again.monotonic - 1 <= other.began <= other.monotonic


# ---- signing out ---------------------------------------------------------------------


@pytest.fixture
def unsent(open_, world, fill):
    """Alice's tab on her visits, with two answers that are only on this phone."""
    page = open_(world.alice, fill)
    cut_off(page)
    tap(page, GREETING, MET)
    tap(page, BUSY, "Not applicable")
    written_here(page, BUSY)
    page.goto("/assignments")
    return page


def sign_out(page):
    page.get_by_role("button", name="Sign out", exact=True).tap()


def test_signing_out_with_something_unsent_says_what_first(open_, world, unsent):
    sign_out(unsent)

    told = unsent.locator("#held li")
    expect(told).to_have_text("Harbour branch 2 only on this phone")
    assert unsent.url.endswith("/assignments")
    assert open_.overflow(unsent) == 0
    open_.expect("ERR_FAILED")


def test_it_is_sent_and_then_signed_out(open_, unsent, stored):
    sign_out(unsent)
    unsent.context.unroute(EVENTS)

    unsent.get_by_role("button", name="Send now").tap()
    unsent.wait_for_url("**/sign-in")

    assert set(project(stored()).answers) == {GREETING, BUSY}
    open_.expect("ERR_FAILED")


def test_what_cannot_be_sent_now_is_said(open_, unsent):
    sign_out(unsent)

    unsent.get_by_role("button", name="Send now").tap()

    expect(unsent.locator(".held__still")).to_be_visible()
    assert unsent.url.endswith("/assignments")
    open_.expect("ERR_FAILED")


def test_a_backup_file_can_be_saved_before(open_, unsent, world):
    sign_out(unsent)

    with unsent.expect_download() as found:
        unsent.get_by_role("button", name="Save a backup file").tap()

    saved = json.loads(found.value.path().read_text())
    assert (saved["visit"], len(saved["entries"])) == (str(world.harbour_visit), 2)
    open_.expect("ERR_FAILED")


def test_what_is_left_here_goes_when_its_person_is_back(open_, unsent, world, fill, stored):
    sign_out(unsent)
    unsent.get_by_role("button", name="Sign out and leave it here").tap()
    unsent.wait_for_url("**/sign-in")
    unsent.context.unroute(EVENTS)
    sign_in(open_, unsent, world.bob)
    unsent.goto("/assignments")
    sign_out(unsent)
    unsent.wait_for_url("**/sign-in")
    before = stored()

    sign_in(open_, unsent, world.alice)
    unsent.goto(fill)

    settled(unsent)
    assert before == []
    assert set(project(stored()).answers) == {GREETING, BUSY}
    open_.expect("ERR_FAILED")


def test_with_everything_sent_signing_out_asks_nothing(open_, world, fill):
    page = open_(world.alice, fill)
    tap(page, GREETING, MET)
    settled(page)
    page.goto("/assignments")

    sign_out(page)

    page.wait_for_url("**/sign-in")


def test_a_browser_that_never_opened_a_visit_signs_out_and_keeps_working(open_, world, fill):
    page = open_(world.alice, "/account")
    sign_out(page)
    page.wait_for_url("**/sign-in")

    sign_in(open_, page, world.alice)
    page.goto(fill)
    tap(page, GREETING, MET)

    settled(page)


def test_nothing_of_one_person_is_shown_or_sent_under_anothers_name(
    open_, world, fill, database, stored
):
    page = open_(world.alice, fill)
    cut_off(page)
    tap(page, GREETING, MET)
    written_here(page, GREETING)
    with database.writing() as session:
        visit = get_visit(session, world.ann, world.harbour_visit)
        save_assignment(
            session,
            visit.id,
            shopper=world.bob.id,
            mode=visit.mode,
            due_on=visit.due_on,
            brief=visit.brief,
        )
    page.goto("about:blank")
    page.context.unroute(EVENTS)
    sign_in(open_, page, world.bob)

    page.goto(fill)
    expect(page.locator("#progress")).to_have_text("0 / 67")
    tap(page, BUSY, "Not applicable")
    settled(page)

    assert project(stored()).answers == {BUSY: Answer("na")}
    assert [event.seq for event in stored()] == [1]
    held = page.evaluate(
        """() => mingcha.within("events", "readonly", (events) => events.getAll())
        .then((rows) => rows.map(({ person, acked }) => [person, Boolean(acked)]))"""
    )
    assert sorted(held) == sorted([[str(world.alice.id), False], [str(world.bob.id), True]])
    open_.expect("ERR_FAILED")


# ---- two phones ----------------------------------------------------------------------


def test_two_phones_disagree_and_the_auditor_decides(open_, world, fill, as_, stored):
    page = open_(world.alice, fill)
    tap(page, GREETING, MET)
    settled(page)
    other = Phone(world.harbour_visit, world.checklist.hash, NOON)
    other.does(Deed("answer", GREETING, Answer("answered", 0)))
    other.hands_in()
    token = as_(world.alice).post(f"/visits/{world.harbour_visit}/tokens").json()["token"]
    sent, headers = packed(other.batch(), token)
    as_(None).post(f"/api/v1/visits/{world.harbour_visit}/events", content=sent, headers=headers)

    desk = open_(world.carol, f"/reviews/{world.harbour_visit}", width=1280)
    desk.get_by_role("link", name="Smile").first.click()
    dispute = desk.locator("form.dispute")
    dispute.get_by_label("Why").fill("The second phone was with the shopper.")
    side = dispute.locator(".told li").filter(has_text="Hardly ever")
    side.get_by_role("button").click()

    expect(desk.locator("form.dispute")).to_have_count(0)
    expect(desk.locator("form[action*='/release']")).to_have_count(1)
    assert project(stored()).answers == {GREETING: Answer("answered", 0)}
    history = desk.locator("#at-rules-24-r02 .answers__history")
    history.get_by_text("History").click()
    expect(history.locator("li")).to_have_count(3)
    expect(history).to_contain_text("decided: The second phone was with the shopper.")
