"""What runs in a drawing process: a press that stays warm, and nothing of the server."""

import gc
import multiprocessing
import os
import signal
import threading
from pathlib import Path

import msgspec

from audit.domain.text import Language
from audit.render.pages import Document
from audit.render.pdf import NoPress, Press

_press: Press | NoPress | None = None


def start(folder: Path, timezone: str) -> None:
    """Once per process."""
    global _press  # noqa: PLW0603  # a worker is this process and nothing else
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends us
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        _press = Press(folder, timezone)
    except NoPress as problem:
        _press = problem  # raised by the first job: a failing start would break the pool
    # The objects of a report all go at its end: looking for garbage while they are made
    # only costs time, collecting less often than after each one only memory.
    gc.collect()
    gc.freeze()
    gc.disable()


def draw(kind: type[Document], job: bytes, language: Language) -> bytes:
    if isinstance(_press, NoPress):
        raise _press
    assert _press is not None
    try:
        return _press.draw(msgspec.msgpack.decode(job, type=kind), language)
    finally:
        gc.collect()


def _end_with_the_server() -> None:
    """A killed server cannot shut its pool down, and the pool's queue would never end."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
