"""Visits side by side through one framework: its entries in order, the items under each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from audit.domain.answer import Answer
from audit.domain.comparison import Figure, Row, ScoredVisit, rows_of
from audit.domain.credit import credit, rounded
from audit.domain.regrouping import Lens, reading_of, uncovered
from audit.domain.report import Uncovered
from audit.domain.scoring import Reading
from audit.domain.text import Text

UNSCORED = Text("这几次走访都没有计分", "Not scored at any of these visits")


class RegroupedVisits(msgspec.Struct, frozen=True):
    """`rows`: the framework, then each entry with its items; `needed`: how many scored items
    a visit's score for the framework takes."""

    id: str
    title: Text
    rows: tuple[Row, ...]
    uncovered: tuple[Uncovered, ...]
    needed: int
    unreadable: tuple[str, ...] = ()  # reports whose answers nobody can read


def regroup_visits(
    columns: Sequence[ScoredVisit], answers: Mapping[UUID, Mapping[str, Answer]], lens: Lens
) -> RegroupedVisits:
    """`answers`: by visit, with their gates applied; without those that cannot be read."""
    read = {
        one.visit.id: reading_of(one.checklist, one.card, answers[one.visit.id], lens)
        for one in columns
        if one.visit.id in answers
    }

    def figures(one: ScoredVisit) -> Iterable[Figure]:
        name = one.visit.id
        return _figures(one, lens, read[name], answers[name]) if name in answers else ()

    rows = rows_of(columns, figures)
    newest = columns[-1].checklist
    shown = {row.id for row in rows if row.kind == "entry"}
    asked = {entry.id for reading in read.values() for entry in reading.entries if entry.items}
    missing = [
        one if one.reason or one.id not in asked else msgspec.structs.replace(one, reason=UNSCORED)
        for one in uncovered(lens, shown, lens.of(newest))
    ]
    return RegroupedVisits(
        id=lens.framework.id,
        title=(lens.of(newest) or lens.framework).title,
        rows=rows,
        uncovered=tuple(missing),
        needed=newest.scoring.minimum_index_items,
        unreadable=tuple(one.number for one in columns if one.visit.id not in answers),
    )


def _figures(
    one: ScoredVisit, lens: Lens, reading: Reading, said: Mapping[str, Answer]
) -> Iterator[Figure]:
    framework = lens.of(one.checklist) or lens.framework
    titles = {entry.id: entry.title for entry in framework.entries}
    score, counted = one.card.shown(one.checklist, reading), one.card.counted(reading)
    yield Figure("framework", framework.id, framework.title, score, counted)
    for entry in reading.entries:
        title = Text(f"{entry.id} {titles[entry.id].zh}", f"{entry.id} {titles[entry.id].en}")
        yield Figure("entry", entry.id, title, entry.score, entry.scored)
        for key in entry.items:
            item = one.checklist.by_key[key]
            if len(entry.items) == 1 and item.label == titles[entry.id]:
                continue  # it would say the same again
            earned = credit(item, said.get(key))
            hundred: Decimal | None = None if earned is None else rounded(100 * earned)
            yield Figure("item", f"{entry.id} {key}", item.label, hundred, 0)
