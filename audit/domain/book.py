"""A spreadsheet as plain cells, and what is told of it: each finding has its sheet, row and
column, as the spreadsheet program shows them."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from audit.domain.problems import N_
from audit.domain.troubles import Say, Words

What = Literal["wrong", "left_out", "mapped", "kept"]
WHATS: tuple[What, ...] = ("wrong", "left_out", "mapped", "kept")
MOST_FINDINGS = 1000


class Page(msgspec.Struct, frozen=True):
    """One sheet. Every cell is text: a number as it is written there, a yes as `true`."""

    name: str
    cells: Mapping[int, Mapping[int, str]]  # by row and column, both from 1; none is empty
    formulas: tuple[tuple[int, int], ...] = ()
    merged: tuple[str, ...] = ()  # such as "A1:B2"


class Book(msgspec.Struct, frozen=True):
    pages: tuple[Page, ...]

    def page(self, name: str) -> Page | None:
        """Spreadsheet programs do not tell large letters from small in a sheet's name."""
        wanted = name.casefold()
        return next((one for one in self.pages if one.name.strip().casefold() == wanted), None)


class Finding(msgspec.Struct, frozen=True):
    what: What
    sheet: str
    row: int  # 0: the whole column, or the whole sheet
    column: str  # its letters; empty: the whole row
    words: Words

    @property
    def rank(self) -> int:
        """What stands in the way comes first."""
        return WHATS.index(self.what)

    @property
    def place(self) -> str:
        """As spreadsheet programs name a cell: survey!C7."""
        cell = f"{self.column}{self.row or ''}"
        return "!".join(part for part in (self.sheet, cell) if part)

    def __str__(self) -> str:
        return f"{self.place}: {self.words}" if self.place else str(self.words)


class Findings:
    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.dropped = 0

    def at(self, what: What, sheet: str = "", row: int = 0, column: int = 0) -> Say:
        def say(message: str, /, **values: object) -> None:
            found = Finding(what, sheet, row, letters(column), Words(message, values))
            if len(self.found) >= MOST_FINDINGS and what != "wrong":
                self.dropped += 1
            elif len(self.found) < 2 * MOST_FINDINGS and found not in self.found[-50:]:
                self.found.append(found)

        return say

    def all(self) -> tuple[Finding, ...]:
        """What stands in the way first; within that in the order it was found."""
        if self.dropped:
            more = N_("%(count)s more remarks are not listed")
            words = Words(more, {"count": self.dropped})
            self.found.append(Finding("left_out", "", 0, "", words))
            self.dropped = 0
        return tuple(sorted(self.found, key=lambda one: one.rank))


def letters(column: int) -> str:
    """A, B … Z, AA …; empty for none."""
    text = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        text = chr(65 + place) + text
    return text
