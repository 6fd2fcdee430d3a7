"""The report's items: what cost points, what is worth praise, what changed since last time."""

from collections.abc import Mapping
from decimal import Decimal

from audit.domain.answer import Answer, settled, with_timings
from audit.domain.checklist import Checklist, Item
from audit.domain.comparison import compare_items
from audit.domain.report import EarlierVisit, Flip, Highlight, Loss, Named
from audit.domain.scoring import ItemScore, ScoreCard
from audit.domain.wording import said

HIGHLIGHTS = 8


def code(item: Item) -> str:
    return item.key.rpartition("/")[2]


def named(item: Item) -> Named:
    return Named(item.key, code(item), item.label, item.criterion)


def losses_of(
    checklist: Checklist, card: ScoreCard, now: Mapping[str, Answer], notes: Mapping[str, str]
) -> tuple[Loss, ...]:
    sections = {
        entry.item: section.title
        for part in reversed(checklist.parts)
        for section in part.sections
        for entry in section.entries
    }
    return tuple(
        Loss(
            item=named(checklist.by_key[key]),
            section=sections[key],
            said=said(checklist.by_key[key], now.get(key)),
            points=points,
            note=notes.get(key, ""),
            advice=checklist.by_key[key].coach,
            critical=key in card.veto,
        )
        for key, points in lost_by(card).items()
    )


def lost_by(card: ScoreCard) -> dict[str, Decimal]:
    """Points by item, largest first; then critical items that failed and cost none."""
    lost = card.lost()
    return lost | {key: Decimal(0) for key in card.veto if key not in lost}


def highlights_of(
    checklist: Checklist, places: Mapping[str, ItemScore], notes: Mapping[str, str]
) -> tuple[Highlight, ...]:
    found = [
        Highlight(named(item), notes[item.key])
        for item in checklist.items
        if item.key in places and places[item.key].credit == 1 and notes.get(item.key)
    ]
    return tuple(found[:HIGHLIGHTS])


def flips_since(
    checklist: Checklist, now: Mapping[str, Answer], previous: EarlierVisit | None
) -> tuple[tuple[Flip, ...], tuple[Flip, ...]]:
    """Items that earned more, and less, than at the visit before this one."""
    if previous is None or previous.capture is None:
        return (), ()
    old = previous.checklist
    taken = with_timings(old, previous.capture.answers, previous.capture.marks)
    changes = compare_items(old, settled(old, taken), checklist, now)

    def flips(verdict: str) -> tuple[Flip, ...]:
        return tuple(
            Flip(
                named(checklist.by_key[change.item]),
                said(old.by_key[change.item], change.before),
                said(checklist.by_key[change.item], change.after),
            )
            for change in changes
            if change.verdict == verdict
        )

    return flips("better"), flips("worse")
