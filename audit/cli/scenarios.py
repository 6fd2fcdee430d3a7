"""`scenario list` and `check`."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from audit.cli.errors import Refused
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

    text = "list the scenarios that are shipped"
    one = deeds.add_parser(
        "list",
        help=text,
        description=text,
        epilog="With --json an array of objects: id, title (zh, en), kind, org, played_by, "
        "questions (how many), checklists (ids), hash.",
    )
    one.add_argument("--json", action="store_true", help="as JSON")
    one.set_defaults(run=run_list)

    text = "say everything that is wrong with scenario files, and where"
    one = deeds.add_parser("check", help=text, description=text)
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.set_defaults(run=run_check)


def run_list(arguments: argparse.Namespace, _settings: Settings) -> int:
    listed = [_listed(scenario) for scenario in _shipped()]
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(listed)).decode())
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
    from audit.domain.library import Unusable
    from audit.store.scenarios import read_scenarios

    try:
        return read_scenarios(shipped(), files)
    except Unusable as error:
        print(error)
        raise Refused(f"{len(error.troubles)} things are wrong") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot be read: {error}") from error


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
