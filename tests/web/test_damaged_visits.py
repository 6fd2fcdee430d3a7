"""One visit whose log is damaged, on every page and file that is about several: it is named,
and the others are shown."""

import io
import subprocess
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import text

from audit.domain.checklist import FreeText
from audit.store.tables import ReleaseRow
from tests.web.test_reviews import decide
from tests.world import revisit

SAID = "cannot be read"


@pytest.fixture
def visits(database, world):
    """Three released visits to the Harbour; the log of the second is damaged."""
    found = [revisit(database, world, number) for number in (1, 2, 3)]
    damage(database, found[1])
    return found


def damage(database, visit: UUID, late: bool = False) -> None:
    with database.writing() as session:
        session.execute(
            text("UPDATE event SET body = '{', late = :late WHERE visit_id = :visit AND seq = 20"),
            {"visit": visit.hex, "late": late},
        )


@pytest.fixture
def number(database, visits):
    """Of the report of the damaged one."""
    with database.reading() as session:
        row = session.get(ReleaseRow, visits[1])
        assert row is not None
        return row.number


def words(answer) -> str:
    return " ".join(BeautifulSoup(answer.text, "lxml").select("main")[0].text.split())


def on_paper(answer) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.content, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def test_its_own_pages_say_so_and_nothing_fails(visits, as_, world, caplog):
    dan, carol = as_(world.dan), as_(world.carol)

    for client, page in (
        (dan, f"/results/{visits[1]}"),
        (dan, f"/results/{visits[1]}/what-if"),
        (dan, f"/results/{visits[1]}/report.pdf"),
        (carol, f"/reviews/{visits[1]}"),
        (carol, f"/reviews/{visits[1]}/audit.csv"),
    ):
        answer = client.get(page)
        assert (page, answer.status_code) == (page, 409)
        assert BeautifulSoup(answer.text, "lxml").h1.text == "This visit cannot be read"
        assert "compare them with a backup" in answer.text
    assert f"visit {visits[1]} cannot be read" in caplog.text


def test_nobody_else_is_told_that_it_is_there(visits, as_, world):
    for page in (f"/results/{visits[1]}", f"/results/{visits[1]}/report.pdf"):
        assert as_(world.erin).get(page).status_code == 404


def test_the_queue_names_it_among_the_others(visits, as_, world):
    page = as_(world.carol).get("/reviews?status=released")

    assert page.status_code == 200
    assert page.text.count("Cannot be read: its log or its checklist is damaged") == 1
    for visit in (visits[0], visits[2]):
        assert f"/reviews/{visit}?" in page.text


def test_a_late_entry_that_is_damaged_is_said_on_its_review(database, as_, world):
    visit = revisit(database, world, 1, released=False)
    damage(database, visit, late=True)

    answer = as_(world.carol).get(f"/reviews/{visit}")

    assert (answer.status_code, SAID in words(answer)) == (409, True)


@pytest.mark.parametrize("deed", ["release", "return"])
def test_what_cannot_be_read_is_not_decided(database, as_, world, deed):
    visit = revisit(database, world, 1, released=False)
    damage(database, visit)

    answer = decide(as_(world.carol), visit, deed, confirmed="1", reason="Again")

    assert (answer.status_code, SAID in answer.text) == (409, True)


@pytest.mark.parametrize(
    "page",
    ["/branches", "/branches/{branch}", "/branches/{branch}/comparison", "/admin/assignments"],
)
def test_pages_that_rest_on_released_scores_show_all_three(visits, as_, world, page):
    who = world.ann if page.startswith("/admin") else world.dan

    answer = as_(who).get(page.format(branch=world.harbour.id), follow_redirects=True)

    assert answer.status_code == 200
    if page.endswith("comparison"):
        columns = BeautifulSoup(answer.text, "lxml").select_one(".tally thead").select("th")[1:]
        assert len(columns) == 3


def test_visits_regrouped_name_it_and_leave_its_column_empty(visits, as_, world, number):
    where = f"/branches/{world.harbour.id}/comparison?framework=wants7"

    page = as_(world.dan).get(where)

    assert page.status_code == 200
    assert f"The answers of {number} cannot be read" in words(page)
    row = BeautifulSoup(page.text, "lxml").select_one(".beside__row--framework")
    said = [cell.find(string=True).strip() for cell in row.select("td")]
    assert (len(said), said[1], "—" in (said[0], said[2])) == (3, "—", False)


def test_a_regrouped_comparison_on_paper_names_it_too(visits, as_, world, number):
    where = f"/branches/{world.harbour.id}/comparison.pdf?framework=wants7&language=en"

    paper = as_(world.dan).get(where)

    assert paper.status_code == 200
    assert f"The answers of {number} cannot be read" in on_paper(paper)


def test_two_visits_are_not_compared_item_by_item_when_one_cannot_be_read(
    visits, as_, world, number
):
    where = f"/branches/{world.harbour.id}/changes"

    bad = as_(world.dan).get(f"{where}?before={visits[0]}&after={visits[1]}")
    good = as_(world.dan).get(f"{where}?before={visits[0]}&after={visits[2]}")

    assert (bad.status_code, good.status_code) == (409, 200)
    assert f"The answers of {number} cannot be read" in words(bad)


def test_the_visit_after_it_has_its_result_and_its_report_says_what_is_not_compared(
    visits, as_, world, number
):
    page = as_(world.dan).get(f"/results/{visits[2]}")
    paper = as_(world.dan).get(f"/results/{visits[2]}/report.pdf?language=en")

    assert (page.status_code, paper.status_code) == (200, 200)
    assert f"The answers behind report {number} cannot be read" in on_paper(paper)
    before = as_(world.dan).get(f"/results/{visits[0]}/report.pdf?language=en")
    assert SAID not in on_paper(before)


def test_tables_have_a_row_that_says_so_and_all_of_the_others(visits, as_, world, number):
    where = f"/branches/{world.harbour.id}/scores"
    dan = as_(world.dan)

    scores = dan.get(f"{where}.csv").text
    items = dan.get(f"{where}.csv?rows=items").text.splitlines()
    book = load_workbook(io.BytesIO(dan.get(f"{where}.xlsx").content))

    assert scores.count("MC-") == 3
    told = [row for row in items if number in row]
    assert len(told) == 1
    assert "The answers cannot be read: the log of this visit is damaged." in told[0]
    asked = [one for one in world.checklist.items if not isinstance(one.response, FreeText)]
    assert len(items) == 2 + 2 * len(asked)
    assert [sheet.max_row for sheet in book.worksheets] == [4, len(items)]


def test_its_photos_are_refused_plainly(visits, as_, world):
    answer = as_(world.dan).get(f"/results/{visits[1]}/photos/1")

    assert (answer.status_code, SAID in answer.text) == (409, True)
