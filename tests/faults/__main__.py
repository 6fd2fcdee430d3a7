"""Everything that can break, breaks; then what was lost, doubled or torn: nothing.

./dev faults                everything, about twenty minutes
./dev faults --quick        what ./dev test runs of it
./dev faults F9 F20         only these; pytest's own options may follow
./dev faults --soak 24h     all at once and at random, for as long as that; also 90m, 30s
"""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.tally import FAULTS, SOAK, Ledger, fault_of

HERE = Path(__file__).parent
BROWSER = HERE.parent / "browser"
HALF_AN_HOUR = 1800  # seconds; no full-sized test may take that long


class Noting:
    def __init__(self) -> None:
        self.ledger = Ledger(HERE.parents[1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.note(report)


def main(arguments: list[str]) -> int:
    if "--soak" in arguments:
        from tests.faults.soak import main as soak  # noqa: PLC0415  # else pytest comes too late to read its asserts

        return soak(arguments[arguments.index("--soak") + 1 :])
    full = "--quick" not in arguments
    os.environ["MINGCHA_TEST_FAULTS"] = "full" if full else "quick"
    chosen = [word.upper() for word in arguments if word.upper() in FAULTS]
    rest = [word for word in arguments if word != "--quick" and word.upper() not in FAULTS]
    noting = Noting()
    # Much of it waits: for a lock that is held, for a disk, for a browser.
    common = ["-q", "-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    common += ["-p", "no:cacheprovider", *([f"--timeout={HALF_AN_HOUR}"] if full else [])]
    codes = set()
    for place, words in ((HERE, of_server(chosen)), (BROWSER, of_browser(chosen or [*FAULTS]))):
        only = ["-k", words] if words else []
        codes.add(int(pytest.main([*common, str(place), *only, *rest], plugins=[noting])))
    ledger = noting.ledger
    wanted = [] if rest else [name for name in chosen or FAULTS if chosen or name != SOAK]
    missing = [name for name in wanted if name not in ledger.rows]
    sys.stdout.write("\n".join(["", *ledger.table(wanted), "", ledger.verdict(), ""]))
    return int(bool(missing or codes - {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}))


def of_browser(faults: list[str]) -> str:
    """What to ask pytest for: these tests name their fault, test_f11_…"""
    return " or ".join(f"test_{name.lower()}_" for name in faults)


def of_server(faults: list[str]) -> str:
    """Here a test may leave that to its module."""
    modules = {path.stem: fault_of(path.name, HERE) for path in HERE.glob("test_*.py")}
    return " or ".join(
        [of_browser(faults)] * bool(faults)
        + [f"({stem} and not test_f)" for stem, fault in modules.items() if fault in faults]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
