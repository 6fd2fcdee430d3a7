"""`checklist list`, `check` and `publish`; the rest is in `audit.cli.exchange`."""

import argparse
from pathlib import Path
from typing import Any

import msgspec

from audit.cli import exchange
from audit.cli.databases import exists, opened
from audit.cli.reading import add_files, add_list, telling_all, write_json
from audit.cli.serving import by_version, shipped
from audit.domain.checklist import Checklist
from audit.domain.text import Text
from audit.settings import Settings


class Listed(msgspec.Struct, frozen=True):
    """One line of `checklist list`, and one object of its JSON."""

    id: str
    version: str
    title: Text
    items: int
    hash: str
    published: bool
    shipped: bool


def add(commands: Any) -> None:
    text = "list, check and publish checklists, and exchange them as files"
    checklist = commands.add_parser("checklist", help=text, description=text)
    deeds = checklist.add_subparsers(dest="deed", required=True, metavar="DEED")

    text = "list the checklists that are shipped or published"
    fields = (
        "id, version, title (zh, en), items (how many), hash, published (in the database), "
        "shipped (in the library)"
    )
    add_list(deeds, text, fields, run_list)
    text = "say everything that is wrong with checklist files, and where"
    add_files(deeds, "check", text, run_check)
    text = "publish checklist files; a published version can never be changed"
    add_files(deeds, "publish", text, run_publish)
    exchange.add(deeds)


def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    listed = _listed(settings)
    if arguments.json:
        write_json(listed)
        return 0
    for one in listed:
        where = "published" if one.published else "not published"
        print(
            f"{one.id} {one.version}  {one.items} items  {where}  {one.title.zh} / {one.title.en}"
        )
    return 0


def run_check(arguments: argparse.Namespace, _settings: Settings) -> int:
    for checklist in _read(arguments.files):
        print(f"{checklist.id} {checklist.version}: {len(checklist.items)} items, nothing wrong")
    return 0


def run_publish(arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.clock import now
    from audit.store.checklists import publish

    checklists = _read(arguments.files)
    with opened(settings) as database, database.writing() as session:
        said = [
            (checklist, "published" if publish(session, checklist, now()) else "was there already")
            for checklist in checklists
        ]
    for checklist, outcome in said:
        print(f"{checklist.id} {checklist.version}: {outcome}")
    return 0


def _read(files: list[Path]) -> list[Checklist]:
    with telling_all():
        return shipped().read_also(files)


def _listed(settings: Settings) -> list[Listed]:
    files = {checklist.hash: checklist for checklist in shipped().checklists.values()}
    kept: dict[str, Checklist] = {}
    if exists(settings):
        from audit.store.checklists import list_checklists

        with opened(settings) as database, database.reading() as session:
            kept = {checklist.hash: checklist for checklist in list_checklists(session)}
    every = sorted((files | kept).values(), key=by_version)
    return [
        Listed(
            id=one.id,
            version=one.version,
            title=one.title,
            items=len(one.items),
            hash=one.hash,
            published=one.hash in kept,
            shipped=one.hash in files,
        )
        for one in every
    ]
