"""A released visit becomes its report."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from audit.domain.answer import Answer, Capture, settled, with_timings
from audit.domain.checklist import Checklist, FreeText
from audit.domain.evidence import evidence_of
from audit.domain.problems import N_, Conflict
from audit.domain.regrouping import Lens, regroup
from audit.domain.report import (
    EARLIER,
    Circumstance,
    EarlierVisit,
    Heading,
    Past,
    Verdict,
    VisitReport,
    last_valid,
)
from audit.domain.report_items import flips_since, highlights_of, losses_of, named
from audit.domain.report_scores import best_of, parts_of, places_of, readings_of, timings_of
from audit.domain.result import Result
from audit.domain.scoring import ScoreCard
from audit.domain.statistics import Spread, difference
from audit.domain.tally import tally
from audit.domain.visit import Visit
from audit.domain.wording import said

APPEAL_DAYS = 10


def report_of(found: Result, contact: str = "", lens: Lens | None = None) -> VisitReport:
    """As `visit_report`, with the photos that were let into it."""
    checklist, card, capture = found.checklist, found.card, found.capture
    report = visit_report(
        found.visit, checklist, card, capture, found.earlier, contact, found.spread, lens
    )
    evidence = evidence_of(checklist, card, found.photos, capture.notes)
    last = last_valid(found.earlier)
    lost = "" if last is None or last.readable else last.number
    return msgspec.structs.replace(report, evidence=evidence, unreadable=lost, lost=found.lost)


def visit_report(
    visit: Visit,
    checklist: Checklist,
    card: ScoreCard,
    capture: Capture,
    earlier: Sequence[EarlierVisit] = (),
    contact: str = "",
    spread: Spread | None = None,
    lens: Lens | None = None,
) -> VisitReport:
    """`earlier` ones oldest first; `spread`: how much single visits scatter in the network;
    `contact`: for a release that has kept none; `lens`: to regroup by. Raises `Conflict`."""
    if visit.release is None:
        raise Conflict(N_("This visit has not been released."))
    taken = with_timings(checklist, capture.answers, capture.marks)
    now = settled(checklist, taken)
    places = places_of(card)
    previous = None if card.valid is None else last_valid(earlier)
    parts = parts_of(checklist, card, previous.card if previous else None)
    better, worse = flips_since(checklist, now, previous)
    highlights = highlights_of(checklist, places, capture.notes)
    return VisitReport(
        heading=_heading(visit, checklist, capture, now),
        verdict=_verdict(visit, checklist, card, previous, spread, now),
        readings=readings_of(checklist, card, places),
        parts=parts,
        timings=timings_of(checklist, places, now),
        losses=losses_of(checklist, card, now, capture.notes),
        highlights=highlights,
        best=() if highlights else best_of(parts),
        history=_history(visit, checklist, card, earlier),
        better=better,
        worse=worse,
        scoring=checklist.scoring,
        appeal_until=visit.release.released_at + timedelta(days=APPEAL_DAYS),
        contact=contact if visit.release.contact is None else visit.release.contact,
        card=card,
        answers=_attachable(checklist, taken),
        regrouping=None if lens is None else regroup(checklist, card, now, lens),
    )


def _heading(
    visit: Visit, checklist: Checklist, capture: Capture, now: Mapping[str, Answer]
) -> Heading:
    assert visit.release is not None
    came_in, left = capture.marks.get("enter"), capture.marks.get("exit")
    return Heading(
        number=visit.release.number,
        branch=visit.branch,
        programme=visit.wave.programme,
        wave=visit.wave.name,
        mode=visit.mode,
        checklist=checklist.title,
        checklist_id=checklist.id,
        version=checklist.version,
        checklist_hash=checklist.hash,
        visited_at=_visited_at(visit),
        came_in=came_in and visit.told(came_in),
        left=left and visit.told(left),
        released_at=visit.release.released_at,
        reviewer=visit.release.reviewer,
        root=visit.release.root,
        circumstances=tuple(
            Circumstance(fact.label, said(fact, now.get(fact.key)))
            for fact in checklist.facts
            if fact.key in now and not isinstance(fact.response, FreeText)
        ),
    )


def _visited_at(visit: Visit) -> datetime:
    assert visit.release is not None
    return visit.told(visit.visited_at or visit.release.released_at)


def _verdict(
    visit: Visit,
    checklist: Checklist,
    card: ScoreCard,
    previous: EarlierVisit | None,
    spread: Spread | None,
    now: Mapping[str, Answer],
) -> Verdict:
    assert visit.release is not None
    band = checklist.band_of(card.final)
    before = None if previous is None else previous.card.raw
    change, worth = None, None
    if before is not None and card.raw is not None:
        change = card.raw - before
        worth = difference(float(before), float(card.raw), spread)
    return Verdict(
        final=card.final,
        raw=card.raw,
        capped=card.final != card.raw,
        band=None if band is None else band.title,
        coverage=card.coverage,
        insufficient=card.insufficient,
        vetoes=tuple(named(checklist.by_key[key]) for key in card.veto),
        previous=before,
        previous_at=None if previous is None else _visited_at(previous.visit),
        change=change,
        difference=worth,
        words=visit.release.verdict,
        tally=tally(checklist, now),
    )


def _history(
    visit: Visit, checklist: Checklist, card: ScoreCard, earlier: Sequence[EarlierVisit]
) -> tuple[Past, ...]:
    shown = [*earlier[-EARLIER:], EarlierVisit(visit, checklist, card)]
    result = []
    for one in shown:
        assert one.visit.release is not None
        band = one.checklist.band_of(one.card.final)
        result.append(
            Past(
                at=_visited_at(one.visit),
                number=one.visit.release.number,
                raw=one.card.raw,
                final=one.card.final,
                band=None if band is None else band.title,
                current=one.visit.id == visit.id,
            )
        )
    return tuple(result)


def _attachable(checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What the score is made of; facts and free text could tell who the shopper was."""
    asked = {
        item.key for item in checklist.items if not isinstance(item.response, FreeText)
    } | checklist.gate_by_key.keys()
    return {key: answer for key, answer in sorted(answers.items()) if key in asked}
