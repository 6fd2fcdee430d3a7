"""Starts `mingcha` again and again without importing it again and again: reads orders as
lines of JSON, forks for each, and runs the command in the child as its `main`.

The application is put together once, over a database that nobody uses; a child gives it its
own, after the same look at it as ever.
"""

import ctypes
import json
import os
import signal
import sys
import tempfile
import time
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import sqlalchemy
import uvicorn  # noqa: F401  (imported before the forks, like the rest)
from litestar import Litestar

import audit.app
import audit.cli.log
import audit.cli.serving
import audit.clock
from audit.cli import main
from audit.settings import Settings
from audit.store import database
from tests.moving import move


def start(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        CODES.pop(child, None)
        return child
    status = 70
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # ends with the launcher
        os.setsid()
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for target in (1, 2):
            os.dup2(log, target)
        os.close(0)
        os.environ.update(order["env"])
        break_things(**order["breaking"])
        status = main(order["argv"])
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001  # a fork must never come back to the launcher's loop
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def break_things(
    patience: int = 0,
    pragmas: tuple[str, ...] = (),
    unsafe: bool = False,
    die_at: int = 0,
    stopped: bool = False,
    clock: str = "",
) -> None:
    """What a test makes worse in the server: how long it waits for a lock, how its database
    keeps things, and the statement before which it is killed."""
    if stopped:
        os.kill(os.getpid(), signal.SIGSTOP)
    if clock:
        vars(audit.clock)["datetime"] = Shifted
        Shifted.by = Path(clock)
    if patience:
        database.PATIENCE = patience
    if unsafe:
        database.Database.make_sure = lambda self: None  # type: ignore[method-assign]
    if pragmas:
        sound = database._sqlite

        def worse(url: str) -> sqlalchemy.Engine:
            engine = sound(url)

            @sqlalchemy.event.listens_for(engine, "connect")
            def _worse(connection: Any, _record: Any) -> None:
                for pragma in pragmas:
                    connection.execute(f"PRAGMA {pragma}")

            return engine

        database._sqlite = worse

    if die_at:
        count = 0

        @sqlalchemy.event.listens_for(sqlalchemy.Engine, "before_cursor_execute")
        def _die(*_: Any) -> None:
            nonlocal count
            count += 1
            if count == die_at:
                os.kill(os.getpid(), signal.SIGKILL)


CODES: dict[int, int] = {}  # of those that have ended: the system tells it once


def ended(pid: int, seconds: float) -> int | None:
    """The exit code, negative for a signal; None: still running."""
    until = time.monotonic() + seconds
    while pid not in CODES:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            CODES[pid] = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() > until:
            return None
        time.sleep(0.002)
    return CODES[pid]


class Shifted:
    """The time as a file says, in seconds from now."""

    by: Path

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        return datetime.now(zone) + timedelta(seconds=int(cls.by.read_text()))


def prepare() -> None:
    library = audit.cli.serving.shipped()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        unused = database.Database(settings.url)
        app = audit.app.create_app(settings, unused)
        unused.close()

    def create_app(settings: Settings, found: database.Database) -> Litestar:
        found.migrate()
        found.make_sure()
        return move(app, settings, found)

    audit.app.create_app = create_app  # type: ignore[assignment]
    audit.cli.serving.shipped = lambda: library


def main_loop() -> None:
    prepare()
    for line in sys.stdin:
        order = json.loads(line)
        answer = ended(order["pid"], order["seconds"]) if "pid" in order else start(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main_loop()
