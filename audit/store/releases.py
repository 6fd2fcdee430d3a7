"""Releasing a visit (its score recomputed from the log and frozen under a number), or
sending it back."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlmodel import Session, col, select

from audit.domain.answer import AnswerEvent, Capture, Deed, project, root, with_timings
from audit.domain.checklist import Checklist
from audit.domain.extent import extent
from audit.domain.history import disputes
from audit.domain.people import Person
from audit.domain.photo import pictures, shown
from audit.domain.problems import N_, Conflict, NotFound
from audit.domain.result import Printed
from audit.domain.scoring import ScoreCard, score
from audit.domain.statistics import by_branch, pooled_spread
from audit.domain.visit import Visit, release_number, running_of
from audit.store.checklists import get_checklist
from audit.store.events import list_events, readable, record
from audit.store.histories import take_in
from audit.store.photos import list_arrived
from audit.store.tables import BranchRow, ReleaseRow
from audit.store.visits import lock_status, released_scores, save_status


def release(
    session: Session,
    visit: Visit,
    *,
    verdict: str,
    by: Person,
    year: int,
    now: datetime,
    seen: str | None = None,
    contact: str = "",
    photos: Collection[UUID] | None = None,
) -> str:
    """Freeze what the log says of a submitted visit, and what its report says beside it;
    gives the release's number.

    `seen`: the root of the events that were read before deciding; `photos`: those that the
    report may show, all there are where nobody was asked. Must run inside `writing()`. Raises
    `Conflict` when the visit is not waiting for it or no longer says what was read.
    """
    events = _waiting_events(session, visit, seen)
    capture = project(events)
    checklist = get_checklist(session, visit.checklist)
    if disputes(checklist, capture):
        raise Conflict(N_("Two phones say different things. Decide what is right, then release."))
    card = score(checklist, with_timings(checklist, capture.answers, capture.marks))
    number = next_number(session, visit, year)
    _add(
        session,
        visit,
        card,
        number=number,
        events=events,
        printed=_printed(
            session, visit, checklist, card, contact, _photos(session, visit, capture, photos)
        ),
        verdict=verdict,
        by=by,
        now=now,
    )
    return number


def _add(
    session: Session,
    visit: Visit,
    card: ScoreCard,
    *,
    number: str,
    events: list[AnswerEvent],
    printed: Printed,
    verdict: str,
    by: Person,
    now: datetime,
) -> None:
    session.add(
        ReleaseRow(
            visit_id=visit.id,
            number=number,
            card=card,
            raw_tenths=_tenths(card.raw),
            final_tenths=_tenths(card.final),
            band=card.band,
            vetoes=len(card.veto),
            insufficient=card.insufficient,
            checklist_hash=visit.checklist,
            root=root(events),
            extent=extent(events),
            verdict=verdict,
            reviewer=by.name,
            released_by=by.id,
            released_at=now,
            visited_at=project(events).marks.get("enter") or visit.visited_at or now,
            printed=printed,
        )
    )
    save_status(session, visit.id, "released", now)


def _tenths(score: Decimal | None) -> int | None:
    return None if score is None else int(score * 10)


def _printed(
    session: Session,
    visit: Visit,
    checklist: Checklist,
    card: ScoreCard,
    contact: str,
    photos: tuple[UUID, ...],
) -> Printed:
    scores = released_scores(session, checklist.id)
    if card.valid is not None:
        scores.append((visit.branch.id, card.valid))
    spread = pooled_spread(by_branch(scores))
    wave = visit.wave
    return Printed(visit.branch, wave.programme, wave.name, contact, spread, photos)


def _photos(
    session: Session, visit: Visit, capture: Capture, only: Collection[UUID] | None
) -> tuple[UUID, ...]:
    """Of what can be seen now: what arrives later has been looked at by nobody."""
    seen = shown(pictures(capture.photos, list_arrived(session, visit.id)), only)
    return tuple(picture.id for taken in seen.values() for picture in taken)


def send_back(
    session: Session, visit: Visit, reason: str, now: datetime, seen: str | None = None
) -> None:
    """Give a submitted visit back to its shopper, who can then write again. As `release`.

    What came late is part of the visit from then on: the phone it is on counts it already,
    and the next handing in is about all there is.
    """
    _waiting_events(session, visit, seen)
    take_in(session, visit, now)
    record(session, visit, [Deed("reopen", "visit", text=reason)], now)
    save_status(session, visit.id, "returned", now, reason)


def _waiting_events(session: Session, visit: Visit, seen: str | None) -> list[AnswerEvent]:
    """Of two auditors at once the second is told that the visit has moved on, even if it
    has come back since."""
    status = lock_status(session, visit.id)
    msgspec.structs.replace(visit, status=status).must_be("submitted")
    with readable(visit.id):
        events = list_events(session, visit.id)
    if seen is not None and seen != root(events):
        raise Conflict(
            N_("The answers have changed since you opened this page. Read them again, then decide.")
        )
    return events


def next_number(session: Session, visit: Visit, year: int) -> str:
    """The next free number of the branch in that year.

    The branch's row is locked until the transaction ends, so that two releases at once
    are numbered one after the other.
    """
    session.exec(select(BranchRow).where(BranchRow.id == visit.branch.id).with_for_update()).one()
    prefix = release_number(year, visit.branch.code, 0)[:-3]
    taken = session.exec(
        select(ReleaseRow.number).where(col(ReleaseRow.number).startswith(prefix, autoescape=True))
    )
    last = max((running_of(number, prefix) for number in taken), default=0)
    return release_number(year, visit.branch.code, last + 1)


def find_number(session: Session, number: str) -> UUID:
    """The visit whose release has this number."""
    found = session.exec(select(ReleaseRow.visit_id).where(ReleaseRow.number == number)).first()
    if found is None:
        raise NotFound(N_("There is no such visit."))
    return found
