"""A small known world, kept in the database by `build`:

*Alice* shops, *Bob* shops for others, *Carol* audits, *Dan* manages the Harbour branch,
*Erin* manages the Hill branch and must see nothing of the Harbour, *Ann* administers.
`harbour_visit` is Alice's, assigned; `hill_visit` is Bob's.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import msgspec

from audit.domain.answer import AnswerEvent, Deed, events_from, project, read_answer
from audit.domain.branch import Branch, Region
from audit.domain.checklist import Checklist
from audit.domain.people import Person
from audit.domain.scenario import Scenario
from audit.domain.text import Text
from audit.domain.visit import Mode
from audit.ids import new_id
from audit.paths import folder
from audit.store.branches import save_branch, save_region
from audit.store.checklists import Library, publish
from audit.store.database import Database
from audit.store.events import SERVER, add_events, list_events
from audit.store.people import save_person
from audit.store.programmes import save_programme, save_wave
from audit.store.releases import release
from audit.store.scenarios import shipped_scenarios
from audit.store.visits import add_visit, get_visit, save_status
from audit.web.sessions import hash_password

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
PASSWORD = "a long enough password"

# Seconds after coming in; they agree with the durations that visit A says.
MARKS = {
    "enter": 0,
    "acknowledged": 9,
    "ticket": 60,
    "at_counter": 600,
    "counter_greeted": 604,
    "request_made": 630,
    "handed_back": 1050,
    "exit": 1110,
}
GATES_AND_FACTS = {
    "branch-visit/counter_done": "yes",
    "branch-visit/grievance": "no",
    "branch-visit/handover": "no",
    "branch-visit/name_known": "yes",
    "branch-visit/had_to_wait": "yes",
    "branch-visit/day_kind": "workday",
    "branch-visit/people_waiting": "6",
    "branch-visit/lobby_manager_seen": "yes",
}
NOTES = {
    "rules-24/r12": "The fee was right; the transfer limit was left out.",
    "rules-24/r07": "Chewing gum, and a phone call across the hall.",
    "rules-24/r22": "Calm even when a queue formed.",
    "counter-routine-5/s51": "A goodbye without looking up.",
}


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


def scenario(name: str) -> Scenario:
    """A shipped one."""
    return next(one for one in shipped_scenarios(folder("checklists")) if one.id == name)


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


def visit_a() -> dict[str, str]:
    """The worked example as form values by item, gate and fact key."""
    path = Path(__file__).parent / "vectors" / "visit_a.json"
    said = json.loads(path.read_text(encoding="utf-8"))["answers"]
    items = {f"{part}/{name}": str(value) for part in said for name, value in said[part].items()}
    return {**GATES_AND_FACTS, **items}


def fill_visit(
    database: Database,
    world: World,
    answers: Mapping[str, str] | None = None,
    *,
    visit: UUID | None = None,
    notes: Mapping[str, str] | None = None,
    marks: Mapping[str, int] | None = None,
    entered: datetime = NOON,
    submit: bool = True,
) -> UUID:
    """Observes a visit (the Harbour's, unless said) as visit A and hands it in.

    `answers` are changes to visit A: another value, or "" to leave the item unanswered.
    Answers are given every 25 seconds from two minutes after leaving.
    """
    visit = visit or world.harbour_visit
    said = {key: value for key, value in {**visit_a(), **(answers or {})}.items() if value}
    times = MARKS if marks is None else marks
    timed = [(second, _mark(name, entered, second)) for name, second in times.items()]
    left = max(times.values(), default=0) + 120
    deeds = [Deed("answer", key, read_answer(world.checklist, key, said[key])) for key in said]
    deeds += [
        Deed("note", key, text=text) for key, text in (NOTES if notes is None else notes).items()
    ]
    timed += [(left + 25 * place, deed) for place, deed in enumerate(deeds)]
    finished = entered + timedelta(seconds=timed[-1][0] + 60)
    with database.writing() as session:
        events = list_events(session, visit)
        for second, deed in timed:
            events += _event(world, visit, events, deed, entered + timedelta(seconds=second))
        if submit:
            events += _event(world, visit, events, Deed("submit", "visit"), finished)
        known = {event.id for event in list_events(session, visit)}
        add_events(session, (event for event in events if event.id not in known), finished)
        save_status(session, visit, "in_progress", entered)
        if submit:
            save_status(session, visit, "submitted", finished)
    return visit


def release_visit(
    database: Database,
    world: World,
    *,
    visit: UUID | None = None,
    verdict: str = "",
    at: datetime = NOON + timedelta(days=1),
) -> str:
    """Carol releases a submitted visit; gives the release's number."""
    with database.writing() as session:
        found = get_visit(session, world.carol, visit or world.harbour_visit)
        return release(session, found, verdict=verdict, by=world.carol, year=at.year, now=at)


def _mark(name: str, entered: datetime, second: int) -> Deed:
    at = entered + timedelta(seconds=second)
    return Deed("mark", f"mark/{name}", text=at.isoformat())


def _event(
    world: World, visit: UUID, events: list[AnswerEvent], deed: Deed, wall: datetime
) -> list[AnswerEvent]:
    own = [event for event in events if event.device == SERVER]
    return events_from(
        [deed],
        project(events),
        visit=visit,
        device=SERVER,
        after=max(own, key=lambda event: event.seq, default=None),
        checklist=world.checklist.hash,
        wall=wall,
        ids=[new_id()],
    )


def revisit(
    database: Database,
    world: World,
    number: int,
    *,
    branch: Branch | None = None,
    answers: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    shopper: Person | None = None,
    released: bool = True,
    mode: Mode = "disguised",
    late: timedelta = timedelta(),
) -> UUID:
    """One more visit to a branch (the Harbour, unless said), `number` days after noon."""
    branch = branch or world.harbour
    visit = UUID(int=(branch.id.int << 16) + number)
    entered = NOON + timedelta(days=number) + late
    with database.writing() as session:
        add_visit(
            session,
            visit,
            branch=branch.id,
            wave=world.wave,
            shopper=(shopper or world.alice).id,
            mode=mode,
            checklist=world.checklist.hash,
            brief=Text("办理一笔存款。", "Make a deposit."),
            due_on=entered.date(),
        )
    fill_visit(database, world, answers, visit=visit, notes=notes, entered=entered)
    if released:
        release_visit(database, world, visit=visit, at=entered + timedelta(days=1))
    return visit
