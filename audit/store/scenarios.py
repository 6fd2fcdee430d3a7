"""Scenarios: the library's files, and those that were assigned, as they were then."""

import hashlib
import logging
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec
from sqlmodel import Session

from audit.domain.checklist import canonical
from audit.domain.problems import N_, NotFound, UnreadableScenario
from audit.domain.scenario import Scenario, read_scenario
from audit.domain.troubles import Trouble, Unusable
from audit.store.checklists import Library
from audit.store.rows import insert_new
from audit.store.tables import ScenarioRow, VisitRow

log = logging.getLogger("mingcha")

_decoded: dict[str, Scenario] = {}  # by hash


@cache
def shipped_scenarios(folder: Path) -> tuple[Scenario, ...]:
    """Those of the library in this folder; raises `Unusable` with the troubles of every file."""
    library = Library(folder)
    library.read()
    return tuple(read_scenarios(library, sorted(folder.glob("scenarios/*.toml"))))


def read_scenarios(library: Library, paths: list[Path]) -> list[Scenario]:
    troubles: list[Trouble] = []
    found: list[Scenario] = []
    checklists = library.checklists.values()
    for path in paths:
        try:
            raw = path.read_text(encoding="utf-8")
            found.append(read_scenario(raw, str(path), library.vocabulary, checklists))
        except Unusable as error:
            troubles += error.troubles
    if troubles:
        raise Unusable(troubles)
    return found


def keep_scenario(session: Session, scenario: Scenario) -> str:
    """What a visit names is there for ever; gives its hash."""
    row = {"hash": scenario.hash, "content": canonical(scenario).decode()}
    insert_new(session, ScenarioRow, [row], ScenarioRow.hash)
    kept = session.get_one(ScenarioRow, scenario.hash)
    kept.content = row["content"]  # puts right what a disk has spoilt: the hash proves it
    return scenario.hash


def give_scenario(session: Session, visit_id: UUID, scenario: Scenario | None) -> None:
    """The role its shopper plays, or none; the caller has checked that the visit has not
    been started."""
    row = session.get(VisitRow, visit_id)
    assert row is not None
    row.scenario_hash = None if scenario is None else keep_scenario(session, scenario)
    session.add(row)
    session.flush()


def get_scenario(session: Session, content_hash: str) -> Scenario:
    """Raises `UnreadableScenario`."""
    if content_hash not in _decoded:
        row = session.get(ScenarioRow, content_hash)
        if row is None:
            raise NotFound(N_("There is no such scenario."))
        if hashlib.sha256(row.content.encode()).hexdigest() != content_hash:
            log.warning("scenario %s cannot be read", content_hash)
            raise UnreadableScenario
        _decoded[content_hash] = msgspec.json.decode(row.content, type=Scenario)
    return _decoded[content_hash]


def read_if_whole(session: Session, content_hash: str | None) -> tuple[Scenario | None, bool]:
    """That of a visit, which may have none; and whether it has one that cannot be read."""
    try:
        return find_scenario(session, content_hash), False
    except UnreadableScenario:
        return None, True


def find_scenario(session: Session, content_hash: str | None) -> Scenario | None:
    """That of a visit, which may have none."""
    return None if content_hash is None else get_scenario(session, content_hash)
