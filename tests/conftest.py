"""The database (SQLite always, PostgreSQL where `./dev test` started one), the small known
world in it, and a client that is signed in as one of its people."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
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

POSTGRES = os.environ.get("MINGCHA_TEST_POSTGRES", "")
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated SQLite database."""
    found = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    found.migrate()
    yield found
    found.close()


@pytest.fixture(params=ENGINES)
def either_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """As `database`, once on SQLite and once on PostgreSQL: for every test of the store."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
        found.migrate()
        yield found
        found.close()
        return
    if not POSTGRES:
        pytest.skip("no PostgreSQL: ./dev test starts one")
    name = f"test_{uuid4().hex[:12]}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    found = Database(POSTGRES.rsplit("/", 1)[0] + f"/{name}")
    found.migrate()
    yield found
    found.close()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def world(database: Database) -> known.World:
    return known.build(database)


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


@pytest.fixture
def as_(settings: Settings, database: Database) -> Callable[[Person | None], Client]:
    """`as_(world.alice)` is a client signed in as Alice; `as_(None)` is a stranger."""
    app = create_app(settings, database)

    def client(person: Person | None) -> Client:
        found = Client(app)
        return found.sign_in(database, person) if person else found

    return client
