import csv
import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from openpyxl import load_workbook

from audit.domain.sheet import Sheet
from audit.render.sheets import write_csv, write_xlsx
from audit.store.people import save_person
from audit.store.tracks import list_released
from tests.web.test_branches import PLACES
from tests.world import revisit

EVIL = '=HYPERLINK("http://elsewhere.example/","look")'
LEADS = "=+-@\t\r\n＝＋－＠"
UNSEEN = "".join(char for char in map(chr, range(0x10000)) if char.isspace())
UNSEEN += "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010))))
UNSEEN += "\xad\u2060\ufeff"


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content):
    return load_workbook(io.BytesIO(content))


# ---- no cell is a formula ------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40))
@example("=1+1")
@example(" =1+1")
@example("-5")
@example("@SUM(A1)")
@example("\t=1")
@example("＝1+1")
@example('"=1","x"\r\n=2')
@example("#N/A")
@example("\x00=1")
@example("\u200b=1")
@example(" \ufeff\u2060@SUM(A1)")
@example("a;=1+1")
def test_any_text_comes_back_from_csv_and_never_leads_like_a_formula(text):
    content = write_csv(Sheet("s", ("note", "next"), ((text, "after"),)))

    (head, (cell, after)) = read_csv(content)
    assert (head, after) == (["note", "next"], "after")
    assert cell in (text, f"'{text}")
    assert cell.lstrip(UNSEEN)[:1] not in set(LEADS) - {""} or cell == ""


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
        max_size=40,
    )
)
@example("=1+1")
@example("＝1+1")
@example("-5")
@example("#N/A")
@example("TRUE")
def test_any_text_comes_back_from_xlsx_as_text(text):
    content = write_xlsx([Sheet("s", ("note", "next"), ((text, "after"),))])

    cell, after = read_xlsx(content)["s"][2]
    assert ((cell.value or ""), after.value) == (text, "after")
    assert cell.data_type == ("s" if text else "n")


def test_control_characters_do_not_break_the_file():
    content = write_xlsx([Sheet("s", ("note",), (("a\x00b\x1fc\r\nd",),))])

    assert read_xlsx(content)["s"]["A2"].value == "a\ufffdb\ufffdc\nd"


def test_numbers_stay_numbers():
    sheet = Sheet("s", ("n", "d", "t"), ((Decimal("-5.5"), 3, date(2026, 1, 2)),))

    row = read_xlsx(write_xlsx([sheet]))["s"][2]
    assert [cell.value for cell in row] == [-5.5, 3, datetime(2026, 1, 2)]  # noqa: DTZ001
    assert read_csv(write_csv(sheet))[1] == ["-5.5", "3", "2026-01-02"]


def test_csv_is_quoted_by_the_rules_and_marked_as_utf_8():
    content = write_csv(Sheet("s", ("甲", "b"), (('say "hi", please', "two\nlines"),)))

    assert content == '\ufeff"甲","b"\r\n"say ""hi"", please","two\nlines"\r\n'.encode()


def test_no_cell_is_split_where_semicolons_part_the_cells():
    content = write_csv(Sheet("s", ("note",), (("a;=1+1",),)))

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["note"], ["a;=1+1"]]


# ---- what is in them -----------------------------------------------------------------


def test_the_visits_file_has_a_row_per_visit_with_totals_parts_sections_and_indices(
    as_, world, database
):
    revisit(database, world, 1)
    revisit(database, world, 2)

    answer = as_(world.dan).get(f"/branches/{world.harbour.id}/scores.csv")

    head, *rows = read_csv(answer.content)
    first = dict(zip(head, rows[0], strict=True))
    assert answer.headers["content-disposition"] == 'attachment; filename="H001-visits.csv"'
    assert len(rows) == 2
    assert {
        name: first[name]
        for name in ("Branch code", "Visited on", "Final score", "Raw score", "Band", "Coverage")
    } == {
        "Branch code": "H001",
        "Visited on": "2026-11-21",
        "Final score": "78.1",
        "Raw score": "78.1",
        "Band": "Meets the standard",
        "Coverage": "1.000",
    }
    for part in world.checklist.parts:
        assert first[f"{part.title.en} (part)"]
        assert all(
            f"{part.title.en} / {section.title.en} (section)" in first for section in part.sections
        )
    assert first["T Timely (index)"] == "80.4"
    assert len(head) == len(set(head))


