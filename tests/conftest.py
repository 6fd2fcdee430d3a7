"""The database (SQLite always, PostgreSQL where `./dev test` started one), the small known
world in it, and a client that is signed in as one of its people."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import create_engine, text

from audit.app import create_app
from audit.clock import now
from audit.domain.people import Person
from audit.settings import Settings
from audit.store.database import Database
from audit.store.sessions import open_session
from audit.web.dependencies import token_for
from tests import world as known
from tests.moving import move

POSTGRES = os.environ.get("MINGCHA_TEST_POSTGRES", "")
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class Kept(NamedTuple):
    """Databases made once and copied for each test, which is far quicker than making them."""

    empty: Path
    known: Path
    world: known.World


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage is a tenth of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    for name in ("empty", "known"):
        made = Database(f"sqlite:///{folder / name}")
        made.migrate()
        if name == "known":
            world = known.build(made)
        made.close()
    return Kept(folder / "empty", folder / "known", world)


class Cluster:
    """PostgreSQL's counterpart of what is kept."""

    def __init__(self) -> None:
        self.server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
        self.kept = {name: self._named(f"kept_{uuid4().hex[:12]}") for name in ("empty", "known")}
        for name, url in self.kept.items():
            self._do(f"CREATE DATABASE {url.rpartition('/')[2]}")
            made = Database(url)
            made.migrate()
            if name == "known":
                known.build(made)
            made.close()

    @contextmanager
    def copy(self, kept: str) -> Iterator[Database]:
        name = f"test_{uuid4().hex[:12]}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {self.kept[kept].rpartition('/')[2]}")
        found = Database(self._named(name))
        yield found
        found.close()
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        for url in self.kept.values():
            self._do(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")
        self.server.dispose()

    def _named(self, name: str) -> str:
        return POSTGRES.rsplit("/", 1)[0] + f"/{name}"

    def _do(self, statement: str) -> None:
        with self.server.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    found = Cluster()
    yield found
    found.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, kept: Kept) -> Iterator[Database]:
    """A migrated SQLite database: empty, or with the small known world if that is asked for."""
    file = tmp_path / "test.sqlite3"
    shutil.copyfile(kept.known if "world" in request.fixturenames else kept.empty, file)
    found = Database(f"sqlite:///{file}")
    yield found
    found.close()


@pytest.fixture(params=ENGINES)
def either_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """As `database`, once on SQLite and once on PostgreSQL: for every test of the store."""
    if request.param == "postgres":
        if not POSTGRES:
            pytest.skip("no PostgreSQL: ./dev test starts one")
        cluster: Cluster = request.getfixturevalue("cluster")
        with cluster.copy("known" if "place" in request.fixturenames else "empty") as found:
            yield found
        return
    kept: Kept = request.getfixturevalue("kept")
    file = request.getfixturevalue("tmp_path") / "test.sqlite3"
    shutil.copyfile(kept.known if "place" in request.fixturenames else kept.empty, file)
    found = Database(f"sqlite:///{file}")
    yield found
    found.close()


@pytest.fixture
def world(database: Database, kept: Kept) -> known.World:
    return kept.world


@pytest.fixture
def place(either_database: Database, kept: Kept) -> known.World:
    """The small known world on either database."""
    return kept.world


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, language="en")


class Client(TestClient[Any]):
    """A browser's worth of HTTP: sends the session, the origin and the CSRF token."""

    def sign_in(self, database: Database, person: Person) -> "Client":
        with database.writing() as session:
            token = open_session(session, person.id, "test", now())
        self.cookies.set("sid", token)
        self.headers["X-CSRF-Token"] = token_for(token)
        self.headers["Sec-Fetch-Site"] = "same-origin"
        return self


@pytest.fixture(scope="session")
def application(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litestar]:
    """The real application, put together once; each test gives it its own database."""
    folder = tmp_path_factory.mktemp("application")
    database = Database(f"sqlite:///{folder / 'unused.sqlite3'}")
    app = create_app(Settings(data=folder, language="en"), database)
    yield app
    app.state.drawing.close()
    app.state.darkroom.close()
    database.close()


@pytest.fixture
def as_(
    application: Litestar, settings: Settings, database: Database
) -> Callable[[Person | None], Client]:
    """`as_(world.alice)` is a client signed in as Alice; `as_(None)` is a stranger."""
    app = move(application, settings, database)

    def client(person: Person | None) -> Client:
        found = Client(app)
        return found.sign_in(database, person) if person else found

    return client
