"""Scoring rule 1. Exact arithmetic, rounded once at the end.

1. An answer earns credit c in [0, 1] by its response; N/A follows the item's policy.
2. Section = Σ w·c / Σ w over scored answers; part = sections weighted (or points pooled);
   total = parts weighted by share. What has nothing scored leaves, and its weight with it.
3. Coverage = Σ w answered / Σ w that apply. N/A leaves both sums alone.
4. A critical item with credit 0 has the effect the checklist names; `raw` stays.
5. C/P/T indices and framework readings: Σ w·c / Σ w over the items tagged or mapped.
6. Points lost per item add up exactly to the distance between `raw` and 100.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from audit.domain.answer import Answer, settled
from audit.domain.card import (
    IndexScore,
    ItemScore,
    PartScore,
    Reading,
    ReadingEntry,
    ScoreCard,
    SectionScore,
    Standing,
)
from audit.domain.checklist import (
    Cap,
    Checklist,
    Deduct,
    Dimension,
    Framework,
    Item,
    Part,
    ZeroSection,
)
from audit.domain.credit import credit, rounded, scored
from audit.domain.plain import plain_card, read_plain
from audit.domain.sums import (
    Credits,
    Place,
    Sums,
    apportioned,
    coverage,
    mean,
    part_coverage,
    weight_once,
)

__all__ = [
    "RULE",
    "IndexScore",
    "ItemScore",
    "PartScore",
    "Reading",
    "ReadingEntry",
    "ScoreCard",
    "SectionScore",
    "Standing",
    "credit",
    "exact_losses",
    "final_score",
    "plain_card",
    "read_plain",
    "read_through",
    "rounded",
    "score",
    "scored",
]  # fmt: skip

RULE = 1


# ---- the card ------------------------------------------------------------------------


def score(checklist: Checklist, answers: Mapping[str, Answer]) -> ScoreCard:
    """The score card of a visit; `answers` by item, gate and fact key, gates not yet applied."""
    now = settled(checklist, answers)
    credits = {item.key: credit(item, now.get(item.key)) for item in checklist.items}
    sums = Sums(checklist, credits)
    veto = _veto(checklist, credits)
    final = _final(sums, veto)
    band = checklist.band_of(final)
    covered = _rounded(
        coverage(now, ((item, weight_once(checklist, item)) for item in checklist.items)), 3
    )
    standing = [_standing(now.get(item.key)) for item in checklist.items]
    return ScoreCard(
        rule=RULE,
        raw=_rounded(sums.total),
        final=final,
        band=None if band is None else band.id,
        veto=veto,
        coverage=covered,
        insufficient=covered is None or covered < checklist.scoring.minimum_coverage,
        lowest=_bound(sums, now, Fraction(0)),
        highest=_bound(sums, now, Fraction(1)),
        asked=len(standing),
        answered=standing.count("answered"),
        na=standing.count("na"),
        not_observed=standing.count("not_observed"),
        unanswered=standing.count("unanswered"),
        parts=_part_scores(sums, now),
        cpt=_indices(checklist, credits),
        readings=tuple(_reading(checklist, f, credits) for f in checklist.frameworks),
    )


def final_score(checklist: Checklist, answers: Mapping[str, Answer]) -> Decimal | None:
    """The card's `final` alone, for lists: a fifth of the work."""
    now = settled(checklist, answers)
    credits = {item.key: credit(item, now.get(item.key)) for item in checklist.items}
    return _final(Sums(checklist, credits), _veto(checklist, credits))


def _veto(checklist: Checklist, credits: Credits) -> tuple[str, ...]:
    return tuple(item.key for item in checklist.items if item.critical and credits[item.key] == 0)


def exact_losses(checklist: Checklist, credits: Credits) -> dict[Place, Fraction]:
    """Points lost by (part, section, item); they add up exactly to 100 − the exact total."""
    return Sums(checklist, credits).losses()


def _rounded(exact: Fraction | None, places: int = 1) -> Decimal | None:
    return None if exact is None else rounded(exact, places)


def _standing(answer: Answer | None) -> Standing:
    return "unanswered" if answer is None else answer.state


def _bound(sums: Sums, now: Mapping[str, Answer], assumed: Fraction) -> Decimal | None:
    missing = [
        item.key
        for item in sums.checklist.items
        if scored(item) and _standing(now.get(item.key)) in ("unanswered", "not_observed")
    ]
    credits = {**sums.credits, **dict.fromkeys(missing, assumed)}
    return _rounded(Sums(sums.checklist, credits).total)


def _final(sums: Sums, veto: tuple[str, ...]) -> Decimal | None:
    raw = _rounded(sums.total)
    if raw is None or not veto:
        return raw
    match sums.checklist.scoring.critical:
        case Cap(cap=cap):
            return min(raw, cap)
        case Deduct(points=points):
            return max(Decimal("0.0"), raw - points * len(veto))
        case ZeroSection():
            return _rounded(Sums(sums.checklist, sums.credits, frozenset(veto)).total)
        case _:
            return raw


