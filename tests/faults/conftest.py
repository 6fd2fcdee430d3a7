"""Sites to break, phones to break them with, and the tally of what came of it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import POSTGRES, Kept
from tests.faults.line import Line
from tests.faults.site import Launcher, Site, Template, drop, fill, postgres
from tests.faults.tally import Ledger, Tally
from tests.phone import Phone
from tests.world import NOON

FULL = os.environ.get("MINGCHA_TEST_FAULTS") == "full"
LEDGER = pytest.StashKey[Ledger]()


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether everything is wanted, or what fits into a minute."""
    return FULL


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    found = Tally()
    began = time.monotonic()
    yield found
    counts = {**found.counts(), "seconds": time.monotonic() - began}
    request.node.user_properties.append(("tally", counts))


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    found = Launcher()
    yield found
    found.close()


@pytest.fixture(scope="session")
def template(kept: Kept, launcher: Launcher) -> Template:
    return Template(launcher, kept.known, kept.world)


@pytest.fixture
def site(template: Template, tmp_path: Path) -> Iterator[Site]:
    """On SQLite, not yet started."""
    found = template.site(tmp_path / "site")
    yield found
    found.kill()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_site(
    request: pytest.FixtureRequest, template: Template, tmp_path: Path
) -> Iterator[Site]:
    """On SQLite, and on PostgreSQL where `./dev` started one."""
    found = template.site(tmp_path / "site")
    if request.param == "sqlite":
        yield found
        found.kill()
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL: ./dev test starts one")
    name = f"faults_{uuid4().hex[:12]}"
    found.url = postgres(POSTGRES, name)
    fill(found)
    yield found
    found.kill()
    drop(POSTGRES, name)


@pytest.fixture
def phones() -> Iterator[Callable[[Site, int], list[tuple[Phone, Line]]]]:
    """New visits at a site, each with a phone and its line to the server."""
    lines: list[Line] = []

    def make(site: Site, count: int) -> list[tuple[Phone, Line]]:
        made = [
            (phone_for(site, visit), Line(site.port, visit, token))
            for visit, token in site.visits(count)
        ]
        lines.extend(line for _, line in made)
        return made

    yield make
    for line in lines:
        line.close()


def phone_for(site: Site, visit: UUID) -> Phone:
    return Phone(visit, site.world.checklist.hash, NOON)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = Ledger()
    config.pluginmanager.register(Noting(config.stash[LEDGER]))


class Noting:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ledger.note(report)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ledger = config.stash[LEDGER]
    if ledger.rows and "MINGCHA_TEST_FAULTS" not in os.environ:  # else `./dev faults` tells it
        terminalreporter.section("faults")
        for line in [*ledger.table(), "", ledger.verdict()]:
            terminalreporter.write_line(line)
