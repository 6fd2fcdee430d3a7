"""What changed between visits: item by item for two, side by side for any number.

Two answers are compared only when both versions of the checklist ask the item in the same
words and both answers earned a credit; everything else is said to be not comparable, and why.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeVar

import msgspec

from audit.domain.answer import Answer
from audit.domain.checklist import Checklist, Item
from audit.domain.problems import N_, Conflict, Invalid
from audit.domain.scoring import ScoreCard, credit, rounded, scored
from audit.domain.text import Text
from audit.domain.visit import Visit

MOST_COMPARED = 12  # visits side by side; a branch's files hold all of them

K = TypeVar("K")
V = TypeVar("V")

Verdict = Literal["better", "worse", "same", "not_comparable"]
Reason = Literal["wording", "asked_once", "not_scored"]
RowKind = Literal["total", "part", "section", "index", "framework", "entry", "item"]
VERDICTS: tuple[Verdict, ...] = ("worse", "better", "same", "not_comparable")
REASONS: dict[Reason, str] = {
    "wording": N_("The wording changed between the two versions."),
    "asked_once": N_("Only one of the two versions asks this."),
    "not_scored": N_("Not scored at both visits."),
}


class ItemChange(msgspec.Struct, frozen=True):
    item: str
    verdict: Verdict
    before: Answer | None
    after: Answer | None
    before_credit: Decimal | None = None
    after_credit: Decimal | None = None
    reason: Reason | None = None  # set exactly when not comparable


class ScoredVisit(msgspec.Struct, frozen=True):
    """A released visit with the checklist it was made under and its card."""

    visit: Visit
    checklist: Checklist
    card: ScoreCard

    @property
    def number(self) -> str:
        """Of its report."""
        return self.visit.number


class VisitChange(msgspec.Struct, frozen=True):
    """Two visits as wholes, by raw score; `change` is None when either has no valid score."""

    before: Decimal | None
    after: Decimal | None
    change: Decimal | None
    counts: dict[Verdict, int]


class Cell(msgspec.Struct, frozen=True):
    """`change` is against the column before; `items`: how many scored items it rests on."""

    score: Decimal | None
    items: int
    change: Decimal | None = None


class Row(msgspec.Struct, frozen=True):
    """One part, section, index, framework entry or item over all columns."""

    kind: RowKind
    id: str
    title: Text
    cells: tuple[Cell, ...]


class SideBySide(msgspec.Struct, frozen=True):
    columns: tuple[ScoredVisit, ...]  # in order of visit
    left_out: tuple[ScoredVisit, ...]  # without a valid score: shown elsewhere, never compared
    sections: tuple[Row, ...]
    indices: tuple[Row, ...]
    frameworks: tuple[Row, ...]
    items: int  # scored items of any version
    same_items: int  # of these, asked in the same words in every version

    @property
    def scores(self) -> list[float]:
        """The raw scores of the columns."""
        return [float(raw) for one in self.columns if (raw := one.card.valid) is not None]


def lost_among(visits: Iterable[Visit], scored: Iterable[ScoredVisit]) -> tuple[Visit, ...]:
    """Those whose card or checklist cannot be read."""
    read = {one.visit.id for one in scored}
    return tuple(visit for visit in visits if visit.id not in read)


# ---- two visits, item by item --------------------------------------------------------


def compare_items(
    before_checklist: Checklist,
    before_answers: Mapping[str, Answer],
    after_checklist: Checklist,
    after_answers: Mapping[str, Answer],
) -> tuple[ItemChange, ...]:
    """Every item that can earn credit in either version, in the later version's order; items
    only the earlier one asked come last. The answers have their gates applied (`settled`)."""
    earlier = {item.key: item for item in before_checklist.items if scored(item)}
    later = {item.key: item for item in after_checklist.items if scored(item)}
    return tuple(
        _compare(
            key, earlier.get(key), before_answers.get(key), later.get(key), after_answers.get(key)
        )
        for key in _union(later, earlier)
    )


def _compare(
    key: str, earlier: Item | None, before: Answer | None, later: Item | None, after: Answer | None
) -> ItemChange:
    if earlier is None or later is None:
        return ItemChange(key, "not_comparable", before, after, reason="asked_once")
    earned, earns = credit(earlier, before), credit(later, after)
    if earlier.wording_hash() != later.wording_hash():
        verdict, reason = _incomparable("wording")
    elif earned is None or earns is None:
        verdict, reason = _incomparable("not_scored")
    else:
        verdict, reason = _verdict(earned, earns), None
    return ItemChange(key, verdict, before, after, _credit(earned), _credit(earns), reason)


def _incomparable(reason: Reason) -> tuple[Verdict, Reason | None]:
    return "not_comparable", reason


def _verdict(earned: Fraction, earns: Fraction) -> Verdict:
    if earns == earned:
        return "same"
    return "better" if earns > earned else "worse"


def _credit(exact: Fraction | None) -> Decimal | None:
    return None if exact is None else rounded(exact, 4)


def compare_visits(
    before: ScoreCard, after: ScoreCard, changes: Iterable[ItemChange]
) -> VisitChange:
    verdicts = [change.verdict for change in changes]
    return VisitChange(
        before=before.raw,
        after=after.raw,
        change=_difference(before.valid, after.valid),
        counts={verdict: verdicts.count(verdict) for verdict in VERDICTS},
    )


def _difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


# ---- any number of visits, side by side ----------------------------------------------


def at_most(chosen: Collection[object]) -> None:
    """Raises `Invalid` for more visits than stand side by side."""
    if len(set(chosen)) > MOST_COMPARED:
        raise Invalid(
            N_(
                "A comparison holds at most %(most)s visits, and %(chosen)s were chosen. "
                "Please go back and choose fewer. The CSV and Excel files hold all of them."
            ),
            most=MOST_COMPARED,
            chosen=len(set(chosen)),
        )


def side_by_side(visits: Sequence[ScoredVisit]) -> SideBySide:
    """Visits of one checklist, any versions, rows aligned by id; raises `Conflict` for
    different checklists. `visits` come in the order they were made."""
    if len({scored_visit.checklist.id for scored_visit in visits}) > 1:
        raise Conflict(N_("Visits made with different checklists cannot be compared."))
    columns = tuple(one for one in visits if one.card.valid is not None)
    hashes = [
        {item.key: item.wording_hash() for item in one.checklist.items if scored(item)}
        for one in columns
    ]
    keys = _union({}, *hashes)
    return SideBySide(
        columns=columns,
        left_out=tuple(one for one in visits if one.card.valid is None),
        sections=rows_of(columns, _sections),
        indices=rows_of(columns, _indices),
        frameworks=rows_of(columns, _frameworks),
        items=len(keys),
        same_items=sum(len({known.get(key) for known in hashes}) == 1 for key in keys),
    )


def side_by_side_rows(visits: Sequence[ScoredVisit]) -> tuple[Row, ...]:
    """Parts, sections and indices of visits under any checklists, without the total."""
    rows = (*rows_of(visits, _sections), *rows_of(visits, _indices))
    return tuple(row for row in rows if row.kind != "total")


class Figure(msgspec.Struct, frozen=True):
    """A row's value in one column, before it is lined up with the others."""

    kind: RowKind
    id: str
    title: Text
    score: Decimal | None
    items: int


