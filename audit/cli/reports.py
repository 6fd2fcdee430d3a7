"""`report`: a released visit's report as a PDF file."""

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from audit.cli.databases import exists, opened
from audit.cli.errors import Refused
from audit.domain.people import Person
from audit.domain.text import LANGUAGES
from audit.settings import Settings

# Who the report is drawn for: someone who may see every visit. Nothing is done in the name.
READER = Person(UUID(int=0), "", "", "administrator")


def add(commands: Any) -> None:
    text = "draw the report of a released visit"
    report = commands.add_parser("report", help=text, description=text)
    report.add_argument(
        "visit", metavar="VISIT", help="its report number (MC-…) or the id in its address"
    )
    report.add_argument("--language", choices=LANGUAGES, help="instead of MINGCHA_LANGUAGE")
    report.add_argument("--framework", default="", metavar="ID", help="regroup the visit by it")
    report.add_argument("-o", "--output", type=Path, metavar="FILE", required=True)
    report.set_defaults(run=run_report)


def run_report(arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.store.files import Files
    from audit.store.releases import find_number
    from audit.work.reports import draw_report, load_prints, load_report

    if not exists(settings):
        raise Refused("there is no database yet")
    with opened(settings) as database:
        visit = _id(arguments.visit)
        if visit is None:
            with database.reading() as session:
                visit = find_number(session, arguments.visit)
        report = load_report(database, READER, visit, settings.contact, arguments.framework)
        files = Files(settings.photo_place, **settings.bucket)
        prints = load_prints(database, files, READER, visit) if report.evidence else {}
    language = arguments.language or settings.language
    drawn = draw_report(report, language, settings.timezone, prints)
    try:
        arguments.output.write_bytes(drawn)
    except OSError as error:
        raise Refused(f"{arguments.output} cannot be written: {error.strerror}") from error
    print(f"{arguments.output}: report {report.heading.number}")
    return 0


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
