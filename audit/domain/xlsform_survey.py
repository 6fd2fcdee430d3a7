"""The survey of an XLSForm, row by row, into sections, facts and gates."""

from typing import Any

import msgspec

from audit.domain.book import Findings
from audit.domain.problems import N_
from audit.domain.xlsform import STATES, YES_NO, list_name, xml_name
from audit.domain.xlsform_conditions import Conditions
from audit.domain.xlsform_grid import Grid
from audit.domain.xlsform_lists import Lists, both_or_one, fit_id
from audit.domain.xlsform_questions import Questions, Table
from audit.domain.xlsform_types import LEFT_OUT, REPEATED, UNKNOWN, Type, read_type

ASKED = {"integer", "decimal", "range", "text", "image", "acknowledge", "select", "date", "time",
         "datetime", "barcode"}  # fmt: skip
OURS = {"item", "fact", "gate", "section", "stage", "facts", "gates", "note", "photo"}
MOST_MULTIPLE, NA = 20, "exclude"  # the latter unless said otherwise
NOTE = N_("A note is not asked: its words went to the help of the next question.")
INNER = N_("A group inside a group: its questions stand in the outer one.")
NOT_OWN = N_("A checklist made of parts has no questions of its own but facts and gates.")
LOOSE = {"zh": "其他问题", "en": "Other questions"}


class Block(msgspec.Struct):
    """A group that is open."""

    row: int
    kind: str
    gates: tuple[str, ...]  # names of the gates its own condition names


