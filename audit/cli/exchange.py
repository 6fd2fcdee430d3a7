"""`checklist export` and `checklist import`."""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.cli.databases import exists, opened
from audit.cli.errors import Refused
from audit.cli.serving import by_version, shipped
from audit.settings import Settings

if TYPE_CHECKING:
    from audit.domain.checklist import Checklist
    from audit.domain.exchange import Known
    from audit.work.exchange import Format

SAID = {"wrong": "wrong", "left_out": "left out", "mapped": "mapped", "kept": "kept"}


def add(deeds: Any) -> None:
    text = "write a checklist as a file, which import reads again without loss"
    one = deeds.add_parser(
        "export",
        help=text,
        description=text,
        epilog="With xlsx the file is an XLSForm that ODK's programs can ask too; docs/exchange.md "
        "explains its columns.",
    )
    one.add_argument("id", metavar="ID")
    one.add_argument("--version", help="the newest unless said")
    one.add_argument("--format", choices=("toml", "xlsx"), help="by the name of FILE, else toml")
    one.add_argument("-o", dest="output", type=Path, metavar="FILE", help="unless it is printed")
    one.set_defaults(run=run_export)

    text = "read a checklist from TOML or XLSX and say what became of it"
    one = deeds.add_parser(
        "import",
        help=text,
        description=text,
        epilog="Nothing is kept without --publish. A published version can never be changed.",
    )
    one.add_argument("file", type=Path, metavar="FILE")
    one.add_argument("--publish", action="store_true", help="publish it if nothing is wrong")
    one.add_argument(
        "-o", dest="output", type=Path, metavar="FILE", help="write it as TOML, to be put right"
    )
    one.set_defaults(run=run_import)


def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.work.exchange import give

    output: Path | None = arguments.output
    named: Format = "xlsx" if output and output.suffix == ".xlsx" else "toml"
    form: Format = arguments.format or named
    if form == "xlsx" and output is None:
        raise Refused("a workbook is not printed; say where it goes: -o FILE")
    known = _known(settings)
    content = give(_wanted(known, arguments.id, arguments.version), known.shelf, form)
    if output is None:
        sys.stdout.write(content.decode())
    else:
        _write(output, content)
    return 0


def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.clock import now
    from audit.domain.tables import tables_of
    from audit.domain.toml import write_toml
    from audit.store.checklists import publish
    from audit.work.exchange import take

    known = _known(settings)
    try:
        taken = take(arguments.file.read_bytes(), arguments.file.name, known)
    except OSError as error:
        raise Refused(f"cannot be read: {error}") from error
    for finding in taken.findings:
        print(f"{SAID[finding.what]:<9} {finding}")
    if arguments.output and taken.tables:
        made = tables_of(taken.checklist, known.shelf) if taken.checklist else taken.tables
        _write(arguments.output, write_toml(made).encode())
    count = Counter(finding.what for finding in taken.findings)
    if taken.checklist is None:
        raise Refused(f"{count['wrong']} things are wrong")
    one = taken.checklist
    print(f"{one.id} {one.version}: {len(one.items)} items, {count['left_out']} things left out")
    if arguments.publish:
        with opened(settings) as database, database.writing() as session:
            new = publish(session, one, now())
        print(f"{one.id} {one.version}: {'published' if new else 'was there already'}")
    return 0


def _known(settings: Settings) -> "Known":
    """What came with the software and what was published here."""
    from audit.store.checklists import list_checklists

    library = shipped()
    published: list[Checklist] = []
    if exists(settings):
        with opened(settings) as database, database.reading() as session:
            published = list_checklists(session)
    return library.known(published)


def _wanted(known: "Known", name: str, version: str | None) -> "Checklist":
    found = [
        one for one in known.shelf.values() if one.id == name and version in (None, one.version)
    ]
    if not found:
        called = f"{name} {version}" if version else name
        raise Refused(f"there is no checklist {called}; see: mingcha checklist list")
    return max(found, key=by_version)


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Refused(f"cannot be written: {error}") from error
