"""Plain tables as CSV and XLSX, in which no cell is ever a formula.

What people wrote goes into these files, and a spreadsheet program runs what looks like a
formula. CSV has no types, so such a text gets an apostrophe in front; XLSX has, so every
text is stored as text.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from audit.domain.sheet import Cell, Sheet

# What is not seen does not count: spreadsheet programs may skip it.
UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
FORMULA = re.compile(rf"[{UNSEEN}]*[=+\-@＝＋－＠﹢﹣﹦﹫]|[\t\r\n]")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
WIDEST = 60


def write_csv(sheet: Sheet) -> bytes:
    """RFC 4180, UTF-8 with the byte order mark by which Excel knows it. Every cell is quoted:
    where commas are decimal signs, semicolons part the cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([_plain(name) for name in sheet.head])
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def write_log(sheet: Sheet) -> bytes:
    """For programs: UTF-8 alone, a line feed after each row, quotes only where they must be."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.head)
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode()


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if FORMULA.match(cell) else cell
    return "" if cell is None else str(cell)


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for place, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[_letters(place)].width = width
        page.append([_typed(page, name, bold=True) for name in sheet.head])
        for row in sheet.rows:
            page.append([_typed(page, cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _typed(page: Any, cell: Cell, *, bold: bool = False) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(cell, str) and cell:
        text = UNWRITABLE.sub("\ufffd", cell.replace("\r\n", "\n").replace("\r", "\n"))
        written = WriteOnlyCell(page, value=text)
        written.data_type = "s"  # not what the text looks like: "=…" would be a formula
    else:
        written = WriteOnlyCell(page, value=None if cell == "" else cell)
        if isinstance(cell, date):
            written.number_format = "yyyy-mm-dd"
        elif isinstance(cell, Decimal):
            written.number_format = "General"
    if bold:
        written.font = Font(bold=True)
    return written


def _widths(sheet: Sheet) -> list[int]:
    """Enough for the longest cell, within reason; Chinese characters count double."""
    columns = zip(sheet.head, *sheet.rows, strict=True)
    return [min(WIDEST, 2 + max(_width(cell) for cell in column)) for column in columns]


def _width(cell: Cell) -> int:
    text = "" if cell is None else str(cell)
    return max(sum(1 + (char > "\u2e7f") for char in line) for line in text.split("\n"))


def _letters(place: int) -> str:
    from openpyxl.utils import get_column_letter

    letters: str = get_column_letter(place)
    return letters
