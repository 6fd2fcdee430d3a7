"""One visit as its shopper lived and wrote it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Literal

import msgspec

from audit.demo import telling
from audit.demo.journal import Journal
from audit.demo.journey import Journey, facts, travel
from audit.demo.temper import Temper, nearest
from audit.domain.answer import Answer
from audit.domain.checklist import Checklist, FreeText, Item, Seconds, Stage
from audit.domain.text import Language

Quirk = Literal[
    "",
    "veto",
    "rude",
    "thin",
    "no_counter",
    "silent",
    "rushed",
    "uniform",
    "careless",
    "late",
    "unsure",
]
GATED = {"rules-24/r05", "rules-24/r19", "rules-24/r20"}  # where a gate has said that it applies
NA, NOT_OBSERVED, CHANGED = 0.03, 0.02, 0.01

REMEMBERED = {
    "arrival": ("引导员正陪一位老人取号", "门口雨伞架满了，地上有水"),
    "waiting": ("6 人等，开 2 个窗口", "旁边客户问了两次还要等多久"),
    "consult": ("利率说的是挂牌价，没说浮动", "费用表就在桌上，她没翻"),
    "counter": ("授权等了两分多钟", "回单先递，证件后递"),
    "farewell": ("出门时保安说慢走",),
}


class Telling(msgspec.Struct, frozen=True):
    """What is particular about one visit."""

    skill: float
    entered: datetime
    language: Language = "zh"
    quirk: Quirk = ""
    share: float = 1.0  # of the questions; less for a visit that is not finished


def tell(journal: Journal, checklist: Checklist, told: Telling, chance: Random) -> datetime:
    """Fills the journal up to, not including, the submission; gives the last moment."""
    temper = Temper(told.skill, chance)
    forced = {"no_counter": {"counter_done": False}, "careless": {"had_to_wait": False}}
    journey = travel(checklist, temper, told.entered, chance, forced.get(told.quirk, {}))
    for name, at in journey.marks.items():
        if (told.quirk, name) != ("unsure", "acknowledged"):
            journal.mark(name, at)
    _remember(journal, checklist, journey, told, chance)
    clock = _Clock(journey.left_at, chance, hurried=told.quirk == "rushed")
    questions = list(_questions(checklist, journey))
    if not checklist.gates:
        clock.at = told.entered + timedelta(minutes=4)  # an open audit is filled in on the spot
    if told.quirk == "late":
        clock.at += timedelta(hours=27)
    given = _around(checklist, journey, told, chance)
    for key in questions[: round(len(questions) * told.share)]:
        item = checklist.by_key.get(key)
        answer = given.get(key) or (item and _answer(item, temper, told, chance))
        if answer:
            journal.answer(key, answer, clock.tick())
            if item:
                _dwell(journal, item, answer, told, clock, chance)
    return clock.at


def _questions(checklist: Checklist, journey: Journey) -> Iterator[str]:
    """Keys in the order they are asked; what a shut gate hides is not asked."""
    hidden = {
        item
        for gate in checklist.gates
        if ("yes" if _open(gate.key, journey) else "no") == gate.when
        for item in gate.items
    }
    for stage in checklist.stages:
        yield from (key for key in stage.items if key not in hidden)


def _open(gate: str, journey: Journey) -> bool:
    return journey.gates[gate.split("/")[1]]


def _around(
    checklist: Checklist, journey: Journey, told: Telling, chance: Random
) -> dict[str, Answer]:
    """Answers that are not a matter of quality: gates, facts, and what the quirk demands."""
    seen = facts(journey, told.entered.date(), chance)
    given = {
        fact.key: seen[name] for fact in checklist.facts if (name := fact.key.split("/")[1]) in seen
    }
    for gate in checklist.gates:
        given[gate.key] = Answer("answered", "yes" if _open(gate.key, journey) else "no")
    if told.quirk == "veto":
        given["counter-routine-5/s34"] = Answer("answered", "no")
    if told.quirk == "rude":
        given["rules-24/r08"] = Answer("answered", 0)
    if told.quirk == "careless":  # the marks say otherwise
        given["cpt-standard/t11"] = Answer("answered", 90)
    return given


def _answer(item: Item, temper: Temper, told: Telling, chance: Random) -> Answer | None:
    if isinstance(item.response, Seconds | FreeText):
        return None  # seconds come from the marks; the rest may stay empty
    if told.quirk == "uniform":
        return nearest(item, 1.0, chance)
    roll = chance.random()
    if told.quirk == "thin" and roll < 0.5:
        return Answer("not_observed")
    if roll < NA and item.na == "exclude" and item.key not in GATED:
        return Answer("na")
    if roll > 1 - NOT_OBSERVED:
        return Answer("not_observed")
    return temper.answer(item)


def _dwell(
    journal: Journal, item: Item, answer: Answer, told: Telling, clock: "_Clock", chance: Random
) -> None:
    """A change of mind, and a note."""
    if chance.random() < (0.2 if told.quirk == "unsure" else CHANGED) and not item.critical:
        better = nearest(item, 1.0, chance)
        if better != answer:
            journal.answer(item.key, better, clock.tick())
            journal.answer(item.key, answer, clock.tick())
    text = telling.note(item, answer, told.language, chance)
    unsaid = told.quirk == "rude" and item.critical
    if text and not unsaid and told.quirk not in ("silent", "rushed", "uniform"):
        journal.note(item.key, text, clock.tick(writing=len(text)))


def _remember(
    journal: Journal, checklist: Checklist, journey: Journey, told: Telling, chance: Random
) -> None:
    if told.language == "en" or told.quirk == "silent" or not checklist.gates:
        return
    moments: dict[str, datetime] = dict(
        zip(("arrival", "waiting", "consult", "counter", "farewell"), _spread(journey), strict=True)
    )
    stages: tuple[Stage, ...] = checklist.stages
    for stage in stages:
        if stage.id in moments and chance.random() < (0.9 if told.share < 1 else 0.25):
            text = chance.choice(REMEMBERED[stage.id])
            journal.remember(stage.id, text, moments[stage.id])


def _spread(journey: Journey) -> Iterator[datetime]:
    entered = journey.marks["enter"]
    for part in (0.05, 0.3, 0.5, 0.8, 0.98):
        seconds = int((journey.left_at - entered).total_seconds() * part)
        yield entered + timedelta(seconds=seconds)


class _Clock:
    """When the shopper, sitting somewhere nearby, taps."""

    def __init__(self, left_at: datetime, chance: Random, *, hurried: bool) -> None:
        self.at = left_at + timedelta(seconds=40 if hurried else chance.randint(240, 1500))
        self._chance = chance
        self._hurried = hurried

    def tick(self, writing: int = 0) -> datetime:
        seconds = self._chance.uniform(0.7, 1.6) if self._hurried else self._chance.uniform(4, 15)
        self.at += timedelta(milliseconds=int(1000 * (seconds + writing * 0.7)))
        return self.at
