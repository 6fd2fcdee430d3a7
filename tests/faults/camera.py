"""A phone that takes photos: sends them in chunks over a line that may be cut, asks what has
come, and goes on from there. And what must hold of photos (I9)."""

import random
import time
from collections.abc import Iterable, Iterator
from functools import cache
from uuid import UUID

import httpx
from sqlmodel import select

from audit.clock import now
from audit.domain.event import AnswerEvent, Photo
from audit.domain.photo import pieces
from audit.store.files import Files
from audit.store.sessions import open_session
from audit.store.tables import PhotoRow
from audit.store.visits import get_visit
from audit.work.photos import PICTURE, RECEIVED, THUMBNAIL, Developed, develop, key_of
from tests.faults.line import PATIENCE, Line
from tests.faults.site import Site
from tests.faults.tally import Tally
from tests.phone import Phone
from tests.pictures import Lens, chunks_of, hands_in, photo_of, takes


class Camera:
    def __init__(self, phone: Phone, line: Line) -> None:
        self.phone = phone
        self.line = line
        self.taken: dict[Photo, bytes] = {}
        self.told: set[Photo] = set()  # of which it was said that all is there
        self.client = httpx.Client(timeout=PATIENCE, trust_env=False)
        self.lens = Lens(self.client, line.visit, line.token)
        self.through(line.port)

    def through(self, port: int) -> Lens:
        self.client.base_url = httpx.URL(f"http://127.0.0.1:{port}")
        return self.lens

    def take(self, content: bytes) -> Photo:
        photo = photo_of(content)
        takes(self.phone, photo)
        self.taken[photo] = content
        return photo

    def hands_in(self) -> AnswerEvent:
        return hands_in(self.phone, self.taken)

    def send(self, photo: Photo, rng: random.Random, most: int = 1000) -> int:
        """Until it is there; says how often there was no answer, or none that helps."""
        said = ""
        for failed in range(most):
            try:
                said = self.send_missing(photo, rng)
            except httpx.TransportError as error:
                said = repr(error)
            if not said:
                self.told.add(photo)
                return failed
            time.sleep(0.05)
        raise AssertionError(f"{photo.id} has not come after {most} tries: {said}")

    def send_missing(self, photo: Photo, rng: random.Random) -> str:
        """In any order, and one of the chunks once more than needed; says what went wrong."""
        answer = self.lens.ask(photo, sha=photo.sha)
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.text}"
        have, chunks = answer.json()["have"], chunks_of(self.taken[photo])
        missing = [number for number in range(pieces(photo)) if number not in have]
        for number in rng.sample(missing, len(missing)) + rng.sample(missing, min(1, len(missing))):
            answer = self.lens.chunk(photo, number, chunks[number])
            if answer.status_code != 200:
                return f"{answer.status_code} {answer.text}"
        return "" if answer.json()["complete"] else answer.text

    def close(self) -> None:
        self.client.close()


def check_photos(site: Site, tally: Tally, cameras: Iterable[Camera]) -> None:
    """I9: of what was said to be there all is there, once, made of these very bytes; what is
    shown is the whole picture or nothing; what is sealed has all it names."""
    for camera in cameras:
        kept = _rows(site, camera.phone.visit)
        for photo, content in camera.taken.items():
            rows = [row for row in kept if (row.photo_id, row.sha) == (photo.id, photo.sha)]
            if len(rows) > 1:
                tally.doubled.append(f"photo {photo.id}")
            if not rows and (photo in camera.told or camera.phone.receipt):
                tally.lost.append(f"photo {photo.id}")
            if wrong := [*_wrong(site, camera.phone.visit, photo, content, bool(rows))]:
                tally.torn.append(f"photo {photo.id}: {' '.join(wrong)}")


def _wrong(site: Site, visit: UUID, photo: Photo, content: bytes, there: bool) -> Iterator[str]:
    files = Files(str(site.folder / "photos"))
    key, made = key_of(visit, photo), developed(content)
    wanted = {RECEIVED: content} if made is None else _forms(made)
    for form in (PICTURE, THUMBNAIL, RECEIVED):
        found = files.get(key + form)
        if found is None and not there:
            continue  # nothing, or not yet all
        if found != wanted.get(form):
            yield f"{form} is not what it was made of"
    shown = look(site, visit, photo)
    if shown[0] == 503:
        return  # to be asked for again
    if shown not in ((200, wanted.get(PICTURE, b"")), (404, b"")):
        yield f"shown as {shown[0]}"
    if there and shown[0] != (200 if made else 404):
        yield f"shown as {shown[0]} though it is there"


def _forms(made: Developed) -> dict[str, bytes]:
    return {PICTURE: made.picture, THUMBNAIL: made.thumbnail}


@cache
def developed(content: bytes) -> Developed | None:
    """What a photo is made into, by itself."""
    return develop(content)


def look(site: Site, visit: UUID, photo: Photo, form: str = "") -> tuple[int, bytes]:
    """What its shopper is shown of it."""
    with site.database() as database, database.writing() as session:
        token = open_session(session, site.world.alice.id, "test", now())
    address = f"http://127.0.0.1:{site.port}/visits/{visit}/photos/{photo.id}{form}"
    answer = httpx.get(address, cookies={"sid": token}, timeout=PATIENCE, trust_env=False)
    return answer.status_code, answer.content if answer.status_code == 200 else b""


def status(site: Site, visit: UUID) -> str:
    with site.database() as database, database.reading() as session:
        return str(get_visit(session, site.world.alice, visit).status)


def _rows(site: Site, visit: UUID) -> list[PhotoRow]:
    with site.database() as database, database.reading() as session:
        return list(session.exec(select(PhotoRow).where(PhotoRow.visit_id == visit)))
