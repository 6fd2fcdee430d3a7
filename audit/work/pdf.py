"""Warm processes that draw PDFs, so that neither the event loop nor a request's thread does.

A worker is started on first use, loads fonts and style sheet once, and imports nothing of
the web or the database. A report goes in as bytes, a PDF comes out.
"""

import asyncio
import logging
import multiprocessing
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from audit.domain.problems import N_, Problem
from audit.domain.text import Language
from audit.render import worker
from audit.render.pages import Document

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

    async def draw(self, report: Document, language: Language) -> bytes:
        """Raises `NoPress` and `NotDrawn`."""
        job = msgspec.msgpack.encode(report)
        for _attempt in range(2):
            pool = self._open()
            try:
                return await asyncio.wrap_future(self._submit(pool, type(report), job, language))
            except BrokenProcessPool:
                log.warning("a PDF worker died while drawing %s", report.hash()[:16])
                self._drop(pool)
        raise NotDrawn(N_("The report could not be drawn just now. Please try again in a moment."))

    def pids(self) -> list[int]:
        """Of the workers there are now."""
        with self._lock:
            processes = None if self._pool is None else self._pool._processes
        return [] if processes is None else list(processes)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self, pool: ProcessPoolExecutor, kind: type[Document], job: bytes, language: Language
    ) -> Future[bytes]:
        return pool.submit(worker.draw, kind, job, language)

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    max_workers=self.workers,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=worker.start,
                    initargs=(self.folder, self.timezone),
                )
            return self._pool

    def _drop(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)
