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
from typing import Literal, TypeVar

import msgspec

from audit.domain.answer import Answer, read_answer, settled
from audit.domain.checklist import (
    Cap,
    Checklist,
    Choice,
    Count,
    CreditBand,
    Deduct,
    Dimension,
    Framework,
    FreeText,
    Graded,
    Item,
    Number,
    Part,
    Points,
    Seconds,
    Section,
    YesNo,
    ZeroSection,
)
from audit.domain.problems import Invalid, Problem

K = TypeVar("K", str, tuple[str, str, str])

RULE = 1
Standing = Literal["answered", "na", "not_observed", "unanswered"]


class ItemScore(msgspec.Struct, frozen=True):
    """An item in one section. `worth`: how many of the 100 points this place carries;
    `lost`: how many of them it costs. Both to 0.01; worths add up to the section's."""

    item: str
    weight: Decimal
    standing: Standing
    credit: Decimal | None
    lost: Decimal
    worth: Decimal = Decimal(0)


class SectionScore(msgspec.Struct, frozen=True):
    """`worth`: how many of the 100 points this section carries in this visit."""

    id: str
    weight: Decimal
    score: Decimal | None
    worth: Decimal
    items: tuple[ItemScore, ...]


class PartScore(msgspec.Struct, frozen=True):
    id: str
    share: Decimal
    score: Decimal | None
    coverage: Decimal | None
    worth: Decimal
    sections: tuple[SectionScore, ...]


class IndexScore(msgspec.Struct, frozen=True):
    """`index` is None below the checklist's minimum number of items."""

    index: Decimal | None
    items: int


class ReadingEntry(msgspec.Struct, frozen=True):
    id: str
    score: Decimal | None
    items: tuple[str, ...]  # every item mapped to the entry
    scored: int


class Reading(msgspec.Struct, frozen=True):
    """A visit read through one framework."""

    framework: str
    score: Decimal | None
    entries: tuple[ReadingEntry, ...]


class ScoreCard(msgspec.Struct, frozen=True):
    """Everything a score is made of, rounded; frozen as it is at release."""

    rule: int
    raw: Decimal | None
    final: Decimal | None
    band: str | None
    veto: tuple[str, ...]
    coverage: Decimal | None
    insufficient: bool
    lowest: Decimal | None  # raw if everything not observed or unanswered were missed
    highest: Decimal | None  # … were met
    asked: int
    answered: int
    na: int
    not_observed: int
    unanswered: int
    parts: tuple[PartScore, ...]
    cpt: dict[str, IndexScore]
    readings: tuple[Reading, ...]

    def lost(self) -> dict[str, Decimal]:
        """Points lost by item over all its places, largest first; items that lost none left out."""
        sums: dict[str, Decimal] = {}
        for part in self.parts:
            for section in part.sections:
                for entry in section.items:
                    sums[entry.item] = sums.get(entry.item, Decimal(0)) + entry.lost
        lossy = ((key, value) for key, value in sums.items() if value > 0)
        return dict(sorted(lossy, key=lambda pair: (-pair[1], pair[0])))


# ---- credit --------------------------------------------------------------------------


def scored(item: Item) -> bool:
    """Whether the item can earn credit at all."""
    response = item.response
    if item.weight == 0 or isinstance(response, FreeText):
        return False
    if isinstance(response, Choice):
        return any(option.credit is not None for option in response.options)
    if isinstance(response, Count | Seconds | Number):
        return bool(response.bands)
    return True


def credit(item: Item, answer: Answer | None) -> Fraction | None:
    """What the answer earns in [0, 1]; None when it is not scored."""
    if answer is None or not scored(item) or answer.state == "not_observed":
        return None
    if answer.state == "na":
        return Fraction(0) if item.na == "zero" and not answer.gated else None
    match item.response:
        case YesNo(good=good):
            return Fraction(answer.value == good)
        case Graded(grades=grades):
            return _exact(next(g.credit for g in grades if g.value == answer.value))
        case Choice(options=options):
            earned = next(o.credit for o in options if o.id == answer.value)
            return None if earned is None else _exact(earned)
        case Count(bands=bands) | Seconds(bands=bands) | Number(bands=bands):
            return _by_band(bands, answer.number)
        case Points(maximum=maximum):
            return _exact(answer.number) / _exact(maximum)
    return None


def _by_band(bands: tuple[CreditBand, ...], value: Decimal) -> Fraction:
    for band in bands:
        if (band.max is None or value <= band.max) and (band.min is None or value >= band.min):
            return _exact(band.credit)
    return Fraction(0)


def _exact(number: Decimal) -> Fraction:
    return Fraction(number)


