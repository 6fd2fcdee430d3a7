"""As much of a draft as can be shown already: what is wrong is left out, what is empty is a
dash."""

from collections.abc import Iterable
from typing import Any

from audit.domain.checklist import Checklist, Framework
from audit.domain.draft import blank
from audit.domain.library import Vocabulary, read_tables
from audit.domain.tables import Shelf, Tables, in_step
from audit.domain.troubles import Trouble, Unusable

DASH = "—"


def as_far_as_it_goes(
    tables: Tables, vocabulary: Vocabulary, frameworks: Iterable[Framework], shelf: Shelf
) -> Checklist | None:
    """None if there is nothing that could be asked yet."""
    known = tuple(frameworks)
    now = _with_safe_head(_dashed(tables))
    for _ in range(4):  # what is left out can leave something else without its ground
        try:
            return read_tables(now, vocabulary, known, shelf)
        except Unusable as error:
            now = _without(now, error.troubles)
    return None


def _dashed(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"zh", "en"}:
            return {name: text if str(text).strip() else DASH for name, text in value.items()}
        return {name: _dashed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_dashed(inner) for inner in value]
    return value


def _with_safe_head(tables: Tables) -> Tables:
    """How it is scored does not show on a phone."""
    composite = tables.get("kind") == "composite"
    safe = _dashed(blank(str(tables.get("id", "draft")), composite))
    kept = {
        name: tables[name]
        for name in ("title", "summary", "requires", "sections", "parts", "gates", "route", "facts")
        if name in tables
    }
    return {**safe, **kept}


def _without(tables: Tables, troubles: Iterable[Trouble]) -> Tables:
    wrong = {(trouble.section, trouble.item) for trouble in troubles}
    heads = {section for section, item in wrong if not item}
    sections = [
        {
            **section,
            "id": f"section-{number}",
            "weight": "1",
            "items": [i for i in section["items"] if (section["id"], _name(i)) not in wrong],
        }
        for number, section in enumerate(tables.get("sections", []), 1)
    ]
    now = dict(tables)
    if "sections" in tables:
        now["sections"] = [section for section in sections if section["items"]]
    if "parts" in tables:
        now["parts"] = [p for p in tables["parts"] if ("parts", p["checklist"]) not in wrong]
    for place in ("gates", "facts"):
        if place in tables:
            now[place] = [one for one in tables[place] if (place, one["id"]) not in wrong]
    if any(section == "route" for section, _ in wrong) or "route" in heads:
        now["route"] = []
    return in_step(now) if "sections" in tables else now


def _name(item: Tables) -> str:
    return str(item.get("use") or item.get("id"))
