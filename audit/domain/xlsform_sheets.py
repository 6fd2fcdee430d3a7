"""The sheets of an XLSForm beside its questions: the settings, and those of our own."""

from collections.abc import Mapping
from decimal import Decimal

from audit.domain.sheet import Cell
from audit.domain.tables import Tables
from audit.domain.xlsform import FORMAT, TITLES

Row = dict[str, Cell]


def settings_row(tables: Tables) -> Row:
    scoring = tables["scoring"]
    critical = scoring["critical"]
    return {
        "form_title": tables["title"]["zh"],
        "form_id": tables["id"],
        "version": tables["version"],
        "default_language": TITLES["zh"],
        "mc_format": FORMAT,
        "mc_kind": tables["kind"],
        **texts("mc_title", tables["title"]),
        **texts("mc_summary", tables["summary"]),
        "mc_filled_by": tables["filled_by"],
        "mc_minutes": tables["estimated_minutes"],
        "mc_applies_to": " ".join(tables["applies_to"]),
        "mc_method": scoring["method"],
        "mc_rule": scoring["rule"],
        "mc_critical_effect": critical["effect"],
        "mc_critical_points": number(critical.get("cap", critical.get("points"))),
        "mc_minimum_coverage": number(scoring["minimum_coverage"]),
        "mc_minimum_parts": scoring["minimum_parts"],
        "mc_minimum_index_items": scoring["minimum_index_items"],
    }


def rows_of(tables: Tables, name: str) -> list[Row]:
    """Of one of our own sheets."""
    match name:
        case "mc_score_bands":
            return [
                {"id": b["id"], "minimum": number(b["minimum"]), **texts("title", b["title"])}
                for b in tables["scoring"]["bands"]
            ]
        case "mc_parts":
            return [
                {
                    "checklist": part["checklist"],
                    "share": number(part["share"]),
                    "without": " ".join(part.get("without", ())),
                }
                for part in tables.get("parts", ())
            ]
        case "mc_requires":
            return [{"checklist": k, "version": v} for k, v in tables.get("requires", {}).items()]
        case "mc_sources":
            return [dict(source) for source in tables.get("sources", ())]
    return [
        {"stage": leg["stage"], "item": key}
        for leg in tables.get("route", ())
        for key in leg["items"]
    ]


def number(said: object) -> Cell:
    """As a number where a spreadsheet program writes it back the same, as text elsewhere."""
    if said is None:
        return None
    value = Decimal(str(said))
    return value if str(value) == f"{value.normalize():f}" else str(said)


def texts(column: str, text: Mapping[str, str] | None) -> Row:
    if text is None:
        return {}
    return {f"{column}::{title}": text[language] for language, title in TITLES.items()}
