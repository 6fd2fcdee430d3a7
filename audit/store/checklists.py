"""Published checklist versions, and the library's files they are published from."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from audit.domain.checklist import Checklist, Framework, canonical
from audit.domain.exchange import Known
from audit.domain.library import (
    Trouble,
    Unusable,
    Vocabulary,
    read_checklist,
    read_frameworks,
    read_vocabulary,
    requirements,
)
from audit.domain.problems import N_, Conflict, NotFound, UnreadableChecklist
from audit.store.tables import ChecklistRow, VisitRow

log = logging.getLogger("mingcha")

_decoded: dict[str, Checklist] = {}  # by hash: content never changes, so neither does this


def get_checklist(session: Session, content_hash: str) -> Checklist:
    """Raises `UnreadableChecklist`."""
    if content_hash not in _decoded:
        row = session.get(ChecklistRow, content_hash)
        if row is None:
            raise NotFound(N_("There is no such checklist."))
        if not _whole(row):
            log.warning("checklist %s %s cannot be read", row.checklist_id, row.version)
            raise UnreadableChecklist
        _decoded[content_hash] = msgspec.json.decode(row.content, type=Checklist)
    return _decoded[content_hash]


def _whole(row: ChecklistRow) -> bool:
    """Its own hash says so; then it can be decoded too."""
    return hashlib.sha256(row.content.encode()).hexdigest() == row.hash


def known_checklists() -> Mapping[str, Checklist]:
    """Those that have been read before, by hash, without asking the database."""
    return _decoded


def find_checklists(session: Session, hashes: Iterable[str]) -> dict[str, Checklist]:
    """Those of them that were published and can be read."""
    found = {}
    for name in hashes:
        with suppress(NotFound, UnreadableChecklist):
            found[name] = get_checklist(session, name)
    return found


def list_checklists(session: Session) -> list[Checklist]:
    """Every published version that can be read, newest version of each checklist first."""
    hashes = session.exec(
        select(ChecklistRow.hash).order_by(
            col(ChecklistRow.checklist_id), col(ChecklistRow.published_at).desc()
        )
    ).all()
    return list(find_checklists(session, hashes).values())


class Lost(msgspec.Struct, frozen=True):
    """A published version that cannot be read."""

    hash: str
    id: str
    version: str


def list_lost(session: Session) -> list[Lost]:
    """Newest version of each checklist first; what has been read before is not read again."""
    names = session.exec(
        select(ChecklistRow.hash, ChecklistRow.checklist_id, ChecklistRow.version).order_by(
            col(ChecklistRow.checklist_id), col(ChecklistRow.published_at).desc()
        )
    ).all()
    found = find_checklists(session, (name for name, _, _ in names))
    return [Lost(*one) for one in names if one[0] not in found]


class Published(msgspec.Struct, frozen=True):
    checklist: Checklist
    published_at: datetime
    visits: int  # made with this version, cancelled ones left out
    note: str = ""


def list_published(session: Session) -> list[Published]:
    """As `list_checklists`, with when and how much each version was used."""
    used = (
        select(VisitRow.checklist_hash, func.count().label("visits"))
        .where(VisitRow.status != "cancelled")
        .group_by(col(VisitRow.checklist_hash))
        .subquery()
    )
    query = (
        select(
            ChecklistRow.hash,
            ChecklistRow.published_at,
            func.coalesce(used.c.visits, 0),
            ChecklistRow.note,
        )
        .outerjoin(used, used.c.checklist_hash == ChecklistRow.hash)
        .order_by(col(ChecklistRow.checklist_id), col(ChecklistRow.published_at).desc())
    )
    rows = session.exec(query).all()
    found = find_checklists(session, (name for name, *_ in rows))
    return [
        Published(found[name], published_at, visits, note)
        for name, published_at, visits, note in rows
        if name in found
    ]


def find_note(session: Session, content_hash: str) -> str:
    """What was said when this version was published."""
    row = session.get(ChecklistRow, content_hash)
    return row.note if row else ""


def shelf_of(session: Session) -> dict[tuple[str, str], Checklist]:
    """Every published version by id and version: what others may build on."""
    return {(one.id, one.version): one for one in list_checklists(session)}


def publish(session: Session, checklist: Checklist, now: datetime, note: str = "") -> bool:
    """Keep a version for ever. False if it was there already, which puts right what a disk has
    spoilt: the hash proves that it is the same. Raises `Conflict` if the same version was
    published with other content."""
    known = session.exec(
        select(ChecklistRow).where(
            ChecklistRow.checklist_id == checklist.id,
            ChecklistRow.version == checklist.version,
        )
    ).first()
    if known is not None:
        if known.hash == checklist.hash:
            known.content = canonical(checklist).decode()
            return False
        raise Conflict(
            N_(
                "%(id)s %(version)s is already published with other content. Give it a new version."
            ),
            id=checklist.id,
            version=checklist.version,
        )
    session.add(
        ChecklistRow(
            hash=checklist.hash,
            checklist_id=checklist.id,
            version=checklist.version,
            content=canonical(checklist).decode(),
            published_at=now,
            note=note,
        )
    )
    session.flush()
    return True


# ---- the files -----------------------------------------------------------------------


APART = ("background", "scenarios")  # folders beside the checklists with something else


def checklist_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*/*.toml")) if path.parent.name not in APART]


class Library:
    """The checklists in a folder, read in the order in which they require each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vocabulary: Vocabulary = read_vocabulary(_text(folder / "vocabulary.toml"))
        self.frameworks: tuple[Framework, ...] = read_frameworks(_text(folder / "frameworks.toml"))
        self.checklists: dict[tuple[str, str], Checklist] = {}

    def read(self) -> list[Checklist]:
        """All of them; raises `Unusable` with the troubles of every file."""
        self.read_also(checklist_files(self.folder))
        return list(self.checklists.values())

    def read_also(self, paths: Iterable[Path]) -> list[Checklist]:
        """Those of these files, which may require the ones read before and each other."""
        troubles: list[Trouble] = []
        found: list[Checklist] = []
        waiting = {path: _text(path) for path in paths}
        while waiting:
            ready = [path for path, raw in waiting.items() if self._ready(raw, path)]
            for path in ready or list(waiting):
                try:
                    found.append(self.add(waiting.pop(path), self._name(path)))
                except Unusable as error:
                    troubles += error.troubles
        if troubles:
            raise Unusable(troubles)
        return found

    def known(self, published: Iterable[Checklist]) -> Known:
        """What a file may build on: the library's words, what was read of it, and what was
        published, which comes first where both have a version."""
        kept = {(one.id, one.version): one for one in published}
        return Known(self.vocabulary, self.frameworks, {**self.checklists, **kept})

    def add(self, raw: str, name: str) -> Checklist:
        checklist = read_checklist(raw, name, self.vocabulary, self.frameworks, self.checklists)
        self.checklists[checklist.id, checklist.version] = checklist
        return checklist

    def _ready(self, raw: str, path: Path) -> bool:
        try:
            needed: Iterable[Any] = requirements(raw, self._name(path)).items()
        except Unusable:
            return True  # reading it will say what is wrong
        return all(pair in self.checklists for pair in needed)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.folder) if path.is_relative_to(self.folder) else path)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
