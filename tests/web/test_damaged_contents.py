"""What is kept as a text of its own and is damaged (a score card, a checklist, a scenario, a
draft, a self-test), on every page about several: it is named, and the others are shown."""

import csv
import io
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import text
from sqlmodel import select

from audit.clock import now
from audit.domain.answer import Answer, Deed
from audit.domain.phone import SelfTest
from audit.store import checklists, reviews, scenarios
from audit.store.checklists import list_checklists, publish
from audit.store.drafts import create_draft
from audit.store.phones import add_self_test
from audit.store.scenarios import give_scenario
from audit.store.tables import QuarantineRow, ReleaseRow
from tests.phone import packed
from tests.web.test_damaged_visits import SAID, on_paper, words
from tests.world import revisit, scenario

CUT_OFF = "substr(content, 1, 2000)"
CHANGED = "replace(content, 'the', 'thd')"  # still a checklist, and not the one published


def told(answer):
    """The status of a page and its heading."""
    return answer.status_code, BeautifulSoup(answer.text, "lxml").h1.text


@pytest.fixture(autouse=True)
def _as_after_a_start(monkeypatch):
    monkeypatch.setattr(checklists, "_decoded", {})
    monkeypatch.setattr(scenarios, "_decoded", {})
    monkeypatch.setattr(reviews, "_read", {})


@pytest.fixture
def visits(database, world):
    """Three released visits to the Harbour."""
    return [revisit(database, world, number) for number in (1, 2, 3)]


@pytest.fixture
def number(database, visits):
    """Of the report of the second."""
    with database.reading() as session:
        return session.get_one(ReleaseRow, visits[1]).number


def change(database, statement: str, **values: str) -> None:
    with database.writing() as session:
        assert session.execute(text(statement), values).rowcount == 1
    checklists._decoded.clear()
    scenarios._decoded.clear()


def damage_release(database, visit: UUID, column: str = "card") -> None:
    change(database, f"UPDATE release SET {column} = '{{' WHERE visit_id = :visit", visit=visit.hex)


def damage_checklist(database, name: str, how: str = CUT_OFF) -> None:
    change(database, f"UPDATE checklist SET content = {how} WHERE hash = :name", name=name)


def alone(database, world, name: str = "complaint-handling") -> str:
    """The hash of a version that no visit here was made with."""
    with database.reading() as session:
        return next(one.hash for one in list_checklists(session) if one.id == name)


def table(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text)))


# ---- what was released ---------------------------------------------------------------


@pytest.mark.parametrize("column", ["card", "extent", "printed"])
def test_every_list_has_all_visits_whatever_is_damaged_of_one(database, visits, as_, world, column):
    damage_release(database, visits[1], column)

    for who, page, each in (
        (world.alice, "/assignments", "/assignments/{}"),
        (world.dan, f"/branches/{world.harbour.id}", "/results/{}"),
        (world.carol, "/reviews?status=released", "/reviews/{}?"),
        (world.ann, "/admin/assignments", "/admin/assignments/{}"),
    ):
        answer = as_(who).get(page)
        assert (page, answer.status_code) == (page, 200)
        shown = [each.format(visit) in answer.text for visit in visits]
        assert (page, shown) == (page, [True] * 3)
    assert "3" in words(as_(world.carol).get("/branches"))


@pytest.mark.parametrize("column", ["card", "extent", "printed"])
def test_the_pages_of_that_visit_say_so(database, visits, as_, world, column):
    damage_release(database, visits[1], column)

    for who, page in (
        (world.dan, f"/results/{visits[1]}"),
        (world.dan, f"/results/{visits[1]}/what-if"),
        (world.dan, f"/results/{visits[1]}/report.pdf"),
        (world.dan, f"/results/{visits[1]}/photos/1"),
        (world.carol, f"/reviews/{visits[1]}"),
    ):
        assert (page, *told(as_(who).get(page))) == (page, 409, "This visit cannot be read")
    assert as_(world.erin).get(f"/results/{visits[1]}").status_code == 404


