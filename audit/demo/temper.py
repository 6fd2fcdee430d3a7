"""How well things went: a small model with a branch's skill, an item's difficulty, and chance.

Skill 0 is an ordinary branch. An answer is the better the more the skill of that visit
exceeds the item's difficulty; a bit of luck (logistic) decides each one.
"""

from math import exp, log
from random import Random

from audit.domain.answer import Answer
from audit.domain.checklist import (
    Choice,
    Count,
    FreeText,
    Graded,
    Item,
    Number,
    Points,
    Seconds,
    YesNo,
)
from audit.domain.scoring import credit, scored

VISIT_NOISE = 0.28  # how much one branch differs from visit to visit
FULL, PARTLY = 0.0, -1.7  # thresholds of the latent quality for credit 1 and for some credit
CRITICAL = -5.5

# Hard and easy for everybody; the rest lies between, by the item's name.
_DIFFICULTY = {
    "cpt-standard/t21": 0.9, "cpt-standard/c41": 0.7, "cpt-standard/c31": 0.5,
    "cpt-standard/p11": 0.4, "rules-24/r24": 0.8, "rules-24/r11": 0.9, "rules-24/r21": 0.1,
    "rules-24/r18": 0.0, "rules-24/r05": 0.1, "counter-routine-5/s52": 0.5,
    "counter-routine-5/s51": 0.1, "counter-routine-5/s64": 0.4, "counter-routine-5/s21": -0.1,
    "counter-routine-5/s43": 0.0, "rules-24/r12": -0.4, "cpt-standard/c12": -0.1,
    "rules-24/r01": -2.4, "rules-24/r10": -1.9, "rules-24/r16": -1.8, "rules-24/r07": -1.1,
    "counter-routine-5/s23": -2.1, "counter-routine-5/s41": -1.4, "cpt-standard/p12": -2.0,
    "cpt-standard/p23": -1.6, "cpt-standard/p22": -1.5, "rules-24/r15": -2.2,
}  # fmt: skip


def difficulty(item: Item) -> float:
    if item.critical:
        return CRITICAL
    spread = sum(map(ord, item.key)) % 11 / 10  # 0 to 1, the same on every machine
    return _DIFFICULTY.get(item.key, -1.5 + spread)


class Temper:
    """What one visit meets."""

    def __init__(self, skill: float, chance: Random) -> None:
        self.skill = skill - 0.25 + chance.gauss(0, VISIT_NOISE)
        self._chance = chance

    def answer(self, item: Item) -> Answer:
        quality = self.skill - difficulty(item) + self._luck()
        wanted = 1.0 if quality > FULL else 0.5 if quality > PARTLY else 0.0
        return nearest(item, wanted, self._chance)

    def seconds(self, median: float, effect: float = 0.3, spread: float = 0.45) -> int:
        """A duration that is shorter the better the branch is."""
        scale = exp(self._chance.gauss(0, spread) - effect * self.skill)
        return max(1, round(median * scale))

    def _luck(self) -> float:
        share = min(max(self._chance.random(), 1e-9), 1 - 1e-9)
        return 0.7 * log(share / (1 - share))


def nearest(item: Item, wanted: float, chance: Random) -> Answer:
    """The answer whose credit comes closest to the wanted one."""
    possible = [Answer("answered", value) for value in _values(item, chance)]
    if not scored(item):
        return possible[0]
    return min(possible, key=lambda answer: abs(float(credit(item, answer) or 0) - wanted))


def _values(item: Item, chance: Random) -> list[str | int]:
    match item.response:
        case YesNo():
            return ["yes", "no"]
        case Graded(grades=grades):
            return [grade.value for grade in grades]
        case Choice(options=options):
            return [option.id for option in options]
        case Count(maximum=most):
            numbers = range(1 + (5 if most is None else most))
            return chance.sample(numbers, len(numbers))
        case Points(maximum=maximum):
            return [int(maximum), int(maximum / 2), 0]
        case Seconds() | Number():
            return [chance.randint(2, 20)]
        case FreeText():
            return ["—"]
