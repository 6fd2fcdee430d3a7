"""The exact sums behind a score: sections, parts, total, and what each item costs.

Fractions throughout; nothing here rounds except `apportioned`, which shares out a rounded
whole. What has nothing scored has no value (None) and leaves, its weight with it.
"""

from collections.abc import Hashable, Iterable, Mapping, Set
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from audit.domain.answer import Answer
from audit.domain.checklist import Checklist, Item, Part, Points, Section
from audit.domain.credit import na_is_missed, scored

Credits = Mapping[str, Fraction | None]
Place = tuple[str, str, str]  # part, section, item


class Sums:
    """`zeroed`: items whose sections count 0 (the `zero_section` effect)."""

    def __init__(
        self, checklist: Checklist, credits: Credits, zeroed: Set[str] = frozenset()
    ) -> None:
        self.checklist = checklist
        self.credits = credits
        self.zeroed = zeroed
        self.sections = {
            (part.id, section.id): self._section(part, section)
            for part in checklist.parts
            for section in part.sections
        }
        self.parts = {part.id: self._part(part) for part in checklist.parts}
        self.total = self._total()

    def _section(self, part: Part, section: Section) -> Fraction | None:
        value = mean((weight, 100 * earned) for weight, earned, _ in self._earned(part, section))
        if value is not None and not self.zeroed.isdisjoint(e.item for e in section.entries):
            return Fraction(0)
        return value

    def _part(self, part: Part) -> Fraction | None:
        return mean(
            (self._weight(part, section), value)
            for section in part.sections
            if (value := self.sections[part.id, section.id]) is not None
        )

    def _total(self) -> Fraction | None:
        """In [0, 100]; None when too few parts have a score."""
        present = self._present()
        if len(present) < min(self.checklist.scoring.minimum_parts, len(self.checklist.parts)):
            return None
        return mean((Fraction(part.share), value) for part, value in present)

    def _present(self) -> list[tuple[Part, Fraction]]:
        return [
            (part, value)
            for part in self.checklist.parts
            if (value := self.parts[part.id]) is not None
        ]

    def _earned(self, part: Part, section: Section) -> list[tuple[Fraction, Fraction, str]]:
        """(weight here, credit, item) of the section's scored answers."""
        return [
            (_points(part, self.checklist.by_key[entry.item], entry.weight), earned, entry.item)
            for entry in section.entries
            if (earned := self.credits[entry.item]) is not None
        ]

    def _weight(self, part: Part, section: Section) -> Fraction:
        if part.method == "weighted_sections":
            return Fraction(section.weight)
        return sum((weight for weight, _, _ in self._earned(part, section)), Fraction(0))

    def worths(self) -> dict[str, Fraction]:
        """How many of the 100 points each part carries; empty when there is no total."""
        present = [] if self.total is None else self._present()
        shares = sum((Fraction(part.share) for part, _ in present), Fraction(0))
        return {part.id: 100 * Fraction(part.share) / shares for part, _ in present}

    def section_worths(self, part: Part, worth: Fraction) -> dict[str, Fraction]:
        """The part's worth, divided among its sections that have a score."""
        weights = {
            section.id: self._weight(part, section)
            for section in part.sections
            if self.sections[part.id, section.id] is not None
        }
        return _divided(worth, weights)

    def item_worths(self, part: Part, section: Section, worth: Fraction) -> dict[str, Fraction]:
        """The section's worth, divided among its items that have a credit."""
        return _divided(worth, {item: weight for weight, _, item in self._earned(part, section)})

    def losses(self) -> dict[Place, Fraction]:
        """Points lost in each place; they add up exactly to 100 − total."""
        result: dict[Place, Fraction] = {}
        worths = self.worths()
        for part in self.checklist.parts:
            sections = self.section_worths(part, worths.get(part.id, Fraction(0)))
            for section in part.sections:
                worth = sections.get(section.id, Fraction(0))
                for item, carried in self.item_worths(part, section, worth).items():
                    result[part.id, section.id, item] = carried * (1 - (self.credits[item] or 0))
        return result


def _divided(worth: Fraction, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    whole = sum(weights.values(), Fraction(0))
    return {name: worth * weight / whole for name, weight in weights.items()} if whole else {}


def mean(weighted: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    pairs = list(weighted)
    whole = sum((weight for weight, _ in pairs), Fraction(0))
    if whole == 0:
        return None
    return sum((weight * value for weight, value in pairs), Fraction(0)) / whole


def _points(part: Part, item: Item, weight: Decimal) -> Fraction:
    """An item's weight in a part; pooled points count each point of the maximum."""
    if part.method == "pooled_points" and isinstance(item.response, Points):
        return Fraction(weight) * Fraction(item.response.maximum)
    return Fraction(weight)


def weight_once(checklist: Checklist, item: Item) -> Fraction:
    """An item's weight where it counts once (coverage, indices, framework readings).

    Points of a maximum weigh by it only if every part pools points: beside parts that
    weigh sections, a thousand-point form would drown everything else.
    """
    if all(part.method == "pooled_points" for part in checklist.parts):
        return _points(checklist.parts[0], item, item.weight)
    return Fraction(item.weight)


def coverage(
    now: Mapping[str, Answer], weighted: Iterable[tuple[Item, Fraction]]
) -> Fraction | None:
    """Share of the weight that applies and was answered; None when nothing applies."""
    answered = applies = Fraction(0)
    for item, weight in weighted:
        answer = now.get(item.key)
        if not scored(item):
            continue
        if answer is not None and answer.state == "na" and not na_is_missed(item, answer):
            continue
        applies += weight
        if answer is not None and answer.state != "not_observed":
            answered += weight
    return None if applies == 0 else answered / applies


def part_coverage(checklist: Checklist, part: Part, now: Mapping[str, Answer]) -> Fraction | None:
    items = [(checklist.by_key[e.item], e.weight) for s in part.sections for e in s.entries]
    return coverage(now, ((item, _points(part, item, weight)) for item, weight in items))


K = TypeVar("K", bound=Hashable)


def apportioned(
    exact: Mapping[K, Fraction], whole: Decimal, most: Mapping[K, Decimal] | None = None
) -> dict[K, Decimal]:
    """The amounts to 0.01, in proportion, adding up to `whole` (largest remainder); none above
    its `most`, unless all of these together are below the whole."""
    every = sum(exact.values(), Fraction(0))
    if every == 0:
        return dict.fromkeys(exact, Decimal("0.00"))
    total = int(whole * 100)
    quotas = {name: amount * total / every for name, amount in exact.items()}
    units = {name: quota.__floor__() for name, quota in quotas.items()}
    ranked = sorted(quotas, key=lambda name: (units[name] - quotas[name], str(name)))
    sharing = [name for name in ranked if exact[name]]
    full = {name: int(most[name] * 100) if most else total for name in sharing}
    if sum(full.values()) < total:
        full = dict.fromkeys(sharing, total)
    units = {name: min(count, full.get(name, 0)) for name, count in units.items()}
    while left := total - sum(units.values()):
        for name in [name for name in sharing if units[name] < full[name]][:left]:
            units[name] += 1
    return {name: Decimal(count).scaleb(-2) for name, count in units.items()}
