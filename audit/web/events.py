"""The one door by which phones deliver: batches of events, answered for one by one.

It asks for a visit's token instead of a sign-in, so that what is on a phone can be sent
whatever became of the sign-in; and it answers in JSON that only we could have written.
"""

import asyncio
import hashlib
import logging
import re
import secrets
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from audit.clock import now
from audit.domain.checklist import Checklist
from audit.domain.delivery import DEVICE, Batch, Reply, checklists_of, read_delivery
from audit.domain.phone import Phone, Standing
from audit.domain.problems import N_, Invalid, NotFound, TooLarge
from audit.domain.text import readable
from audit.store.checklists import get_checklist, known_checklists
from audit.store.database import Database
from audit.store.filing import Delivery, file_delivery
from audit.store.phones import add_incident, get_standing
from audit.store.tokens import check_token, open_token
from audit.store.visits import get_visit
from audit.web.dependencies import (
    AnyRequest,
    TheDatabase,
    TheForm,
    ThePerson,
    TheSettings,
    lasting_cookie,
)
from audit.web.forms import Form

MOST_EVENTS = 200
LARGEST_BATCH = 256 * 1024
AFTER_DUE = timedelta(days=30)  # how long a phone may still deliver
PHONE, PHONE_DAYS = "phone", 400  # the longest that browsers keep a cookie

log = logging.getLogger("mingcha")

_batch = msgspec.json.Decoder(Batch)


class Token(msgspec.Struct, frozen=True):
    token: str
    expires_at: datetime
    phone: Standing


@post("/visits/{visit_id:uuid}/tokens", sync_to_thread=True)
def create_token(
    shopper: ThePerson,
    database: TheDatabase,
    settings: TheSettings,
    form: TheForm,
    request: AnyRequest,
    visit_id: FromPath[UUID],
) -> Response[bytes]:
    """The phone is named by a cookie, so that it is known again when its store is gone."""
    phone = _phone(request, form)
    with database.writing() as session:
        visit = get_visit(session, shopper, visit_id)
        due = datetime.combine(visit.due_on, time.max, UTC)
        until = max(due, now()) + AFTER_DUE
        standing = get_standing(session, visit, phone)
        if standing.cleared:
            add_incident(session, visit, phone, standing.cleared, now())
            log.warning("a phone has lost its store: visit %s, %s", visit.id, standing.cleared)
        token = open_token(session, visit, now(), until, phone)
    answer = reply(Token(token, until, standing))
    answer.cookies.append(lasting_cookie(PHONE, phone.cookie, settings, days=PHONE_DAYS))
    return answer


def _phone(request: AnyRequest, form: Form) -> Phone:
    cookie = request.cookies.get(PHONE, "")
    device, held = form.get("device"), form.get("held")
    return Phone(
        cookie=cookie if DEVICE.fullmatch(cookie) else secrets.token_hex(16),
        device=device if DEVICE.fullmatch(device) else "",
        held=int(held) if re.fullmatch(r"[0-9]{1,6}", held) else 0,
        agent=readable(request.headers.get("user-agent", "")),
    )


@post("/api/v1/visits/{visit_id:uuid}/events", status_code=200, public=True, by_token=True)
async def create_events(
    request: Request[Any, Any, Any], database: TheDatabase, visit_id: FromPath[UUID]
) -> Response[bytes]:
    token = bearer(request)
    batch = _read(await body(request, LARGEST_BATCH))
    checklists = await _checklists(database, checklists_of(batch.events))
    delivery = Delivery(
        visit_id, batch.nonce, read_delivery(batch.events, visit_id, checklists), batch.have
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


handlers = [create_token, create_events]
