"""Group commit: what many phones deliver at one moment shares one durable commit.

On SQLite a commit waits for the disk, and one transaction after the other waits for it each
time. Here whatever has come in during one commit goes into the next one together.
PostgreSQL does the same by itself among its connections.
"""

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlmodel import Session

from audit.domain.problems import Busy

if TYPE_CHECKING:
    from audit.store.database import Database

T = TypeVar("T")
MOST = 64  # in one commit
AT_ONCE = 8  # connections on PostgreSQL


class _Work(NamedTuple):
    run: Callable[[Session], Any]
    done: "Future[Any]"


class Writers:
    """`submit` may be called from any thread; the future is done when what the work wrote is
    on disk, or has the exception that kept it from being so."""

    def __init__(self, database: "Database") -> None:
        self.database = database
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        """`work` may be run a second time, alone, if another of its group failed."""
        if not self.database.sqlite:
            return self._open_pool().submit(self._alone, work)
        self._start()
        done: Future[T] = Future()
        self._waiting.put(_Work(work, done))
        return done

    def close(self) -> None:
        with self._lock:
            thread, self._thread = self._thread, None
            pool, self._pool = self._pool, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()
        if pool is not None:
            pool.shutdown()

    def _alone(self, work: Callable[[Session], T]) -> T:
        with self.database.writing() as session:
            return work(session)

    def _open_pool(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(AT_ONCE, "writer")
            return self._pool

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
                self._thread.start()

    def _write(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            ending = False
            with contextlib.suppress(queue.Empty):
                while len(group) < MOST and not ending:
                    following = self._waiting.get_nowait()
                    ending = following is None
                    if following is not None:
                        group.append(following)
            self._commit([work for work in group if work.done.set_running_or_notify_cancel()])
            if ending:
                return

    def _commit(self, group: list[_Work]) -> None:
        try:
            with self.database.writing() as session:
                results = [work.run(session) for work in group]
        except Busy as error:  # so it is for each of them, and all have waited
            for work in group:
                work.done.set_exception(error)
            return
        except Exception as error:  # noqa: BLE001  # whoever waits for the work gets it
            if len(group) == 1:
                group[0].done.set_exception(error)
            else:
                for work in group:
                    self._commit([work])
            return
        for work, result in zip(group, results, strict=True):
            work.done.set_result(result)
