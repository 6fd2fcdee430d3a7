"""From HTML to PDF: tagged (PDF/UA-1), archivable (PDF/A-3a), the same bytes every time.

WeasyPrint is imported when the first press is made: the rest works without its libraries.
"""

import re
from pathlib import Path
from typing import Any

from audit.domain.checklist import canonical
from audit.domain.problems import N_, Problem
from audit.domain.report import VisitReport
from audit.domain.text import Language
from audit.render.pages import Document, Pages
from audit.render.prints import Prints

STYLES = {
    "visit": ("visit/visit.css",),
    "visit regrouped": ("visit/visit.css", "visit/regrouping.css"),
    "comparison": ("visit/visit.css", "comparison/comparison.css"),
    "comparison regrouped": (
        "visit/visit.css",
        "comparison/comparison.css",
        "visit/regrouping.css",
    ),
}
DATA = "report.json"  # the attachment; its SHA-256 is the hash on each page


class NoPress(Problem):
    """The libraries that lay out text are not on this machine."""

    status = 503


class Press:
    """Everything a process needs once: fonts, style sheet, templates."""

    def __init__(self, folder: Path, timezone: str) -> None:
        try:
            import weasyprint
            from weasyprint.text.fonts import FontConfiguration
        except OSError as error:
            raise NoPress(
                N_("PDFs need the Pango library. On the server, run: %(command)s"),
                command="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            ) from error
        from audit.render.shelf import Refused, shelf
        from audit.render.source import Source
        from audit.render.warm import Warm

        self.weasyprint = weasyprint
        self.pages = Pages(folder, timezone)
        self.fetcher = shelf(folder)
        self.refused = Refused
        self.fonts = FontConfiguration()
        self.source = Source
        self.warm = Warm()
        self.base = self._style(folder, "base.css")
        self.folder = folder
        self.styles = {kind: self._style(folder, *STYLES[kind]) for kind in ("visit", "comparison")}

    def draw(self, report: Document, language: Language, prints: Prints | None = None) -> bytes:
        from audit.render.finish import finish

        with self.warm, self.fetcher.lent(prints or {}):
            return self._draw(report, language, prints or {}, finish)

    def _draw(self, report: Document, language: Language, prints: Prints, finish: Any) -> bytes:
        content = self.pages.draw(report, language, prints)
        try:
            document = self.source(content, self.base, self.fetcher).render(
                stylesheets=[self._styles(report)], font_config=self.fonts
            )
        except self.refused as error:  # not an Exception in WeasyPrint
            raise RuntimeError(str(error)) from error
        document.metadata.attachments = [self._data(report)]
        drawn: bytes = document.write_pdf(
            pdf_variant="pdf/a-3a",
            pdf_identifier=f"{report.hash()[:30]}{language}".encode(),
            finisher=finish,
        )
        return drawn

    def _styles(self, report: Document) -> Any:
        """What regrouped papers need besides is read with the first of them."""
        kind = "visit" if isinstance(report, VisitReport) else "comparison"
        if report.regrouping is not None:
            kind = f"{kind} regrouped"
        if kind not in self.styles:
            self.styles[kind] = self._style(self.folder, *STYLES[kind])
        return self.styles[kind]

    def _style(self, folder: Path, *names: str) -> Any:
        css = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
        return self.weasyprint.CSS(
            string=resolved(css), font_config=self.fonts, url_fetcher=self.fetcher
        )

    def _data(self, report: Document) -> Any:
        heading = report.heading if isinstance(report, VisitReport) else report
        released = heading.released_at
        return self.weasyprint.Attachment(
            string=canonical(report),
            name=DATA,
            description="The report's data as JSON",
            created=released,
            modified=released,
            relationship="Data",
        )


def resolved(css: str) -> str:
    """Custom properties written out, once here instead of for every element of every page."""
    values = dict(re.findall(r"(--[a-z0-9-]+):\s*([^;]+);", css))
    return re.sub(r"var\((--[a-z0-9-]+)\)", lambda match: values[match[1]], css)
