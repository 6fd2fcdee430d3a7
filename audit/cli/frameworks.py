"""`framework list`."""

import argparse
from typing import Any

import msgspec

from audit.cli.errors import Refused
from audit.domain.checklist import Source
from audit.domain.systems import System, Systems
from audit.domain.text import Text
from audit.settings import Settings


class ListedEntry(msgspec.Struct, frozen=True):
    """`items`: that answer to it; `reason`: why nothing on a visit could."""

    id: str
    title: Text
    items: tuple[str, ...]
    reason: Text | None


class ListedFramework(msgspec.Struct, frozen=True):
    id: str
    title: Text
    kind: str
    source: Source
    entries: tuple[ListedEntry, ...]


class Listed(msgspec.Struct, frozen=True):
    systems: tuple[System, ...]
    frameworks: tuple[ListedFramework, ...]


def add(commands: Any) -> None:
    text = "list the systems of the sources and the frameworks that items answer to"
    framework = commands.add_parser("framework", help=text, description=text)
    deeds = framework.add_subparsers(dest="deed", required=True, metavar="DEED")
    one = deeds.add_parser(
        "list",
        help=text,
        description=text,
        epilog="With --json an object: systems (id, title, sources, and what serves each: "
        "frameworks, scenarios, background, items) and frameworks (id, title, kind, source, "
        "entries: id, title, items, reason where nothing can be seen).",
    )
    one.add_argument("--json", action="store_true", help="as JSON")
    one.set_defaults(run=run_list)


def run_list(arguments: argparse.Namespace, _settings: Settings) -> int:
    from audit.domain.library import Unusable
    from audit.store.systems import library_systems

    try:
        found = library_systems()
    except Unusable as error:
        raise Refused(str(error)) from error
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(_listed(found))).decode())
        return 0
    for one in found.systems:
        print(f"{one.id:<5} {one.title.zh} / {one.title.en}: {'; '.join(_served(one))}")
    return 0


def _served(one: System) -> list[str]:
    return [
        f"{kind} {', '.join(names)}"
        for kind, names in (
            ("framework", one.frameworks),
            ("scenario", one.scenarios),
            ("background", one.background),
            ("items", one.items),
        )
        if names
    ]


def _listed(found: Systems) -> Listed:
    frameworks = []
    for lens in found.lenses:
        framework = lens.framework
        reasons = {unseen.entry: unseen.reason for unseen in lens.unseen}
        entries = tuple(
            ListedEntry(
                entry.id,
                entry.title,
                found.answering(framework.id, entry.id),
                reasons.get(entry.id),
            )
            for entry in framework.entries
        )
        frameworks.append(
            ListedFramework(
                framework.id, framework.title, framework.kind, framework.source, entries
            )
        )
    return Listed(found.systems, tuple(frameworks))
