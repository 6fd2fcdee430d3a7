"""What may stand between a phone and the server: a line that is cut anywhere, a portal that
answers in the server's place."""

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Mapping

from tests.faults.line import ABRUPTLY


class Listener:
    """Serves each connection in a thread of its own until it is closed."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listening.getsockname()[1])
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        while True:
            try:
                phone, _ = self.listening.accept()
            except OSError:
                return
            with phone, contextlib.suppress(OSError):
                self.serve(phone)

    def serve(self, phone: socket.socket) -> None:
        raise NotImplementedError

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join()


class Cutter(Listener):
    """Passes one request and its answer on, and cuts the line after so many bytes of either."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.up: int | None = None  # bytes to the server; None: all
        self.down: int | None = None  # bytes to the phone
        self.seen_up = self.seen_down = 0
        super().__init__()

    def serve(self, phone: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.server), 20) as server:
            phone.settimeout(20)
            request = whole(phone, self.up)
            self.seen_up = len(request)
            server.sendall(request)
            if self.up is not None and len(request) >= self.up:
                _reset(server)
                _reset(phone)
                return
            answer = whole(server, None)
            self.seen_down = len(answer)
            if self.down is None:
                phone.sendall(answer)
                return
            phone.sendall(answer[: self.down])
            _reset(phone)


def whole(line: socket.socket, most: int | None) -> bytes:
    """One HTTP message, or the first bytes of it."""
    received = b""
    while most is None or len(received) < most:
        head, end, body = received.partition(b"\r\n\r\n")
        if end and len(body) >= _length(head):
            break
        more = line.recv(65536)
        if not more:
            break
        received += more
    return received[:most]


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)
    line.close()


# ---- portals -------------------------------------------------------------------------

PAGE = "<!doctype html><title>Free WLAN</title><p>Please accept our terms."


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _json(content: object, status: str = "200 OK") -> bytes:
    return answer(status, json.dumps(content).encode(), Content_Type="application/json")


def _nonce(sent: bytes) -> str:
    return str(json.loads(sent)["nonce"])


PORTALS: Mapping[str, Callable[[bytes], bytes]] = {
    # By name, what is answered to the body of a delivery. None of it may be believed.
    "a page": lambda sent: answer("200 OK", PAGE.encode(), Content_Type="text/html"),
    "a page that calls itself JSON": lambda sent: answer(
        "200 OK", PAGE.encode(), Content_Type="application/json"
    ),
    "nothing": lambda sent: answer("200 OK"),
    "nothing, as JSON": lambda sent: answer("200 OK", Content_Type="application/json"),
    "a redirect to a login": lambda sent: answer("302 Found", Location="http://portal.test/"),
    "a redirect that keeps the method": lambda sent: answer(
        "307 Temporary Redirect", Location="/somewhere"
    ),
    "no content": lambda sent: answer("204 No Content"),
    "not modified": lambda sent: answer("304 Not Modified"),
    "a login is needed": lambda sent: answer("511 Network Authentication Required", b"log in"),
    "a proxy's error": lambda sent: answer("502 Bad Gateway", PAGE.encode()),
    "garbage said to be packed": lambda sent: answer(
        "200 OK", b"\x1f\x8b\0garbage", Content_Type="application/json", Content_Encoding="gzip"
    ),
    "a packed page": lambda sent: answer(
        "200 OK", gzip.compress(PAGE.encode()), Content_Type="text/html", Content_Encoding="gzip"
    ),
    "another site's JSON": lambda sent: _json({"status": "ok", "id": 7}),
    "a list": lambda sent: _json([]),
    "a word": lambda sent: _json("ok"),
    "what was sent": lambda sent: answer("200 OK", sent, Content_Type="application/json"),
    "the right nonce and nothing else": lambda sent: _json({"nonce": _nonce(sent)}),
    "the right nonce and no acknowledgement": lambda sent: _json(
        {"nonce": _nonce(sent), "acks": [], "have": {}, "status": "in_progress"}
    ),
    "the right nonce for other bytes": lambda sent: _json(
        {
            "nonce": _nonce(sent),
            "acks": [{"h": "0" * 64, "st": "stored"}],
            "have": {},
            "status": "in_progress",
        }
    ),
    "half an answer": lambda sent: answer(
        "200 OK", b'{"nonce": "', Content_Type="application/json"
    ),
    "an answer that is cut": lambda sent: _json({"nonce": _nonce(sent), "acks": []})[:-9],
    "no HTTP": lambda sent: b"SSH-2.0-portal\r\n\r\n",
    "silence": lambda sent: b"",
}


class Portal(Listener):
    """Answers every delivery in the server's place. `saying`: one of `PORTALS`, or any."""

    def __init__(self) -> None:
        self.saying: Callable[[bytes], bytes] = PORTALS["a page"]
        super().__init__()

    def serve(self, phone: socket.socket) -> None:
        phone.settimeout(20)
        request = whole(phone, None)
        phone.sendall(self.saying(request.partition(b"\r\n\r\n")[2]))
