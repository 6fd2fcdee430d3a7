"""A phone's line to the server: plain sockets, so that they can be cut anywhere, and belief in
nothing but an answer to the very batch that was sent."""

import contextlib
import random
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from audit.domain.answer import Answer
from audit.domain.deed import Deed
from audit.domain.delivery import Ack, Batch
from audit.domain.event import digest
from tests.phone import Phone, packed

PATIENCE = 40.0  # seconds; more than any lock is held
ABRUPTLY = struct.pack("ii", 1, 0)  # closing sends a reset


class NoAnswer(Exception):
    """None, or not one that a phone may believe."""


class Heard(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    def __init__(self, port: int, visit: UUID, token: str) -> None:
        self.port = port
        self.visit = visit
        self.token = token
        self.socket: socket.socket | None = None

    def request(self, batch: Batch) -> bytes:
        sent, headers = packed(batch, self.token)
        lines = [
            f"POST /api/v1/visits/{self.visit}/events HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Content-Length: {len(sent)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + sent

    def deliver(self, phone: Phone, batch: Batch | None = None) -> dict[str, Any]:
        """One batch, and what the phone makes of the answer. Raises `NoAnswer`."""
        batch = batch or phone.batch()
        answer = believable(self.exchange(self.request(batch)), batch)
        phone.believes(batch, answer)
        return answer

    def drain(self, phone: Phone, most: int = 1000, rest: float = 0) -> int:
        """Until nothing is unsent and nothing is new, what is here being the same for both, or
        the same as a moment ago; says how often there was no answer.
        `rest`: seconds after such a time."""
        failed, called = 0, None
        for _ in range(most):
            try:
                batch = phone.batch()
                answer = self.deliver(phone, batch)
            except NoAnswer:
                failed += 1
                time.sleep(rest)
                continue
            called, before = answer.get("roll"), called
            done = not (phone.unsent or batch.events or answer.get("news"))
            if done and called == before:
                return failed
        raise AssertionError(f"still {len(phone.unsent)} unsent after {most} tries")

    def lose(self, request: bytes, up: int, down: int) -> None:
        """The line is cut after so many bytes of the request, or of the answer."""
        self.close()
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line,
        ):
            line.sendall(request[:up])
            if up >= len(request):
                line.recv(down)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABRUPTLY)

    def exchange(self, request: bytes) -> Heard:
        fresh = self.socket is None
        try:
            return self._exchange(request)
        except OSError as error:
            self.close()
            if fresh:
                raise NoAnswer(str(error)) from error
        try:  # the server had closed a line that was kept open
            return self._exchange(request)
        except OSError as error:
            self.close()
            raise NoAnswer(str(error)) from error

    def _exchange(self, request: bytes) -> Heard:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        return hear(self.socket)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def hear(line: socket.socket) -> Heard:
    """One answer, whole. Raises `OSError`."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(line)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    words = first.split(" ")
    if len(words) < 2 or not words[1].isdigit():
        raise OSError("not HTTP")
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        body += _more(line)
    return Heard(int(words[1]), headers, body[:length])


def _more(line: socket.socket) -> bytes:
    found = line.recv(65536)
    if not found:
        raise OSError("the line was cut")
    return found


def believable(heard: Heard, batch: Batch) -> dict[str, Any]:
    """The answer, if it can only be the server's and is to this batch. Raises `NoAnswer`."""
    kind = heard.headers.get("content-type", "")
    if heard.status != 200 or kind.partition(";")[0] != "application/json":
        raise NoAnswer(f"{heard.status} {kind}")
    try:
        answer = msgspec.json.decode(heard.body, type=Answered)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NoAnswer("not an answer") from error
    if answer.nonce != batch.nonce:
        raise NoAnswer("an answer to something else")
    if {ack.h for ack in answer.acks} != {digest(body) for body in batch.events}:
        raise NoAnswer("an answer about other bytes")
    found: dict[str, Any] = msgspec.json.decode(heard.body)
    return found


class Answered(msgspec.Struct):
    """What an answer cannot be without."""

    nonce: str
    acks: list[Ack]
    have: dict[str, int]


ITEMS = [f"rules-24/r{number:02}" for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14)]


def deeds(rng: random.Random, count: int) -> list[Deed]:
    """Things a shopper does; one may say what the visit says already."""
    return list(_deeds(rng, count))


def _deeds(rng: random.Random, count: int) -> Iterator[Deed]:
    for _ in range(count):
        item = rng.choice(ITEMS)
        match rng.randrange(4):
            case 0:
                yield Deed("answer", item, Answer("answered", rng.choice([0, 1, 2])))
            case 1:
                yield Deed("clear", item)
            case _:
                yield note(rng)


def note(rng: random.Random) -> Deed:
    """Always something new."""
    text = f"第 {rng.getrandbits(40)} 次：窗口 3，等候 12 分钟"
    return Deed("note", rng.choice(ITEMS), text=text)
