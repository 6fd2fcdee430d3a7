"""A checklist as the sheets of an XLSForm, which ODK's programs can ask and we read again
without loss."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from audit.domain.checklist import Checklist, Graded, Item
from audit.domain.extras import KEYS
from audit.domain.sheet import Sheet
from audit.domain.tables import Shelf, Tables, plain, tables_of
from audit.domain.text import Text
from audit.domain.xlsform import (
    CHOICES,
    SETTINGS,
    SHEETS,
    STATES,
    SURVEY,
    YES_NO,
    constraint_of,
    list_name,
    written_bands,
    xml_name,
)
from audit.domain.xlsform_sheets import Row, number, rows_of, settings_row, texts

FACTS = Text("走访情况", "About the visit")
GATES = Text("前提", "Conditions")
PHOTO = Text("照片", "Photo")
PIXELS = "max-pixels=2048"  # as large as our own photos
ANSWERS = {
    "yes": Text("是", "Yes"),
    "no": Text("否", "No"),
    "na": Text("不适用", "Does not apply"),
    "not_observed": Text("未观察到", "Not observed"),
}
TYPES = {
    "count": "integer", "seconds": "integer", "points": "decimal", "number": "decimal",
    "text": "text",
}  # fmt: skip


def write_xlsform(checklist: Checklist, shelf: Shelf) -> tuple[Sheet, ...]:
    """`shelf` has the checklists it builds on."""
    return Layout(checklist, tables_of(checklist, shelf)).sheets()


class Layout:
    def __init__(self, checklist: Checklist, tables: Tables) -> None:
        self.checklist = checklist
        self.tables = tables
        self.choices: dict[str, list[Row]] = {}  # by list
        graded = (one.response for one in checklist.by_key.values())
        self.scales = {one.scale: plain(one.grades) for one in graded if isinstance(one, Graded)}
        self.kept = {page.sheet: page for page in checklist.extras}
        self.gates: dict[str, list[str]] = {}  # by item: what it takes for it to be asked
        for gate in tables.get("gates", ()):
            for key in gate["items"]:
                said = f"${{{xml_name(gate['id'])}}} != '{gate['when']}'"
                self.gates.setdefault(key, []).append(said)

    def sheets(self) -> tuple[Sheet, ...]:
        survey = list(self.survey())
        choices = [row for rows in self.choices.values() for row in rows]
        named = [page for page in self.kept.values() if page.sheet not in KEYS]
        return (
            self.sheet("survey", SURVEY, survey),
            self.sheet("choices", CHOICES, choices),
            self.sheet("settings", SETTINGS, [settings_row(self.tables)]),
            *(self.sheet(name, head, rows_of(self.tables, name)) for name, head in SHEETS.items()),
            *(Sheet(page.sheet, page.columns, page.rows) for page in named),
        )

    def sheet(self, name: str, head: tuple[str, ...], rows: list[Row]) -> Sheet:
        """With the columns that were kept for its rows; ours are never overwritten."""
        page, keys = self.kept.get(name), KEYS.get(name, ())
        if page is not None:
            kept = {row[: len(keys)]: row for row in page.rows}
            for row in rows:
                values = kept.get(tuple(str(row[key]) for key in keys), ())
                for column, value in zip(page.columns, values, strict=False):
                    own = row.get(column)
                    if value and column == "relevant" and own:
                        row[column] = f"{own} and ({value})"
                    elif value and (column == "constraint" or own in (None, "")):
                        row[column] = value
            head = tuple(dict.fromkeys((*head, *page.columns)))
        return Sheet(name, head, tuple(tuple(row.get(column) for column in head) for row in rows))

    # -- survey

    def survey(self) -> Iterator[Row]:
        yield {
            "type": "note", "name": "about", "mc_as": "note",
            **texts("label", plain(self.checklist.summary)),
        }  # fmt: skip
        if self.tables.get("facts"):
            yield _begin("facts", FACTS, "facts")
            for fact in self.tables.get("facts", ()):
                yield {**self.own_row(fact), "mc_as": "fact"}
            yield _end("facts")
        if self.tables.get("gates"):
            yield _begin("gates", GATES, "gates")
            yield from map(self.gate, self.tables.get("gates", ()))
            yield _end("gates")
        yield from self.parts() if self.tables.get("parts") else self.sections()

    def sections(self) -> Iterator[Row]:
        for section in self.tables["sections"]:
            name = f"section.{section['id']}"
            title = Text(**section["title"])
            yield {**_begin(name, title, "section"), "mc_weight": number(section["weight"])}
            for table in section["items"]:
                if "use" in table:
                    yield from self.borrowed(self.checklist.by_key[table["use"]], table)
                else:
                    yield from self.asked(self.own_row(table), table.get("evidence"))
            yield _end(name)

    def parts(self) -> Iterator[Row]:
        """A checklist made of others asks their items in its own order; they stay theirs."""
        for stage in self.checklist.stages:
            asked = set(stage.items)
            items = [item for item in self.checklist.items if item.key in asked]
            if items:
                yield _begin(f"stage.{stage.id}", stage.title, "stage")
                for item in items:
                    yield from self.borrowed(item, {"use": item.key})
                yield _end(f"stage.{stage.id}")

    def borrowed(self, item: Item, table: Mapping[str, Any]) -> Iterator[Row]:
        """What is read again of it is where it comes from and what it counts here."""
        row: Row = {
            "type": self.type(plain(item.response), xml_name(_dotted(item.key)), item.na),
            "name": xml_name(_dotted(item.key)),
            **texts("label", plain(item.criterion)),
            **texts("hint", plain(item.help)),
            **texts("mc_short", plain(item.label)),
            "relevant": self.relevant(item.key),
            "constraint": constraint_of(plain(item.response)),
            "mc_as": "item",
            "mc_use": table["use"],
        }
        if "weight" in table:
            row["mc_weight"] = number(table["weight"])
            row["mc_frameworks"] = " ".join(table["frameworks"])
        yield from self.asked(row, item.evidence)

    def asked(self, row: Row, evidence: object) -> Iterator[Row]:
        yield row
        if evidence == "photo":
            yield {
                "type": "image",
                "name": f"{row['name']}.photo",
                **texts("label", plain(PHOTO)),
                "relevant": row["relevant"],
                "parameters": PIXELS,
                "mc_as": "photo",
            }

    def own_row(self, table: Mapping[str, Any]) -> Row:
        response, name = table["response"], xml_name(table["id"])
        states = "" if "weight" not in table else table.get("na", "exclude")
        return {
            "type": self.type(response, name, states),
            "name": name,
            **texts("label", table["criterion"]),
            **texts("hint", table.get("help")),
            **texts("mc_short", table["label"]),
            **texts("mc_coach", table.get("coach")),
            "required": "yes" if table.get("required") else None,
            "relevant": self.relevant(f"{self.checklist.id}/{table['id']}"),
            "constraint": constraint_of(response),
            "mc_as": "item",
            "mc_stage": table["stage"],
            **_response(response),
            "mc_weight": number(table.get("weight")),
            "mc_na": table.get("na"),
            "mc_cpt": " ".join(table.get("cpt", ())),
            "mc_critical": "yes" if table.get("critical") else None,
            "mc_evidence": table.get("evidence"),
            "mc_filled_by": " ".join(table.get("filled_by", ())),
            "mc_frameworks": " ".join(table.get("frameworks", ())),
            "mc_number": table.get("number"),
        }

    def gate(self, gate: Tables) -> Row:
        return {
            "type": f"select_one {self.list_of(YES_NO, _answers('yes', 'no'))}",
            "name": xml_name(gate["id"]),
            **texts("label", gate["question"]),
            "mc_as": "gate",
            "mc_stage": gate["stage"],
            "mc_when": gate["when"],
            "mc_items": " ".join(gate["items"]),
        }

    def relevant(self, key: str) -> str | None:
        return " and ".join(self.gates.get(key, ())) or None

    # -- choices

    def type(self, response: Mapping[str, Any], name: str, na: str) -> str:
        listed = list_name(response, name, na)
        match response["type"]:
            case "yes_no":
                options = _answers("yes", "no")
            case "grade":
                options = self.grades(response["scale"])
            case "choice":
                options = response["options"]
            case kind:
                return TYPES[kind]
        states = _answers(*STATES[na == "not_allowed" :]) if na else []
        return f"select_one {self.list_of(listed, [*options, *states])}"

    def list_of(self, name: str, options: Iterable[Mapping[str, Any]]) -> str:
        self.choices[name] = [
            {
                "list_name": name,
                "name": str(option["id"]),
                **texts("label", option["label"]),
                "mc_credit": number(option.get("credit")),
            }
            for option in options
        ]
        return name

    def grades(self, scale: str) -> list[Tables]:
        """Of the vocabulary: shown, and not read again."""
        return [{**grade, "id": grade["value"]} for grade in self.scales[scale]]


def _begin(name: str, title: Text, what: str) -> Row:
    return {"type": "begin_group", "name": name, **texts("label", plain(title)), "mc_as": what}


def _end(name: str) -> Row:
    return {"type": "end_group", "name": name}


def _answers(*names: str) -> list[Tables]:
    return [{"id": name, "label": plain(ANSWERS[name])} for name in names]


def _dotted(key: str) -> str:
    return key.replace("/", ".")


def _response(response: Mapping[str, Any]) -> Row:
    return {
        "mc_response": response["type"],
        "mc_scale": response.get("scale"),
        "mc_good": response.get("good"),
        "mc_minimum": number(response.get("minimum")),
        "mc_maximum": number(response.get("maximum")),
        **texts("mc_unit", response.get("unit")),
        "mc_start": response.get("start"),
        "mc_stop": response.get("stop"),
        "mc_norm": response.get("norm"),
        "mc_bands": written_bands(response.get("bands", ())),
    }