def test_a_branch_page_names_a_damaged_card_and_keeps_its_score(
    database, visits, as_, world, number
):
    before = as_(world.dan).get(f"/branches/{world.harbour.id}")
    damage_release(database, visits[1])
    damage_release(database, visits[2])  # the latest, of which more is said

    page = as_(world.dan).get(f"/branches/{world.harbour.id}")

    def scores(answer):
        found = BeautifulSoup(answer.text, "lxml").select(".track-visits__score")
        return [cell.text for cell in found]

    last = number.replace("002", "003")
    assert SAID not in words(before)
    assert f"{last}, {number} cannot be read as a whole" in words(page)
    assert (len(scores(page)), scores(page)) == (3, scores(before))


def test_a_comparison_shows_the_others_and_names_it(database, visits, as_, world, number):
    damage_release(database, visits[1])
    where = f"/branches/{world.harbour.id}/comparison"
    dan = as_(world.dan)

    page, regrouped = dan.get(where), dan.get(f"{where}?framework=wants7")
    paper = dan.get(f"{where}.pdf?language=en")

    assert [one.status_code for one in (page, regrouped, paper)] == [200] * 3
    assert f"{number} cannot be read" in words(page)
    assert f"{number} cannot be read" in words(regrouped)
    assert f"{number} cannot be read" in on_paper(paper)
    columns = BeautifulSoup(page.text, "lxml").select_one(".tally thead").select("th")[1:]
    assert len(columns) == 2


def test_two_visits_are_not_compared_when_the_card_of_one_is_damaged(
    database, visits, as_, world, number
):
    damage_release(database, visits[1])
    where = f"/branches/{world.harbour.id}/changes"

    bad = as_(world.dan).get(f"{where}?before={visits[0]}&after={visits[1]}")
    good = as_(world.dan).get(f"{where}?before={visits[0]}&after={visits[2]}")

    assert (bad.status_code, good.status_code) == (409, 200)
    assert f"{number} cannot be read" in words(bad)


def test_tables_have_a_row_that_names_it_with_its_released_score(
    database, visits, as_, world, number
):
    where = f"/branches/{world.harbour.id}/scores"
    dan = as_(world.dan)
    (before,) = [row for row in table(dan.get(f"{where}.csv")) if number in row]
    damage_release(database, visits[1])

    rows = table(dan.get(f"{where}.csv"))
    items = [row for row in table(dan.get(f"{where}.csv?rows=items")) if number in row]
    book = load_workbook(io.BytesIO(dan.get(f"{where}.xlsx").content))

    told = "Cannot be read: the released score card or the checklist is damaged."
    (row,) = [row for row in rows if number in row]
    assert (len(rows), len(items), book.worksheets[0].max_row) == (4, 1, 4)
    assert (row[:9], row[9], row[11:13]) == (before[:9], told, before[11:13])
    assert items[0][-1] == told
    assert {len(row) for row in rows} == {len(before)}


def test_the_next_visit_has_its_result_and_says_what_it_is_not_compared_with(
    database, visits, as_, world, number
):
    damage_release(database, visits[1])

    page = as_(world.dan).get(f"/results/{visits[2]}")
    paper = as_(world.dan).get(f"/results/{visits[2]}/report.pdf?language=en")

    assert (page.status_code, paper.status_code) == (200, 200)
    assert f"{number} cannot be read" in on_paper(paper)


# ---- checklists ----------------------------------------------------------------------


@pytest.mark.parametrize("how", [CUT_OFF, CHANGED])
def test_pages_with_several_checklists_name_the_damaged_one(database, as_, world, how):
    name = alone(database, world)
    damage_checklist(database, name, how)

    for who, page in (
        (world.ann, "/admin"),
        (world.ann, "/admin/checklists"),
        (world.carol, "/drafts"),
    ):
        answer = as_(who).get(page)
        assert (page, answer.status_code) == (page, 200)
        assert "complaint-handling 1." in words(answer)
        assert "is damaged and cannot be read" in words(answer)


