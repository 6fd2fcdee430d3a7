"""Fills an empty database."""

import hashlib
from datetime import date, datetime, time, timedelta
from random import Random

from sqlmodel import Session

from audit.demo import cast, pictures
from audit.demo.capture import Telling, tell
from audit.demo.journal import Journal
from audit.demo.pictures import Shot
from audit.demo.plan import RETURNED, ZONE, Plan, plans
from audit.demo.telling import outcome
from audit.demo.verdict import verdict
from audit.domain.checklist import Checklist
from audit.domain.event import Photo
from audit.domain.people import Person
from audit.domain.photo import Arrived
from audit.domain.scenario import Scenario
from audit.domain.visit import Visit
from audit.ids import id_at
from audit.paths import folder
from audit.store.branches import save_branch, save_region
from audit.store.checklists import publish
from audit.store.database import Database
from audit.store.events import add_events
from audit.store.files import Files
from audit.store.people import list_people, save_person
from audit.store.photos import file_photo
from audit.store.programmes import save_programme, save_wave
from audit.store.releases import release
from audit.store.scenarios import give_scenario, shipped_scenarios
from audit.store.visits import add_visit, get_visit, save_status
from audit.work.photos import PICTURE, THUMBNAIL, key_of


def inhabited(database: Database) -> bool:
    """Whether the demo's people are in the database."""
    with database.reading() as session:
        return _has_demo(list_people(session))


def foreign(database: Database) -> bool:
    """Whether there are people in the database and none of them is the demo's."""
    with database.reading() as session:
        people = list_people(session)
    return bool(people) and not _has_demo(people)


def _has_demo(people: list[Person]) -> bool:
    return not {person.id for person in people}.isdisjoint(person.id for person in cast.PEOPLE)


def build(
    database: Database,
    library: list[Checklist],
    day: date,
    scale: float = 1.0,
    files: Files | None = None,
) -> bool:
    """Demo data as of `day`; False and nothing done when somebody is there already.

    `scale` is the share of the released visits to make; tests need few. `files`: where its
    photos go; without, nobody has taken any.
    """
    by_id = {checklist.id: checklist for checklist in library}
    with database.writing() as session:
        if list_people(session):
            return False
        start = datetime.combine(day, time(9), ZONE) - timedelta(days=400)
        for checklist in library:
            publish(session, checklist, start)
        _save_cast(session, day, by_id)
        for plan in sorted(plans(day, scale), key=lambda plan: (plan.entered, plan.seed)):
            _live(session, plan, by_id[plan.wave.checklist], files)
    return True


def _save_cast(session: Session, day: date, library: dict[str, Checklist]) -> None:
    for region in cast.REGIONS.values():
        save_region(session, region)
    for branch in cast.BRANCHES.values():
        save_branch(session, branch)
    password = cast.password_hash()
    for person in cast.PEOPLE:
        known = person.login in cast.SIGN_INS
        save_person(session, person, password if known else cast.NOBODY_SIGNS_IN)
    for programme, name in cast.PROGRAMMES:
        save_programme(session, programme, name)
    for wave in cast.waves(day):
        save_wave(
            session,
            wave.id,
            wave.programme,
            wave.name,
            wave.opens_on,
            wave.closes_on,
            library[wave.checklist].hash,
            wave.brief,
        )


def _live(session: Session, plan: Plan, checklist: Checklist, files: Files | None) -> None:
    """From the assignment as far as the plan says."""
    chance = plan.chance
    visit = _assign(session, plan, checklist, chance)
    if plan.state == "cancelled":
        save_status(session, visit.id, "cancelled", plan.entered)
    if plan.state in ("assigned", "cancelled"):
        return
    journal = Journal(visit, chance)
    told = Telling(
        skill=plan.skill,
        entered=plan.entered,
        language="en" if plan.shopper == cast.ENGLISH else "zh",
        quirk=plan.quirk,
        share=0.5 if plan.state == "in_progress" else 1.0,
    )
    at = tell(journal, checklist, told, chance)
    save_status(session, visit.id, "in_progress", plan.entered)
    taken = _photograph(journal, checklist, plan, at) if files and plan.pictured else []
    if plan.state != "in_progress":
        at += timedelta(seconds=12 if plan.quirk == "rushed" else chance.randint(30, 1500))
        journal.submit(at)
        save_status(session, visit.id, "submitted", at)
    if plan.state == "returned":
        back = at + timedelta(hours=20)
        journal.reopen(RETURNED, back)
        save_status(session, visit.id, "returned", back, RETURNED)
    add_events(session, journal.events, at)
    for photo, shot in taken:
        assert files is not None
        _develop(session, files, visit, photo, shot, at)
    if plan.state == "released":
        _release(session, plan, visit, verdict(checklist, journal.events), at)


def _photograph(
    journal: Journal, checklist: Checklist, plan: Plan, at: datetime
) -> list[tuple[Photo, Shot]]:
    """Of what was not well; chance of its own, so that nothing else of the story changes."""
    chance = Random(f"photos/{plan.seed}")  # noqa: S311  (a story)
    shown = []
    for item in pictures.MOTIFS:
        said = journal.said(item)
        if said and outcome(checklist.by_key[item], said) in ("fair", "poor"):
            shown += [(item, shot) for shot in pictures.shots(item)]
    taken = []
    for number, (item, shot) in enumerate(shown, 1):
        name = id_at(int(plan.entered.timestamp() * 1000), chance.getrandbits(80))
        digest = hashlib.sha256(shot.received).hexdigest()
        photo = Photo(name, digest, len(shot.received))
        journal.photo(item, photo, at + timedelta(seconds=number))
        taken.append((photo, shot))
    return taken


def _develop(
    session: Session, files: Files, visit: Visit, photo: Photo, shot: Shot, now: datetime
) -> None:
    key = key_of(visit.id, photo)
    files.put(key + PICTURE, shot.picture)
    files.put(key + THUMBNAIL, shot.thumbnail)
    file_photo(session, visit.id, Arrived(photo, key, *pictures.SIZE), now)


def _assign(session: Session, plan: Plan, checklist: Checklist, chance: Random) -> Visit:
    assigned = plan.entered - timedelta(days=10)
    branch = cast.BRANCHES[plan.branch]
    name = id_at(int(assigned.timestamp() * 1000), chance.getrandbits(80))
    add_visit(
        session,
        name,
        branch=branch.id,
        wave=plan.wave.id,
        shopper=plan.shopper.id,
        mode=plan.mode,
        checklist=checklist.hash,
        brief=cast.brief_at(branch, cast.FIRST if plan.scenario else plan.wave.brief),
        due_on=plan.due_on,
    )
    if plan.scenario:
        give_scenario(session, name, _scenarios()[plan.scenario])
    return get_visit(session, cast.AUDITOR, name)


def _scenarios() -> dict[str, Scenario]:
    return {scenario.id: scenario for scenario in shipped_scenarios(folder("checklists"))}


def _release(session: Session, plan: Plan, visit: Visit, said: str, handed_in: datetime) -> None:
    """In office hours, one to three days later."""
    lot = sum(map(ord, plan.seed))
    by = cast.AUDITORS[lot % len(cast.AUDITORS)]
    now = datetime.combine(handed_in.date(), time(10), ZONE) + timedelta(
        days=1 + lot % 3, minutes=lot % 400
    )
    submitted = get_visit(session, by, visit.id)
    release(session, submitted, verdict=said, by=by, year=now.year, now=now)
