"""The one door by which phones deliver: batches of events, answered for one by one.

It asks for a visit's token instead of a sign-in, so that what is on a phone can be sent
whatever became of the sign-in; and it answers in JSON that only we could have written.
"""

import asyncio
import hashlib
import threading
from typing import Any, NamedTuple
from uuid import UUID

import brotli
import msgspec
from litestar import Response, post
from litestar.types import Receive, Scope, Send
from sqlmodel import Session

from audit.clock import now
from audit.domain.delivery import Batch, Delivered, Reply, checklists_of, read_delivery
from audit.domain.problems import (
    N_,
    Busy,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    UnreadableChecklist,
)
from audit.store.checklists import get_checklist, known_checklists
from audit.store.database import Database
from audit.store.filing import Delivery, file_deliveries
from audit.store.tokens import hold_by_tokens, refusal
from audit.web.dependencies import AnyRequest

MOST_EVENTS = 200
LARGEST_BATCH = 256 * 1024
MOST_SEEN = 200  # one for each device; nobody has so many
QUALITY = 6  # of Brotli's eleven

_batch = msgspec.json.Decoder(Batch)
_fetching = threading.Lock()


class Sent(NamedTuple):
    token: str
    delivery: Delivery


@post(
    "/api/v1/visits/{visit_id:uuid}/events",
    status_code=200,
    public=True,
    by_token=True,
    no_compression=True,
)
async def create_events(request: AnyRequest) -> "Packed":
    """Nothing is asked for so often, so it asks for nothing but the request and answers by
    itself: what Litestar does to hand over more takes longer than what is done with it here."""
    database: Database = request.app.state.database
    visit: UUID = request.path_params["visit_id"]
    batch = _read(await body(request, LARGEST_BATCH))
    events = await _judged(database, batch.events, visit)
    delivery = Delivery(visit, batch.nonce, events, batch.have, batch.seen[:MOST_SEEN], batch.roll)
    sent = Sent(bearer(request), delivery)
    return Packed(await asyncio.wrap_future(database.writers.submit(_file, sent)))


class Packed:
    """A reply on its way. Acknowledgements are hashes, which do not get smaller; news are
    texts, which do."""

    def __init__(self, answer: Reply) -> None:
        self.answer = answer

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        content = msgspec.json.encode(self.answer)
        headers = [(b"content-type", b"application/json")]
        if self.answer.news and b"br" in header(scope, b"accept-encoding"):
            content = brotli.compress(content, quality=QUALITY)
            headers += [(b"content-encoding", b"br"), (b"vary", b"Accept-Encoding")]
        headers.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})


def header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


def _file(session: Session, several: list[Sent]) -> list[Reply | Problem]:
    """What has come from phones at one moment."""
    shown = [(sent.token, sent.delivery.visit) for sent in several]
    good = hold_by_tokens(session, shown, now())
    welcome = [sent.delivery for sent, pair in zip(several, shown, strict=True) if pair in good]
    held = {visit: how_far for (_, visit), how_far in good.items()}
    replies = iter(file_deliveries(session, welcome, now(), held))
    return [next(replies) if pair in good else refusal() for pair in shown]


def bearer(request: AnyRequest) -> str:
    kind, _, token = header(request.scope, b"authorization").partition(b" ")
    return token.decode("latin-1") if kind == b"Visit" else ""


async def body(request: AnyRequest, largest: int) -> bytes:
    """Whole and unharmed. Raises `TooLarge` and `Invalid`."""
    read, more = b"", True
    while more:
        message: Any = await request.receive()
        read += message.get("body", b"")
        more = message.get("more_body", False)  # never when the phone has gone
        if len(read) > largest:
            raise TooLarge(N_("This is too large to be sent in one piece."))
    if hashlib.sha256(read).hexdigest().encode() != header(request.scope, b"x-body-sha256"):
        raise Invalid(N_("This arrived damaged. It is sent again."))
    return read


def _read(sent: bytes) -> Batch:
    try:
        batch = _batch.decode(sent)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Invalid(N_("The request could not be understood.")) from error
    if len(batch.events) > MOST_EVENTS:
        raise TooLarge(N_("This is too large to be sent in one piece."))
    return batch


async def _judged(database: Database, bodies: tuple[str, ...], visit: UUID) -> list[Delivered]:
    found = read_delivery(bodies, visit, known_checklists())
    if any(one.trouble == "checklist" for one in found):  # one that was not read yet, perhaps
        await asyncio.to_thread(_fetch, database, checklists_of(bodies))
        found = read_delivery(bodies, visit, known_checklists())
    return found


def _fetch(database: Database, names: set[str]) -> None:
    """Events of a version that was never published go into quarantine. After a start all
    phones ask for the same one: it is read once."""
    with _fetching, database.reading() as session:
        for name in names - known_checklists().keys():
            try:
                get_checklist(session, name)
            except UnreadableChecklist as error:  # the phone keeps all until it can be read
                raise Busy(error.message) from error
            except NotFound:
                continue


def reply(answer: msgspec.Struct, status: int | None = None) -> Response[bytes]:
    content = msgspec.json.encode(answer)
    return Response(content, media_type="application/json", status_code=status)


handlers = [create_events]