@pytest.mark.parametrize("how", [CUT_OFF, CHANGED])
def test_the_pages_of_a_damaged_checklist_say_so(database, as_, world, how):
    name = alone(database, world)
    damage_checklist(database, name, how)

    for who, page in (
        (world.carol, f"/checklists/{name}"),
        (world.carol, f"/checklists/comparison?before={name}&after={name}"),
        (world.ann, f"/admin/checklists/{name}"),
        (world.ann, f"/admin/checklists/{name}/checklist.toml"),
        (world.ann, f"/admin/checklists/{name}/checklist.xlsx"),
    ):
        assert (page, *told(as_(who).get(page))) == (page, 409, "This checklist cannot be read")


def test_waves_of_a_damaged_checklist_are_listed_and_can_be_changed(database, as_, world):
    damage_checklist(database, world.checklist.hash)
    ann = as_(world.ann)

    waves, wave = ann.get("/admin/waves"), ann.get(f"/admin/waves/{world.wave}")
    form = {
        "name_zh": "改",
        "name_en": "Renamed",
        "opens_on": "2026-11-01",
        "closes_on": "2026-12-31",
        "checklist": world.checklist.hash,
    }
    saved = ann.post(f"/admin/waves/{world.wave}", data=form, follow_redirects=False)

    assert (waves.status_code, wave.status_code, saved.status_code) == (200, 200, 303)
    assert "branch-visit" in words(waves)
    assert SAID in words(waves)
    assert SAID in words(wave)


def test_branches_leave_out_visits_of_a_damaged_checklist_and_name_them(
    database, visits, as_, world, number
):
    damage_checklist(database, world.checklist.hash)

    for who, page in (
        (world.carol, "/branches"),
        (world.dan, f"/branches/{world.harbour.id}"),
        (world.dan, f"/branches/{world.harbour.id}/comparison"),
        (world.dan, f"/branches/{world.harbour.id}/comparison?framework=wants7"),
    ):
        answer = as_(who).get(page)
        assert (page, answer.status_code) == (page, 200)
        assert (page, number in words(answer)) == (page, True)
    rows = as_(world.dan).get(f"/branches/{world.harbour.id}/scores.csv").text
    assert number in rows


def test_a_damaged_checklist_that_is_shipped_is_brought_back(database, as_, world):
    name = alone(database, world)
    damage_checklist(database, name, CHANGED)
    ann = as_(world.ann)

    offered = words(ann.get("/admin/checklists"))
    ann.post("/admin/checklists/shipped")

    assert "came with the software, as its content hash shows" in offered
    assert ann.get(f"/admin/checklists/{name}").status_code == 200
    assert SAID not in words(ann.get("/admin/checklists"))


def test_what_a_phone_sends_waits_on_it_while_its_checklist_cannot_be_read(
    database, world, phone, token, as_
):
    phone.does(Deed("answer", "rules-24/r01", Answer("answered", 2)))
    sent, headers = packed(phone.batch(), token)
    where, nobody = f"/api/v1/visits/{world.harbour_visit}/events", as_(None)

    damage_checklist(database, world.checklist.hash)
    early = nobody.post(where, content=sent, headers=headers)
    with database.writing() as session:
        publish(session, world.checklist, now())
    late = nobody.post(where, content=sent, headers=headers)

    assert (early.status_code, late.status_code) == (503, 200)
    assert [ack["st"] for ack in late.json()["acks"]] == ["stored"]
    with database.reading() as session:
        assert list(session.exec(select(QuarantineRow))) == []


# ---- scenarios -----------------------------------------------------------------------


@pytest.fixture
def given(database, world):
    """Alice's visit has a role that is damaged."""
    with database.writing() as session:
        give_scenario(session, world.harbour_visit, scenario("sc-wealth"))
    change(database, "UPDATE scenario SET content = '{'")
    return world.harbour_visit


