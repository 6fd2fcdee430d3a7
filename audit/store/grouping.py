"""Group commit: what many phones deliver at one moment shares one durable commit.

A commit waits for the disk, and one transaction after the other waits for it each time. Here
whatever has come in during one commit goes into the next one together; and what is of one kind
is done together, so that the database is asked once for all of it. On PostgreSQL, where others
can hold a single row, what does not get on together is tried one by one, side by side.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlmodel import Session

from audit.domain.problems import Busy, Problem

if TYPE_CHECKING:
    from audit.store.database import Database

T = TypeVar("T")
R = TypeVar("R")
Run = Callable[[Session, list[T]], Sequence[R | Problem]]
MOST = 64  # in one commit
AT_ONCE = 8  # connections for what is tried one by one on PostgreSQL
HURRY = 500  # milliseconds that all wait there for somebody's lock


class _Work(NamedTuple):
    run: Run[Any, Any]
    what: Any
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

    def submit(self, run: Run[T, R], what: T) -> "Future[R]":
        """`run` does `what`, and all else that waits for the same `run`, in one transaction;
        it gives for each what came of it, or a problem that is only that one's. It may be run
        a second time, for each alone, if something of the group fails altogether."""
        work = _Work(run, what, Future())
        self._start()
        self._waiting.put(work)
        return work.done

    def close(self) -> None:
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

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
            self._finish(group)
            if ending:
                return

    def _finish(self, group: list[_Work]) -> None:
        wanted = [work for work in group if work.done.set_running_or_notify_cancel()]
        self._commit(wanted, hurried=not self.database.sqlite)

    def _commit(self, group: list[_Work], *, hurried: bool = False) -> None:
        try:
            with self.database.writing() as session:
                if hurried:
                    session.connection().exec_driver_sql(f"SET LOCAL lock_timeout = {HURRY}")
                results = _run(session, group)
        except Busy as error:
            if hurried:
                for work in group:
                    self._open_pool().submit(self._commit, [work])
                return
            results = [error] * len(group)  # so it is for each of them, and all have waited
        except Exception as error:  # noqa: BLE001  # whoever waits for the work gets it
            if len(group) > 1:
                for work in group:
                    self._commit([work], hurried=hurried)
                return
            results = [error]
        for work, result in zip(group, results, strict=True):
            if isinstance(result, Exception):
                work.done.set_exception(result)
            else:
                work.done.set_result(result)


def _run(session: Session, group: list[_Work]) -> list[Any]:
    """By kind of work; the results in the order of the group."""
    kinds: dict[Run[Any, Any], list[int]] = {}
    for place, work in enumerate(group):
        kinds.setdefault(work.run, []).append(place)
    results: list[Any] = [None] * len(group)
    for run, places in kinds.items():
        done = run(session, [group[place].what for place in places])
        for place, result in zip(places, done, strict=True):
            results[place] = result
    return results
