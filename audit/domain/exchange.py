"""A file that somebody brings, as a checklist, with all there is to say about what became of
it. The other way is `audit.domain.toml` and `audit.domain.xlsform_writing`."""

from collections.abc import Iterable, Iterator

import msgspec

from audit.domain.book import Book, Finding, Findings, letters
from audit.domain.checklist import Checklist, Framework
from audit.domain.decoding import parse
from audit.domain.problems import N_
from audit.domain.resolution import Resolution
from audit.domain.source import Vocabulary
from audit.domain.tables import Shelf, Tables
from audit.domain.troubles import Trouble, Troubles, Unusable, Words
from audit.domain.xlsform_grid import Grid, plain_heading
from audit.domain.xlsform_reading import Read, read_xlsform
from audit.domain.xlsform_writing import write_xlsform

# Where in a form stands what a file calls by another name.
COLUMNS = {
    "id": "name", "criterion": "label", "label": "mc_short", "help": "hint", "question": "label",
    "title": "label", "use": "mc_use", "response": "mc_response",
}  # fmt: skip
SHEETS = {"scoring": "settings", "parts": "mc_parts", "route": "mc_route", "": "settings"}
# What is written for whoever fills the form in elsewhere, and is not read again from there.
END = "end_group"
SHOWN = {"survey": ("type", "label", "hint", "mc_short", "relevant", "constraint"),
         "choices": ("label",)}  # fmt: skip


class Known(msgspec.Struct, frozen=True):
    """What a checklist may build on."""

    vocabulary: Vocabulary
    frameworks: tuple[Framework, ...]
    shelf: Shelf


class Taken(msgspec.Struct, frozen=True):
    tables: Tables
    findings: tuple[Finding, ...]
    checklist: Checklist | None  # None: something is wrong


def take_toml(raw: str, file: str, known: Known) -> Taken:
    tables: Tables = {}
    try:
        tables = parse(raw, file)
        checklist = _resolved(tables, file, known)
    except Unusable as error:
        return Taken(tables, tuple(map(_in_file, error.troubles)), None)
    return Taken(tables, (), checklist)


def take_book(book: Book, file: str, known: Known) -> Taken:
    read = read_xlsform(book, file.rpartition(".")[0])
    if not read.tables:
        return Taken({}, read.findings, None)
    try:
        checklist = _resolved(read.tables, file, known)
    except Unusable as error:
        told = (_in_form(trouble, read, book) for trouble in error.troubles)
        return Taken(read.tables, _ordered((*read.findings, *told)), None)
    changed = _changed(book, checklist, known) if read.ours else iter(())
    found = _ordered((*read.findings, *changed))
    wrong = any(one.what == "wrong" for one in found)
    return Taken(read.tables, found, None if wrong else checklist)


def _resolved(tables: Tables, file: str, known: Known) -> Checklist:
    made = Resolution(Troubles(file), known.vocabulary, known.frameworks, known.shelf)
    return made.checklist(tables)


def _ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    findings = Findings()
    findings.found = list(found)
    return findings.all()


# ---- troubles with their place -------------------------------------------------------


def _in_file(trouble: Trouble) -> Finding:
    place = " · ".join(part for part in (trouble.section, trouble.item) if part)
    return Finding("wrong", place, 0, "", trouble.words)


def _in_form(trouble: Trouble, read: Read, book: Book) -> Finding:
    section, item = trouble.section, trouble.item
    row = read.rows.get((section, item)) or read.rows.get((section, ""), 0)
    if not row:
        words = trouble.words
        if item:
            words = Words(N_("%(item)s: %(said)s"), {"item": item, "said": words})
        sheet = SHEETS.get(section, "survey")
        return Finding("wrong", sheet, 0, "", words)
    column = _column(trouble, read) or _saying(trouble, book, row)
    return Finding("wrong", "survey", row, letters(column), trouble.words)


def _column(trouble: Trouble, read: Read) -> int:
    """Of the field it is about."""
    said = trouble.words.values
    field = str(said.get("place") or said.get("key") or "").partition(".")[0].partition("[")[0]
    wanted = {COLUMNS.get(field, f"mc_{field}"), f"mc_{field}"}
    return next(
        (column for name, column in read.columns.items() if name.partition("::")[0] in wanted), 0
    )


def _saying(trouble: Trouble, book: Book, row: int) -> int:
    """Of the cell that says what is wrong."""
    page = book.page("survey")
    cells = page.cells.get(row, {}) if page else {}
    wrong = {said for said in trouble.words.values.values() if isinstance(said, str)}
    return next((column for column, text in cells.items() if wrong & set(text.split())), 0)


# ---- what is only shown --------------------------------------------------------------


def _changed(book: Book, checklist: Checklist, known: Known) -> Iterator[Finding]:
    """Cells that say something else than what is written there: others' questions, scales."""
    sheets = {sheet.title: sheet for sheet in write_xlsform(checklist, known.shelf)}
    for name, shown in SHOWN.items():
        grid, sheet = Grid(name, book.page(name), Findings()), sheets[name]
        head = [plain_heading(heading) for heading in sheet.head]
        keys = [head.index(key) for key in ("list_name", "name") if key in head]
        rows = [row for row in sheet.rows if row[0] != END]
        written = {tuple(str(row[key]) for key in keys): row for row in rows}
        for row in grid.rows:
            key = tuple(grid.get(row, head[place]) for place in keys)
            for place, heading in enumerate(head):
                column = grid.columns.get(heading, 0)
                if grid.get(row, "type") == END or key not in written or not column:
                    continue
                if heading.partition("::")[0] in shown:
                    said = grid.cells[row].get(column, "").strip()
                    if said != str(written[key][place] or "").strip():
                        yield _not_read(name, row, column, said)


def _not_read(sheet: str, row: int, column: int, said: str) -> Finding:
    message = N_("What this says follows from elsewhere; the change is not taken over: %(text)s")
    return Finding("left_out", sheet, row, letters(column), Words(message, {"text": said[:80]}))
