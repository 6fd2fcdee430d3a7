"""The one door by which phones deliver: batches of events, answered for one by one.

It asks for a visit's token instead of a sign-in, so that what is on a phone can be sent
whatever became of the sign-in; and it answers in JSON that only we could have written.
"""

import asyncio
import hashlib
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.delivery import Batch, Reply, checklists_of, read_delivery
from audit.domain.problems import N_, Invalid, NotFound, TooLarge
from audit.store.checklists import get_checklist, known_checklists
from audit.store.database import Database
from audit.store.filing import Delivery, file_delivery
from audit.store.tokens import check_token
from audit.web.dependencies import TheDatabase

MOST_EVENTS = 200
LARGEST_BATCH = 256 * 1024

_batch = msgspec.json.Decoder(Batch)


@post("/api/v1/visits/{visit_id:uuid}/events", status_code=200, public=True, by_token=True)
async def create_events(
    request: Request[Any, Any, Any], database: TheDatabase, visit_id: FromPath[UUID]
) -> Response[bytes]:
    token = bearer(request)
    batch = _read(await body(request, LARGEST_BATCH))
    checklists = await _checklists(database, checklists_of(batch.events))
    delivery = Delivery(
        visit_id,
        batch.nonce,
        read_delivery(batch.events, visit_id, checklists),
        batch.have,
        batch.seen,
    )

    def work(session: Any) -> Reply:
        check_token(session, token, visit_id, now())
        return file_delivery(session, delivery, now())

    return reply(await asyncio.wrap_future(database.writers.submit(work)))


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


async def _checklists(database: Database, names: set[str]) -> dict[str, Checklist]:
    found = known_checklists(names)
    if len(found) < len(names):
        await asyncio.to_thread(_fetch, database, names - found.keys())
        found = known_checklists(names)
    return found


def _fetch(database: Database, names: set[str]) -> None:
    """Events of a version that was never published go into quarantine."""
    with database.reading() as session:
        for name in names:
            with suppress(NotFound):
                get_checklist(session, name)


def reply(answer: msgspec.Struct, status: int | None = None) -> Response[bytes]:
    content = msgspec.json.encode(answer)
    return Response(content, media_type="application/json", status_code=status)


handlers = [create_events]
