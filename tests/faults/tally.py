"""What the fault tests did and found, added up."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from audit.domain.log import Finding

COLUMNS = ("events", "acked", "lost", "doubled", "torn", "kills", "cuts", "seconds")
FAULTS = {
    "F1": "browser killed",
    "F2": "server killed",
    "F3": "power cut",
    "F4": "line cut at any byte",
    "F5": "answer lost",
    "F6": "anything in any order",
    "F7": "somebody else answers",
    "F8": "bytes changed on the way",
    "F9": "server's disk full or failing",
    "F10": "database held by another",
    "F11": "phone full",
    "F12": "phone's storage closed",
    "F13": "phone's storage cleared",
    "F14": "clocks jump",
    "F15": "two tabs, phones, copies",
    "F16": "new version, no worker",
    "F17": "checklist changed",
    "F18": "token, person, sign-in ends",
    "F19": "photos",
    "F20": "server set back to a backup",
    "F21": "phones of old versions",
    "F22": "migration killed",
    "F23": "slow, bad line",
    "F24": "page left in mid-word",
    "F25": "all of it, without end",
}
SOAK = "F25"  # has a command of its own
NAMED = re.compile(r"test_(f\d+)_")


class Tally(msgspec.Struct):
    """Of one test. `lost` and the next two name what is wrong: they stay empty."""

    made: set[str] = set()
    acked: set[str] = set()
    stored: int = 0
    lost: list[str] = []
    doubled: list[str] = []
    torn: list[str] = []
    kills: int = 0
    cuts: int = 0
    steps: int = 0  # of scripts that were played
    more: dict[str, int] = {}  # counted elsewhere

    def finds(self, findings: Iterable[tuple[UUID, Finding]]) -> None:
        """What reading the logs found wrong."""
        for visit, finding in findings:
            kind = self.doubled if finding.what == "twice" else self.torn
            kind.append(f"{finding.what}: {visit} {finding.where}")

    def must_be_clean(self) -> None:
        assert (self.lost, self.doubled, self.torn) == ([], [], [])

    def counts(self) -> dict[str, int]:
        counts = {
            "events": len(self.made),
            "acked": len(self.acked),
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "torn": len(self.torn),
            "kills": self.kills,
            "cuts": self.cuts,
            "steps": self.steps,
        }
        return {name: count + self.more.get(name, 0) for name, count in counts.items()}


def fault_of(nodeid: str, root: Path) -> str:
    """By the test's name; where that says nothing, by the first word of its module."""
    path, _, name = nodeid.partition("::")
    if named := NAMED.match(name):
        return named[1].upper()
    return _first_word(root / path)


@cache
def _first_word(module: Path) -> str:
    said = ast.get_docstring(ast.parse(module.read_text())) if module.is_file() else ""
    found = re.match(r"(F\d+)\b", said or "")
    return found[1] if found else "others"


class Ledger:
    """Of a whole run, from whatever process a test ran in."""

    def __init__(self, root: Path = Path()) -> None:
        self.root = root
        self.rows: dict[str, dict[str, float]] = {}
        self.notes: Counter[str] = Counter()

    def note(self, report: Any) -> None:
        """Of each part of a test; its tally has been added to the report of the last."""
        fault = fault_of(report.nodeid, self.root)
        self.add(fault, {"seconds": report.duration, report.outcome: 1})
        if report.failed:
            self.notes[f"{fault} FAILED  {report.nodeid}"] += 1
        elif report.skipped:
            self.notes[f"{fault} skipped: {_reason(report.longrepr)}"] += 1
        if report.when == "teardown":
            self.add(fault, dict(report.user_properties).get("tally", {}))

    def add(self, fault: str, counts: Mapping[str, float]) -> None:
        row = self.rows.setdefault(fault, defaultdict(float))
        for name, count in counts.items():
            row[name] += count

    def table(self, among: Iterable[str] = ()) -> list[str]:
        names = sorted({*self.rows, *among}, key=_place)
        width = max((len(_title(name)) for name in names), default=0) + 1
        lines = [" " * width + "".join(f"{name:>9}" for name in COLUMNS)]
        for name in names:
            row = self.rows.get(name, {})
            lines.append(f"{_title(name):<{width}}" + _cells(row) + _outcome(row))
        lines += [f"\n{count} × {note}" for note, count in sorted(self.notes.items())]
        return lines

    def verdict(self) -> str:
        names = ("events", "acked", "lost", "doubled", "torn")
        return " ".join(
            f"{name} {sum(row.get(name, 0) for row in self.rows.values()):.0f}" for name in names
        )


def _place(name: str) -> int:
    return int(name[1:]) if name in FAULTS else len(FAULTS) + 1


def _title(name: str) -> str:
    return f"{name:<4}{FAULTS[name]}" if name in FAULTS else name


def _cells(row: Mapping[str, float]) -> str:
    return "".join(f"{row.get(name, 0):>9.0f}" for name in COLUMNS)


def _outcome(row: Mapping[str, float]) -> str:
    if not row:
        return "  not tried"
    told = ("steps", "failed", "skipped")
    return "".join(f"  {row[name]:,.0f} {name}" for name in told if row.get(name))


def _reason(longrepr: Any) -> str:
    said = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return said.removeprefix("Skipped: ")
