"""Photos: the door by which phones send their bytes, chunk by chunk, and looking at them.

A chunk may come at any time, in any order and more than once; the answer says which are
here, so that whatever was cut off goes on from there.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, FromQuery
from sqlmodel import Session

from audit.clock import now
from audit.domain.delivery import Arrival
from audit.domain.event import Photo
from audit.domain.photo import CHUNK, Arrived, check_chunk, content, length, pieces
from audit.domain.problems import N_, Busy, Invalid, NotFound
from audit.render.prints import sound
from audit.store.database import Database
from audit.store.photos import file_photo, list_arrived, must_have_room, standing
from audit.store.pictures import get_evidence, get_picture
from audit.store.tokens import check_token
from audit.web.dependencies import AnyRequest, TheDatabase, ThePerson
from audit.web.events import bearer, body, reply
from audit.work.photos import PICTURE, THUMBNAIL, Damaged, Darkroom

log = logging.getLogger("mingcha")
PLAIN = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Cache-Control": "private, no-cache",  # asked for, and authorised, each time
}


@put(
    "/api/v1/visits/{visit_id:uuid}/photos/{photo_id:uuid}/chunks/{number:int}",
    public=True,
    by_token=True,
)
async def put_chunk(
    request: AnyRequest,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    photo_id: FromPath[UUID],
    number: FromPath[int],
    of: FromQuery[int],
    size: FromQuery[int],
    sha: FromQuery[str],
) -> Response[bytes]:
    """409 and `dropped`: the chunks made up something else than `sha`; all are sent anew."""
    photo = Photo(photo_id, sha, size)
    darkroom = _darkroom(request)
    known = await asyncio.to_thread(
        _admit, database, darkroom, visit_id, photo, number, of, bearer(request)
    )
    if known.complete:
        return reply(known)
    chunk = await body(request, CHUNK)
    if len(chunk) != length(photo, number):
        raise Invalid(N_("This arrived damaged. It is sent again."))
    with _room():
        have = await asyncio.to_thread(_keep, darkroom, visit_id, photo, number, chunk)
    if len(have) < pieces(photo):
        return reply(msgspec.structs.replace(known, have=have))
    return await _finish(database, darkroom, visit_id, photo)


@get(
    "/api/v1/visits/{visit_id:uuid}/photos/{photo_id:uuid}",
    sync_to_thread=True,
    public=True,
    by_token=True,
)
def get_arrival(
    request: AnyRequest,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    photo_id: FromPath[UUID],
    sha: FromQuery[str] = "",
) -> Response[bytes]:
    """`sha` picks one where other bytes came under the same id."""
    darkroom = _darkroom(request)
    with database.reading() as session:
        check_token(session, bearer(request), visit_id, now())
        arrived = [found.photo for found in list_arrived(session, visit_id).values()]
        for photo in (*arrived, *darkroom.incoming.under_way(visit_id)):
            if photo.id == photo_id and sha in ("", photo.sha):
                return reply(_look(session, darkroom, visit_id, photo))
        return reply(standing(session, visit_id, Arrival((), False)))


@get("/visits/{visit_id:uuid}/photos/{photo_id:uuid}", sync_to_thread=True, no_compression=True)
def get_photo(
    request: AnyRequest,
    person: ThePerson,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    photo_id: FromPath[UUID],
) -> Response[Any]:
    with database.reading() as session:
        found = get_picture(session, person, visit_id, photo_id)
    return _shown(request, found, PICTURE)


@get(
    "/visits/{visit_id:uuid}/photos/{photo_id:uuid}/thumbnail",
    sync_to_thread=True,
    no_compression=True,
)
def get_thumbnail(
    request: AnyRequest,
    person: ThePerson,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    photo_id: FromPath[UUID],
) -> Response[Any]:
    with database.reading() as session:
        found = get_picture(session, person, visit_id, photo_id)
    return _shown(request, found, THUMBNAIL)


@get("/results/{visit_id:uuid}/photos/{number:int}", sync_to_thread=True, no_compression=True)
def get_shown(
    request: AnyRequest,
    reader: ThePerson,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[Any]:
    """As the report numbers them."""
    with database.reading() as session:
        found = get_evidence(session, reader, visit_id, number)
    return _shown(request, found, PICTURE)


@get(
    "/results/{visit_id:uuid}/photos/{number:int}/thumbnail",
    sync_to_thread=True,
    no_compression=True,
)
def get_small(
    request: AnyRequest,
    reader: ThePerson,
    database: TheDatabase,
    visit_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[Any]:
    with database.reading() as session:
        found = get_evidence(session, reader, visit_id, number)
    return _shown(request, found, THUMBNAIL)


def _admit(
    database: Database,
    darkroom: Darkroom,
    visit: UUID,
    photo: Photo,
    number: int,
    of: int,
    token: str,
) -> Arrival:
    """Before a chunk is read: whether it may come, and what is known of its photo."""
    with database.reading() as session:
        check_token(session, token, visit, now())
        check_chunk(photo, number, of)
        known = _look(session, darkroom, visit, photo)
        under_way = [] if known.complete else darkroom.incoming.under_way(visit)
        if not known.complete and photo not in under_way:
            must_have_room(session, visit, under_way)
        return known


def _look(session: Session, darkroom: Darkroom, visit: UUID, photo: Photo) -> Arrival:
    """Where all chunks are here of a photo that is not kept yet, as after a sudden end, the
    last is asked for again: it makes the photo whole."""
    every = tuple(range(pieces(photo)))
    if content(photo) in list_arrived(session, visit):
        return standing(session, visit, Arrival(every, True))
    have = darkroom.incoming.have(visit, photo)
    return standing(session, visit, Arrival(have[:-1] if have == every else have, False))


def _keep(
    darkroom: Darkroom, visit: UUID, photo: Photo, number: int, chunk: bytes
) -> tuple[int, ...]:
    darkroom.incoming.keep(visit, photo, number, chunk)
    return darkroom.incoming.have(visit, photo)


async def _finish(
    database: Database, darkroom: Darkroom, visit: UUID, photo: Photo
) -> Response[bytes]:
    """All chunks are here. They go when the photo is kept and no sooner."""

    def look() -> Arrival:
        with database.reading() as session:
            return _look(session, darkroom, visit, photo)

    with _room():
        try:
            found = await darkroom.take(visit, photo)
        except Damaged:
            return reply(Arrival((), False, dropped=True), 409)
        except FileNotFoundError:  # another request has just finished the same photo
            return reply(await asyncio.to_thread(look))

    def file(session: Session, several: list[Arrived]) -> list[Arrival]:
        return [file_photo(session, visit, one, now()) for one in several]

    filing = database.writers.submit(file, found)
    arrival = await asyncio.wrap_future(filing)
    await asyncio.to_thread(darkroom.incoming.drop, visit, photo)
    return reply(arrival)


@contextmanager
def _room() -> Iterator[None]:
    """A full disk, a bucket that does not answer, a folder that another request has just
    dropped: the phone tries again."""
    try:
        yield
    except OSError as error:
        log.error("photos cannot be reached: %s", error)  # noqa: TRY400  # it says it all
        raise Busy(N_("Photos cannot be reached just now. Please try again later.")) from error


def _shown(request: AnyRequest, found: Arrived, form: str) -> Response[Any]:
    tag = f'"{found.photo.sha[:16]}{form}"'
    headers = {**PLAIN, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    with _room():
        kept = _darkroom(request).files.get(found.key + form)
    if kept is None:
        log.error("the file %s is missing where photos are kept", found.key + form)
        raise NotFound(N_("The file of this photo is missing. Please tell an administrator."))
    if not sound(kept):
        log.error("the file %s is damaged where photos are kept", found.key + form)
        raise NotFound(N_("The file of this photo is damaged. Please tell an administrator."))
    return Response(kept, media_type="image/jpeg", headers=headers)


def _darkroom(request: AnyRequest) -> Darkroom:
    darkroom: Darkroom = request.app.state.darkroom
    return darkroom


handlers = [put_chunk, get_arrival, get_photo, get_thumbnail, get_shown, get_small]
