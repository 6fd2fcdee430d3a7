"""`scenario list` and `check`."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from audit.cli.reading import add_files, add_list, telling_all, write_json
from audit.cli.serving import shipped
from audit.domain.scenario import Scenario
from audit.domain.text import Text
from audit.settings import Settings


class Listed(msgspec.Struct, frozen=True):
    """One line of `scenario list`, and one object of its JSON."""

    id: str
    title: Text
    kind: str
    org: str
    played_by: str
    questions: int
    checklists: tuple[str, ...]
    hash: str


def add(commands: Any) -> None:
    text = "list and check scenarios"
    scenario = commands.add_parser("scenario", help=text, description=text)
    deeds = scenario.add_subparsers(dest="deed", required=True, metavar="DEED")

    fields = (
        "id, title (zh, en), kind, org, played_by, questions (how many), checklists (ids), hash"
    )
    add_list(deeds, "list the scenarios that are shipped", fields, run_list)
    text = "say everything that is wrong with scenario files, and where"
    add_files(deeds, "check", text, run_check)


def run_list(arguments: argparse.Namespace, _settings: Settings) -> int:
    listed = [_listed(scenario) for scenario in _shipped()]
    if arguments.json:
        write_json(listed)
        return 0
    for one in listed:
        print(f"{one.id}  {one.kind}  {one.questions} questions  {one.title.zh} / {one.title.en}")
    return 0


def run_check(arguments: argparse.Namespace, _settings: Settings) -> int:
    for scenario in _read(arguments.files):
        print(f"{scenario.id}: {len(scenario.questions)} questions, nothing wrong")
    return 0


def _shipped() -> list[Scenario]:
    from audit.paths import folder

    return _read(sorted(folder("checklists").glob("scenarios/*.toml")))


def _read(files: list[Path]) -> list[Scenario]:
    from audit.store.scenarios import read_scenarios

    with telling_all():
        return read_scenarios(shipped(), files)


def _listed(scenario: Scenario) -> Listed:
    return Listed(
        id=scenario.id,
        title=scenario.title,
        kind=scenario.kind,
        org=scenario.org,
        played_by=scenario.played_by,
        questions=len(scenario.questions),
        checklists=scenario.checklists,
        hash=scenario.hash,
    )
