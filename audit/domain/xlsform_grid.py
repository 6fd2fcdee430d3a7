"""One sheet of an XLSForm by the headings of its columns, which people write in many ways."""

import re
from collections.abc import Iterator

from audit.domain.book import Findings, Page, What
from audit.domain.problems import N_
from audit.domain.text import LANGUAGES, Language
from audit.domain.troubles import Say

ALIASES = {
    "caption": "label", "relevance": "relevant", "value": "name", "list name": "list_name",
    "media::image": "image", "media::audio": "audio",
    "media::video": "video", "guidance": "guidance_hint",
    "id_string": "form_id", "default language": "default_language",
}  # fmt: skip
SPOKEN: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"中文|汉语|漢語|chinese|mandarin|\(zh|^zh\b|\(cmn", re.IGNORECASE),
    "en": re.compile(r"english|\(en|^en\b|^eng\b|英文|英语", re.IGNORECASE),
}
MOST_ROWS, MOST_COLUMNS = 5_000, 500
Both = dict[str, str]


class Grid:
    """`get` and `both` note which cells were used; what is left over can be kept."""

    def __init__(self, name: str, page: Page | None, findings: Findings) -> None:
        self.name = name
        self.findings = findings
        self.cells = {row: dict(page.cells[row]) for row in page.cells} if page else {}
        self.columns: dict[str, int] = {}  # by heading, in the one way of writing
        self.headings: dict[int, str] = {}  # as they are written
        self.used: set[tuple[int, int]] = set()
        self._spoken: dict[tuple[str, Language | None], list[int]] = {}
        first = min(self.cells, default=0)
        for column, said in self.cells.pop(first, {}).items():
            self._head(first, column, said.strip())
        self.rows = list(self.cells)[:MOST_ROWS]
        if len(self.cells) > MOST_ROWS:
            self.say("wrong")(N_("has more than %(most)s rows"), most=MOST_ROWS)
        if page is not None:
            self._tell(page)

    def _head(self, row: int, column: int, said: str) -> None:
        name = plain_heading(said)
        if len(self.headings) >= MOST_COLUMNS:
            self.say("wrong", row, column)(N_("has more than %(most)s columns"), most=MOST_COLUMNS)
        elif name in self.columns:
            self.say("left_out", row, column)(
                N_("The heading `%(name)s` is there twice; only the first column is read."),
                name=said,
            )
        else:
            self.columns[name] = column
            self.headings[column] = said

    def _tell(self, page: Page) -> None:
        formulas: dict[int, int] = {}
        for row, column in page.formulas:
            if row in self.cells and column in self.headings:
                formulas[column] = formulas.get(column, 0) + 1
                if column not in self.cells[row]:
                    self.say("left_out", row, column)(
                        N_("This formula has no value yet, so there is nothing to read.")
                    )
        for column, count in formulas.items():
            self.say("mapped", 0, column)(
                N_("Formulas were read as the values they show: %(count)s."), count=count
            )
        for where in page.merged:
            self.say("left_out")(
                N_("%(where)s are merged: only the first of these cells has a value."), where=where
            )
        loose = {column for cells in self.cells.values() for column in cells} - set(self.headings)
        for column in sorted(loose)[:20]:
            if column not in self.columns.values():
                self.say("left_out", 0, column)(N_("This column has no heading of its own."))

    def say(self, what: What, row: int = 0, column: int = 0) -> Say:
        return self.findings.at(what, self.name, row, column)

    def say_at(self, what: What, row: int, heading: str) -> Say:
        return self.say(what, row, self.columns.get(heading, 0))

    def get(self, row: int, heading: str) -> str:
        """What a cell says, without the space around it; empty if it is not there."""
        column = self.columns.get(heading, 0)
        self.used.add((row, column))
        return self.cells.get(row, {}).get(column, "").strip()

    def leave(self, row: int, heading: str, text: str) -> None:
        """So much of a cell was of no use; it may be kept."""
        column = self.columns[heading]
        self.cells[row][column] = text
        self.used.discard((row, column))

    def unused(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of the cells nobody asked for."""
        for row in self.rows:
            for column, text in self.cells[row].items():
                if column in self.headings and (row, column) not in self.used:
                    yield row, column, text

    def text(self, row: int, heading: str, language: Language) -> str:
        """In one language, as it is written; empty if it is not there."""
        for column in self.spoken(heading, language):
            self.used.add((row, column))
            if found := self.cells[row].get(column):
                return found
        return ""

    def spoken(self, heading: str, language: Language | None) -> list[int]:
        """The columns of a text, in a language or in any."""
        key = (heading, language)
        if key not in self._spoken:
            said = {name: name.partition("::")[::2] for name in self.columns if "::" in name}
            self._spoken[key] = [
                self.columns[name]
                for name, (base, spoken) in said.items()
                if base == heading and (language is None or SPOKEN[language].search(spoken))
            ]
        return self._spoken[key]

    def both(self, row: int, heading: str) -> Both | None:
        """The text in both languages, empty where it is missing; None without either."""
        said: Both = {language: self.text(row, heading, language) for language in LANGUAGES}
        return said if any(said.values()) else None

    def any_text(self, row: int, heading: str) -> str:
        """In whatever language there is one, for forms that have neither Chinese nor English."""
        if said := self.get(row, heading):
            return said
        for column in self.spoken(heading, None):
            if found := self.cells[row].get(column):
                self.used.add((row, column))
                return found
        return ""

    def skip(self, row: int) -> None:
        """Nothing of this row is to be kept."""
        self.used |= {(row, column) for column in self.cells.get(row, {})}


def plain_heading(said: str) -> str:
    """`Label : English` and `label::English` are one heading."""
    parts = [part.strip() for part in re.split(r"::?", said)]
    base = re.sub(r"\s+", " ", parts[0]).casefold()
    if base == "media" and len(parts) > 1:
        base, parts = parts[1].casefold(), parts[1:]
    base = ALIASES.get(base, base.replace(" ", "_"))
    return "::".join((base, *parts[1:]))
