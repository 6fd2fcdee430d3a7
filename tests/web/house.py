"""One application over one known database, put back to how it was before every request:
what hundreds of requests need that must not see each other's traces."""

import hashlib
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar.testing import TestClient
from sqlalchemy import text

from audit.app import create_app
from audit.clock import now
from audit.domain.branch import Region
from audit.domain.draft import order_of, seen_as
from audit.domain.event import Photo, hashed, root
from audit.domain.people import Person
from audit.domain.photo import Arrived
from audit.domain.text import Text
from audit.ids import new_id
from audit.settings import Settings
from audit.store.branches import save_region
from audit.store.checklists import list_checklists
from audit.store.database import Database
from audit.store.drafts import create_draft, get_draft, save_draft
from audit.store.events import add_events, list_events
from audit.store.photos import file_photo
from audit.store.scenarios import give_scenario
from audit.store.sessions import list_sessions, open_session
from audit.web.dependencies import token_for
from audit.work.photos import PICTURE, THUMBNAIL
from tests import world as known
from tests.pictures import ITEM, jpeg, photo_of

PEOPLE = ("alice", "bob", "dan", "erin", "carol", "ann")
KEY = "ab/photo"  # of the files of the one photo there is
VISITOR = "a browser nobody has signed in with"


class House:
    """The small known world, and at the Harbour branch: two released visits and one that
    waits for review, all Alice's."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "house.sqlite3"
        self.database = Database(f"sqlite:///{self.file}")
        self.database.migrate()
        self.world = known.build(self.database)
        self.names = self._furnish()
        self.tokens = {name: self._sign_in(getattr(self.world, name)) for name in PEOPLE}
        self.names["sign_in"] = self._name_of_another_sign_in(self.world.alice)
        self.app = create_app(Settings(data=folder, language="en"), self.database)
        for form in (PICTURE, THUMBNAIL):
            self.app.state.darkroom.files.put(KEY + form, jpeg())
        self.kept = sqlite3.connect(":memory:")
        self._copy(sqlite3.connect(self.file), self.kept)

    def restore(self) -> None:
        self.database.engine.dispose()
        self._copy(self.kept, sqlite3.connect(self.file))

    def close(self) -> None:
        self.app.state.drawing.close()
        self.app.state.darkroom.close()
        self.database.close()
        self.kept.close()

    def client(self, who: str) -> TestClient[Any]:
        """A bare browser that holds this person's cookie, and nothing that proves whose page
        a request comes from."""
        client = TestClient(self.app)
        if who == "stranger":
            client.cookies.set("visitor", VISITOR)
        else:
            client.cookies.set("sid", self.tokens[who])
        return client

    def proof(self, who: str) -> dict[str, str]:
        """The headers of a request from one of our own pages."""
        secret = VISITOR if who == "stranger" else self.tokens[who]
        return {"X-CSRF-Token": token_for(secret), "Sec-Fetch-Site": "same-origin"}

    def contents(self) -> dict[str, tuple[int, str]]:
        """Every table: how many rows, and a digest of all they say."""
        with self.database.reading() as session:
            tables = session.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ).scalars()
            found = {}
            for table in list(tables):
                rows = session.execute(text(f'SELECT * FROM "{table}" ORDER BY 1')).all()
                digest = hashlib.sha256(repr(rows).encode()).hexdigest()
                found[table] = (len(rows), digest)
        return found

    def _furnish(self) -> dict[str, str]:
        released = known.revisit(self.database, self.world, -12, released=False)
        photo = self._photograph(released)
        known.release_visit(self.database, self.world, visit=released)
        earlier = known.revisit(self.database, self.world, -30)
        submitted = known.revisit(self.database, self.world, -3, released=False)
        empty = UUID(int=90)
        with self.database.writing() as session:
            for visit in (self.world.harbour_visit, submitted, released):
                give_scenario(session, visit, known.scenario("sc-wealth"))
            save_region(session, Region(empty, Text("空", "Empty")))
        world = self.world
        return {
            **self._write(),
            "assigned": str(world.harbour_visit),
            "photo": str(photo.id),
            "sha": photo.sha,
            "submitted": str(submitted),
            "released": str(released),
            "earlier": str(earlier),
            "branch": str(world.harbour.id),
            "region": str(world.region.id),
            "empty": str(empty),
            "person": str(world.bob.id),
            "programme": str(UUID(int=20)),
            "wave": str(world.wave),
            "checklist": world.checklist.hash,
            "item": world.checklist.items[0].key,
            "stage": world.checklist.stages[0].id,
            "seen": self._root(submitted),
        }

    def _write(self) -> dict[str, str]:
        """Two drafts of Ann's: a plain one, and one made of parts that could be published."""
        plain, composite = UUID(int=91), UUID(int=92)
        with self.database.writing() as session:
            shelf = {one.id: one for one in list_checklists(session)}
            for draft, name in ((plain, "rules-24"), (composite, "branch-visit")):
                create_draft(session, draft, shelf[name], self.world.ann, now(), own_id="own")
                tables = get_draft(session, draft).tables
                save_draft(session, draft, tables, self.world.ann, now(), "house")
            parts = get_draft(session, composite)
        return {
            "draft": str(plain),
            "composite": str(composite),
            "other": shelf["complaint-handling"].hash,
            "seen_parts": seen_as(order_of(parts)),
            "seen_part": seen_as([parts.tables["parts"][0], parts.tables["requires"]]),
            "seen_draft": seen_as(parts.tables),
        }

    def _photograph(self, visit: UUID) -> Photo:
        photo = photo_of(jpeg())
        with self.database.writing() as session:
            last = max(list_events(session, visit), key=lambda event: event.seq)
            event = msgspec.structs.replace(
                last, id=new_id(), seq=last.seq + 1, kind="photo", item=ITEM, photo=photo
            )
            add_events(session, [hashed(event)], known.NOON)
            file_photo(session, visit, Arrived(photo, KEY, 64, 48), known.NOON)
        return photo

    def _root(self, visit: UUID) -> str:
        with self.database.reading() as session:
            return root(list_events(session, visit))

    def _sign_in(self, person: Person) -> str:
        with self.database.writing() as session:
            return open_session(session, person.id, "test", now())

    def _name_of_another_sign_in(self, person: Person) -> str:
        self._sign_in(person)
        with self.database.reading() as session:
            found = list_sessions(
                session, person.id, self.tokens["alice"], now(), timedelta(hours=1)
            )
        return next(one.id for one in found if not one.current)

    @staticmethod
    def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        source.backup(target)
        for connection in (source, target):
            if connection.execute("PRAGMA database_list").fetchone()[2]:
                connection.close()  # the one in memory is kept
