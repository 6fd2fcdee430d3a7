"""A process that draws one PDF at a time, and is ended when it takes too long."""

import multiprocessing
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.domain.problems import N_, Problem
from audit.render import worker


class TooLong(Problem):
    """A drawing was stopped at the limit."""

    status = 503


class Died(Exception):
    """The process ended in the middle of a drawing."""


class Desk:
    """One thread at a time draws at it; `leave` may be called from any other."""

    def __init__(self, folder: Path, timezone: str, seconds: float) -> None:
        self.folder = folder
        self.timezone = timezone
        self.seconds = seconds
        self.process: SpawnProcess | None = None
        self.worker: Connection | None = None
        self.scratch: TemporaryDirectory[str] | None = None  # the process writes here alone
        self._lock = threading.Lock()

    def draw(self, job: worker.Job) -> bytes:
        """Raises `TooLong`, `Died` and what the drawing raised."""
        connection = self._sit_down()
        try:
            connection.send(job)
            done = self._answer(connection)
        except (EOFError, OSError) as error:
            self.leave()
            raise Died from error
        if isinstance(done, Exception):
            raise done
        assert done is not None
        return done

    def pid(self) -> int | None:
        process = self.process
        return process.pid if process is not None and process.is_alive() else None

    def leave(self) -> None:
        """Ends the process, in the middle of whatever it does."""
        with self._lock:
            process, self.process = self.process, None
            scratch, self.scratch = self.scratch, None
            self.worker = None  # not closed: its thread may be waiting for it
        if process is not None:
            process.kill()
            process.join()
        if scratch is not None:
            scratch.cleanup()

    def _sit_down(self) -> Connection:
        if self.worker is not None and self.pid() is not None:
            return self.worker
        self.leave()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        scratch = TemporaryDirectory(prefix="mingcha-pdf-", ignore_cleanup_errors=True)
        process = context.Process(
            target=worker.work,
            args=(theirs, self.folder, self.timezone, Path(scratch.name)),
            daemon=True,
        )
        process.start()
        theirs.close()
        with self._lock:
            self.process, self.worker, self.scratch = process, ours, scratch
        try:
            self._answer(ours)
        except (EOFError, OSError) as error:
            self.leave()
            raise Died from error
        return ours

    def _answer(self, connection: Connection) -> worker.Done | None:
        """The limit is for starting and for each drawing, not for waiting one's turn."""
        until = time.monotonic() + self.seconds
        while not connection.poll(min(1.0, max(0.0, until - time.monotonic()))):
            if time.monotonic() >= until:
                self.leave()
                raise TooLong(
                    N_(
                        "Drawing this PDF took more than %(seconds)s seconds and was stopped. "
                        "Everything in it can be read on its page. Please try again later; if it "
                        "is stopped again, tell your administrator."
                    ),
                    seconds=f"{self.seconds:g}",
                )
        done: worker.Done | None = connection.recv()
        return done
