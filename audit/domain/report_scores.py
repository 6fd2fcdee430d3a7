"""The report's figures: frameworks, sections and times, out of a score card."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from audit.domain.answer import Answer
from audit.domain.checklist import Checklist, Seconds
from audit.domain.report import (
    Cell,
    FrameworkReading,
    PartLines,
    SectionLine,
    Shape,
    State,
    Timing,
)
from audit.domain.report_items import code
from audit.domain.scoring import ItemScore, Reading, ScoreCard, Standing
from audit.domain.text import Text

LONGEST_STRIP = 6  # steps that fit side by side on a page


def places_of(card: ScoreCard) -> dict[str, ItemScore]:
    return {
        entry.item: entry
        for part in card.parts
        for section in part.sections
        for entry in section.items
    }


def readings_of(
    checklist: Checklist, card: ScoreCard, places: Mapping[str, ItemScore]
) -> tuple[FrameworkReading, ...]:
    by_id = {reading.framework: reading for reading in card.readings}
    result = []
    for framework in checklist.frameworks:
        reading = by_id[framework.id]
        if not any(entry.items for entry in reading.entries):
            continue
        indices = [group.id for group in framework.groups if group.id in card.cpt]
        cells: tuple[Cell, ...]
        if framework.kind == "standard" and indices and len(indices) == len(framework.groups):
            shape: Shape = "bars"
            cells = tuple(
                Cell(
                    group.id,
                    group.title,
                    state_of(card.cpt[group.id].index, ()),
                    card.cpt[group.id].index,
                    card.cpt[group.id].items,
                )
                for group in framework.groups
            )
        else:
            ordered = framework.kind in ("ordered_routine", "process")
            shape = "strip" if ordered and len(framework.entries) <= LONGEST_STRIP else "grid"
            titles = {entry.id: entry.title for entry in framework.entries}
            cells = _cells(reading, titles, places)
        score = card.shown(checklist, reading)
        result.append(FrameworkReading(framework.id, framework.title, shape, score, cells))
    return tuple(result)


def _cells(
    reading: Reading, titles: Mapping[str, Text], places: Mapping[str, ItemScore]
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            entry.id,
            titles[entry.id],
            state_of(entry.score, [places[key].standing for key in entry.items if key in places]),
            entry.score,
            entry.scored,
        )
        for entry in reading.entries
    )


def state_of(score: Decimal | None, standings: Sequence[Standing]) -> State:
    if score is not None:
        return "met" if score == 100 else "missed" if score == 0 else "part"
    if not standings:
        return "not_asked"
    for standing in ("not_observed", "unanswered"):
        if standing in standings:
            return standing
    return "na"


def parts_of(
    checklist: Checklist, card: ScoreCard, before: ScoreCard | None
) -> tuple[PartLines, ...]:
    earlier: dict[tuple[str, ...], Decimal | None] = {}
    for part in before.parts if before else ():
        earlier[(part.id,)] = part.score
        earlier.update({(part.id, section.id): section.score for section in part.sections})

    def change(score: Decimal | None, *place: str) -> Decimal | None:
        known = earlier.get(place)
        return None if score is None or known is None else score - known

    result = []
    for said_part, part in zip(checklist.parts, card.parts, strict=True):
        sections = tuple(
            SectionLine(
                title=said_section.title,
                worth=section.worth,
                score=section.score,
                lost=sum((entry.lost for entry in section.items), Decimal(0)),
                change=change(section.score, part.id, section.id),
            )
            for said_section, section in zip(said_part.sections, part.sections, strict=True)
        )
        result.append(
            PartLines(
                title=said_part.title,
                worth=part.worth,
                score=part.score,
                coverage=part.coverage,
                lost=sum((section.lost for section in sections), Decimal(0)),
                change=change(part.score, part.id),
                sections=sections,
            )
        )
    return tuple(result)


def best_of(parts: Sequence[PartLines]) -> tuple[SectionLine, ...]:
    lines = [line for part in parts for line in part.sections if line.score]
    return tuple(sorted(lines, key=lambda line: -(line.score or 0))[:3])


def timings_of(
    checklist: Checklist, places: Mapping[str, ItemScore], now: Mapping[str, Answer]
) -> tuple[Timing, ...]:
    marks = {mark.id: mark.title for mark in checklist.marks}
    result = []
    for item in checklist.items:
        response, place = item.response, places.get(item.key)
        if not isinstance(response, Seconds) or place is None or place.standing == "na":
            continue
        limits = [(band.max, band.credit) for band in response.bands if band.max is not None]
        answer = now.get(item.key)
        measured = answer is not None and answer.state == "answered"
        result.append(
            Timing(
                code=code(item),
                label=item.label,
                start=marks[response.start],
                stop=marks[response.stop],
                seconds=int(answer.number) if answer is not None and measured else None,
                target=next((most for most, credit in limits if credit == 1), None),
                limit=next((most for most, credit in reversed(limits) if credit < 1), None),
                norm=response.norm,
                credit=place.credit,
                standing=place.standing,
            )
        )
    return tuple(result)
