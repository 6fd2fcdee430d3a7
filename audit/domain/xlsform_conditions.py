"""Conditions of an XLSForm (`relevant`) that say what a gate says: this is asked unless that
question was answered with yes, or with no."""

import re
from collections.abc import Mapping

import msgspec

from audit.domain.xlsform_grid import Grid
from audit.domain.xlsform_lists import Lists
from audit.domain.xlsform_types import Type

_WORD = re.compile(r"\s+(and|or)\s+", re.IGNORECASE)
_EQUAL = re.compile(r"""\$\{\s*([^}\s]+)\s*\}\s*(!=|=)\s*(['"])([^'"]*)\3""")
_SELECTED = re.compile(
    r"""(not\s*\(\s*)?selected\s*\(\s*\$\{\s*([^}\s]+)\s*\}\s*,\s*(['"])([^'"]*)\3\s*\)(\s*\))?"""
)


class Condition(msgspec.Struct, frozen=True):
    question: str  # its name in the form
    when: str  # the answer, `yes` or `no`, that sets aside


class Conditions:
    def __init__(self, survey: Grid, lists: Lists, types: Mapping[int, Type]) -> None:
        self.lists = lists
        rows: dict[str, list[int]] = {}
        for row in types:
            rows.setdefault(survey.get(row, "name"), []).append(row)
        self.able = {  # questions that could be a gate: by name, the list of their answers
            name: types[at[0]].list
            for name, at in rows.items()
            if name and len(at) == 1 and types[at[0]].family == "one"
            and lists.means(types[at[0]].list, "yes") + lists.means(types[at[0]].list, "1")
        }  # fmt: skip
        self.whens: dict[str, str] = {}
        for row in types:
            if survey.cells[row] and (said := survey.get(row, "relevant")):
                if survey.get(row, "name") in self.able:
                    del self.able[survey.get(row, "name")]  # not always asked itself
                for one in self.read(said)[0]:
                    self.whens.setdefault(one.question, one.when)
        self.whens = {name: when for name, when in self.whens.items() if name in self.able}

    def read(self, said: str) -> tuple[tuple[Condition, ...], str]:
        """Those it names, and what else it says, which no gate can say."""
        conditions, rest = [], []
        for part in conjuncts(said):
            one = self._one(part)
            if one is None or self.whens.get(one.question, one.when) != one.when:
                rest.append(part)
            else:
                conditions.append(one)
        return tuple(conditions), " and ".join(map(bare, rest) if len(rest) == 1 else rest)

    def _one(self, part: str) -> Condition | None:
        if equal := _EQUAL.fullmatch(part):
            name, value, positive = equal[1], equal[4], equal[2] == "="
        elif (selected := _SELECTED.fullmatch(part)) and bool(selected[1]) == bool(selected[5]):
            name, value, positive = selected[2], selected[4], not selected[1]
        else:
            return None
        meant = self.lists.means(self.able[name], value) if name in self.able else ""
        if not meant:
            return None
        return Condition(name, {"yes": "no", "no": "yes"}[meant] if positive else meant)


def conjuncts(said: str) -> list[str]:
    """What all must hold; one part if that cannot be told apart."""
    text = bare(said.strip())
    depth, start, quote, parts = 0, 0, "", []
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif text[place - 1 : place].isspace():
            continue  # looked at with the space before it
        elif depth == 0 and place >= start and (word := _WORD.match(text, place)):
            if word[1].casefold() == "or":
                return [text]
            parts.append(text[start:place].strip())
            start = word.end()
    parts.append(text[start:].strip())
    return parts if depth == 0 and not quote and all(parts) else [text]


def bare(text: str) -> str:
    """Without the brackets around all of it."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for place, char in enumerate(text):
        if char == "(":
            opened.append(place)
        elif char == ")" and opened:
            closing[opened.pop()] = place
    start, end = 0, len(text)
    while closing.get(start) == end - 1:
        start, end = start + 1, end - 1
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
    return text[start:end].strip()
