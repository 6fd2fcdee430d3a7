"""The application served on a port of its own, and where Chromium is."""

import os
import shutil
import socket
import threading
import time
from typing import Any

import uvicorn
from litestar import Litestar

from audit.app import create_app
from audit.settings import Settings
from audit.store.database import Database
from tests.moving import move

NAMES = [os.environ.get("MINGCHA_TEST_CHROMIUM", "chromium-headless-shell"), "chromium"]
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), "")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Listening:
    """An ASGI application in a thread; `stop` and `start` keep the port."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"  # localhost: a secure context for browsers

    def start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self.app,
            log_level="error",
            ws="none",
            timeout_graceful_shutdown=1,
            lifespan="off",
            server_header=False,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([listener],), daemon=True)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.01)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()


class Serving(Listening):
    """The whole product over a database, put together anew or moved there."""

    def __init__(
        self, settings: Settings, database: Database, application: Litestar | None = None
    ) -> None:
        self.database = database
        super().__init__(
            move(application, settings, database) if application else create_app(settings, database)
        )
