"""One row of an XLSForm's survey as a question of a checklist."""

import re
from typing import Any

from audit.domain.book import Findings
from audit.domain.problems import N_
from audit.domain.troubles import Say
from audit.domain.xlsform import as_number, constraint_of, read_bands, read_range
from audit.domain.xlsform_grid import Both, Grid
from audit.domain.xlsform_lists import MOST_OPTIONS, Lists, both_or_one
from audit.domain.xlsform_types import AS_TEXT, Type

Table = dict[str, Any]
DASH = {"zh": "—", "en": "—"}
STAGE = "consult"  # of what does not say where it is asked
SHORT = 40
_PARAMETER = re.compile(r"(\w+)\s*=\s*([^\s;,]+)")
KEYS = {
    "yes_no": ("good",),
    "grade": ("scale",),
    "count": ("maximum", "bands"),
    "seconds": ("start", "stop", "norm", "bands"),
    "choice": (),
    "points": ("maximum",),
    "number": ("minimum", "maximum", "unit", "bands"),
    "text": (),
}
BY_TYPE = {"integer": "count", "decimal": "number", "range": "number", "text": "text"}


class Questions:
    def __init__(self, grid: Grid, lists: Lists, findings: Findings, ours: bool) -> None:
        self.grid = grid
        self.lists = lists
        self.findings = findings
        self.ours = ours
        self.alone: dict[str, int] = {}  # by language: texts that are missing in it
        self.uncoached = 0

    # -- texts

    def texts(self, row: int) -> Table:
        grid = self.grid
        criterion = both_or_one(grid, row, "label", self.ours)
        label = grid.both(row, "mc_short")
        if not self.ours:
            criterion = criterion or self.named(row)
            label = label or {language: _short(text) for language, text in criterion.items()}
        table: Table = {}
        for name, text in (("label", label), ("criterion", criterion)):
            if text is not None:
                table[name] = text
        return table

    def named(self, row: int) -> Both:
        name = self.grid.get(row, "name")
        self.grid.say("mapped", row)(N_("It has no label; its name stands in for it."))
        return {"zh": name or "—", "en": name or "—"}

    def advice(self, row: int) -> Table:
        hint = both_or_one(self.grid, row, "hint", self.ours)
        guidance = both_or_one(self.grid, row, "guidance_hint", self.ours)
        if hint and guidance:
            hint = {one: f"{text}\n{guidance[one]}".strip() for one, text in hint.items()}
        said = {"help": hint or guidance, "coach": self.grid.both(row, "mc_coach")}
        if not self.ours:
            self.uncoached += None in said.values()
            said = {name: text or DASH for name, text in said.items()}
        return {name: text for name, text in said.items() if text}

    # -- tables

    def item(self, row: int, id: str, type: Type) -> Table:
        table = {"id": id, **self.texts(row), **self.advice(row), **self.asked(row, type)}
        for name in ("na", "evidence"):
            if said := self.grid.get(row, f"mc_{name}"):
                table[name] = said
        for name in ("cpt", "filled_by", "frameworks"):
            if said := self.grid.get(row, f"mc_{name}"):
                table[name] = said.split()
        weight = self.number(row, "mc_weight")
        if weight is not None or not self.ours:
            table["weight"] = "0" if weight is None else weight
        number = self.whole(row, "mc_number")
        if number is not None:
            table["number"] = number
        if said := self.grid.get(row, "mc_critical"):
            table["critical"] = self.flag(row, "mc_critical", said)
        if type.name == "image" and "evidence" not in table:
            table["evidence"] = "photo"
        return table

    def use(self, row: int, key: str) -> Table:
        table: Table = {"use": key}
        weight = self.number(row, "mc_weight")
        if weight is not None:
            table["weight"] = weight
        if said := self.grid.get(row, "mc_frameworks"):
            table["frameworks"] = said.split()
        return table

    def fact(self, row: int, id: str, type: Type) -> Table:
        table = {"id": id, **self.texts(row), **self.asked(row, type)}
        if said := self.grid.get(row, "required"):
            table["required"] = self.flag(row, "required", said)
        return table

    def gate(self, row: int, id: str, when: str) -> Table:
        question = both_or_one(self.grid, row, "label", self.ours)
        question = question or (None if self.ours else self.named(row))
        stage = self.grid.get(row, "mc_stage") or ("" if self.ours else STAGE)
        table: Table = {"id": id, "when": self.grid.get(row, "mc_when") or when}
        return table | {
            name: said for name, said in (("question", question), ("stage", stage)) if said
        }

    def asked(self, row: int, type: Type) -> Table:
        table: Table = {"response": self.response(row, type)}
        stage = self.grid.get(row, "mc_stage") or ("" if self.ours else STAGE)
        return table | ({"stage": stage} if stage else {})

    # -- responses

    def response(self, row: int, type: Type) -> Table:
        kind = self.grid.get(row, "mc_response")
        if kind and kind not in KEYS:
            self.wrong(row, "mc_response")(N_("There is no response `%(said)s`."), said=kind)
            return {"type": "text"}
        table: Table = {"type": kind} if kind else self.guessed(row, type)
        for name in KEYS[table["type"]]:
            table |= self.key(row, name, whole=table["type"] == "count")
        if table["type"] == "choice":
            table["options"] = self.lists.options(type.list, type.other)
        elif type.list:
            self.lists.used.add(type.list)
        self.constrained(row, table)
        return table

    def guessed(self, row: int, type: Type) -> Table:
        """From the type alone."""
        if type.family == "one":
            count = len(self.lists.lists.get(type.list, ()))
            if self.lists.is_yes_no(type.list):
                return {"type": "yes_no", "good": "yes"}
            if 2 <= count <= MOST_OPTIONS and not type.outside:
                return {"type": "choice"}
            self.grid.say("mapped", row)(AS_TEXT["select"])
            return {"type": "text"}
        if type.name == "acknowledge":
            self.grid.say("mapped", row)(N_("An acknowledgement is asked as yes or no."))
            return {"type": "yes_no", "good": "yes"}
        if type.name in AS_TEXT:
            self.grid.say("mapped", row)(AS_TEXT[type.name])
        if type.name == "range":
            self.grid.say("mapped", row)(N_("A range is asked as a number."))
            said = dict(_PARAMETER.findall(self.grid.get(row, "parameters")[:200]))
            limits = (("minimum", said.get("start")), ("maximum", said.get("end")))
            numbers = {name: text for name, text in limits if text and as_number(text) is not None}
            return {"type": "number", **numbers}
        return {"type": BY_TYPE.get(type.name, "text")}

    def key(self, row: int, name: str, whole: bool) -> Table:
        heading = f"mc_{name}"
        value: Any = None
        if name == "unit":
            value = self.grid.both(row, heading)
        elif name in ("minimum", "maximum"):
            value = self.whole(row, heading) if whole else self.number(row, heading)
        elif name == "bands":
            if said := self.grid.get(row, heading):
                value = read_bands(said)
                if value is None:
                    message = N_("Write bands like this: <=60: 1; <=120: 0.5; else: 0")
                    self.wrong(row, heading)(message)
        else:
            value = self.grid.get(row, heading) or None
        return {} if value is None else {name: value}

    def constrained(self, row: int, table: Table) -> None:
        """A constraint that is a range is taken over where there is a place for it."""
        said = self.grid.get(row, "constraint")
        limits = read_range(said) if said else None
        if not said or said == constraint_of(table):
            return
        if self.grid.get(row, "mc_response") or limits is None:
            self.grid.leave(row, "constraint", said)
            return
        if table["type"] == "count" and as_number(limits.get("minimum", "0")) != 0:
            table["type"] = "number"
        if table["type"] == "number":
            table |= limits
        elif table["type"] == "count" and limits.get("maximum", "1").isdigit():
            table |= {"maximum": int(limits["maximum"])} if "maximum" in limits else {}
        else:
            self.grid.leave(row, "constraint", said)

    # -- cells

    def wrong(self, row: int, heading: str) -> Say:
        return self.grid.say_at("wrong", row, heading)

    def number(self, row: int, heading: str) -> str | None:
        said = self.grid.get(row, heading)
        if said and as_number(said) is None:
            self.wrong(row, heading)(N_("`%(said)s` is not a number."), said=said)
            return None
        return said or None

    def whole(self, row: int, heading: str) -> int | None:
        said = self.number(row, heading)
        number = None if said is None else as_number(said)
        if number is not None and (number != int(number) or abs(number) > 10**9):
            self.wrong(row, heading)(N_("`%(said)s` is not a whole number."), said=said)
            return None
        return None if number is None else int(number)

    def flag(self, row: int, heading: str, said: str) -> bool:
        if said.casefold() in ("yes", "true", "true()", "1", "是"):
            return True
        if said.casefold() not in ("no", "false", "false()", "0", "否"):
            self.wrong(row, heading)(N_("Write yes or no."))
        return False


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"
