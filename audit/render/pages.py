"""The documents as HTML: one Jinja environment per language over `reports/`."""

from collections.abc import Container
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import structs

from audit.domain.comparison_report import ComparisonReport
from audit.domain.problems import N_
from audit.domain.report import Evidence, Highlight, Loss, VisitReport
from audit.domain.text import Language
from audit.filters import filters
from audit.languages import gettext, translations

Document = VisitReport | ComparisonReport
FONT = "Mingcha Sans, Mingcha Sans Rare"  # what most texts need, and the rest of GBK
TEMPLATES: dict[type[Document], str] = {
    VisitReport: "visit/visit.html",
    ComparisonReport: "comparison/comparison.html",
}


PRINTED = 500  # characters of a note
SHORTENED = N_(
    "… (shortened; the whole note is on the visit’s page and in the data attached to this PDF)"
)
CAPTION = 160  # characters of a note beside a photo
Line = TypeVar("Line", Loss, Highlight)


class Pages:
    def __init__(self, folder: Path, timezone: str) -> None:
        self.folder = folder
        self.zone = ZoneInfo(timezone)
        self.by_language: dict[Language, Environment] = {}

    def draw(self, report: Document, language: Language, prints: Container[int] = ()) -> str:
        """`prints`: the numbers of the photos that are there."""
        template = self._environment(language).get_template(TEMPLATES[type(report)])
        printed = shortened(report, language) if isinstance(report, VisitReport) else report
        content = template.render(report=printed, hash=report.hash(), prints=prints)
        # The font's curly apostrophe is as wide as a Chinese character.
        return content.replace("’", "&#39;") if language == "en" else content

    def _environment(self, language: Language) -> Environment:
        if language not in self.by_language:
            self.by_language[language] = _environment(self.folder, language, self.zone)
        return self.by_language[language]


def shortened(report: VisitReport, language: Language) -> VisitReport:
    """A visit can hold 200,000 characters of notes, which would be 400 pages."""

    def short(line: Line) -> Line:
        if len(line.note) <= PRINTED:
            return line
        note = line.note[: PRINTED - 50].rstrip() + gettext(language, SHORTENED)
        return structs.replace(line, note=note)

    def caption(one: Evidence) -> Evidence:
        if len(one.note) <= CAPTION:
            return one
        return structs.replace(one, note=one.note[: CAPTION - 1].rstrip() + "…")

    return structs.replace(
        report,
        losses=tuple(map(short, report.losses)),
        highlights=tuple(map(short, report.highlights)),
        evidence=tuple(map(caption, report.evidence)),
    )


def _environment(folder: Path, language: Language, zone: ZoneInfo) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    environment.globals.update(language=language, font=FONT)
    environment.filters.update(filters(language, zone))
    return environment
