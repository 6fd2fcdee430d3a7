"""What runs in a drawing process: a press that stays warm, and nothing of the server."""

import contextlib
import gc
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import traceback
from collections.abc import Iterator
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from audit.domain.problems import Problem
from audit.domain.text import Language
from audit.render.pages import Document
from audit.render.pdf import NoPress, Press
from audit.render.prints import Prints

Job = tuple[type[Document], bytes, Language, Prints]
Done = bytes | Exception
MOST = 2  # reports between two collections; the leavings of one are some 25 MB
MOMENT = 0.01  # seconds after which nobody is waiting


def work(server: Connection, folder: Path, timezone: str, scratch: Path) -> None:
    """Says None when it is ready, then answers each job, until the server hangs up or ends.

    `scratch`: for fonts. Whoever kills this process clears it away.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    threading.Thread(target=_end_with_the_server, args=(scratch,), daemon=True).start()
    tempfile.tempdir = str(scratch)
    press = _press(folder, timezone)
    # The objects of a report all go at its end: looking for garbage while they are made
    # only costs time. Whoever waits for the next one does not wait for the collecting,
    # unless it would cost too much memory.
    gc.collect()
    gc.freeze()
    gc.disable()
    with contextlib.suppress(EOFError, OSError):
        server.send(None)
        for drawn in count(1):
            job = server.recv()
            with _staying():
                done = _done(press, job)
            server.send(done)
            if drawn % MOST == 0 or not server.poll(MOMENT):
                gc.collect()
    _end(scratch)


@contextlib.contextmanager
def _staying() -> Iterator[None]:
    """On the core it is on, as long as one drawing takes. Moved to and fro between cores it
    is a tenth slower (`./dev bench pdf`); whoever else wants this core can move instead."""
    if not hasattr(os, "sched_setaffinity"):  # Linux alone has it
        yield
        return
    every = os.sched_getaffinity(0)
    core = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[36])
    os.sched_setaffinity(0, {core} & every or every)
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


def _press(folder: Path, timezone: str) -> Press | NoPress:
    try:
        return Press(folder, timezone)
    except NoPress as problem:
        return problem  # the answer to every job


def _done(press: Press | NoPress, job: Job) -> Done:
    kind, report, language, prints = job
    if isinstance(press, NoPress):
        return press
    try:
        return press.draw(msgspec.msgpack.decode(report, type=kind), language, prints)
    except Problem as problem:
        return problem
    except Exception:  # noqa: BLE001  # the server raises it; not every error can be sent
        return RuntimeError(traceback.format_exc())


def _end_with_the_server(scratch: Path) -> None:
    """A killed server stops no drawing that does not end."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        _end(scratch)


def _end(scratch: Path) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(0)
