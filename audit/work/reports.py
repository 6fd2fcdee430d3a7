"""Everything a released visit's report needs, fetched for a person who may read it, and the
PDFs drawn before."""

import asyncio
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from audit import languages
from audit.domain.people import Person
from audit.domain.regrouping import chosen_lens, through
from audit.domain.report import VisitReport
from audit.domain.text import Language
from audit.domain.visit_report import visit_report
from audit.paths import PACKAGE, folder
from audit.render.pages import Document
from audit.render.pdf import Press
from audit.store.database import Database
from audit.store.results import get_result
from audit.store.systems import library_lenses
from audit.work.pdf import DrawingRoom

LIBRARIES = ("weasyprint", "pydyf", "tinycss2", "cssselect2", "fonttools", "jinja2")


def load_report(
    database: Database, person: Person, visit_id: UUID, contact: str = "", framework: str = ""
) -> VisitReport:
    """Raises `NotFound` for a visit that is not this person's to see or not released, or for
    a framework that it does not answer to."""
    with database.reading() as session:
        found = get_result(session, person, visit_id)
    lens = None
    if framework:
        lens = chosen_lens(through(found.checklist, library_lenses()), framework)
    return visit_report(
        found.visit,
        found.checklist,
        found.card,
        found.capture,
        found.earlier,
        contact,
        found.spread,
        lens,
    )


def draw_report(report: VisitReport, language: Language, timezone: str) -> bytes:
    """One PDF in this process: for a command, where nobody waits for anything else."""
    return Press(folder("reports"), timezone).draw(report, language)


class Drawn:
    """PDFs already drawn, on disk by content. Deleting the folder only costs time."""

    most = 2000  # some 400 MB

    def __init__(self, place: Path, timezone: str) -> None:
        self.place = place
        self.timezone = timezone

    def path(self, document: Document, language: Language) -> Path:
        return self.place / f"{document.hash()[:32]}-{language}-{edition(self.timezone)}.pdf"

    def find(self, path: Path) -> bytes | None:
        try:
            found = path.read_bytes()
            path.touch()
        except FileNotFoundError:
            return None
        return found

    def keep(self, path: Path, drawn: bytes) -> None:
        """Whole or not at all: a reader never meets half a file."""
        self.place.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{hashlib.sha256(drawn).hexdigest()[:8]}.half")
        half.write_bytes(drawn)
        half.replace(path)
        self._forget()

    def _forget(self) -> None:
        """Those nobody asked for longest, and so those of earlier editions."""
        kept = sorted(self.place.iterdir(), key=_age)
        for path in kept[: -self.most]:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody else has just forgotten it
        return 0.0


async def draw_or_find(
    room: DrawingRoom, drawn: Drawn, document: Document, language: Language
) -> bytes:
    path = await asyncio.to_thread(drawn.path, document, language)
    content = await asyncio.to_thread(drawn.find, path)
    if content is None:
        content = await room.draw(document, language)
        await asyncio.to_thread(drawn.keep, path, content)
    return content


@cache
def edition(timezone: str) -> str:
    """Changes with everything but the content that shapes a page: templates, styles, fonts,
    translations, the code that words and draws, the libraries it uses, the time zone."""
    digest = hashlib.sha256(timezone.encode())
    for library in LIBRARIES:
        digest.update(f"\0{library} {version(library)}".encode())
    for path in shaping():
        digest.update(f"\0{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def shaping() -> list[Path]:
    code = [PACKAGE / "filters.py", PACKAGE / "languages.py"]
    code += [path for part in ("domain", "render") for path in (PACKAGE / part).glob("*.py")]
    papers = [path for path in folder("reports").rglob("*") if path.is_file()]
    return sorted([*code, *papers, *languages.FOLDER.rglob("*.po")])