def test_the_items_file_has_a_row_per_visit_and_item(as_, world, database):
    revisit(database, world, 1, notes={"rules-24/r02": "One of three smiled."})
    revisit(database, world, 2)

    answer = as_(world.dan).get(f"/branches/{world.harbour.id}/scores.csv?rows=items")

    head, *rows = read_csv(answer.content)
    items = [dict(zip(head, row, strict=True)) for row in rows]
    smile = next(item for item in items if item["Item"] == "rules-24/r02")
    assert len(items) == 2 * len(world.checklist.items)
    assert (smile["Label"], smile["Credit"], smile["Note"]) == (
        "Smile",
        "0.5000",
        "One of three smiled.",
    )
    lost = sum(Decimal(item["Lost points"] or 0) for item in items[: len(items) // 2])
    assert lost == Decimal("21.90")


def test_the_workbook_has_both_sheets_in_the_pages_language(as_, world, database):
    revisit(database, world, 1)

    answer = as_(replace(world.dan)).get(
        f"/branches/{world.harbour.id}/scores.xlsx", headers={"accept-language": "zh-CN"}
    )

    book = read_xlsx(answer.content)
    assert book.sheetnames == ["走访", "逐项"]
    assert [cell.value for cell in book["走访"][1]][:3] == ["报告编号", "网点编号", "网点"]
    assert book["走访"]["L2"].value == 78.1


def test_a_note_that_looks_like_a_formula_is_text_in_both_files(as_, world, database):
    revisit(database, world, 1, notes={"rules-24/r02": EVIL})
    client = as_(world.dan)

    rows = read_csv(client.get(f"/branches/{world.harbour.id}/scores.csv?rows=items").content)
    book = read_xlsx(client.get(f"/branches/{world.harbour.id}/scores.xlsx").content)

    cells = [cell for row in book["Items by visit"] for cell in row if cell.value == EVIL]
    assert [row[-1] for row in rows if row[5] == "rules-24/r02"] == [f"'{EVIL}"]
    assert [cell.data_type for cell in cells] == ["s"]


@pytest.mark.parametrize("rows", ["people", "visits'"])
def test_an_unknown_table_is_refused(as_, world, database, rows):
    answer = as_(world.dan).get(f"/branches/{world.harbour.id}/scores.csv?rows={rows}")

    assert answer.status_code == 400


# ---- who the shopper was -------------------------------------------------------------


def test_nothing_a_branch_can_fetch_tells_who_the_shopper_was(as_, world, database):
    leaky = replace(world.alice, name="泄漏者", code="LEAK-1", login="leak-1")
    with database.writing() as session:
        save_person(session, leaky)
    for number in (1, 2):
        revisit(database, world, number, shopper=leaky)
    with database.reading() as session:
        known = {visit.shopper_code for visit in list_released(session, world.carol)}
    client, secrets = as_(world.dan), ("泄漏者", "LEAK-", "leak-1", str(leaky.id))

    assert known == {"LEAK-1"}  # there is something that could leak
    for place in PLACES:
        answer = client.get(f"/branches/{world.harbour.id}{place}")
        assert answer.status_code == 200
        found = (
            answer.text
            if "xlsx" not in place
            else str(
                [cell.value for page in read_xlsx(answer.content) for row in page for cell in row]
            )
        )
        assert len(found) > 1000
        assert [secret for secret in secrets if secret in found] == []
