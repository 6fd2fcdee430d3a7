"""How a checklist is laid out as an XLSForm: `docs/exchange.md` explains it column by column.

Names without `mc_` are XLSForm's; those with it are ours, and other programs pass them over.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from audit.domain.text import Language

FORMAT = "1"  # of the sheets and columns of ours, in `settings`
TITLES: dict[Language, str] = {"zh": "中文 (zh)", "en": "English (en)"}

SURVEY = (
    "type", "name",
    *(f"{name}::{title}" for name in ("label", "hint") for title in TITLES.values()),
    "required", "relevant", "constraint", "parameters", "mc_as",
    *(f"{name}::{title}" for name in ("mc_short", "mc_coach") for title in TITLES.values()),
    "mc_use", "mc_stage", "mc_response", "mc_scale", "mc_good", "mc_minimum", "mc_maximum",
    *(f"mc_unit::{title}" for title in TITLES.values()),
    "mc_start", "mc_stop", "mc_norm", "mc_bands", "mc_weight", "mc_na", "mc_cpt", "mc_critical",
    "mc_evidence", "mc_filled_by", "mc_frameworks", "mc_number", "mc_when", "mc_items",
)  # fmt: skip
CHOICES = (
    "list_name", "name", *(f"label::{title}" for title in TITLES.values()), "mc_credit",
)  # fmt: skip
SETTINGS = (
    "form_title", "form_id", "version", "default_language", "mc_format", "mc_kind",
    *(f"{name}::{title}" for name in ("mc_title", "mc_summary") for title in TITLES.values()),
    "mc_filled_by", "mc_minutes", "mc_applies_to", "mc_method", "mc_rule", "mc_critical_effect",
    "mc_critical_points", "mc_minimum_coverage", "mc_minimum_parts", "mc_minimum_index_items",
)  # fmt: skip
SHEETS: Mapping[str, tuple[str, ...]] = {
    "mc_score_bands": ("id", "minimum", *(f"title::{title}" for title in TITLES.values())),
    "mc_parts": ("checklist", "share", "without"),
    "mc_requires": ("checklist", "version"),
    "mc_sources": ("file", "system"),
    "mc_route": ("stage", "item"),
}

YES_NO = "yes_no"
LONGEST_NUMBER, LONGEST_RANGE = 30, 200  # characters
STATES = ("na", "not_observed")
WITH_NA = ".na"  # the list of the same options, "does not apply" and "not observed"
SEEN = ".seen"  # the list of the same options and "not observed"

_BAND = re.compile(r"(?:(<=|>=)\s*(-?[0-9.eE+-]+)|else)\s*:\s*([0-9.eE+-]+)")
_RANGE = re.compile(r"\.\s*(>=|<=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_AND = re.compile(r"\s+and\s+")


def xml_name(id: str) -> str:
    """Ids may begin with a digit, names in an XForm may not."""
    return id if re.match(r"[a-z]", id) else f"_{id}"


def list_name(response: Mapping[str, Any], name: str, na: str) -> str:
    """Of the options of a question. `na`: an item's policy; empty for facts, which have an
    answer or none."""
    bases = {"yes_no": YES_NO, "grade": f"scale.{response.get('scale')}", "choice": name}
    base = bases.get(response["type"], "")
    return f"{base}{SEEN if na == 'not_allowed' else WITH_NA}" if na and base else base


def written_bands(bands: Iterable[Mapping[str, object]]) -> str:
    """`<=60: 1; <=120: 0.5; else: 0`"""
    return "; ".join(
        f"<={band['max']}: {band['credit']}"
        if band.get("max") is not None
        else f">={band['min']}: {band['credit']}"
        if band.get("min") is not None
        else f"else: {band['credit']}"
        for band in bands
    )


def read_bands(text: str) -> list[dict[str, str]] | None:
    """None when it is not written that way."""
    bands = []
    for part in text.strip().rstrip(";").split(";"):
        found = _BAND.fullmatch(part.strip())
        if found is None:
            return None
        limit = {"<=": "max", ">=": "min"}.get(found[1] or "")
        bands.append({"credit": found[3]} | ({limit: found[2]} if limit else {}))
    return bands


def written_range(minimum: object, maximum: object) -> str:
    return " and ".join(
        f". {sign} {limit}"
        for sign, limit in ((">=", minimum), ("<=", maximum))
        if limit is not None
    )


def constraint_of(response: Mapping[str, Any]) -> str | None:
    match response["type"]:
        case "count" | "points":
            return written_range(0, response.get("maximum"))
        case "seconds":
            return written_range(0, None)
        case "number":
            return written_range(response.get("minimum"), response.get("maximum")) or None
    return None


def read_range(text: str) -> dict[str, str] | None:
    """Of a constraint such as `. >= 0 and . <= 10`; None for anything else."""
    limits: dict[str, str] = {}
    plain = " ".join(text[:LONGEST_RANGE].split()).removeprefix("(").removesuffix(")")
    for part in _AND.split(plain if len(text) <= LONGEST_RANGE else "?"):
        found = _RANGE.fullmatch(part.strip())
        name = {">=": "minimum", "<=": "maximum"}[found[1]] if found else ""
        if found is None or name in limits or as_number(found[2]) is None:
            return None
        limits[name] = found[2]
    return limits


def as_number(text: str) -> Decimal | None:
    """None for what no checklist can use either: what is endless, huge or very long."""
    try:
        number = Decimal(text if len(text) <= LONGEST_NUMBER else "NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= LONGEST_NUMBER else None
