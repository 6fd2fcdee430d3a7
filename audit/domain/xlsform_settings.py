"""What a checklist says of itself, from the settings of an XLSForm and the sheets of ours."""

from typing import Any

from audit.domain.book import Book, Findings
from audit.domain.problems import N_
from audit.domain.sound import VERSION
from audit.domain.troubles import Say
from audit.domain.xlsform import SHEETS, as_number
from audit.domain.xlsform_grid import Grid, plain_heading
from audit.domain.xlsform_lists import both_or_one, fit_id

Table = dict[str, Any]
# The score bands of a form that has none.
BANDS = tuple(
    {"id": id, "minimum": least, "title": {"zh": zh, "en": en}}
    for id, least, zh, en in (
        ("excellent", "90", "优秀", "Excellent"),
        ("good", "80", "良好", "Good"),
        ("pass", "70", "达标", "Meets the standard"),
        ("improve", "60", "待改进", "Needs improvement"),
        ("fail", "0", "不达标", "Below standard"),
    )
)
SAID = {"mc_kind": "kind", "mc_filled_by": "filled_by"}
COUNTS = {
    "mc_rule": "rule", "mc_minimum_parts": "minimum_parts",
    "mc_minimum_index_items": "minimum_index_items",
}  # fmt: skip


class Settings:
    def __init__(self, book: Book, findings: Findings, name: str) -> None:
        """`name`: of the file, for a form that has none of its own."""
        self.grid = Grid("settings", book.page("settings"), findings)
        self.row = self.grid.rows[0] if self.grid.rows else 0
        self.findings = findings
        self.sheets = {one: Grid(one, book.page(one), findings) for one in SHEETS}
        self.ours = bool(self.get("mc_format"))
        self.file = name
        for row in self.grid.rows[1:]:
            self.grid.say("left_out", row)(N_("Only the first row of settings is read."))
            self.grid.skip(row)
        if self.ours and self.get("mc_format") != "1":
            self.grid.say_at("wrong", self.row, "mc_format")(
                N_("This form was written by a newer version and cannot be read here.")
            )

    def get(self, heading: str) -> str:
        return self.grid.get(self.row, heading) if self.row else ""

    def id(self) -> str:
        said = self.get("form_id")
        if self.ours:
            return said
        id = fit_id(said) or fit_id(self.get("form_title")) or fit_id(self.file) or "form"
        if id != said:
            message = N_("The checklist is called `%(name)s` here.")
            self.grid.say_at("mapped", self.row, "form_id")(message, name=id)
        return id

    def version(self) -> str:
        said = self.get("version")
        if self.ours or VERSION.fullmatch(said):
            return said
        if said:
            message = N_("A version must look like 1.0.0; `%(said)s` became 1.0.0.")
            self.grid.say_at("mapped", self.row, "version")(message, said=said[:40])
        return "1.0.0"

    def head(self) -> Table:
        id, version = self.id(), self.version()
        table: Table = {"id": id, "version": version}
        table["kind"] = "composite" if self.parts() else "standard"
        table |= {name: said for key, name in SAID.items() if (said := self.get(key))}
        one = self.get("form_title") or self.get("title") or id
        for name in ("title", "summary"):
            text = both_or_one(self.grid, self.row, f"mc_{name}", self.ours) if self.row else None
            if text or not self.ours:
                table[name] = text or {"zh": one, "en": one}
        minutes = self.whole("mc_minutes")
        if minutes is not None:
            table["estimated_minutes"] = minutes
        if said := self.get("mc_applies_to"):
            table["applies_to"] = said.split()
        sources = [{"file": file, "system": system} for file, system in self.pairs("mc_sources")]
        requires = dict(self.pairs("mc_requires"))
        self.get("default_language")
        rest = {"sources": sources, "requires": requires, "parts": self.parts()}
        return table | {"scoring": self.scoring()} | {k: v for k, v in rest.items() if v}

    def scoring(self) -> Table:
        method = self.get("mc_method")
        default = "weighted_parts" if self.parts() else "weighted_sections"
        table: Table = {"method": method or default, "bands": self.bands()}
        table |= {
            name: count for key, name in COUNTS.items() if (count := self.whole(key)) is not None
        }
        if said := self.number("mc_minimum_coverage"):
            table["minimum_coverage"] = said
        effect, points = self.get("mc_critical_effect"), self.number("mc_critical_points")
        if effect:
            key = {"cap": "cap", "deduct": "points"}.get(effect)
            table["critical"] = {"effect": effect} | ({key: points} if key and points else {})
        return table

    def bands(self) -> list[Table]:
        grid = self.sheets["mc_score_bands"]
        bands = []
        for row in grid.rows:
            band: Table = {"id": grid.get(row, "id"), "minimum": grid.get(row, "minimum")}
            if title := both_or_one(grid, row, "title", self.ours):
                band["title"] = title
            bands.append(band)
        return bands or ([] if self.ours else list(BANDS))

    def parts(self) -> list[Table]:
        grid = self.sheets["mc_parts"]
        parts = []
        for row in grid.rows:
            part: Table = {"checklist": grid.get(row, "checklist"), "share": grid.get(row, "share")}
            if said := grid.get(row, "without"):
                part["without"] = said.split()
            parts.append(part)
        return parts

    def route(self) -> list[Table]:
        legs: dict[str, list[str]] = {}
        for stage, item in self.pairs("mc_route"):
            legs.setdefault(stage, []).append(item)
        return [{"stage": stage, "items": items} for stage, items in legs.items()]

    def pairs(self, name: str) -> list[tuple[str, str]]:
        grid, (first, second) = self.sheets[name], map(plain_heading, SHEETS[name])
        return [(grid.get(row, first), grid.get(row, second)) for row in grid.rows]

    # -- cells

    def wrong(self, heading: str) -> Say:
        return self.grid.say_at("wrong", self.row, heading)

    def number(self, heading: str) -> str:
        said = self.get(heading)
        if said and as_number(said) is None:
            self.wrong(heading)(N_("`%(said)s` is not a number."), said=said)
            return ""
        return said

    def whole(self, heading: str) -> int | None:
        said = self.number(heading)
        number = as_number(said) if said else None
        if number is not None and (number != int(number) or abs(number) > 10**9):
            self.wrong(heading)(N_("`%(said)s` is not a whole number."), said=said)
            return None
        return None if number is None else int(number)
