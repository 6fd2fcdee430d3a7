from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace
from sqlmodel import update

from audit.clock import now
from audit.domain.text import Text
from audit.store.people import save_person
from audit.store.tables import EventRow, ReceiptRow
from audit.store.visits import add_visit, save_status
from tests.world import NOON, password_hash


def page_of(answer):
    return BeautifulSoup(answer.text, "html.parser")


def plan(session, world, number, *, due_in=5, mode="disguised", status=None, reason=""):
    visit = UUID(int=number)
    add_visit(
        session,
        visit,
        branch=world.hill.id,
        wave=world.wave,
        shopper=world.alice.id,
        mode=mode,
        checklist=world.checklist.hash,
        brief=Text("", ""),
        due_on=now().date() + timedelta(days=due_in),
    )
    for step in {"returned": ("submitted", "returned")}.get(status, (status,) if status else ()):
        save_status(session, visit, step, now(), reason)
    return visit


def test_visits_are_grouped_by_what_is_to_be_done_with_them(as_, world, database):
    with database.writing() as session:
        plan(session, world, 41, status="returned", reason="Say which counter it was.")
        plan(session, world, 42, status="submitted")
        plan(session, world, 43, due_in=-3)
        plan(session, world, 44, status="cancelled")

    page = page_of(as_(world.alice).get("/assignments"))

    groups = {
        head.find(string=True).strip(): [a["href"][-2:] for a in head.find_next("ul")("a")]
        for head in page.main("h2")
    }
    assert list(groups) == ["Returned", "To do", "Handed in", "Cancelled"]
    assert groups["Returned"] == ["29"]
    assert sorted(groups["To do"]) == ["1f", "2b"]
    assert page.select_one(".card__reason").text == "Say which counter it was."
    assert page.select_one(".card__when--late").text.strip().startswith("was due ")


def test_a_shopper_without_visits_is_told_how_they_come(as_, world, database):
    newcomer = replace(world.alice, id=UUID(int=70), login="new", code="S70")
    with database.writing() as session:
        save_person(session, newcomer, password_hash())

    page = page_of(as_(newcomer).get("/assignments"))

    assert page.select_one(".empty").text.startswith("No visits yet.")


def test_a_visit_begun_says_how_far_it_is(as_, world):
    client = as_(world.alice)
    url = f"/visits/{world.harbour_visit}/answers"

    client.post(url, data={"item": "rules-24/r02", "value": "2"})
    page = page_of(client.get("/assignments"))

    assert page.select_one(".card__what").find(string=True).endswith("1 of 67 answered")


def test_a_visit_that_cannot_be_read_is_told_of_among_the_others(as_, world, database, caplog):
    client = as_(world.alice)
    with database.writing() as session:
        other = plan(session, world, 41)
    for visit in (world.harbour_visit, other):
        client.post(f"/visits/{visit}/answers", data={"item": "rules-24/r02", "value": "2"})
    with database.writing() as session:
        session.exec(update(EventRow).where(EventRow.visit_id == other).values(body="{"))

    page = page_of(client.get("/assignments"))

    damaged = page.select_one("li.card")
    assert damaged.select_one(".card__name").text == "Hill branch"
    assert damaged.select_one(".notice").text.startswith("This visit cannot be read just now.")
    assert damaged.select("a") == []
    whole = page.select_one(f'a[href="/assignments/{world.harbour_visit}"]')
    assert "1 of 67 answered" in whole.text
    assert f"visit {other} cannot be read" in caplog.text


@pytest.mark.parametrize(
    "page", ["assignments/{}", "visits/{}/onsite", "visits/{}/fill", "visits/{}/submission"]
)
def test_a_page_of_a_visit_that_cannot_be_read_says_what_to_do(as_, world, database, page):
    client, visit = as_(world.alice), world.harbour_visit
    client.post(f"/visits/{visit}/answers", data={"item": "rules-24/r02", "value": "2"})
    with database.writing() as session:
        session.exec(update(EventRow).values(body="{"))

    answer = client.get("/" + page.format(visit))
    typed = client.post(
        f"/visits/{visit}/answers/swap",
        data={"item": "rules-24/r02", "value": "1"},
        headers={"HX-Request": "true"},
    )

    drawn = page_of(answer)
    assert answer.status_code == typed.status_code == 409
    assert drawn.select_one("h1").text == "This visit cannot be read"
    assert str(visit) in drawn.select_one("[data-damaged]").text
    assert drawn.select_one("[data-damaged]")["data-damaged"] == str(visit)
    assert drawn.select_one(".held-here").has_attr("hidden")  # until the phone has looked
    assert page_of(typed).text.strip().startswith("This visit cannot be read just now.")
    assert as_(world.bob).get("/" + page.format(visit)).status_code == 404


