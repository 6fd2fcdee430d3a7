"""Warm processes that draw PDFs, so that neither the event loop nor a request's thread does.

A worker is started on first use, loads fonts and style sheet once, and imports nothing of
the web or the database. A report goes in as bytes, a PDF comes out.
"""

import asyncio
import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from audit.domain.problems import N_, Problem
from audit.domain.text import Language
from audit.render.pages import Document
from audit.render.prints import Prints
from audit.render.worker import Job
from audit.work.desk import Desk, Died, TooLong

log = logging.getLogger("mingcha")
SECONDS = 60


class NotDrawn(Problem):
    """Workers died twice over one report, or the server is ending."""

    status = 503


class DrawingRoom:
    """`draw` may be called from any event loop of this process; `close` ends the workers.

    A thread for each worker waits for it. What waits for a thread waits in a queue, which
    knows nothing of a worker that is ended.
    """

    def __init__(self, folder: Path, timezone: str, workers: int, seconds: float = SECONDS) -> None:
        self.desks = [Desk(folder, timezone, seconds) for _ in range(workers)]
        self._free: queue.LifoQueue[Desk] = queue.LifoQueue()  # the one used last is warm
        for desk in reversed(self.desks):
            self._free.put(desk)
        self._threads = ThreadPoolExecutor(workers, "pdf")
        self._closed = threading.Event()

    async def draw(
        self, report: Document, language: Language, prints: Prints | None = None
    ) -> bytes:
        """Raises `NoPress`, `NotDrawn` and `TooLong`."""
        job = (type(report), msgspec.msgpack.encode(report), language, prints or {})
        return await asyncio.wrap_future(self._threads.submit(self._draw, job))

    def pids(self) -> list[int]:
        """Of the workers there are now."""
        return [pid for desk in self.desks if (pid := desk.pid()) is not None]

    def close(self) -> None:
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._leave()
        self._threads.shutdown(wait=True)
        self._leave()  # one may just have been starting

    def _leave(self) -> None:
        for desk in self.desks:
            desk.leave()

    def _draw(self, job: Job) -> bytes:
        desk = self._free.get()
        try:
            for _attempt in range(2):
                if self._closed.is_set():
                    break
                try:
                    return desk.draw(job)
                except Died:
                    log.warning("a PDF worker died")
                except TooLong:
                    log.warning("a PDF worker was stopped after %g seconds", desk.seconds)
                    raise
        finally:
            self._free.put(desk)
        raise NotDrawn(N_("The report could not be drawn just now. Please try again in a moment."))
