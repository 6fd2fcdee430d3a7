"""What is typed into an editor's fields, as tables of a checklist, and what is wrong beside
the field it is wrong with.

Fields are named by their path in the table, as `response.bands.0.credit`. Nothing is refused
here: what cannot be a number stays the text it is, and the strict reading says so.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audit.domain.draft import BLANK, fresh
from audit.domain.source import Vocabulary
from audit.domain.tables import Tables
from audit.domain.troubles import Trouble, Words

Typed = Mapping[str, Sequence[str]]
SPARE = 2  # empty rows to go on writing in


def one(typed: Typed, name: str) -> str:
    said = typed.get(name, ())
    return said[-1].strip() if said else ""


def many(typed: Typed, name: str) -> list[str]:
    return [said for said in dict.fromkeys(typed.get(name, ())) if said]


def both(typed: Typed, name: str) -> Tables:
    return {"zh": one(typed, f"{name}.zh"), "en": one(typed, f"{name}.en")}


def whole(typed: Typed, name: str) -> int | str:
    said = one(typed, name)
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else said


def _given(table: Tables) -> Tables:
    """Without what was left empty and need not be there."""
    return {key: value for key, value in table.items() if value not in ("", [], None)}


# ---- the head ------------------------------------------------------------------------


def head_of(typed: Typed, before: Tables) -> Tables:
    composite = before.get("kind") == "composite"
    scoring = {
        **before["scoring"],
        **({} if composite else {"method": one(typed, "scoring.method")}),
        "critical": _critical(typed),
        "bands": [
            {
                "id": one(typed, f"scoring.bands.{row}.id"),
                "minimum": one(typed, f"scoring.bands.{row}.minimum"),
                "title": both(typed, f"scoring.bands.{row}.title"),
            }
            for row in _rows(typed, "scoring.bands", ("minimum", "title.zh", "title.en"))
        ],
        **_given({"minimum_coverage": one(typed, "scoring.minimum_coverage")}),
        **_given({"minimum_index_items": whole(typed, "scoring.minimum_index_items")}),
    }
    if composite:
        scoring["minimum_parts"] = whole(typed, "scoring.minimum_parts")
    taken: list[str] = [band["id"] for band in scoring["bands"]]
    for number, band in enumerate(scoring["bands"]):
        if not band["id"]:
            band["id"] = taken[number] = fresh(f"b{number + 1}", taken)
    return {
        "id": one(typed, "id") or before["id"],
        "version": one(typed, "version"),
        "kind": before["kind"] if composite else one(typed, "kind"),
        "title": both(typed, "title"),
        "summary": both(typed, "summary"),
        "estimated_minutes": whole(typed, "estimated_minutes"),
        "applies_to": many(typed, "applies_to") or ["bank", "securities"],
        "scoring": scoring,
    }


def _critical(typed: Typed) -> Tables:
    effect = one(typed, "scoring.critical.effect")
    points = one(typed, "scoring.critical.points")
    match effect:
        case "cap":
            return {"effect": effect, "cap": points or "59"}
        case "deduct":
            return {"effect": effect, "points": points or "10"}
    return {"effect": effect}


def section_of(typed: Typed, before: Tables) -> Tables:
    return {
        **before,
        "id": one(typed, "id") or before["id"],
        "title": both(typed, "title"),
        "weight": one(typed, "weight"),
    }


# ---- items ---------------------------------------------------------------------------


def item_of(typed: Typed, before: Tables, vocabulary: Vocabulary) -> Tables:
    if "use" in before:
        kept = {"use": before["use"], "weight": one(typed, "weight")}
        return {**kept, "frameworks": many(typed, "frameworks")}
    return {
        "id": one(typed, "id") or before["id"],
        **{name: both(typed, name) for name in ("label", "criterion", "help", "coach")},
        "response": response_of(typed, before["response"], vocabulary),
        "stage": one(typed, "stage"),
        "na": one(typed, "na"),
        "weight": one(typed, "weight"),
        "critical": bool(one(typed, "critical")),
        "evidence": one(typed, "evidence") or "none",
        "cpt": many(typed, "cpt"),
        "filled_by": before.get("filled_by") or ["mystery_shopper"],
        "frameworks": many(typed, "frameworks"),
        **_given({"number": whole(typed, "number")}),
    }


def response_of(typed: Typed, before: Tables, vocabulary: Vocabulary) -> Tables:
    kind = one(typed, "response.type")
    if kind != before["type"]:
        return fresh_response(kind, vocabulary)
    match kind:
        case "yes_no":
            said: Tables = {"good": one(typed, "response.good") or "yes"}
        case "grade":
            said = {"scale": one(typed, "response.scale")}
        case "count":
            said = _given({"maximum": whole(typed, "response.maximum"), "bands": _bands(typed)})
        case "seconds":
            said = {name: one(typed, f"response.{name}") for name in ("start", "stop", "norm")}
            said["bands"] = _bands(typed)
        case "choice":
            said = {"options": _options(typed)}
        case "points":
            said = {"maximum": one(typed, "response.maximum")}
        case "number":
            said = {name: one(typed, f"response.{name}") for name in ("minimum", "maximum")}
            unit = both(typed, "response.unit")
            said = _given({**said, "unit": unit if any(unit.values()) else None})
            said["bands"] = _bands(typed)
        case _:
            said = {}
    return {"type": kind, **said}


def fresh_response(kind: str, vocabulary: Vocabulary) -> Tables:
    match kind:
        case "yes_no":
            said: Tables = {"good": "yes"}
        case "grade":
            said = {"scale": vocabulary.scales[0].id}
        case "seconds":
            marks = [mark.id for mark in vocabulary.marks]
            said = {"start": marks[0], "stop": marks[1], "norm": "project_default", "bands": []}
        case "choice":
            said = {"options": [{"id": "o1", "label": BLANK}, {"id": "o2", "label": BLANK}]}
        case "points":
            said = {"maximum": "10"}
        case _:
            said = {}
    return {"type": kind, **said}


def _bands(typed: Typed) -> list[Tables]:
    bands = []
    for row in _rows(typed, "response.bands", ("limit", "credit")):
        name = f"response.bands.{row}"
        limit, side = one(typed, f"{name}.limit"), one(typed, f"{name}.side")
        limits = {side: limit} if side in ("max", "min") else {}
        bands.append({**limits, "credit": one(typed, f"{name}.credit")})
    return bands


def _options(typed: Typed) -> list[Tables]:
    rows = _rows(typed, "response.options", ("id", "label.zh", "label.en", "credit"))
    named = [one(typed, f"response.options.{row}.id") for row in rows]
    options = []
    for number, row in enumerate(rows):
        name = f"response.options.{row}"
        own = named[number] or fresh(f"o{number + 1}", named)
        named[number] = own
        credit = _given({"credit": one(typed, f"{name}.credit")})
        options.append({"id": own, "label": both(typed, f"{name}.label"), **credit})
    return options


def _rows(typed: Typed, name: str, wanted: Iterable[str]) -> list[int]:
    """The numbers of the rows in which anything is written."""
    pattern = re.compile(rf"{re.escape(name)}\.([0-9]{{1,4}})\.")
    numbers = sorted({int(found[1]) for key in typed if (found := pattern.match(key))})
    fields = tuple(wanted)
    return [n for n in numbers if any(one(typed, f"{name}.{n}.{field}") for field in fields)]


# ---- what is wrong, beside its field -------------------------------------------------


def slots(table: Tables) -> list[str]:
    """The places in a form at which something can be said, `` for all of it."""
    found = [""]
    for name, value in table.items():
        found += _path(name, value)
    response = table.get("response", {})
    found += [f"response.{name}" for name in ("maximum", "minimum", "stop")]
    for rows in ("bands", "options"):
        there = len(response.get(rows, []))
        found += [f"response.{rows}", *(f"response.{rows}.{n}" for n in range(there + SPARE))]
    return list(dict.fromkeys([*found, "critical", "number", "frameworks", "cpt", "evidence"]))


def _path(name: str, value: Any) -> list[str]:
    if name.endswith(("bands", "options")):
        return [name, *(f"{name}.{n}" for n in range(len(value) + SPARE))]
    if not isinstance(value, dict):
        return [name]
    own = [] if value.keys() == {"zh", "en"} else [name]
    return own + [path for key, inner in value.items() for path in _path(f"{name}.{key}", inner)]


def by_slot(troubles: Iterable[Trouble], places: Sequence[str]) -> dict[str, list[Words]]:
    found: dict[str, list[Words]] = {place: [] for place in places}
    for trouble in troubles:
        found[slot_of(trouble.field, places)].append(trouble.words)
    return found


def slot_of(field: str, places: Sequence[str]) -> str:
    """The place that names most of the field's path."""
    steps = field.split(".")
    paths = (".".join(steps[:n]) for n in range(len(steps), 0, -1))
    return next((path for path in paths if path in places), "")
