"""Engine, transactions, and the migration to the newest schema."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from audit.domain.problems import N_, Conflict
from audit.store.grouping import Writers

CLASHES = {
    "23503",  # PostgreSQL: foreign_key_violation
    "23505",  # unique_violation
    "SQLITE_CONSTRAINT_FOREIGNKEY",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_UNIQUE",
}


class Database:
    """One engine. `reading()` and `writing()` give a session in one transaction.

    On SQLite there is one writer at a time, queued by a lock in this process instead of by
    SQLite's busy handler, which sleeps and starves; so one process serves a SQLite file.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        if self.sqlite:
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _sqlite(url) if self.sqlite else create_engine(url, pool_pre_ping=True)
        self._write_lock = threading.Lock()
        self.writers = Writers(self)
        self._writer = self.engine.execution_options(mingcha_writing=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commits at the end of the block, rolls back if it raises.

        What somebody else has just saved or removed may stand in the way: `Conflict`.
        """
        try:
            with (
                self._write_lock if self.sqlite else nullcontext(),
                Session(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
        except IntegrityError as error:
            if not _clash(error):
                raise
            raise Conflict(
                N_(
                    "Somebody else saved something at the same moment. Look at what is there "
                    "now and try again."
                )
            ) from error

    def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        command.upgrade(alembic_config(self.engine), "head")

    def up_to_date(self) -> bool:
        """Whether the schema is the newest."""
        newest = ScriptDirectory.from_config(alembic_config(self.engine)).get_heads()
        with self.engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)

    def close(self) -> None:
        self.writers.close()
        self.engine.dispose()


def alembic_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    return config


def _clash(error: IntegrityError) -> bool:
    """Whether another row is in the way, or gone; any other broken rule is our mistake."""
    name = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return name in CLASHES


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
        ):
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("mingcha_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
