"""An XLSForm as the tables of a checklist, with everything that did not come along told."""

from collections.abc import Iterator
from typing import Any

import msgspec

from audit.domain.book import Book, Finding, Findings
from audit.domain.extras import KEYS, MOST_CELLS
from audit.domain.problems import N_
from audit.domain.tables import Tables
from audit.domain.xlsform import CHOICES, SETTINGS, SHEETS, SURVEY, YES_NO
from audit.domain.xlsform_grid import Grid
from audit.domain.xlsform_lists import MOST_OPTIONS, REFERENCE, Lists
from audit.domain.xlsform_settings import Settings
from audit.domain.xlsform_survey import Survey
from audit.domain.xlsform_types import read_type

HEADS = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
# Sheets of XLSForm whose rows speak of what is not here, or that only a server reads.
ELSEWHERE = {"external_choices", "entities", "osm", "cascades"}


class Read(msgspec.Struct, frozen=True):
    tables: Tables
    findings: tuple[Finding, ...]
    ours: bool
    rows: dict[tuple[str, str], int] = {}  # section and item to the row of the survey
    columns: dict[str, int] = {}  # of the survey, by heading


def read_xlsform(book: Book, name: str) -> Read:
    """`name`: of the file, for a form without one. What the tables say is not checked yet."""
    findings = Findings()
    if book.page("survey") is None:
        say = findings.at("wrong")
        say(N_("There is no sheet called `survey`, so this is not an XLSForm."))
        return Read({}, findings.all(), ours=False)
    return _Reading(book, findings, name).read()


