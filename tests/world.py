"""A small known world, kept in the database by `build`:

*Alice* shops, *Bob* shops for others, *Carol* audits, *Dan* manages the Harbour branch,
*Erin* manages the Hill branch and must see nothing of the Harbour, *Ann* administers.
`harbour_visit` is Alice's, assigned; `hill_visit` is Bob's.
"""

from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

import msgspec

from audit.domain.branch import Branch, Region
from audit.domain.checklist import Checklist
from audit.domain.people import Person
from audit.domain.text import Text
from audit.paths import folder
from audit.store.branches import save_branch, save_region
from audit.store.checklists import Library, publish
from audit.store.database import Database
from audit.store.people import save_person
from audit.store.programmes import save_programme, save_wave
from audit.store.visits import add_visit
from audit.web.sessions import hash_password

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


class World(msgspec.Struct, frozen=True):
    checklist: Checklist  # branch-visit
    region: Region
    harbour: Branch
    hill: Branch
    alice: Person
    bob: Person
    carol: Person
    dan: Person
    erin: Person
    ann: Person
    wave: UUID
    harbour_visit: UUID
    hill_visit: UUID


@cache
def library() -> dict[str, Checklist]:
    """The shipped checklists by id."""
    return {checklist.id: checklist for checklist in Library(folder("checklists")).read()}


@cache
def password_hash() -> str:
    return hash_password(PASSWORD)


def build(database: Database) -> World:
    region = Region(UUID(int=10), Text("海湾", "Bay"))
    harbour = _branch(region, 11, "H001", "港口支行", "Harbour branch")
    hill = _branch(region, 12, "H002", "山丘支行", "Hill branch")
    world = World(
        checklist=library()["branch-visit"],
        region=region,
        harbour=harbour,
        hill=hill,
        alice=Person(UUID(int=1), "alice", "Alice", "shopper", code="S01"),
        bob=Person(UUID(int=2), "bob", "Bob", "shopper", code="S02"),
        carol=Person(UUID(int=3), "carol", "Carol", "auditor"),
        dan=Person(UUID(int=4), "dan", "Dan", "branch_manager", branches=(harbour.id,)),
        erin=Person(UUID(int=5), "erin", "Erin", "branch_manager", branches=(hill.id,)),
        ann=Person(UUID(int=6), "ann", "Ann", "administrator"),
        wave=UUID(int=21),
        harbour_visit=UUID(int=31),
        hill_visit=UUID(int=32),
    )
    with database.writing() as session:
        for checklist in library().values():
            publish(session, checklist, NOON)
        save_region(session, region)
        save_branch(session, harbour)
        save_branch(session, hill)
        for person in (world.alice, world.bob, world.carol, world.dan, world.erin, world.ann):
            save_person(session, person, password_hash())
        save_programme(session, UUID(int=20), Text("服务检测", "Service check"))
        save_wave(
            session,
            world.wave,
            UUID(int=20),
            Text("第一批", "First wave"),
            date(2026, 11, 1),
            date(2026, 11, 30),
            world.checklist.hash,
            Text("办理一笔存款。", "Make a deposit."),
        )
        for visit, branch, shopper in (
            (world.harbour_visit, harbour, world.alice),
            (world.hill_visit, hill, world.bob),
        ):
            add_visit(
                session,
                visit,
                branch=branch.id,
                wave=world.wave,
                shopper=shopper.id,
                mode="disguised",
                checklist=world.checklist.hash,
                brief=Text("办理一笔存款。", "Make a deposit."),
                due_on=date(2026, 11, 25),
            )
    return world


def _branch(region: Region, number: int, code: str, zh: str, en: str) -> Branch:
    return Branch(
        id=UUID(int=number),
        code=code,
        name=Text(zh, en),
        kind="bank",
        region=region,
        city=Text("海城", "Bay City"),
        address=Text("中山路 1 号", "1 Zhongshan Road"),
    )