def test_how_long_a_phone_keeps_its_copy_is_by_the_servers_clock(as_, world, database):
    client = as_(world.alice)
    client.post(f"/visits/{world.harbour_visit}/submission", data={"confirmed": "1"})

    def kept():
        return page_of(client.get("/assignments")).select_one(".card__kept")

    fresh = kept()
    at = now() - timedelta(days=7, minutes=1)
    with database.writing() as session:
        session.exec(update(ReceiptRow).values(sealed_at=at))
    old = kept()

    until = (now() + timedelta(days=7)).astimezone(ZoneInfo("Asia/Shanghai")).date()
    assert fresh.text == f"Kept on this phone until {until}"
    assert (fresh.has_attr("data-over"), old.has_attr("data-over")) == (False, True)
    assert (fresh.has_attr("hidden"), old.has_attr("hidden")) == (True, True)  # without a copy


def test_a_visit_that_was_sent_back_is_kept_for_as_long_as_it_takes(as_, world, database):
    client = as_(world.alice)
    client.post(f"/visits/{world.harbour_visit}/submission", data={"confirmed": "1"})
    with database.writing() as session:
        save_status(session, world.harbour_visit, "returned", now(), "More, please.")

    page = page_of(client.get("/assignments"))

    assert page.select(".card__kept") == []


def test_an_assignment_says_what_to_do_where_and_how(as_, world):
    page = page_of(as_(world.alice).get(f"/assignments/{world.harbour_visit}"))

    assert page.select_one(".brief").text == "Make a deposit."
    assert [dd.find(string=True).strip() for dd in page.select(".facts dd")] == [
        "Bay City 1 Zhongshan Road",
        "2026-11-25",
        "Disguised: as a customer, without being noticed",
        "about 25 minutes",
        "Branch visit (combined)",
    ]
    assert len(page.select(".asks > li")) == 7


def test_what_a_visit_asks_can_be_read_before_it(as_, world):
    page = page_of(as_(world.alice).get(f"/assignments/{world.harbour_visit}"))

    assert page.select_one("h2 small").text == "67 questions"
    stages = {
        stage.summary.find(string=True).strip(): [
            row.get_text(" ", strip=True) for row in stage.select("li")
        ]
        for stage in page.select(".asks details")
    }
    assert stages["Farewell"][0].startswith("Says goodbye The teller said goodbye (half)")
    assert sum(map(len, stages.values())) == 67 + 3  # and what may stay empty


def test_a_disguised_visit_starts_on_site_an_open_one_with_the_checklist(as_, world, database):
    with database.writing() as session:
        opened = plan(session, world, 41, mode="open")

    starts = {
        mode: [
            (link["href"].rsplit("/")[-1], "button--main" in link["class"])
            for link in page_of(as_(world.alice).get(f"/assignments/{visit}")).select(".starts a")
        ]
        for mode, visit in (("disguised", world.harbour_visit), ("open", opened))
    }

    assert starts == {
        "disguised": [("onsite", True), ("fill", False)],
        "open": [("onsite", False), ("fill", True)],
    }


def test_another_shoppers_assignment_is_not_there(as_, world):
    client = as_(world.alice)

    answer = client.get(f"/assignments/{world.hill_visit}")

    assert answer.status_code == 404
    assert str(world.hill_visit) not in client.get("/assignments").text
    assert str(world.hill_visit) in as_(world.bob).get("/assignments").text


def test_a_returned_visit_shows_why_and_can_be_filled_again(as_, world, database):
    with database.writing() as session:
        visit = plan(session, world, 41, status="returned", reason="Say which counter it was.")
    client = as_(world.alice)

    for place in (f"/assignments/{visit}", f"/visits/{visit}/fill"):
        assert (
            "Say which counter it was."
            in page_of(client.get(place)).main.select_one(".notice").text
        )
    answer = client.post(
        f"/visits/{visit}/answers/swap", data={"item": "rules-24/r02", "value": "2"}
    )
    assert answer.status_code == 200


def test_a_cancelled_visit_can_be_read_and_says_when_it_was_cancelled_and_by_no_name(
    as_, world, database
):
    as_(world.ann).post(f"/admin/assignments/{world.harbour_visit}/cancellation")
    with database.writing() as session:
        save_status(session, world.harbour_visit, "cancelled", NOON)
    client, url = as_(world.alice), f"/visits/{world.harbour_visit}"

    pages = [
        page_of(client.get(place))
        for place in (f"/assignments/{world.harbour_visit}", f"{url}/fill", f"{url}/submission")
    ]
    refused = client.post(f"{url}/answers", data={"item": "rules-24/r02", "value": "2"})

    said = "Cancelled by the programme on 2026-11-20. There is nothing left to do."
    assert [page.main.select_one(".notice").text for page in pages] == [said] * 3
    assert [page.select(".starts") for page in pages] == [[]] * 3
    assert [node for node in pages[1].select("fieldset") if not node.has_attr("disabled")] == []
    assert [world.ann.name in str(page.main) for page in pages] == [False] * 3
    assert refused.status_code == 409
    assert "This visit was cancelled." in refused.text
    assert as_(world.bob).get(f"/assignments/{world.harbour_visit}").status_code == 404
