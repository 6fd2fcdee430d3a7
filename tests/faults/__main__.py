"""Everything that can break, breaks; then what was lost, doubled or torn: nothing.

./dev faults             everything, about a quarter of an hour
./dev faults --quick     what ./dev test runs of it
"""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.tally import Ledger

HERE = Path(__file__).parent
PLACES = (HERE, HERE.parent / "browser" / "test_slow_line.py")


class Noting:
    def __init__(self) -> None:
        self.ledger = Ledger()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.note(report)


def main(arguments: list[str]) -> int:
    os.environ["MINGCHA_TEST_FAULTS"] = "quick" if "--quick" in arguments else "full"
    rest = [word for word in arguments if word != "--quick"]
    noting = Noting()
    options = ["-q", "-n", "auto", "--dist", "worksteal", "-p", "no:cacheprovider"]
    code = pytest.main([*options, *map(str, PLACES), *rest], plugins=[noting])
    sys.stdout.write("\n".join([*noting.ledger.table(), "", noting.ledger.verdict(), ""]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
