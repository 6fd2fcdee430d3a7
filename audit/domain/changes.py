"""Two visits of a branch as one reads them: each item with both answers in words."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from audit.domain.answer import Answer
from audit.domain.checklist import Item
from audit.domain.comparison import (
    VERDICTS,
    ItemChange,
    ScoredVisit,
    VisitChange,
    compare_items,
    compare_visits,
)
from audit.domain.problems import N_, Conflict
from audit.domain.statistics import Difference, Spread, difference, mcnemar
from audit.domain.text import Text
from audit.domain.wording import said


class Said(msgspec.Struct, frozen=True):
    """What a visit says: answers with gates and timings applied, and notes, by item."""

    answers: Mapping[str, Answer]
    notes: Mapping[str, str]


class Line(msgspec.Struct, frozen=True):
    """One item. `points`: how many of the total it gives back (or, below 0, takes)."""

    item: Item
    change: ItemChange
    before: Text
    after: Text
    before_note: str
    after_note: str
    points: Decimal


class Changes(msgspec.Struct, frozen=True):
    """`p` judges the split of the changed items, nothing else; None when none changed."""

    before: ScoredVisit
    after: ScoredVisit
    total: VisitChange
    difference: Difference | None
    p: float | None
    lines: tuple[Line, ...]  # worse, better, same, not comparable


def changes_between(
    before: ScoredVisit,
    said_before: Said,
    after: ScoredVisit,
    said_after: Said,
    spread: Spread | None,
) -> Changes:
    """Raises `Conflict` for visits that must not be compared."""
    if before.checklist.id != after.checklist.id:
        raise Conflict(N_("Visits made with different checklists cannot be compared."))
    if before.card.insufficient or after.card.insufficient:
        raise Conflict(N_("One of these visits covers too little of the checklist to compare it."))
    changes = compare_items(
        before.checklist, said_before.answers, after.checklist, said_after.answers
    )
    total = compare_visits(before.card, after.card, changes)
    better, worse = total.counts["better"], total.counts["worse"]
    return Changes(
        before=before,
        after=after,
        total=total,
        difference=None
        if total.before is None or total.after is None
        else difference(float(total.before), float(total.after), spread),
        p=mcnemar(better, worse) if better + worse else None,
        lines=_lines(before, said_before, after, said_after, changes),
    )


def _lines(
    before: ScoredVisit,
    said_before: Said,
    after: ScoredVisit,
    said_after: Said,
    changes: tuple[ItemChange, ...],
) -> tuple[Line, ...]:
    lost_before, lost_after = before.card.lost(), after.card.lost()
    nothing = Decimal(0)
    lines = []
    for change in changes:
        earlier, later = (one.checklist.by_key.get(change.item) for one in (before, after))
        item = later or earlier
        assert item is not None  # a change is about an item of one of the two
        lines.append(
            Line(
                item=item,
                change=change,
                before=said(earlier, change.before) if earlier else Text("—", "—"),
                after=said(later, change.after) if later else Text("—", "—"),
                before_note=said_before.notes.get(change.item, ""),
                after_note=said_after.notes.get(change.item, ""),
                points=lost_before.get(change.item, nothing) - lost_after.get(change.item, nothing),
            )
        )
    return tuple(sorted(lines, key=lambda line: VERDICTS.index(line.change.verdict)))