def test_a_shopper_is_told_that_the_role_cannot_be_read(given, as_, world):
    visit = as_(world.alice).get(f"/assignments/{given}")
    brief = as_(world.alice).get(f"/assignments/{given}/brief")

    assert (visit.status_code, brief.status_code) == (200, 409)
    assert "The role that belongs to this visit cannot be read" in words(visit)
    assert BeautifulSoup(brief.text, "lxml").h1.text == "This scenario cannot be read"


def test_an_administrator_gives_the_same_role_again_and_it_can_be_read(given, as_, world):
    ann, where = as_(world.ann), f"/admin/assignments/{given}"
    form = {
        "shopper": str(world.alice.id),
        "mode": "disguised",
        "due_on": "2026-11-25",
        "scenario": scenario("sc-wealth").hash,
    }

    page = ann.get(where)
    saved = ann.post(where, data=form, follow_redirects=False)

    assert (page.status_code, saved.status_code) == (200, 303)
    assert "The scenario of this visit cannot be read" in words(page)
    assert "cannot be read" not in words(as_(world.alice).get(f"/assignments/{given}"))


# ---- drafts, self-tests, photos ------------------------------------------------------


@pytest.mark.parametrize("content", ["{", "{}", "[]"])
def test_a_damaged_draft_is_named_among_the_others_and_can_be_thrown_away(
    database, as_, world, content
):
    with database.writing() as session:
        rules = next(one for one in list_checklists(session) if one.id == "rules-24")
        for number, own in ((91, "one"), (92, "two")):
            create_draft(session, UUID(int=number), rules, world.ann, now(), own_id=own)
    bad, good = (f"/drafts/{UUID(int=number)}" for number in (91, 92))
    change(
        database,
        "UPDATE draft SET content = :content WHERE id = :name",
        content=content,
        name=UUID(int=91).hex,
    )
    carol = as_(world.carol)

    page, own, head = carol.get("/drafts"), carol.get(bad), carol.get(f"{bad}/head")
    other = carol.get(good)
    gone = carol.post(f"{bad}/removal", follow_redirects=False)

    assert (page.status_code, own.status_code, head.status_code) == (200, 409, 409)
    assert (other.status_code, gone.status_code) == (200, 303)
    assert "Cannot be read: what was kept of this is damaged." in words(page)
    assert f'href="{good}"' in page.text
    assert BeautifulSoup(own.text, "lxml").h1.text == "This draft cannot be read"
    assert "Cannot be read" not in words(carol.get("/drafts"))


def test_a_damaged_self_test_is_named_among_the_others(database, as_, world):
    with database.writing() as session:
        add_self_test(session, world.alice, SelfTest(), "first browser", now())
    change(database, "UPDATE self_test SET result = '{'")
    with database.writing() as session:
        add_self_test(session, world.bob, SelfTest({"clock": "fail"}), "second browser", now())

    page = as_(world.ann).get("/admin/phones")

    assert page.status_code == 200
    assert "Cannot be read: what was kept of this is damaged." in words(page)
    assert "second browser" in words(page)


# ---- bytes that are no text ----------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    [("release", "card"), ("person", "name"), ("checklist", "content"), ("branch", "name_en")],
)
def test_a_byte_that_is_no_text_takes_no_page_down(database, visits, as_, world, table, column):
    rotten = f"CAST(x'ff' || substr(CAST({column} AS BLOB), 2) AS TEXT)"
    with database.writing() as session:
        session.execute(text(f"UPDATE {table} SET {column} = {rotten}"))
    checklists._decoded.clear()

    for who, page in (
        (world.alice, "/assignments"),
        (world.dan, f"/branches/{world.harbour.id}"),
        (world.carol, "/branches"),
        (world.carol, "/reviews?status=released"),
        (world.carol, "/drafts"),
        (world.ann, "/admin/assignments"),
        (world.ann, "/admin/waves"),
    ):
        assert (page, as_(who).get(page).status_code) == (page, 200)
