"""Everything a released visit's report needs, fetched for a person who may read it."""

import hashlib
from functools import cache
from pathlib import Path
from uuid import UUID

from audit import languages
from audit.domain.people import Person
from audit.domain.report import VisitReport
from audit.domain.text import Language
from audit.domain.visit_report import visit_report
from audit.paths import PACKAGE, folder
from audit.render.pdf import Press
from audit.store.database import Database
from audit.store.results import get_result


def load_report(
    database: Database, person: Person, visit_id: UUID, contact: str = ""
) -> VisitReport:
    """Raises `NotFound` for a visit that is not this person's to see or not released."""
    with database.reading() as session:
        found = get_result(session, person, visit_id)
    return visit_report(
        found.visit,
        found.checklist,
        found.card,
        found.capture,
        found.earlier,
        contact,
        found.spread,
    )


def draw_report(report: VisitReport, language: Language, timezone: str) -> bytes:
    """One PDF in this process: for a command, where nobody waits for anything else."""
    return Press(folder("reports"), timezone).draw(report, language)


class Drawn:
    """PDFs already drawn, on disk by content. Deleting the folder only costs time."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def path(self, report: VisitReport, language: Language) -> Path:
        return self.place / f"{report.hash()[:32]}-{language}-{edition()}.pdf"

    def find(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, path: Path, drawn: bytes) -> None:
        """Whole or not at all: a reader never meets half a file."""
        self.place.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{hashlib.sha256(drawn).hexdigest()[:8]}.half")
        half.write_bytes(drawn)
        half.replace(path)


@cache
def edition() -> str:
    """Changes with the templates, the translations and the drawing code."""
    digest = hashlib.sha256()
    reports = folder("reports")
    files = [
        *reports.rglob("*.html"),
        *reports.rglob("*.css"),
        *(PACKAGE / "render").glob("*.py"),
        PACKAGE / "filters.py",
        *languages.FOLDER.rglob("*.po"),
    ]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
