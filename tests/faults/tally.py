"""What the fault tests did and found, added up."""

from collections.abc import Iterable
from typing import Any

import msgspec

COLUMNS = ("events", "acked", "lost", "doubled", "torn", "kills", "cuts", "seconds")


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

    def must_be_clean(self) -> None:
        assert (self.lost, self.doubled, self.torn) == ([], [], [])

    def counts(self) -> dict[str, int]:
        return {
            "events": len(self.made),
            "acked": len(self.acked),
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "torn": len(self.torn),
            "kills": self.kills,
            "cuts": self.cuts,
        }


class Ledger:
    """Of a whole run, from whatever process a test ran in."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, float]] = {}

    def note(self, report: Any) -> None:
        """Of the end of a test, where its tally has been added to its report."""
        counts = dict(report.user_properties).get("tally")
        if report.when == "teardown" and counts is not None:
            fault = report.nodeid.split("/")[-1].partition("::")[0]
            row = self.rows.setdefault(fault.removeprefix("test_").removesuffix(".py"), {})
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count

    def table(self) -> list[str]:
        width = max((len(name) for name in self.rows), default=0) + 2
        lines = [" " * width + "".join(f"{name:>9}" for name in COLUMNS)]
        lines += [f"{name:<{width}}" + _cells(row) for name, row in sorted(self.rows.items())]
        return lines

    def verdict(self) -> str:
        names = ("events", "acked", "lost", "doubled", "torn")
        return " ".join(f"{name} {_sum(self.rows.values(), name):.0f}" for name in names)


def _cells(row: dict[str, float]) -> str:
    return "".join(f"{row.get(name, 0):>9.0f}" for name in COLUMNS)


def _sum(rows: Iterable[dict[str, float]], name: str) -> float:
    return sum(row.get(name, 0) for row in rows)
