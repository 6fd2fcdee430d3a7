"""The darkroom: photos that have come in whole are made into what is shown of them.

Each is read by a process of its own that ends with it, never by the server itself.
"""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import msgspec

from audit.clock import now
from audit.domain.event import Photo
from audit.domain.photo import CHUNK, Arrived, pieces
from audit.paths import PACKAGE
from audit.store.files import Files
from audit.store.incoming import Incoming

AT_ONCE = 2
PATIENCE = 30  # seconds
PROGRAM = PACKAGE / "render" / "developing.py"
UNREADABLE = 3  # how it ends when it was given no picture
KILLED = (
    signal.SIGKILL,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
)  # by a machine short of memory, or going down
STALE = timedelta(days=7)
SWEEP_EVERY = timedelta(hours=1)
PICTURE, THUMBNAIL, RECEIVED = ".jpg", ".small.jpg", ".received"
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")  # and no secret


class Damaged(Exception):
    """The bytes are not those that were announced. They have been dropped."""


class Interrupted(OSError):
    """Nothing the photo can be blamed for."""


class Developed(msgspec.Struct, frozen=True):
    picture: bytes
    thumbnail: bytes
    width: int
    height: int


class Darkroom:
    def __init__(self, incoming: Incoming, files: Files) -> None:
        self.incoming = incoming
        self.files = files
        self._hands = ThreadPoolExecutor(AT_ONCE, "darkroom")  # start when first needed
        self._swept = now() - SWEEP_EVERY
        self._lock = threading.Lock()

    async def take(self, visit: UUID, photo: Photo) -> Arrived:
        """Keep a photo whose chunks are all here; they stay until `incoming` drops them.

        Raises `Damaged`, and `FileNotFoundError` when another request was quicker."""
        return await asyncio.wrap_future(self._hands.submit(self._take, visit, photo))

    def take_at_once(self, visit: UUID, photo: Photo, content: bytes) -> Arrived:
        """One whose bytes have come otherwise, and are those it names. Waits for it."""
        for number in range(pieces(photo)):
            chunk = content[CHUNK * number : CHUNK * (number + 1)]
            self.incoming.keep(visit, photo, number, chunk)
        return self._hands.submit(self._take, visit, photo).result()

    def close(self) -> None:
        self._hands.shutdown(cancel_futures=True)

    def _take(self, visit: UUID, photo: Photo) -> Arrived:
        self._sweep()
        received = self.incoming.whole(visit, photo)
        if len(received) != photo.size or hashlib.sha256(received).hexdigest() != photo.sha:
            self.incoming.drop(visit, photo)
            raise Damaged
        key = key_of(visit, photo)
        developed = develop(received)
        if developed is None:
            self.files.put(key + RECEIVED, received)
            return Arrived(photo, key)
        self.files.put(key + PICTURE, developed.picture)
        self.files.put(key + THUMBNAIL, developed.thumbnail)
        return Arrived(photo, key, developed.width, developed.height)

    def _sweep(self) -> None:
        with self._lock:
            if now() - self._swept < SWEEP_EVERY:
                return
            self._swept = now()
        self.incoming.sweep(now() - STALE)


def key_of(visit: UUID, photo: Photo) -> str:
    """The same when the same photo comes again, so that nothing is left behind by what was
    stopped half-way; and nobody's words."""
    digest = hashlib.sha256(f"{visit}/{photo.id}/{photo.sha}".encode()).hexdigest()
    return f"{digest[:2]}/{digest}"


def develop(received: bytes) -> Developed | None:
    """None: this is no picture, or none that can be read with reasonable effort. Raises
    `Interrupted` when that cannot be told: the photo is tried again."""
    program = [sys.executable, "-I", "-B", str(PROGRAM)]
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  # our own program, nothing of anybody else's
            program,
            input=received,
            capture_output=True,
            env=environment,
            cwd="/",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if -done.returncode in KILLED:
        raise Interrupted("the reading of a photo was killed from outside")
    if done.returncode == UNREADABLE or done.returncode < 0:  # or ended by one of its limits
        return None
    if done.returncode:
        raise RuntimeError(f"photos cannot be read here: {done.stderr.decode(errors='replace')}")
    head, _, parts = done.stdout.partition(b"\n")
    sizes = msgspec.json.decode(head, type=dict[str, int])
    first = sizes["first"]
    return Developed(parts[:first], parts[first:], sizes["width"], sizes["height"])