# ---- why this score ------------------------------------------------------------------


def _part_scores(sums: Sums, now: Mapping[str, Answer]) -> tuple[PartScore, ...]:
    """Parts, sections and items, each level's worths adding up to the level above."""
    raw = _rounded(sums.total)
    worths = _worths(sums)
    losses = sums.losses()
    most = {place: worths[place] for place in losses}
    lost = {} if raw is None else apportioned(losses, 100 - raw, most)
    return tuple(
        PartScore(
            id=part.id,
            share=part.share,
            score=_rounded(sums.parts[part.id]),
            coverage=_rounded(part_coverage(sums.checklist, part, now), 3),
            worth=worths.get((part.id,), Decimal(0)),
            sections=_section_scores(sums, part, now, worths, lost),
        )
        for part in sums.checklist.parts
    )


def _worths(sums: Sums) -> dict[tuple[str, ...], Decimal]:
    """By part, by section and by item in it."""
    parts = apportioned(sums.worths(), Decimal(100))
    found: dict[tuple[str, ...], Decimal] = {(name,): worth for name, worth in parts.items()}
    for part in sums.checklist.parts:
        whole = parts.get(part.id, Decimal(0))
        sections = apportioned(sums.section_worths(part, Fraction(whole)), whole)
        for section in part.sections:
            worth = sections.get(section.id, Decimal(0))
            found[part.id, section.id] = worth
            items = apportioned(sums.item_worths(part, section, Fraction(worth)), worth)
            found |= {(part.id, section.id, item): carried for item, carried in items.items()}
    return found


def _section_scores(
    sums: Sums,
    part: Part,
    now: Mapping[str, Answer],
    worths: Mapping[tuple[str, ...], Decimal],
    lost: Mapping[Place, Decimal],
) -> tuple[SectionScore, ...]:
    result = []
    for section in part.sections:
        place = (part.id, section.id)
        items = tuple(
            ItemScore(
                item=entry.item,
                weight=entry.weight,
                standing=_standing(now.get(entry.item)),
                credit=_rounded(sums.credits[entry.item], 4),
                lost=lost.get((*place, entry.item), Decimal(0)),
                worth=worths.get((*place, entry.item), Decimal(0)),
            )
            for entry in section.entries
        )
        score = _rounded(sums.sections[place])
        result.append(SectionScore(section.id, section.weight, score, worths[place], items))
    return tuple(result)


# ---- other readings ------------------------------------------------------------------


def _indices(checklist: Checklist, credits: Credits) -> dict[str, IndexScore]:
    dimensions: tuple[Dimension, ...] = ("C", "P", "T")
    result: dict[str, IndexScore] = {}
    for dimension in dimensions:
        tagged = [item for item in checklist.items if dimension in item.cpt]
        counted = sum(credits[item.key] is not None for item in tagged)
        enough = counted >= checklist.scoring.minimum_index_items
        index = _mean_of(checklist, tagged, credits) if enough else None
        result[dimension] = IndexScore(index, counted)
    return result


def _reading(checklist: Checklist, framework: Framework, credits: Credits) -> Reading:
    mapped = {
        entry.id: tuple(
            item.key for item in checklist.items if f"{framework.id}:{entry.id}" in item.frameworks
        )
        for entry in framework.entries
    }
    return _read(checklist, framework, mapped, credits)


def read_through(
    checklist: Checklist,
    settled_answers: Mapping[str, Answer],
    framework: Framework,
    mapped: Mapping[str, tuple[str, ...]],
) -> Reading:
    """A visit through a framework that its checklist does not name; `mapped`: its items by
    entry."""
    keys = {key for items in mapped.values() for key in items}
    credits = {key: credit(checklist.by_key[key], settled_answers.get(key)) for key in keys}
    return _read(checklist, framework, mapped, credits)


def _read(
    checklist: Checklist,
    framework: Framework,
    mapped: Mapping[str, tuple[str, ...]],
    credits: Credits,
) -> Reading:
    def score_of(keys: Iterable[str]) -> Decimal | None:
        return _mean_of(checklist, [checklist.by_key[key] for key in keys], credits)

    entries = tuple(
        ReadingEntry(
            id=entry.id,
            score=score_of(mapped[entry.id]),
            items=mapped[entry.id],
            scored=sum(credits[key] is not None for key in mapped[entry.id]),
        )
        for entry in framework.entries
    )
    every = dict.fromkeys(key for entry in entries for key in entry.items)
    return Reading(framework.id, score_of(every), entries)


def _mean_of(checklist: Checklist, items: Iterable[Item], credits: Credits) -> Decimal | None:
    """The score over these items, each counting once and in full."""
    return _rounded(
        mean(
            (weight_once(checklist, item), 100 * earned)
            for item in items
            if (earned := credits[item.key]) is not None
        )
    )