class Survey:
    def __init__(self, grid: Grid, lists: Lists, findings: Findings, name: str, ours: bool) -> None:
        self.grid = grid
        self.lists = lists
        self.id = name
        self.ours = ours
        self.composite = False
        self.questions = Questions(grid, lists, findings, ours)
        self.types = {row: read_type(grid.get(row, "type")) for row in grid.rows}
        self.conditions = Conditions(grid, lists, self.types)
        self.sections: list[Table] = []
        self.loose: list[str] = []  # sections of what stands in no group
        self.facts: list[Table] = []
        self.gates: dict[str, Table] = {}  # by their name in the form
        self.set_aside: dict[str, dict[str, None]] = {}  # items by gate, in order
        self.blocks: list[Block] = []
        self.current: Table | None = None
        self.note: list[dict[str, str]] = []
        self.taken: set[str] = set()
        self.names: dict[str, str] = {}  # as the form has them, to as we write them
        self.kept: dict[int, str] = {}  # row to the name under which its columns are kept
        self.gates_of: dict[int, tuple[str, ...]] = {}
        self.lists_of: dict[int, str] = {}  # row to the list of options we write for it
        self.rows: dict[tuple[str, str], int] = {}  # section and item, to the row

    def read(self, composite: bool) -> None:
        self.composite = composite
        for row in self.grid.rows:
            said, name = self.grid.get(row, "type"), self.grid.get(row, "name")
            if said.startswith("#") or not (said or name):
                self.grid.skip(row)
            elif not said:
                self.grid.say_at("wrong" if self.ours else "left_out", row, "type")(
                    N_("This row does not say what type it is.")
                )
                self.grid.skip(row)
            else:
                self.row(row, self.types[row])
        for block in self.blocks:
            say = self.grid.say("wrong" if self.ours else "mapped", block.row)
            say(N_("This group is never ended."))

    def row(self, row: int, type: Type) -> None:
        what = self.grid.get(row, "mc_as")
        if what and what not in OURS:
            said = N_("`%(said)s` is not one of: %(names)s")
            self.grid.say_at("wrong", row, "mc_as")(said, said=what, names=", ".join(sorted(OURS)))
        if type.family == "begin":
            self.begin(row, type, what)
        elif type.family == "end":
            self.end(row)
        elif what in ("note", "photo"):
            self.grid.skip(row)
        elif what == "gate":
            self.gate(row, "")
        elif what == "fact":
            self.fact(row, type)
        elif self.composite and (what == "item" or not self.ours):
            self.borrowed(row)
        elif self.grid.get(row, "name") in self.conditions.whens and what != "item":
            self.gate(row, self.conditions.whens[self.grid.get(row, "name")])
        elif use := self.grid.get(row, "mc_use"):
            self.add(row, self.questions.use(row, use), use)
            self.borrowed(row)
        else:
            self.question(row, type)

    def borrowed(self, row: int) -> None:
        """What another checklist says stays as it is there; the comparison tells of changes."""
        self.rows["", self.grid.get(row, "mc_use") or self.grid.get(row, "name")] = row
        if not self.grid.get(row, "mc_use"):
            self.grid.say("left_out", row)(NOT_OWN)
            self.grid.skip(row)
            return
        name = self.grid.get(row, "name")
        self.names[name] = self.kept[row] = xml_name(self.grid.get(row, "mc_use").replace("/", "."))
        for heading in ("label", "hint", "mc_short", "mc_coach"):
            self.grid.both(row, heading)
        for heading in ("relevant", "constraint"):
            self.grid.get(row, heading)

    # -- groups

    def begin(self, row: int, type: Type, what: str) -> None:
        grid = self.grid
        if type.name == "repeat":
            grid.say("left_out", row)(REPEATED)
        gates = self.gated(row)
        self.blocks.append(Block(row, type.name, gates))
        label = both_or_one(grid, row, "label", self.ours)
        name = grid.get(row, "name")
        if what in ("facts", "gates", "stage"):
            self.names[name] = self.kept[row] = name
            return
        if len(self.blocks) > 1 and not (self.ours and what == "section"):
            grid.say("mapped", row)(INNER)
            self.names[name] = ""
            grid.skip(row)
            return
        self.section(row, name, label)

    def section(self, row: int, name: str, label: dict[str, str] | None) -> None:
        if self.ours and name.startswith("section."):
            id = name.removeprefix("section.")
        else:
            id = fit_id(name) or f"s{len(self.sections) + 1}"
            if any(section["id"] == id for section in self.sections):
                id = f"{id}-{len(self.sections) + 1}"
        self.current = {"id": id, "items": []}
        label = label or (None if self.ours else {"zh": name or id, "en": name or id})
        if label:
            self.current["title"] = label
        weight = self.questions.number(row, "mc_weight")
        if weight is not None:
            self.current["weight"] = weight
        self.sections.append(self.current)
        self.names[name] = self.kept[row] = f"section.{id}"
        self.rows[id, ""] = row

    def end(self, row: int) -> None:
        self.grid.skip(row)
        if not self.blocks:
            say = self.grid.say("wrong" if self.ours else "left_out", row)
            say(N_("A group ends here that never began."))
            return
        self.blocks.pop()
        if not self.blocks:
            self.current = None

    # -- questions

    def question(self, row: int, type: Type) -> None:
        grid = self.grid
        if type.name == "note":
            if said := both_or_one(grid, row, "label", self.ours):
                self.note.append(said)
                grid.say("mapped", row)(NOTE)
            grid.skip(row)
        elif type.family == "multiple":
            self.several(row, type)
        elif type.name not in ASKED:
            grid.say("left_out", row)(LEFT_OUT.get(type.name, UNKNOWN), type=type.name[:40])
            grid.skip(row)
        else:
            id = self.name(row)
            table = self.questions.item(row, id, type)
            self.lists_of[row] = list_name(table["response"], xml_name(id), table.get("na", NA))
            self.add(row, table, f"{self.id}/{id}")

    def several(self, row: int, type: Type) -> None:
        """Each option of a question with several answers is a yes or no of its own."""
        options = self.lists.options(type.list, type.other)
        if not 1 <= len(options) <= MOST_MULTIPLE or type.outside:
            id, plain = self.name(row), Type("one", "select", outside=True)
            self.add(row, self.questions.item(row, id, plain), f"{self.id}/{id}")
            return
        self.grid.say("mapped", row)(
            N_("A question with several answers: each of its %(count)s options is a yes or no."),
            count=len(options),
        )
        base, whole = self.name(row), self.questions.item(row, "", Type("plain", "text"))
        for option in options:
            id = self.free(f"{base}.{option['id']}")
            said: Table = {
                name: {one: f"{text} {option['label'][one]}" for one, text in whole[name].items()}
                for name in ("label", "criterion")
                if name in whole
            }
            response = {"type": "yes_no", "good": "yes"}
            table = {**whole, "id": id, **said, "response": response}
            self.add(row, table, f"{self.id}/{id}")
        self.names[self.grid.get(row, "name")] = ""
        del self.kept[row]

    def add(self, row: int, table: Table, key: str) -> None:
        if self.current is None:
            if not self.sections or self.sections[-1]["id"] not in self.loose:
                id = f"other-{len(self.loose) + 1}" if self.loose else "other"
                self.sections.append({"id": id, "title": LOOSE, "items": []})
                self.loose.append(id)
            section = self.sections[-1]
        else:
            section = self.current
        if self.note and "help" in table:
            said = [*self.note, table["help"]] if table["help"]["en"] != "—" else self.note
            table["help"] = {one: "\n".join(n[one] for n in said) for one in ("zh", "en")}
            self.note = []
        section["items"].append(table)
        self.rows[section["id"], str(table.get("id") or table.get("use"))] = row
        if row not in self.gates_of:  # read once: what it leaves is not what it said
            self.gates_of[row] = self.gated(row)
        outer = (name for block in self.blocks for name in block.gates)
        for gate in (*self.gates_of[row], *outer):
            self.set_aside.setdefault(gate, {})[key] = None

    def gated(self, row: int) -> tuple[str, ...]:
        said = self.grid.get(row, "relevant")
        if not said:
            return ()
        found, rest = self.conditions.read(said)
        if rest:
            self.grid.leave(row, "relevant", rest)
        return tuple(one.question for one in found)

    def fact(self, row: int, type: Type) -> None:
        id = self.name(row)
        table = self.questions.fact(row, id, type)
        self.lists_of[row] = list_name(table["response"], xml_name(id), "")
        self.facts.append(table)
        self.rows["facts", id] = row

    def gate(self, row: int, when: str) -> None:
        name, id = self.grid.get(row, "name"), self.name(row)
        if not self.ours:
            self.grid.say("mapped", row)(
                N_("Other questions depend on this one: it became a condition of theirs.")
            )
        self.lists.used.add(self.types[row].list)
        self.lists_of[row] = YES_NO
        self.gates[name] = self.questions.gate(row, id, when)
        self.rows["gates", id] = row

    # -- names

    def name(self, row: int) -> str:
        said = self.grid.get(row, "name")
        if self.ours:
            id = said.removeprefix("_")
            if id in self.taken:
                self.grid.say_at("wrong", row, "name")(N_("this id is used twice"))
        else:
            id = self.free(fit_id(said) or "q")
            if id != said:
                self.grid.say_at("mapped", row, "name")(
                    N_("It is called `%(name)s` here."), name=id
                )
        self.taken.add(id)
        self.names[said] = self.kept[row] = xml_name(id)
        return id

    def free(self, wanted: str) -> str:
        id, count = wanted, 1
        while id in self.taken or id in STATES:
            count += 1
            id = f"{wanted}-{count}"
        return id

    def tables(self) -> dict[str, Any]:
        gates = []
        for name, gate in self.gates.items():
            row = self.rows["gates", gate["id"]]
            listed = self.grid.get(row, "mc_items").split()
            asked = self.set_aside.get(name, {})
            if not self.composite and "relevant" in self.grid.columns:
                listed = [key for key in listed if key in asked or "*" in key]
            gates.append({**gate, "items": list(dict.fromkeys((*listed, *asked)))})
        sections = [section for section in self.sections if section["items"] or self.ours]
        empty = {section["id"] for section in self.sections} - {one["id"] for one in sections}
        for id in empty & {section for section, item in self.rows if not item}:
            row = self.rows.pop((id, ""))
            self.grid.say("left_out", row)(N_("Nothing of this group came along."))
            self.names[self.grid.get(row, "name")] = ""
            del self.kept[row]
            self.grid.skip(row)
        return {"gates": gates, "facts": self.facts, "sections": sections}
