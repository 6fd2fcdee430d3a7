"""Which visits there are: who went where and when, and in what state each is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Literal

import msgspec

from audit.demo import cast
from audit.demo.capture import Quirk
from audit.demo.cast import DemoWave
from audit.domain.people import Person
from audit.domain.visit import Mode

ZONE = timezone(timedelta(hours=8))
State = Literal["assigned", "in_progress", "submitted", "returned", "released", "cancelled"]

# Edge cases among the released visits, by (wave, branch, running number).
_QUIRKS: dict[tuple[int, str, int], Quirk] = {
    (0, "GZ201", 1): "no_counter", (1, "GZ201", 2): "veto", (2, "GZ201", 0): "thin",
    (2, "GZ201", 3): "silent", (1, "CQ302", 1): "veto", (2, "XM203", 0): "no_counter",
    (0, "SH103", 0): "silent", (3, "SZ204", 1): "thin", (2, "CQ302", 2): "veto",
}  # fmt: skip
# What waits for review: branch, shopper, days ago, and what an auditor should notice.
_WAITING: tuple[tuple[str, int, int, Quirk], ...] = (
    ("CQ302", 1, 5, "rude"), ("HZ101", 2, 4, "uniform"), ("XA303", 3, 3, "rushed"),
    ("CD301", 6, 3, "careless"), ("SZ204", 6, 3, "late"), ("SH103", 4, 2, "unsure"),
    ("GZ201", 3, 1, "thin"), ("NJ102", 3, 1, ""),
)  # fmt: skip
# What is still open: branch, shopper, state, days until it is due.
_OPEN: tuple[tuple[str, int, State, int], ...] = (
    ("NJ102", 0, "in_progress", 2), ("XA303", 0, "returned", 3), ("SH103", 0, "assigned", 6),
    ("SZ204", 0, "assigned", 12), ("GZ201", 4, "assigned", 8), ("SZ202", 4, "assigned", 1),
    ("CD304", 4, "assigned", 15), ("CQ302", 2, "in_progress", 4), ("HZ101", 1, "assigned", 10),
    ("XM203", 7, "assigned", -2), ("CD301", 2, "cancelled", 5),
)  # fmt: skip
# The scenarios of visits that are still to be made, by branch; where there are notes, they are
# of somebody who asked about a product.
_SCENARIOS = {
    "SH103": "sc-statement", "SZ204": "sc-online-trading", "GZ201": "sc-passbook",
    "SZ202": "sc-clarify-amount", "CD304": "sc-after-open", "HZ101": "sc-close-account",
}  # fmt: skip
PLAYED = "sc-wealth"
_PICTURED = {("NJ102", "submitted"), ("SH103", "submitted")}
# Branches of the open audits, in their order.
_WATCHED = ("HZ101", "NJ102", "SH104", "SZ202", "XM203", "SZ204", "CQ302", "GZ201")
RETURNED = (
    "“专业知识”请补充：两道问题分别问了什么，员工是怎么答的，目前的备注看不出依据。"
    "其余没有问题，补好后再提交即可。"
)


class Plan(msgspec.Struct, frozen=True):
    wave: DemoWave
    branch: str
    shopper: Person
    mode: Mode
    state: State
    entered: datetime
    due_on: date
    skill: float
    seed: str
    quirk: Quirk = ""
    scenario: str = ""  # its id
    pictured: bool = False  # its shopper took photos

    @property
    def chance(self) -> Random:
        """Always the same for the same visit."""
        return Random(self.seed)  # noqa: S311  (a story)


def plans(day: date, scale: float = 1.0) -> Iterator[Plan]:
    *service, manners = cast.waves(day)
    for number, wave in enumerate(service):
        yield from _round(number, wave, scale)
    yield from _open_audits(manners, scale)
    yield from _unfinished(day, service[-1])


def _round(number: int, wave: DemoWave, scale: float) -> Iterator[Plan]:
    last = number == len(cast.OPENED) - 1
    for place, (code, character) in enumerate(cast.CHARACTERS.items()):
        wanted = (2 if last else 3 + (place + number) % 2) + 2 * (code == cast.RICH)
        step = 6 if code == cast.RICH else 4  # nobody is back at a branch within 90 days
        for running in range(round(wanted * scale)):
            quirk = _QUIRKS.get((number, code, running), "")
            seed = f"{number}/{code}/{running}"
            spacing = (cast.LASTS - 8 - 33 * last) // wanted
            days = 3 + running * spacing + Random(seed).randint(0, 6)  # noqa: S311  (a story)
            entered = _opening_hours(wave.opens_on + timedelta(days=days), seed)
            yield Plan(
                wave=wave,
                branch=code,
                shopper=cast.SHOPPERS[(place + step * number + running) % len(cast.SHOPPERS)],
                mode="disguised",
                state="released",
                entered=entered,
                due_on=entered.date() + timedelta(days=place % 5),
                skill=character.skill + character.slope * (number - 1.5),
                seed=seed,
                quirk=quirk,
                scenario=PLAYED if last and running % 2 == 0 else "",
                pictured=code == cast.RICH and running < 2,
            )


def _open_audits(wave: DemoWave, scale: float) -> Iterator[Plan]:
    places = list(cast.CHARACTERS)
    for number, code in enumerate(_WATCHED[: max(2, round(len(_WATCHED) * scale))]):
        seed = f"open/{code}"
        entered = _opening_hours(wave.opens_on + timedelta(days=4 + 4 * number), seed)
        yield Plan(
            wave=wave,
            branch=code,
            shopper=cast.SHOPPERS[(places.index(code) + 6) % len(cast.SHOPPERS)],
            mode="open",
            state="released",
            entered=entered,
            due_on=entered.date() + timedelta(days=3),
            skill=cast.CHARACTERS[code].skill + cast.CHARACTERS[code].slope + 0.3,
            seed=seed,
        )


def _unfinished(day: date, wave: DemoWave) -> Iterator[Plan]:
    for code, shopper, ago, quirk in _WAITING:
        visited = day - timedelta(days=ago)
        due_on = visited + timedelta(days=shopper % 4)
        yield _plan(wave, code, shopper, "submitted", visited, due_on, quirk)
    for code, shopper, state, left in _OPEN:
        visited = day - timedelta(days=3 if state == "returned" else 1)
        yield _plan(wave, code, shopper, state, visited, day + timedelta(days=left))


def _plan(
    wave: DemoWave,
    code: str,
    shopper: int,
    state: State,
    visited: date,
    due_on: date,
    quirk: Quirk = "",
) -> Plan:
    seed = f"{state}/{code}/{shopper}"
    character = cast.CHARACTERS[code]
    return Plan(
        wave=wave,
        branch=code,
        shopper=cast.SHOPPERS[shopper],
        mode="disguised",
        state=state,
        entered=_opening_hours(visited, seed),
        due_on=due_on,
        skill=character.skill + 1.5 * character.slope,
        seed=seed,
        quirk=quirk,
        scenario=_SCENARIOS.get(code, "") if state == "assigned" else PLAYED,
        pictured=(code, state) in _PICTURED,
    )


def _opening_hours(day: date, seed: str) -> datetime:
    minutes = Random(f"hour/{seed}").randint(0, 330)  # noqa: S311  (a story)
    return datetime.combine(day, time(9, 40), ZONE) + timedelta(minutes=minutes)