def rounded(exact: Fraction, places: int = 1) -> Decimal:
    """Half up (away from the lower value), the one rounding of the rule."""
    scale = 10**places
    units = (exact * scale + Fraction(1, 2)).__floor__()
    return Decimal(units).scaleb(-places)


# ---- the card ------------------------------------------------------------------------


def score(checklist: Checklist, answers: Mapping[str, Answer]) -> ScoreCard:
    """The score card of a visit; `answers` by item, gate and fact key, gates not yet applied."""
    now = settled(checklist, answers)
    credits = {item.key: credit(item, now.get(item.key)) for item in checklist.items}
    exact = _total(checklist, credits)
    veto = tuple(item.key for item in checklist.items if item.critical and credits[item.key] == 0)
    raw = None if exact is None else rounded(exact)
    final = _final(checklist, credits, veto, raw)
    coverage = _coverage(now, ((item, item.weight) for item in checklist.items))
    missing = [
        item.key
        for item in checklist.items
        if scored(item) and (item.key not in now or now[item.key].state == "not_observed")
    ]
    band = checklist.band_of(final)
    standing = [_standing(now.get(item.key)) for item in checklist.items]
    return ScoreCard(
        rule=RULE,
        raw=raw,
        final=final,
        band=None if band is None else band.id,
        veto=veto,
        coverage=None if coverage is None else rounded(coverage, 3),
        insufficient=coverage is None or coverage < _exact(checklist.scoring.minimum_coverage),
        lowest=_bound(checklist, credits, missing, Fraction(0)),
        highest=_bound(checklist, credits, missing, Fraction(1)),
        asked=len(standing),
        answered=standing.count("answered"),
        na=standing.count("na"),
        not_observed=standing.count("not_observed"),
        unanswered=standing.count("unanswered"),
        parts=_part_scores(checklist, now, credits, raw),
        cpt=_indices(checklist, credits),
        readings=tuple(_reading(checklist, f, credits) for f in checklist.frameworks),
    )


def _standing(answer: Answer | None) -> Standing:
    return "unanswered" if answer is None else answer.state


def _bound(
    checklist: Checklist,
    credits: Mapping[str, Fraction | None],
    missing: list[str],
    assumed: Fraction,
) -> Decimal | None:
    exact = _total(checklist, {**credits, **dict.fromkeys(missing, assumed)})
    return None if exact is None else rounded(exact)


def _final(
    checklist: Checklist,
    credits: Mapping[str, Fraction | None],
    veto: tuple[str, ...],
    raw: Decimal | None,
) -> Decimal | None:
    if raw is None or not veto:
        return raw
    match checklist.scoring.critical:
        case Cap(cap=cap):
            return min(raw, cap)
        case Deduct(points=points):
            return max(Decimal(0), raw - points * len(veto))
        case ZeroSection():
            zeroed = _total(checklist, credits, zero=set(veto))
            return raw if zeroed is None else rounded(zeroed)
        case _:
            return raw


# ---- exact sums ----------------------------------------------------------------------


def _total(
    checklist: Checklist,
    credits: Mapping[str, Fraction | None],
    zero: set[str] | frozenset[str] = frozenset(),
) -> Fraction | None:
    """The total in [0, 100]; None when too few parts have a score."""
    scored_parts = []
    for part in checklist.parts:
        value = _part(checklist, part, credits, zero)
        if value is not None:
            scored_parts.append((_exact(part.share), value))
    if len(scored_parts) < min(checklist.scoring.minimum_parts, len(checklist.parts)):
        return None
    return _mean(scored_parts)


def _part(
    checklist: Checklist,
    part: Part,
    credits: Mapping[str, Fraction | None],
    zero: set[str] | frozenset[str],
) -> Fraction | None:
    sections = []
    for section in part.sections:
        value = _section(checklist, part, section, credits)
        if value is not None:
            if zero & {entry.item for entry in section.entries}:
                value = Fraction(0)
            sections.append((_section_weight(checklist, part, section, credits), value))
    return _mean(sections)


def _section(
    checklist: Checklist, part: Part, section: Section, credits: Mapping[str, Fraction | None]
) -> Fraction | None:
    return _mean(
        [
            (_weight(checklist, part, entry.item, entry.weight), 100 * earned)
            for entry in section.entries
            if (earned := credits[entry.item]) is not None
        ]
    )


def _weight(checklist: Checklist, part: Part, key: str, weight: Decimal) -> Fraction:
    """An item's weight in its section; pooled points count each point of the maximum."""
    response = checklist.by_key[key].response
    if part.method == "pooled_points" and isinstance(response, Points):
        return _exact(weight) * _exact(response.maximum)
    return _exact(weight)


