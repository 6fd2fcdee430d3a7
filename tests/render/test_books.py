import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from audit.domain.problems import Conflict, Invalid
from audit.domain.sheet import Sheet
from audit.render import books
from audit.render.books import read_book, write_book
from tests.books import workbook

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns:r="{RELATIONS}"><sheets><sheet name="survey" r:id="a"/></sheets></workbook>'
)
RELATED = '<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/></Relationships>'


def packed(sheet: str | bytes, **files: str) -> bytes:
    """A workbook of one sheet, whatever that says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        inside = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATED}
        for name, content in ({**inside, "xl/s.xml": sheet} | files).items():
            archive.writestr(name, content)
    return out.getvalue()


def rows(inner: str) -> str:
    return f"<worksheet><sheetData>{inner}</sheetData></worksheet>"


def test_what_is_written_is_read_again_character_by_character():
    texts = ("=1+1", " a\tb ", "两行\r\n文字", "\x01_x0041_", "_x005F_", "😀", "a" * 32_767)

    book = read_book(write_book([Sheet("s", ("one",), tuple((text,) for text in texts))]))

    page = book.page("S")
    assert page is not None
    assert [page.cells[row][1] for row in range(2, 9)] == list(texts)
    assert page.formulas == ()


def test_a_text_longer_than_a_cell_is_not_cut_off_silently():
    with pytest.raises(Conflict):
        write_book([Sheet("s", ("one",), (("a" * 32_768,),))])


def test_numbers_are_read_as_they_were_typed():
    said = ("1", "0.70", "0.69999999999999996", "1.1000000000000001", "1E-3", "-5", "44662.6850")
    cells = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{one}</v></c></row>' for n, one in enumerate(said, 1)
    )

    page = read_book(packed(rows(cells))).pages[0]

    read = [page.cells[row][1] for row in page.cells]
    assert read == ["1", "0.70", "0.7", "1.1", "0.001", "-5", "44662.6850"]


def test_formulas_merged_cells_and_yes_are_told_apart():
    made = Workbook()
    sheet = made.active
    sheet["A1"], sheet["B1"], sheet["A2"] = "=1+1", True, "both"
    sheet.merge_cells("A2:B2")
    out = io.BytesIO()
    made.save(out)

    page = read_book(out.getvalue()).pages[0]

    assert page.cells == {1: {2: "true"}, 2: {1: "both"}}
    assert (page.formulas, page.merged) == (((1, 1),), ("A2:B2",))


def test_the_last_cell_of_a_sheet_takes_no_more_room_than_the_first():
    last = f"{get_column_letter(16_384)}1048576"

    page = read_book(packed(rows(f'<row><c r="{last}"><v>1</v></c></row>'))).pages[0]

    assert page.cells == {1_048_576: {16_384: "1"}}


def test_other_alphabets_than_utf_8_are_read():
    sheet = rows('<row><c t="inlineStr"><is><t>明察</t></is></c></row>')
    content = f'<?xml version="1.0" encoding="UTF-16"?>{sheet}'.encode("utf-16")

    assert read_book(packed(content)).pages[0].cells == {1: {1: "明察"}}


def test_how_a_word_is_pronounced_is_not_part_of_it():
    shared = "<sst><si><t>明</t><rPh><t>ming</t></rPh><t>察</t></si></sst>"
    related = RELATED.replace(
        "</R", '<Relationship Id="b" Type="x/sharedStrings" Target="t.xml"/></R'
    )
    files = {"xl/t.xml": shared, "xl/_rels/workbook.xml.rels": related}

    book = read_book(packed(rows('<row><c t="s"><v>0</v></c></row>'), **files))

    assert book.pages[0].cells == {1: {1: "明察"}}


DAMAGED = "This workbook is damaged and cannot be read."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n1,2\n", "This file is not an XLSX workbook."),
        (b"PK\x03\x04", DAMAGED),
        (packed("<worksheet"), DAMAGED),
        (packed('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), DAMAGED),
        (packed(rows('<row><c r="ZZZZ1"/></row>')), DAMAGED),
        (packed(rows('<row r="0"><c r="A0"/></row>')), DAMAGED),
        (packed(rows('<row><c t="s"><v>7</v></c></row>')), DAMAGED),
        (packed(rows("") + "x"), DAMAGED),
        (packed("<worksheet/>", **{"xl/workbook.xml": BOOK.replace("r:id", "r:no")}), DAMAGED),
        (packed("<a>" * 10_000), DAMAGED),
        (packed(b"\xff\xff\xff"), DAMAGED),
        (packed("<worksheet/>", **{"xl/workbook.xml": BOOK.replace('"a"', '"b"')}), DAMAGED),
    ],
)  # fmt: skip
def test_what_is_broken_is_refused_in_a_sentence(content, message):
    with pytest.raises(Invalid) as refused:
        read_book(content)

    assert str(refused.value) == message


def test_a_file_that_unpacks_to_a_mountain_is_refused_early(monkeypatch):
    monkeypatch.setattr(books, "MOST_UNPACKED", 3_000_000)
    bomb = packed("<worksheet>" + " " * 3_000_001 + "</worksheet>")

    assert len(bomb) < 10_000
    with pytest.raises(Invalid, match="unpacks to more than 3 MB"):
        read_book(bomb)


def test_one_long_text_in_every_cell_is_refused_too():
    shared = f"<sst><si><t>{'a' * 30_000}</t></si></sst>"
    related = RELATED.replace(
        "</R", '<Relationship Id="b" Type="x/sharedStrings" Target="t.xml"/></R'
    )
    files = {"xl/t.xml": shared, "xl/_rels/workbook.xml.rels": related}
    cell = '<c t="s"><v>0</v></c>'

    with pytest.raises(Invalid, match="more than 5000000 characters"):
        read_book(packed(rows(f"<row>{cell * 200}</row>"), **files))


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("MOST_BYTES", "larger than 0 MB"),
        ("MOST_CELLS", "more than 3 filled cells"),
        ("MOST_FILES", "more than 3 files"),
        ("MOST_PAGES", "more than 3 sheets"),
    ],
)
def test_there_is_a_limit_to(monkeypatch, limit, message):
    monkeypatch.setattr(books, limit, 3)
    content = workbook({name: [(1, 2)] for name in "abcd"})

    with pytest.raises(Invalid, match=message):
        read_book(content)