class _Reading:
    def __init__(self, book: Book, findings: Findings, name: str) -> None:
        self.book = book
        self.findings = findings
        self.settings = Settings(book, findings, name)
        ours = self.settings.ours
        self.head = self.settings.head()
        self.lists = Lists(book, findings, ours)
        self.grid = Grid("survey", book.page("survey"), findings)
        self.survey = Survey(self.grid, self.lists, findings, self.head["id"], ours)

    def read(self) -> Read:
        survey, head = self.survey, self.head
        survey.read(composite="parts" in head)
        tables = {**head, **{key: value for key, value in survey.tables().items() if value}}
        if "parts" in tables:
            tables.pop("sections", None)
        if route := self.settings.route():
            tables["route"] = route
        if not self.settings.ours:
            self.tell_foreign(tables)
            self.lists.tell()
        if extras := [page for page in self.extras() if page["rows"] or page["columns"]]:
            tables["extras"] = extras
        columns = self.grid.columns
        return Read(tables, self.findings.all(), self.settings.ours, survey.rows, columns)

    def tell_foreign(self, tables: Tables) -> None:
        say, questions = self.findings.at("mapped", "survey"), self.survey.questions
        items = [item for section in tables.get("sections", ()) for item in section["items"]]
        if items and all(item.get("weight") == "0" for item in items):
            say(N_("Nothing has a weight yet, so nothing is scored."))
        if questions.uncoached:
            say(
                N_("Questions without advice or help, where a dash stands now: %(count)s."),
                count=questions.uncoached,
            )
        if items and not any(name.startswith("mc_stage") for name in self.grid.columns):
            say(N_("It does not say where things are asked; all of it is asked in one stage."))
        spoken = [one for one in ("zh", "en") if self.speaks(one)]
        if len(spoken) < 2:
            say(N_("It has one language; the other shows the same words."))

    def speaks(self, language: Any) -> bool:
        return any(self.grid.text(row, "label", language) for row in self.grid.rows)

    # -- what is kept

    def extras(self) -> Iterator[Tables]:
        yield from self.further(self.grid, self.survey_keys())
        yield from self.further(self.lists.grid, self.choice_keys())
        settings = self.settings.grid
        yield from self.further(settings, {self.settings.row: [()]})
        known = {"survey", "choices", "settings", *SHEETS}
        for page in self.book.pages:
            name = page.name.strip()
            if name.casefold() in known or not page.cells:
                continue
            say = self.findings.at("left_out" if name.casefold() in ELSEWHERE else "kept", name)
            if name.casefold() in ELSEWHERE:
                say(N_("This sheet is not read here."))
                continue
            width = max(column for cells in page.cells.values() for column in cells)
            if width * max(page.cells) > MOST_CELLS or not 1 <= len(name) <= 31:
                message = N_("This sheet is too large to be kept.")
                self.findings.at("left_out", name)(message)
                continue
            say(N_("This sheet has no effect here; it is kept and written back."))
            rows = [
                [page.cells.get(row, {}).get(column, "") for column in range(1, width + 1)]
                for row in range(1, max(page.cells) + 1)
            ]
            yield {"sheet": name, "columns": rows[0], "rows": rows[1:]}

    def survey_keys(self) -> dict[int, list[tuple[str, ...]]]:
        return {row: [(name,)] for row, name in self.survey.kept.items() if name}

    def choice_keys(self) -> dict[int, list[tuple[str, ...]]]:
        """An option stands in the list of every question that offers it."""
        keys: dict[int, list[tuple[str, ...]]] = {}
        for row, written in self.survey.lists_of.items():
            listed = self.survey.types[row].list
            if not written or len(self.lists.lists.get(listed, ())) > MOST_OPTIONS + 2:
                continue  # asked as text
            for one in self.lists.lists.get(listed, ()):
                plain = self.lists.means(listed, one.name) if written == YES_NO else ""
                keys.setdefault(one.row, []).append((written, plain or one.option["id"]))
        return keys

    def further(self, grid: Grid, keys: dict[int, list[tuple[str, ...]]]) -> Iterator[Tables]:
        """The columns nobody asked for, of the rows that came along."""
        found: dict[int, dict[int, str]] = {}  # column to row to text
        for row, column, text in grid.unused():
            kept = self.rewritten(text)
            if (
                grid.headings[column].startswith("mc_")
                and grid.headings[column] in HEADS[grid.name]
            ):
                say = grid.say("left_out", row, column)
                say(N_("There is no use for this here: %(text)s"), text=text[:80])
            elif row not in keys:
                say = grid.say("left_out", row, column)
                say(N_("It belongs to what became something else: %(text)s"), text=text[:80])
            elif kept is None or not self.fits(grid, row, column):
                say = grid.say("left_out", row, column)
                say(N_("It speaks of what was left out, so it cannot be kept: %(text)s"),
                    text=text[:80])  # fmt: skip
            else:
                found.setdefault(column, {})[row] = kept
        for column in sorted(found):
            grid.say("kept", 0, column)(
                N_("`%(name)s` has no effect here; it is kept and written back."),
                name=grid.headings[column],
            )
        ours = HEADS[grid.name]
        columns = sorted(found, key=lambda one: (_place(ours, grid.headings[one]), one))
        rows = {
            key: [found[column].get(row, "") for column in columns]
            for row in {row for values in found.values() for row in values}
            for key in keys[row]
        }
        if found:
            yield {
                "sheet": grid.name,
                "columns": [*KEYS[grid.name], *(grid.headings[column] for column in columns)],
                "rows": [[*key, *values] for key, values in sorted(rows.items())],
            }

    def rewritten(self, text: str) -> str | None:
        """With the names that questions have now; None if one is gone."""
        names = self.survey.names
        if any(not names.get(name.strip(), "") for name in REFERENCE.findall(text)):
            return None
        return REFERENCE.sub(lambda found: f"${{{names[found[1].strip()]}}}", text)

    def fits(self, grid: Grid, row: int, column: int) -> bool:
        """Parameters belong to a type: they go where that has become another."""
        if grid.name != "survey" or grid.headings[column].casefold() != "parameters":
            return True
        return read_type(grid.get(row, "type")).family == "one"


def _place(ours: tuple[str, ...], heading: str) -> int:
    """Columns that we write too stand where we write them, the others behind as they came."""
    return ours.index(heading) if heading in ours else len(ours)