def rows_of(
    columns: Sequence[ScoredVisit], read: Callable[[ScoredVisit], Iterable[Figure]]
) -> tuple[Row, ...]:
    """One row per figure any column has a score for, or a framework with too few scored items
    for one; the newest column's order and titles lead."""
    read_columns = [{(f.kind, f.id): f for f in read(column)} for column in columns]
    rows = []
    for name, figure in _union({}, *reversed(read_columns)).items():
        cells: list[Cell] = []
        for known in read_columns:
            found = known.get(name)
            score = found.score if found else None
            change = _difference(cells[-1].score, score) if cells else None
            cells.append(Cell(score, found.items if found else 0, change))
        begun = figure.kind == "framework" and any(cell.items for cell in cells)
        if begun or any(cell.score is not None for cell in cells):
            rows.append(Row(figure.kind, figure.id, figure.title, tuple(cells)))
    return tuple(rows)


def _sections(one: ScoredVisit) -> Iterable[Figure]:
    parts = {part.id: part for part in one.checklist.parts}
    places = [i for part in one.card.parts for section in part.sections for i in section.items]
    earning = len({place.item for place in places if place.credit is not None})
    yield Figure("total", "total", one.checklist.title, one.card.raw, earning)
    for card in one.card.parts:
        part = parts[card.id]
        titles = {section.id: section.title for section in part.sections}
        counts = [sum(i.credit is not None for i in section.items) for section in card.sections]
        if len(parts) > 1:
            yield Figure("part", part.id, part.title, card.score, sum(counts))
        for section, count in zip(card.sections, counts, strict=True):
            name = f"{part.id}/{section.id}"
            yield Figure("section", name, titles[section.id], section.score, count)


def _indices(one: ScoredVisit) -> Iterable[Figure]:
    for name, index in one.card.cpt.items():
        yield Figure("index", name, _index_title(one.checklist, name), index.index, index.items)


def _index_title(checklist: Checklist, dimension: str) -> Text:
    """As the framework that has these groups calls it; the letter leads in both languages."""
    for framework in checklist.frameworks:
        for group in framework.groups:
            if group.id == dimension:
                return Text(f"{dimension} {group.title.zh}", f"{dimension} {group.title.en}")
    return Text(dimension, dimension)


def _frameworks(one: ScoredVisit) -> Iterable[Figure]:
    frameworks = {framework.id: framework for framework in one.checklist.frameworks}
    for reading in one.card.readings:
        framework = frameworks[reading.framework]
        titles = {entry.id: entry.title for entry in framework.entries}
        score, counted = one.card.shown(one.checklist, reading), one.card.counted(reading)
        yield Figure("framework", framework.id, framework.title, score, counted)
        for entry in reading.entries:
            name = f"{framework.id}:{entry.id}"
            yield Figure("entry", name, titles[entry.id], entry.score, entry.scored)


def _union(first: Mapping[K, V], *others: Mapping[K, V]) -> dict[K, V]:
    """All keys in the order of the first, then what only later ones have; first value wins."""
    result = dict(first)
    for other in others:
        for key, value in other.items():
            result.setdefault(key, value)
    return result
