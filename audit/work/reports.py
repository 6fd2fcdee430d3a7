"""Everything a released visit's report needs, fetched for a person who may read it, and the
PDFs drawn before."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from audit import languages
from audit.domain.evidence import PRINTED
from audit.domain.people import Person
from audit.domain.regrouping import chosen_lens, through
from audit.domain.report import VisitReport
from audit.domain.text import Language
from audit.domain.visit_report import report_of
from audit.paths import PACKAGE, folder
from audit.render.pages import Document
from audit.render.pdf import Press
from audit.render.prints import Prints, sound
from audit.store.database import Database
from audit.store.files import Files
from audit.store.pictures import list_evidence
from audit.store.results import get_result
from audit.store.systems import library_lenses
from audit.work.pdf import DrawingRoom
from audit.work.photos import THUMBNAIL

log = logging.getLogger("mingcha")
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
    return report_of(found, contact, lens)


def load_prints(database: Database, files: Files, person: Person, visit_id: UUID) -> Prints:
    """The printed photos of a report, small; without those whose file is gone or damaged."""
    with database.reading() as session:
        listed = list_evidence(session, person, visit_id)[:PRINTED]
    found = {}
    try:
        for number, one in enumerate(listed, 1):
            content = files.get(one.key + THUMBNAIL)
            if content is not None and sound(content):
                found[number] = content
            else:
                log.error("the file %s is missing or damaged", one.key + THUMBNAIL)
    except OSError as error:  # a report without photos is better than none
        log.error("photos cannot be reached: %s", error)  # noqa: TRY400  # it says it all
    return found


def draw_report(
    report: VisitReport, language: Language, timezone: str, prints: Prints | None = None
) -> bytes:
    """One PDF in this process: for a command, where nobody waits for anything else."""
    return Press(folder("reports"), timezone).draw(report, language, prints)


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
    room: DrawingRoom,
    drawn: Drawn,
    document: Document,
    language: Language,
    prints: Callable[[], Prints] = dict,
) -> bytes:
    """`prints` are looked for only when it has to be drawn. Without one of them it is drawn
    each time anew, until the file is back."""
    path = await asyncio.to_thread(drawn.path, document, language)
    content = await asyncio.to_thread(drawn.find, path)
    if content is None:
        found = await asyncio.to_thread(prints)
        content = await room.draw(document, language, found)
        if len(found) == wanted(document):
            await asyncio.to_thread(drawn.keep, path, content)
    return content


def wanted(document: Document) -> int:
    """How many photos are printed."""
    photos = document.evidence if isinstance(document, VisitReport) else ()
    return sum(one.printed for one in photos)


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
