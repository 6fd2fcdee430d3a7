"""The lists of options of an XLSForm."""

import re
from itertools import islice
from typing import Any

import msgspec

from audit.domain.book import Book, Findings
from audit.domain.problems import N_
from audit.domain.text import Language
from audit.domain.xlsform import STATES, YES_NO, as_number
from audit.domain.xlsform_grid import Both, Grid

YES = {"yes", "y", "1", "true", "是", "有"}
NO = {"no", "n", "0", "false", "否", "无", "没有"}
MOST_OPTIONS = 100
OTHER = {"id": "other", "label": {"zh": "其他", "en": "Other"}}
REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_UNFIT = re.compile(r"[^a-z0-9_.-]+")


class Listed(msgspec.Struct):
    row: int
    name: str  # as the form has it
    option: dict[str, Any]


class Lists:
    def __init__(self, book: Book, findings: Findings, ours: bool) -> None:
        self.grid = Grid("choices", book.page("choices"), findings)
        self.ours = ours
        self.lists: dict[str, list[Listed]] = {}
        self.used: set[str] = set()
        self.names: dict[str, set[str]] = {}  # of the options, by list
        self.ids: dict[str, set[str]] = {}
        for row in self.grid.rows:
            self._read(row)

    def _read(self, row: int) -> None:
        grid = self.grid
        name, value = grid.get(row, "list_name"), grid.get(row, "name")
        label = both_or_one(grid, row, "label", self.ours) or {"zh": value, "en": value}
        credit = grid.get(row, "mc_credit")
        if not name or not value:
            if name or value:
                heading = "name" if name else "list_name"
                say = grid.say_at("wrong" if self.ours else "left_out", row, heading)
                say(N_("An option needs both `list_name` and `name`."))
            return
        known, names = self.lists.setdefault(name, []), self.names.setdefault(name, set())
        if value in names:
            say = grid.say_at("wrong" if self.ours else "left_out", row, "name")
            say(N_("`%(name)s` is in this list twice."), name=value)
            return
        option: dict[str, Any] = {
            "id": value if self.ours else self._fit(value, name),
            "label": label,
        }
        if credit and as_number(credit) is None:
            grid.say_at("wrong", row, "mc_credit")(N_("`%(said)s` is not a number."), said=credit)
        elif credit:
            option["credit"] = credit
        names.add(value)
        known.append(Listed(row, value, option))

    def _fit(self, value: str, name: str) -> str:
        taken = self.ids.setdefault(name, set())
        id = fit_id(value) or f"o{len(taken) + 1}"
        if value.startswith("-") and id[:1].isdigit():
            id = f"minus{id}"
        id = f"{id}_" if id in STATES else id
        id = id if id not in taken else f"{id}-{len(taken) + 1}"
        taken.add(id)
        return id

    def options(self, name: str, other: bool = False) -> list[dict[str, Any]]:
        """Without what any item may be answered with: does not apply, not observed."""
        self.used.add(name)
        found = [one.option for one in self.lists.get(name, ())]
        if self.ours:
            found = [option for option in found if option["id"] not in STATES]
        elif other and found and not any(option["id"] == "other" for option in found):
            found = [*found, OTHER]
        return found

    def is_yes_no(self, name: str) -> bool:
        """Exactly yes and no, by those names."""
        return self.names.get(name) == {"yes", "no"} or (
            name.partition(".")[0] == YES_NO and self.ours
        )

    def means(self, name: str, value: str) -> str:
        """`yes` or `no`, if the list has one of each and nothing else."""
        said = {one.casefold() for one in islice(self.names.get(name, ()), 5)}
        if self.ours:
            said -= set(STATES)
        if len(said) == 2 and said & YES and said & NO:
            return "yes" if value.casefold() in YES else "no" if value.casefold() in NO else ""
        return ""

    def tell(self) -> None:
        for name, listed in self.lists.items():
            if name not in self.used:
                say = self.grid.say("left_out", listed[0].row)
                say(N_("No question that was kept uses the list `%(name)s`."), name=name)


def both_or_one(grid: Grid, row: int, heading: str, ours: bool) -> Both | None:
    """In a form that is not ours a text in one language stands in for the other."""
    said = grid.both(row, heading)
    if ours:
        return said
    if said is None:
        one = grid.any_text(row, heading)
        return _unpiped(grid, row, {"zh": one, "en": one}) if one else None
    languages: dict[Language, Language] = {"zh": "en", "en": "zh"}
    plain = grid.get(row, heading)
    return _unpiped(grid, row, {a: said[a] or plain or said[b] for a, b in languages.items()})


def _unpiped(grid: Grid, row: int, said: Both) -> Both:
    if any(REFERENCE.search(text) for text in said.values()):
        message = N_("An answer cannot stand in another question: its name stands there.")
        grid.say("left_out", row)(message)
    return {
        one: REFERENCE.sub(lambda found: f"[{found[1].strip()}]", text)
        for one, text in said.items()
    }


def fit_id(said: str) -> str:
    """An id as like it as an id can be; empty if there is nothing to make one of."""
    return _UNFIT.sub("_", said.casefold()).strip("_.-")
