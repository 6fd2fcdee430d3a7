"""Workbooks for tests: written cell by cell, changed, and forms that others have published."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from audit.domain.checklist import Checklist
from audit.domain.exchange import Known
from audit.paths import folder
from audit.store.checklists import Library
from audit.work.exchange import give

REAL = sorted((Path(__file__).parent / "vendor" / "xlsforms").glob("*.xlsx"))
LIBRARY = Library(folder("checklists"))
SHIPPED = {one.id: one for one in LIBRARY.read()}
KNOWN: Known = LIBRARY.known(())


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class Sheets:
    """A checklist's own XLSForm, to be changed like in a spreadsheet program."""

    def __init__(self, checklist: Checklist) -> None:
        self.book = load_workbook(BytesIO(give(checklist, KNOWN.shelf, "xlsx")))

    def head(self, sheet: str) -> list[str]:
        return [cell.value for cell in self.book[sheet][1]]

    def row(self, name: str, sheet: str = "survey") -> int:
        place = self.head(sheet).index("name")
        return next(row[place].row for row in self.book[sheet] if row[place].value == name)

    def put(self, name: str, column: str, value: Any, sheet: str = "survey") -> str:
        """Gives the place of the cell, as findings name it."""
        head = self.head(sheet)
        if column not in head:
            self.book[sheet].cell(1, len(head) + 1).value = column
            head.append(column)
        cell = self.book[sheet].cell(self.row(name, sheet), head.index(column) + 1)
        cell.value = value
        return f"{sheet}!{cell.coordinate}"

    def get(self, name: str, column: str, sheet: str = "survey") -> Any:
        found = self.book[sheet].cell(self.row(name, sheet), self.head(sheet).index(column) + 1)
        return found.value

    def bytes(self) -> bytes:
        out = BytesIO()
        self.book.save(out)
        return out.getvalue()


def changed(checklist: Checklist, change: Callable[[Sheets], Any]) -> bytes:
    sheets = Sheets(checklist)
    change(sheets)
    return sheets.bytes()