def _section_weight(
    checklist: Checklist, part: Part, section: Section, credits: Mapping[str, Fraction | None]
) -> Fraction:
    if part.method == "weighted_sections":
        return _exact(section.weight)
    return sum(
        (
            _weight(checklist, part, entry.item, entry.weight)
            for entry in section.entries
            if credits[entry.item] is not None
        ),
        Fraction(0),
    )


def _mean(weighted: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    pairs = list(weighted)
    whole = sum((weight for weight, _ in pairs), Fraction(0))
    if whole == 0:
        return None
    return sum((weight * value for weight, value in pairs), Fraction(0)) / whole


def _coverage(
    now: Mapping[str, Answer], weighted: Iterable[tuple[Item, Decimal]]
) -> Fraction | None:
    """Share of the weight that applies and was answered; None when nothing applies."""
    answered = applies = Fraction(0)
    for item, weight in weighted:
        if not scored(item):
            continue
        answer = now.get(item.key)
        if answer is not None and answer.state == "na" and (item.na != "zero" or answer.gated):
            continue
        applies += _exact(weight)
        if answer is not None and answer.state != "not_observed":
            answered += _exact(weight)
    return None if applies == 0 else answered / applies


# ---- why this score ------------------------------------------------------------------


def _part_scores(
    checklist: Checklist,
    now: Mapping[str, Answer],
    credits: Mapping[str, Fraction | None],
    raw: Decimal | None,
) -> tuple[PartScore, ...]:
    lost = {} if raw is None else _spread(exact_losses(checklist, credits), 100 - raw)
    present = [
        part for part in checklist.parts if _part(checklist, part, credits, frozenset()) is not None
    ]
    shares = sum((_exact(part.share) for part in present), Fraction(0))
    exact = {part.id: 100 * _exact(part.share) / shares for part in present}
    worths = _spread(exact, Decimal(100))
    result = []
    for part in checklist.parts:
        value = _part(checklist, part, credits, frozenset())
        worth = worths.get(part.id, Decimal(0))
        entries = [(checklist.by_key[e.item], e.weight) for s in part.sections for e in s.entries]
        coverage = _coverage(now, entries)
        result.append(
            PartScore(
                id=part.id,
                share=part.share,
                score=None if value is None else rounded(value),
                coverage=None if coverage is None else rounded(coverage, 3),
                worth=worth,
                sections=_section_scores(checklist, part, now, credits, worth, lost),
            )
        )
    return tuple(result)


def _section_scores(
    checklist: Checklist,
    part: Part,
    now: Mapping[str, Answer],
    credits: Mapping[str, Fraction | None],
    part_worth: Decimal,
    lost: Mapping[tuple[str, str, str], Decimal],
) -> tuple[SectionScore, ...]:
    exact = _section_worths(checklist, part, credits, _exact(part_worth))
    worths = _spread(exact, part_worth)
    result = []
    for section in part.sections:
        value = _section(checklist, part, section, credits)
        worth = worths.get(section.id, Decimal(0))
        places = _spread(_place_worths(checklist, part, section, credits, _exact(worth)), worth)
        items = []
        for entry in section.entries:
            earned = credits[entry.item]
            items.append(
                ItemScore(
                    item=entry.item,
                    weight=entry.weight,
                    standing=_standing(now.get(entry.item)),
                    credit=None if earned is None else rounded(earned, 4),
                    lost=lost.get((part.id, section.id, entry.item), Decimal(0)),
                    worth=places.get(entry.item, Decimal(0)),
                )
            )
        result.append(
            SectionScore(
                id=section.id,
                weight=section.weight,
                score=None if value is None else rounded(value),
                worth=worth,
                items=tuple(items),
            )
        )
    return tuple(result)


def _section_worths(
    checklist: Checklist,
    part: Part,
    credits: Mapping[str, Fraction | None],
    part_worth: Fraction,
) -> dict[str, Fraction]:
    weights = {
        section.id: _section_weight(checklist, part, section, credits)
        for section in part.sections
        if _section(checklist, part, section, credits) is not None
    }
    whole = sum(weights.values(), Fraction(0))
    if whole == 0:
        return {}
    return {name: part_worth * weight / whole for name, weight in weights.items()}


def exact_losses(
    checklist: Checklist, credits: Mapping[str, Fraction | None]
) -> dict[tuple[str, str, str], Fraction]:
    """Points lost by (part, section, item); they add up exactly to 100 − the exact total."""
    losses: dict[tuple[str, str, str], Fraction] = {}
    present = [
        part for part in checklist.parts if _part(checklist, part, credits, frozenset()) is not None
    ]
    shares = sum((_exact(part.share) for part in present), Fraction(0))
    for part in present:
        worths = _section_worths(checklist, part, credits, 100 * _exact(part.share) / shares)
        for section in part.sections:
            if section.id not in worths:
                continue
            places = _place_worths(checklist, part, section, credits, worths[section.id])
            for key, worth in places.items():
                earned = credits[key]
                if earned is not None:
                    losses[part.id, section.id, key] = worth * (1 - earned)
    return losses


def _place_worths(
    checklist: Checklist,
    part: Part,
    section: Section,
    credits: Mapping[str, Fraction | None],
    section_worth: Fraction,
) -> dict[str, Fraction]:
    entries = [entry for entry in section.entries if credits[entry.item] is not None]
    weights = {e.item: _weight(checklist, part, e.item, e.weight) for e in entries}
    whole = sum(weights.values(), Fraction(0))
    if whole == 0:
        return {}
    return {key: section_worth * weight / whole for key, weight in weights.items()}


def _spread(exact: Mapping[K, Fraction], total: Decimal) -> dict[K, Decimal]:
    """The amounts to 0.01 with exactly this sum (largest remainder); zeros stay zero."""
    units = {key: (amount * 100).__floor__() for key, amount in exact.items()}
    left = int(total * 100) - sum(units.values())
    positive = [key for key, amount in exact.items() if amount > 0]
    by_remainder = sorted(positive, key=lambda key: (units[key] - exact[key] * 100, key))
    step = 1 if left > 0 else -1
    order = by_remainder if left > 0 else [k for k in reversed(by_remainder) if units[k] > 0]
    for position in range(abs(left)):
        if order:
            units[order[position % len(order)]] += step
    return {key: Decimal(value).scaleb(-2) for key, value in units.items()}


# ---- other readings ------------------------------------------------------------------


def _indices(checklist: Checklist, credits: Mapping[str, Fraction | None]) -> dict[str, IndexScore]:
    dimensions: tuple[Dimension, ...] = ("C", "P", "T")
    result: dict[str, IndexScore] = {}
    for dimension in dimensions:
        pairs = [
            (_exact(item.weight), 100 * earned)
            for item in checklist.items
            if dimension in item.cpt and (earned := credits[item.key]) is not None
        ]
        mean = _mean(pairs)
        enough = mean is not None and len(pairs) >= checklist.scoring.minimum_index_items
        result[dimension] = IndexScore(
            index=rounded(mean) if mean is not None and enough else None, items=len(pairs)
        )
    return result


def _reading(
    checklist: Checklist, framework: Framework, credits: Mapping[str, Fraction | None]
) -> Reading:
    entries = []
    for entry in framework.entries:
        name = f"{framework.id}:{entry.id}"
        mapped = [item for item in checklist.items if name in item.frameworks]
        mean = _mean(_weighted(mapped, credits))
        entries.append(
            ReadingEntry(
                id=entry.id,
                score=None if mean is None else rounded(mean),
                items=tuple(item.key for item in mapped),
                scored=sum(credits[item.key] is not None for item in mapped),
            )
        )
    prefix = f"{framework.id}:"
    every = [i for i in checklist.items if any(f.startswith(prefix) for f in i.frameworks)]
    mean = _mean(_weighted(every, credits))
    return Reading(framework.id, None if mean is None else rounded(mean), tuple(entries))


def _weighted(
    items: Iterable[Item], credits: Mapping[str, Fraction | None]
) -> list[tuple[Fraction, Fraction]]:
    return [
        (_exact(item.weight), 100 * earned)
        for item in items
        if (earned := credits[item.key]) is not None
    ]


# ---- plain forms: files in, JSON out -------------------------------------------------


def read_plain(
    checklist: Checklist, plain: Mapping[str, Mapping[str, object]]
) -> dict[str, Answer]:
    """Answers from `{checklist: {item: value | "na" | "not_observed"}}`; raises `Problem`
    naming the item."""
    answers = {}
    for part, items in plain.items():
        for name, said in items.items():
            key = f"{part}/{name}"
            try:
                answers[key] = read_answer(checklist, key, str(said))
            except Problem as problem:
                raise Invalid(f"{key}: {problem}") from problem
    return answers


def plain_card(card: ScoreCard) -> dict[str, object]:
    """The card as plain JSON values: scores as numbers, parts and sections by id."""

    def number(value: Decimal | None) -> float | None:
        return None if value is None else float(value)

    return {
        "raw": number(card.raw),
        "final": number(card.final),
        "band": card.band,
        "veto": list(card.veto),
        "parts": {
            part.id: {
                "score": number(part.score),
                "sections": {section.id: number(section.score) for section in part.sections},
                "coverage": number(part.coverage),
            }
            for part in card.parts
        },
        "coverage": number(card.coverage),
        "cpt": {
            name: {"index": number(index.index), "items": index.items}
            for name, index in card.cpt.items()
        },
    }
