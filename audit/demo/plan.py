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
    ("CD301", 4, 3, "careless"), ("SZ204", 5, 3, "late"), ("SH103", 6, 2, "unsure"),
    ("GZ201", 3, 1, "thin"), ("NJ102", 7, 1, ""),
)  # fmt: skip
# What is still open: branch, shopper, state, days until it is due.
_OPEN: tuple[tuple[str, int, State, int], ...] = (
    ("NJ102", 0, "in_progress", 2), ("XA303", 0, "returned", 3), ("SH103", 0, "assigned", 6),
    ("SH104", 0, "assigned", 12), ("GZ201", 1, "assigned", 8), ("SZ202", 3, "assigned", 1),
    ("CD304", 4, "assigned", 15), ("CQ302", 5, "in_progress", 4), ("HZ101", 6, "assigned", 10),
    ("XM203", 7, "assigned", -2), ("CD301", 2, "cancelled", 5),
)  # fmt: skip
RETURNED = (
    "“专业知识”和“办理用时”两处与备注对不上：备注说等了授权，用时却只有两分钟。"
    "请核对当时的打点，并补一句说明。"
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

    @property
    def chance(self) -> Random:
        """Always the same for the same visit."""
        return Random(self.seed)  # noqa: S311  (a story, not a secret)


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
        for running in range(round(wanted * scale)):
            quirk = _QUIRKS.get((number, code, running), "")
            seed = f"{number}/{code}/{running}"
            days = 3 + running * (11 if last else 17) + Random(seed).randint(0, 6)  # noqa: S311
            entered = _opening_hours(wave.opens_on + timedelta(days=days), seed)
            yield Plan(
                wave=wave,
                branch=code,
                shopper=cast.SHOPPERS[(place + 3 * number + running) % len(cast.SHOPPERS)],
                mode="disguised",
                state="released",
                entered=entered,
                due_on=entered.date() + timedelta(days=place % 5),
                skill=character.skill + character.slope * (number - 1.5),
                seed=seed,
                quirk=quirk,
            )


def _open_audits(wave: DemoWave, scale: float) -> Iterator[Plan]:
    for place, code in enumerate(list(cast.CHARACTERS)[: max(2, round(8 * scale))]):
        seed = f"open/{code}"
        entered = _opening_hours(wave.opens_on + timedelta(days=4 + 4 * place), seed)
        yield Plan(
            wave=wave,
            branch=code,
            shopper=cast.SHOPPERS[(place + 5) % len(cast.SHOPPERS)],
            mode="open",
            state="released",
            entered=entered,
            due_on=entered.date() + timedelta(days=3),
            skill=cast.CHARACTERS[code].skill + cast.CHARACTERS[code].slope + 0.3,
            seed=seed,
        )


def _unfinished(day: date, wave: DemoWave) -> Iterator[Plan]:
    for code, shopper, ago, quirk in _WAITING:
        yield _plan(wave, code, shopper, "submitted", day - timedelta(days=ago), day, quirk)
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
    )


def _opening_hours(day: date, seed: str) -> datetime:
    minutes = Random(f"hour/{seed}").randint(0, 330)  # noqa: S311
    return datetime.combine(day, time(9, 40), ZONE) + timedelta(minutes=minutes)
