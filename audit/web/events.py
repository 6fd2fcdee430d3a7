"""The one door by which phones deliver: batches of events, answered for one by one.

It asks for a visit's token instead of a sign-in, so that what is on a phone can be sent
whatever became of the sign-in; and it answers in JSON that only we could have written.
"""

import asyncio
import hashlib
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from sqlmodel import Session

from audit.clock import now
from audit.domain.delivery import Batch, Delivered, Reply, checklists_of, read_delivery
from audit.domain.problems import N_, Invalid, NotFound, Problem, TooLarge
from audit.store.checklists import get_checklist, known_checklists
from audit.store.database import Database
from audit.store.filing import Delivery, file_deliveries
from audit.store.tokens import good_tokens, refusal
from audit.web.dependencies import TheDatabase

MOST_EVENTS = 200
LARGEST_BATCH = 256 * 1024

_batch = msgspec.json.Decoder(Batch)


class Sent(NamedTuple):
    token: str
    delivery: Delivery


@post("/api/v1/visits/{visit_id:uuid}/events", status_code=200, public=True, by_token=True)
async def create_events(
    request: Request[Any, Any, Any], database: TheDatabase, visit_id: FromPath[UUID]
) -> Response[bytes]:
    token = bearer(request)
    batch = _read(await body(request, LARGEST_BATCH))
    events = await _judged(database, batch.events, visit_id)
    sent = Sent(token, Delivery(visit_id, batch.nonce, events, batch.have))
    return reply(await asyncio.wrap_future(database.writers.submit(_file, sent)))


def _file(session: Session, several: list[Sent]) -> list[Reply | Problem]:
    """What has come from phones at one moment."""
    shown = [(sent.token, sent.delivery.visit) for sent in several]
    good = good_tokens(session, shown, now())
    welcome = [sent.delivery for sent, pair in zip(several, shown, strict=True) if pair in good]
    replies = iter(file_deliveries(session, welcome, now()))
    return [next(replies) if pair in good else refusal() for pair in shown]


def bearer(request: Request[Any, Any, Any]) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Visit" else ""


async def body(request: Request[Any, Any, Any], largest: int) -> bytes:
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
    """Events of a version that was never published go into quarantine."""
    with database.reading() as session:
        for name in names - known_checklists().keys():
            with suppress(NotFound):
                get_checklist(session, name)


def reply(answer: msgspec.Struct, status: int | None = None) -> Response[bytes]:
    content = msgspec.json.encode(answer)
    return Response(content, media_type="application/json", status_code=status)


handlers = [create_events]
