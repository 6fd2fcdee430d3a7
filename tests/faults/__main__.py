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


class Noting:
    def __init__(self) -> None:
        self.ledger = Ledger()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.note(report)


def main(arguments: list[str]) -> int:
    if "--quick" not in arguments:
        os.environ["MINGCHA_TEST_FAULTS"] = "full"
    rest = [word for word in arguments if word != "--quick"]
    noting = Noting()
    code = pytest.main(
        ["-q", "-n", "auto", "--dist", "worksteal", "-p", "no:cacheprovider", str(HERE), *rest],
        plugins=[noting],
    )
    for line in [*noting.ledger.table(), "", noting.ledger.verdict()]:
        print(line)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
