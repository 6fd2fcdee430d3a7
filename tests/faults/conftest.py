"""Sites to break, phones to break them with, and the tally of what came of it."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import POSTGRES, Cluster, Kept
from tests.faults import FULL
from tests.faults.camera import Camera
from tests.faults.line import Line
from tests.faults.site import Launcher, Site, Template
from tests.faults.tally import Ledger, Tally
from tests.phone import Phone
from tests.world import NOON

LEDGER = pytest.StashKey[Ledger]()


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether everything is wanted, or what fits into a minute."""
    return FULL


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Iterator[Tally]:
    found = Tally()
    yield found
    request.node.user_properties.append(("tally", found.counts()))


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
    cluster: Cluster = request.getfixturevalue("cluster")
    with cluster.copy("known") as database:
        found.url = database.url
        yield found
        found.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes, which can be made larger."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.getuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


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


@pytest.fixture
def cameras(
    phones: Callable[[Site, int], list[tuple[Phone, Line]]],
) -> Iterator[Callable[[Site, int], list[Camera]]]:
    """New visits, each with a phone that also takes photos."""
    made: list[Camera] = []

    def make(site: Site, count: int) -> list[Camera]:
        found = [Camera(phone, line) for phone, line in phones(site, count)]
        made.extend(found)
        return found

    yield make
    for camera in made:
        camera.close()


def phone_for(site: Site, visit: UUID) -> Phone:
    return Phone(visit, site.world.checklist.hash, NOON)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEDGER] = Ledger(config.rootpath)
    config.pluginmanager.register(Noting(config.stash[LEDGER]))


class Noting:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid.startswith("tests/faults/"):
            self.ledger.note(report)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    ledger = config.stash[LEDGER]
    if ledger.rows and "MINGCHA_TEST_FAULTS" not in os.environ:  # else `./dev faults` tells it
        terminalreporter.section("faults")
        for line in [*ledger.table(), "", ledger.verdict()]:
            terminalreporter.write_line(line)
