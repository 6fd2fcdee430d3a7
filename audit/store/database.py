"""Engine, transactions, and the migration to the newest schema."""

import logging
import os
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlmodel import Session

from audit.domain.problems import Problem
from audit.store.failures import disk_fails, problem_in
from audit.store.grouping import Writers

PATIENCE = 10_000  # milliseconds that somebody waits for another's lock
DURABLE_SQLITE = {"journal_mode": ("wal",), "synchronous": ("2", "3")}  # FULL, EXTRA
DURABLE_POSTGRES = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
DISK_FAILED = 74  # exit code; EX_IOERR of sysexits.h

log = logging.getLogger("mingcha")


class NotDurable(Problem):
    """The database would say "kept" of what a power cut can still take away."""


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
        self.engine = _sqlite(url) if self.sqlite else _postgres(url)
        self._write_lock = threading.Lock()
        self.writers = Writers(self)
        self._writer = self.engine.execution_options(mingcha_writing=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with _told_plainly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commits at the end of the block, rolls back if it raises.

        What somebody else has just saved or removed may stand in the way: `Conflict`; or
        their lock, or a full disk: `Busy`. When the disk fails the process ends: after a
        flush that failed, the system may call the next one a success and have lost the data.
        """
        try:
            with (
                _told_plainly(),
                self._write_lock if self.sqlite else nullcontext(),
                Session(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
        except DBAPIError as error:
            if disk_fails(error):
                log.critical("the disk failed under %s: %s", self.engine.url, error.orig)
                os._exit(DISK_FAILED)
            raise

    def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        command.upgrade(alembic_config(self.engine), "head")

    def up_to_date(self) -> bool:
        """Whether the schema is the newest."""
        newest = ScriptDirectory.from_config(alembic_config(self.engine)).get_heads()
        with self.engine.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == set(newest)

    def make_sure(self) -> None:
        """That what is committed stays, before the first answer says so. Raises `NotDurable`.

        A process that was killed may have left commits that were written and never flushed:
        they are there to read, so they would be answered for as kept. They are flushed here.
        """
        wanted = DURABLE_SQLITE if self.sqlite else DURABLE_POSTGRES
        show = "PRAGMA" if self.sqlite else "SHOW"
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting, good in wanted.items():
                found = str(connection.exec_driver_sql(f"{show} {setting}").scalar())
                if found not in good:
                    raise NotDurable(
                        f"the database has {setting}={found} and so may lose what it has saved; "
                        f"it has to be {' or '.join(good)}"
                    )
            if self.sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.writers.close()
        self.engine.dispose()


def alembic_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    return config


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, NoConnection) as error:
        problem = problem_in(error)
        if problem is None:
            raise
        raise problem from error


def _postgres(url: str) -> Engine:
    options = f"-c lock_timeout={PATIENCE}"
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options})


def _legible(kept: bytes) -> str:
    """A byte that a disk has spoilt shows as �, and fails no query for the other rows."""
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return kept.decode(errors="replace")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.text_factory = _legible
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={PATIENCE}",
            "foreign_keys=ON",
            "temp_store=MEMORY",  # what a savepoint might take back is not worth a file
        ):
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writing = connection.get_execution_options().get("mingcha_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
