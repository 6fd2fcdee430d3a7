"""The one door by which phones deliver: batches of events, answered for one by one.

It asks for a visit's token instead of a sign-in, so that what is on a phone can be sent
whatever became of the sign-in; and it answers in JSON that only we could have written.
"""

import asyncio
import hashlib
import threading
from typing import NamedTuple
from uuid import UUID

import brotli
import msgspec
from litestar import MediaType, Response, post
from litestar.response.base import ASGIResponse
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
from audit.store.tokens import good_tokens, refusal
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
async def create_events(request: AnyRequest) -> ASGIResponse:
    """Nothing is asked for so often, so it asks for nothing but the request: what Litestar
    does to hand over more takes longer than what is done with it here."""
    database: Database = request.app.state.database
    visit: UUID = request.path_params["visit_id"]
    batch = _read(await body(request, LARGEST_BATCH))
    events = await _judged(database, batch.events, visit)
    delivery = Delivery(visit, batch.nonce, events, batch.have, batch.seen[:MOST_SEEN], batch.roll)
    sent = Sent(bearer(request), delivery)
    return _packed(request, await asyncio.wrap_future(database.writers.submit(_file, sent)))


def _packed(request: AnyRequest, answer: Reply) -> ASGIResponse:
    """Acknowledgements are hashes, which do not get smaller; news are texts, which do."""
    content, headers = msgspec.json.encode(answer), {}
    if answer.news and "br" in request.headers.get("accept-encoding", ""):
        content = brotli.compress(content, quality=QUALITY)
        headers = {"content-encoding": "br", "vary": "Accept-Encoding"}
    return ASGIResponse(body=content, media_type=MediaType.JSON, headers=headers)


def _file(session: Session, several: list[Sent]) -> list[Reply | Problem]:
    """What has come from phones at one moment."""
    shown = [(sent.token, sent.delivery.visit) for sent in several]
    good = good_tokens(session, shown, now())
    welcome = [sent.delivery for sent, pair in zip(several, shown, strict=True) if pair in good]
    replies = iter(file_deliveries(session, welcome, now()))
    return [next(replies) if pair in good else refusal() for pair in shown]


def bearer(request: AnyRequest) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Visit" else ""


async def body(request: AnyRequest, largest: int) -> bytes:
    """Whole and unharmed. Raises `TooLarge` and `Invalid`."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > largest:
            raise TooLarge(N_("This is too large to be sent in one piece."))
    if hashlib.sha256(read).hexdigest() != request.headers.get("x-body-sha256"):
        raise Invalid(N_("This arrived damaged. It is sent again."))
    return bytes(read)


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
