import re
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from audit.clock import now, today
from audit.domain.text import Text
from audit.store.tables import VisitRow
from audit.store.visits import get_visit, save_status
from tests.web.admin.test_plans import typed

TODAY = today(ZoneInfo("Asia/Shanghai"))


def test_an_assigned_visit_can_be_given_to_somebody_else(ann, world, database):
    ann.post(
        f"/admin/assignments/{world.harbour_visit}",
        data={
            "shopper": str(world.bob.id),
            "mode": "open",
            "due_on": "2027-02-03",
            "brief_zh": "甲",
            "brief_en": "A",
        },
    )

    with database.reading() as session:
        visit = get_visit(session, world.bob, world.harbour_visit)
    assert (visit.mode, str(visit.due_on), visit.brief) == ("open", "2027-02-03", Text("甲", "A"))


def test_a_visit_that_may_be_on_a_phone_is_not_given_away_unawares(ann, as_, world, database):
    path = f"/admin/assignments/{world.harbour_visit}"
    before = ann.get(path)
    as_(world.alice).post(f"/visits/{world.harbour_visit}/tokens")

    after = ann.get(path)

    warning = "S01 has opened this visit on a phone."
    assert (warning in before.text, warning in after.text) == (False, True)


@pytest.mark.parametrize("deed", ["", "/cancellation"])
def test_a_visit_that_was_started_can_be_neither_given_away_nor_cancelled(
    ann, world, database, deed
):
    with database.writing() as session:
        save_status(session, world.harbour_visit, "in_progress", now())
    before = visit_of(database, world)

    answer = ann.post(
        f"/admin/assignments/{world.harbour_visit}{deed}",
        data={"shopper": str(world.bob.id), "mode": "open", "due_on": "2027-02-03"},
        follow_redirects=False,
    )

    assert answer.status_code == 409
    assert visit_of(database, world) == before


def visit_of(database, world):
    with database.reading() as session:
        return get_visit(session, world.ann, world.harbour_visit)


def test_cancelling_takes_a_second_step_and_is_called_by_its_name(ann, world, seen):
    page = seen(ann.get(f"/admin/assignments/{world.harbour_visit}"))
    form = page.soup.select_one("details:not([open]) form[action$=cancellation]")

    after = seen(ann.post(form["action"], data={"csrf": form.find("input")["value"]}))

    assert [one.get_text() for one in after.soup.select("[role=status]")] == ["Cancelled."]


def test_a_shopper_is_told_that_a_visit_was_cancelled(ann, as_, world):
    alice = as_(world.alice)
    before = alice.get("/assignments").text

    ann.post(f"/admin/assignments/{world.harbour_visit}/cancellation")

    heads = [
        re.findall(r"<h2>(\w[\w ]*\w)", text.partition("<main")[2])
        for text in (before, alice.get("/assignments").text)
    ]
    assert heads == [["To do"], ["Cancelled"]]


def test_the_list_narrows_by_everything_and_counts_by_state(ann, world, seen):
    ann.post(f"/admin/assignments/{world.hill_visit}/cancellation")

    def found(**chosen):
        return seen(ann.get("/admin/assignments", params=chosen)).names()

    assert found() == ["H001 Harbour branch", "H002 Hill branch"]
    assert found(status="cancelled") == ["H002 Hill branch"]
    assert found(shopper=str(world.alice.id)) == ["H001 Harbour branch"]
    assert found(branch=str(world.hill.id)) == ["H002 Hill branch"]
    assert found(wave=str(UUID(int=99))) == []
    options = seen(ann.get("/admin/assignments")).soup.find(id="status").find_all("option")
    assert [option.get_text(strip=True) for option in options][:2] == ["All", "Assigned 1"]


def test_the_list_marks_what_should_have_been_made_by_now(ann, world, database, seen):
    def due():
        rows = seen(ann.get("/admin/assignments")).soup.select("tbody tr")
        return {row.th.get_text(strip=True): row.find("b") is not None for row in rows}

    with database.writing() as session:
        for visit, days in ((world.harbour_visit, -2), (world.hill_visit, 2)):
            session.get_one(VisitRow, visit).due_on = TODAY + timedelta(days=days)
    assert due() == {"H001 Harbour branch": True, "H002 Hill branch": False}

    with database.writing() as session:
        save_status(session, world.harbour_visit, "submitted", now())

    assert due() == {"H001 Harbour branch": False, "H002 Hill branch": False}


def test_a_long_list_has_pages(ann, world, wave, database, seen):
    one = typed(wave, world, accept="1", shopper=str(world.alice.id))
    for _ in range(25):
        ann.post("/admin/assignments", data=one)

    first = seen(ann.get("/admin/assignments", params={"wave": str(wave)}))
    ann.post("/admin/assignments", data=one)
    second = seen(ann.get("/admin/assignments", params={"wave": str(wave), "number": "2"}))

    assert (len(first.names()), first.soup.find("a", rel="next")) == (50, None)
    assert len(second.names()) == 2
    assert second.soup.find("a", rel="prev") is not None


@pytest.mark.parametrize("name", ["number", "created"])
@pytest.mark.parametrize("digits", [12, 18, 40, 4000, 5000])
def test_no_page_number_is_too_large_or_too_small(ann, world, name, digits):
    answers = [
        ann.get(f"/admin/assignments?{name}={sign}{'9' * digits}").status_code for sign in ("", "-")
    ]

    assert set(answers) <= {200, 400}


@pytest.mark.parametrize("digits", [12, 18, 40, 4000, 5000])
def test_no_page_of_the_queue_is_too_large(ann, world, digits):
    assert ann.get(f"/reviews?number={'9' * digits}").status_code in (200, 400)
