"""Everything a released visit's report needs, fetched for a person who may read it."""

import hashlib
from functools import cache
from pathlib import Path
from uuid import UUID

from audit import languages
from audit.domain.answer import project
from audit.domain.people import Person
from audit.domain.problems import N_, NotFound
from audit.domain.report import EARLIER, EarlierVisit, VisitReport, comparable, visit_report
from audit.domain.text import Language
from audit.domain.visit import Visit
from audit.paths import PACKAGE, folder
from audit.render.pdf import Press
from audit.store.checklists import get_checklist
from audit.store.database import Database
from audit.store.events import list_events, list_events_of
from audit.store.visits import VisitFilter, get_card, get_visit, list_cards, list_visits


def load_report(
    database: Database, person: Person, visit_id: UUID, contact: str = ""
) -> VisitReport:
    """Raises `NotFound` for a visit that is not this person's to see or not released."""
    with database.reading() as session:
        visit = get_visit(session, person, visit_id)
        if visit.release is None:
            raise NotFound(N_("This visit has not been released."))
        checklist = get_checklist(session, visit.checklist)
        only = VisitFilter(statuses=("released",), branch=visit.branch.id)
        before = [
            one
            for one in list_visits(session, person, only)
            if _released(one) < _released(visit)
            and comparable(get_checklist(session, one.checklist), checklist)
        ][:EARLIER]
        before.reverse()
        cards = list_cards(session, before)
        events = list_events_of(session, [one.id for one in before[-1:]])
        earlier = [
            EarlierVisit(
                one,
                get_checklist(session, one.checklist),
                cards[one.id],
                project(events[one.id]) if one.id in events else None,
            )
            for one in before
        ]
        card = get_card(session, visit)
        capture = project(list_events(session, visit.id))
    return visit_report(visit, checklist, card, capture, earlier, contact)


def _released(visit: Visit) -> tuple[float, str]:
    assert visit.release is not None
    return visit.release.released_at.timestamp(), str(visit.id)


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
