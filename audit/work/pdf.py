"""Warm processes that draw PDFs, so that neither the event loop nor a request's thread does.

A worker is started on first use, loads fonts and style sheet once, and imports nothing of
the web or the database. A report goes in as bytes, a PDF comes out.
"""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from audit.domain.problems import N_, Problem
from audit.domain.report import VisitReport
from audit.domain.text import Language
from audit.render.pdf import NoPress, Press

log = logging.getLogger("mingcha")


class NotDrawn(Problem):
    """Workers died twice over one report."""

    status = 503


class DrawingRoom:
    """`draw` may be called from any event loop of this process; `close` ends the workers."""

    def __init__(self, folder: Path, timezone: str, workers: int) -> None:
        self.folder = folder
        self.timezone = timezone
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    async def draw(self, report: VisitReport, language: Language) -> bytes:
        """Raises `NoPress` and `NotDrawn`."""
        job = msgspec.msgpack.encode(report)
        for _attempt in range(2):
            pool = self._open()
            try:
                return await asyncio.wrap_future(self._submit(pool, job, language))
            except BrokenProcessPool:
                log.warning("a PDF worker died while drawing %s", report.heading.number)
                self._drop(pool)
        raise NotDrawn(N_("The report could not be drawn just now. Please try again in a moment."))

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, pool: ProcessPoolExecutor, job: bytes, language: Language) -> Future[bytes]:
        return pool.submit(_draw, job, language)

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    max_workers=self.workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_start,
                    initargs=(self.folder, self.timezone),
                )
            return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


# ---- in a worker ---------------------------------------------------------------------

_press: Press | NoPress | None = None


def _start(folder: Path, timezone: str) -> None:
    global _press  # noqa: PLW0603  # a worker is this process and nothing else
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        _press = Press(folder, timezone)
    except NoPress as problem:
        _press = problem  # raised by the first job: a failing start would break the pool
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _end_with_the_server() -> None:
    """A killed server cannot shut its pool down, and the pool's queue would never end."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)


def _draw(job: bytes, language: Language) -> bytes:
    if isinstance(_press, NoPress):
        raise _press
    assert _press is not None
    return _press.draw(msgspec.msgpack.decode(job, type=VisitReport), language)
