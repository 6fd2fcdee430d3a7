"""The course of a visit in time: which gates were open, and when each mark was tapped."""

from datetime import date, datetime, timedelta
from random import Random

import msgspec

from audit.demo.temper import Temper
from audit.domain.answer import Answer
from audit.domain.checklist import Checklist

GATES = {"grievance": 0.2, "handover": 0.2, "name_known": 0.85, "counter_done": 0.97}
WAIT = 60  # seconds; less is walking over


class Journey(msgspec.Struct, frozen=True):
    gates: dict[str, bool]
    marks: dict[str, datetime]  # in the order they were tapped
    left_at: datetime


def travel(
    checklist: Checklist,
    temper: Temper,
    entered: datetime,
    chance: Random,
    forced: dict[str, bool],
) -> Journey:
    """`forced` settles gates that chance would otherwise."""
    gates = {name: chance.random() < share for name, share in GATES.items()} | forced
    seconds = _offsets(gates, temper, chance)
    waited = seconds.get("at_counter", seconds["exit"]) - seconds["ticket"]
    gates.setdefault("had_to_wait", waited > WAIT)
    named = {mark.id for mark in checklist.marks}
    return Journey(
        gates=gates,
        marks={
            name: entered + timedelta(seconds=offset)
            for name, offset in seconds.items()
            if name in named
        },
        left_at=entered + timedelta(seconds=seconds["exit"]),
    )


def _offsets(gates: dict[str, bool], temper: Temper, chance: Random) -> dict[str, int]:
    """Seconds since the door, by mark."""
    noticed = temper.seconds(9, effect=0.6, spread=0.8)
    now = max(25, noticed + 8) + chance.randint(5, 40)
    seconds = {"enter": 0, "acknowledged": noticed, "ticket": now}
    now += temper.seconds(430)
    if gates["counter_done"]:
        seconds["at_counter"] = now
        seconds["counter_greeted"] = now + temper.seconds(5, effect=0.4, spread=0.6)
        now = seconds["counter_greeted"] + chance.randint(8, 40)
        seconds["request_made"] = now
    if gates["handover"]:
        now += chance.randint(15, 60)
        seconds["cannot_help"] = now
        now += temper.seconds(140, spread=0.7)
        seconds["handed_over"] = now
    now += temper.seconds(270, spread=0.4)
    if gates["counter_done"]:
        seconds["handed_back"] = now
    seconds["exit"] = now + chance.randint(20, 140)
    return seconds


def facts(journey: Journey, on: date, chance: Random) -> dict[str, Answer]:
    """What was seen around the visit, by the fact's own name."""
    waited = 0.0
    if "ticket" in journey.marks and "at_counter" in journey.marks:
        waited = (journey.marks["at_counter"] - journey.marks["ticket"]).total_seconds()
    said: dict[str, str | int] = {
        "day_kind": "weekend" if on.weekday() > 4 else "workday",
        "people_waiting": max(0, round(waited / 110) + chance.randint(-1, 2)),
        "counters_open": chance.randint(1, 4),
        "lobby_manager_seen": "yes" if chance.random() < 0.85 else "no",
        "ticket_no": f"A{chance.randint(8, 140):03d}",
    }
    if journey.gates["counter_done"]:
        said["counter_no"] = str(chance.randint(1, 5))
    return {name: Answer("answered", value) for name, value in said.items()}
