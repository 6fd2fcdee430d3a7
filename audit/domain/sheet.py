"""Released visits as plain tables for other programs: one row per visit, and one per item.

Nothing in them tells who the shopper was; free text and the visit's own facts could, so
they are left out.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from audit.domain.branch import Branch
from audit.domain.changes import Said
from audit.domain.checklist import FreeText
from audit.domain.comparison import Row, ScoredVisit, side_by_side_rows
from audit.domain.problems import N_
from audit.domain.text import Language
from audit.domain.visit import Mode, Visit
from audit.domain.wording import said

Cell = str | int | Decimal | date | None
MODES: dict[Mode, str] = {
    "open": N_("Open visit"),
    "disguised": N_("Disguised visit"),
}

LOST = N_("Cannot be read: the released score card or the checklist is damaged.")
KINDS = {
    "part": N_("%(title)s (part)"),
    "section": N_("%(title)s (section)"),
    "index": N_("%(title)s (index)"),
}


class Sheet(msgspec.Struct, frozen=True):
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Wording(msgspec.Struct, frozen=True):
    """How a table is written: its language, its words, and the day of a moment."""

    language: Language
    say: Callable[[str], str]
    day: Callable[[datetime | None], date | None]


VISIT_HEAD = (
    N_("Report number"),
    N_("Branch code"),
    N_("Branch"),
    N_("Region"),
    N_("Visited on"),
    N_("Released on"),
    N_("Programme"),
    N_("Wave"),
    N_("Kind of visit"),
    N_("Checklist"),
    N_("Version"),
    N_("Final score"),
    N_("Raw score"),
    N_("Band"),
    N_("Failed critical items"),
    N_("Coverage"),
    N_("Enough to compare"),
)
ITEM_HEAD = (
    N_("Report number"),
    N_("Visited on"),
    N_("Checklist"),
    N_("Version"),
    N_("In section"),
    N_("Item"),
    N_("Label"),
    N_("Answer given"),
    N_("Credit"),
    N_("Lost points"),
    N_("Note"),
)


def visits_sheet(
    branch: Branch, visits: Sequence[ScoredVisit], wording: Wording, lost: Sequence[Visit] = ()
) -> Sheet:
    """Parts, sections and C/P/T are columns; what a version does not have stays empty. `lost`
    come last, with what is still known of them."""
    language, say = wording.language, wording.say
    figures = side_by_side_rows(visits)
    rows: list[tuple[Cell, ...]] = []
    for place, one in enumerate(visits):
        band = one.checklist.band_of(one.card.final)
        rows.append(
            (
                *_begun(branch, one.visit, wording),
                one.checklist.title.in_(language),
                one.checklist.version,
                *_scored(one.visit, "" if band is None else band.title.in_(language)),
                one.card.coverage,
                say(N_("no") if one.card.insufficient else N_("yes")),
                *(row.cells[place].score for row in figures),
            )
        )
    for visit in lost:
        rest: list[Cell] = [None] * (len(figures) + 2)
        rows.append((*_begun(branch, visit, wording), say(LOST), "", *_scored(visit, ""), *rest))
    head = (*(say(name) for name in VISIT_HEAD), *_names(figures, wording))
    return Sheet(say(N_("Visits")), head, tuple(rows))


def _begun(branch: Branch, visit: Visit, wording: Wording) -> tuple[Cell, ...]:
    language, release = wording.language, visit.release
    assert release is not None
    return (
        release.number,
        branch.code,
        branch.name.in_(language),
        branch.region.name.in_(language),
        wording.day(visit.visited_at),
        wording.day(release.released_at),
        visit.wave.programme.in_(language),
        visit.wave.name.in_(language),
        wording.say(MODES[visit.mode]),
    )


def _scored(visit: Visit, band: str) -> tuple[Cell, ...]:
    release = visit.release
    assert release is not None
    return (release.final, release.raw, band, release.vetoes)


def _names(figures: Sequence[Row], wording: Wording) -> tuple[str, ...]:
    """One name per figure: a part, a section and an index may have one title."""
    titles = {row.id: row.title.in_(wording.language) for row in figures}
    names = []
    for row in figures:
        name = wording.say(KINDS[row.kind]) % {"title": titles[row.id]}
        part = titles.get(row.id.partition("/")[0]) if row.kind == "section" else None
        names.append(f"{part} / {name}" if part else name)
    again = {name for name, times in Counter(names).items() if times > 1}
    return tuple(
        f"{name} [{row.id}]" if name in again else name
        for name, row in zip(names, figures, strict=True)
    )


def items_sheet(
    visits: Sequence[ScoredVisit],
    said_by_visit: Mapping[UUID, Said],
    wording: Wording,
    lost: Sequence[Visit] = (),
) -> Sheet:
    """A visit that is not in `said_by_visit` cannot be read, and has one row that says so, as
    have those that are `lost`."""
    rows: list[tuple[Cell, ...]] = []
    for one in visits:
        what = said_by_visit.get(one.visit.id)
        rows += [_unreadable(one, wording)] if what is None else _item_rows(one, what, wording)
    rows += [
        (one.number, wording.day(one.visited_at), *("",) * 6, None, None, wording.say(LOST))
        for one in lost
    ]
    head = tuple(wording.say(name) for name in ITEM_HEAD)
    return Sheet(wording.say(N_("Items by visit")), head, tuple(rows))


def _unreadable(one: ScoredVisit, wording: Wording) -> tuple[Cell, ...]:
    told = wording.say(N_("The answers cannot be read: the log of this visit is damaged."))
    title = one.checklist.title.in_(wording.language)
    day = wording.day(one.visit.visited_at)
    return (one.number, day, title, one.checklist.version, *("",) * 4, None, None, told)


def _item_rows(one: ScoredVisit, what: Said, wording: Wording) -> list[tuple[Cell, ...]]:
    language, lost = wording.language, one.card.lost()
    release = one.visit.release
    assert release is not None
    titles = {
        entry.item: section.title
        for part in reversed(one.checklist.parts)
        for section in reversed(part.sections)
        for entry in section.entries
    }
    credits = {
        place.item: place.credit
        for part in one.card.parts
        for section in part.sections
        for place in section.items
    }
    return [
        (
            release.number,
            wording.day(one.visit.visited_at),
            one.checklist.title.in_(language),
            one.checklist.version,
            titles[item.key].in_(language) if item.key in titles else "",
            item.key,
            item.label.in_(language),
            said(item, what.answers.get(item.key)).in_(language),
            credits.get(item.key),
            None if credits.get(item.key) is None else lost.get(item.key, Decimal(0)),
            what.notes.get(item.key, ""),
        )
        for item in one.checklist.items
        if not isinstance(item.response, FreeText)
    ]
