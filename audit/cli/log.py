"""`log check`: whether every event that was ever acknowledged is there, once and unchanged."""

import argparse
from typing import Any

from audit.cli.databases import opened
from audit.settings import Settings


def add(commands: Any) -> None:
    text = "look after the log of events that every visit is made of"
    log = commands.add_parser("log", help=text, description=text)
    parts = log.add_subparsers(dest="part", required=True, metavar="PART")
    text = "read the whole log and name every event that is missing, doubled or changed"
    check = parts.add_parser("check", help=text, description=text)
    check.set_defaults(run=run_check)


def run_check(_arguments: argparse.Namespace, settings: Settings) -> int:
    from audit.domain.log import FAULTS
    from audit.store.logs import examine

    with opened(settings, migrate=False) as database, database.reading() as session:
        report = examine(session)
    for name in ("visits", "devices", "events", "late", "quarantine", "receipts", "releases"):
        print(f"{name:<12}{getattr(report, name):>9}")
    for fault, meaning in FAULTS.items():
        count = sum(finding.what == fault for _, finding in report.findings)
        print(f"{fault:<12}{count:>9}  {meaning if count else ''}".rstrip())
    for visit, finding in report.findings:
        print(f"{finding.what}: visit {visit} {finding.where}")
    return int(bool(report.findings))
