"""Fills an empty database."""

from datetime import date, datetime, time, timedelta, timezone

from sqlmodel import Session

from audit.demo import cast
from audit.domain.checklist import Checklist
from audit.store.branches import save_branch, save_region
from audit.store.checklists import publish
from audit.store.database import Database
from audit.store.people import list_people, save_person
from audit.store.programmes import save_programme, save_wave

ZONE = timezone(timedelta(hours=8))


def foreign(database: Database) -> bool:
    """Whether the database has people in it that are not the demo's: then it is not ours."""
    with database.reading() as session:
        people = list_people(session)
    return bool(people) and not {person.id for person in cast.PEOPLE} & {p.id for p in people}


def build(database: Database, library: list[Checklist], day: date, scale: float = 1.0) -> bool:
    """Demo data as of `day`; False and nothing done when somebody is there already.

    `scale` is the share of the released visits to make; tests need few.
    """
    with database.writing() as session:
        if list_people(session):
            return False
        start = datetime.combine(day, time(9), ZONE) - timedelta(days=400)
        for checklist in library:
            publish(session, checklist, start)
        _save_cast(session, day, {c.id: c.hash for c in library})
    return True


def _save_cast(session: Session, day: date, hashes: dict[str, str]) -> None:
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
            session, wave.id, wave.programme, wave.name,
            wave.opens_on, wave.closes_on, hashes[wave.checklist], wave.brief,
        )  # fmt: skip
