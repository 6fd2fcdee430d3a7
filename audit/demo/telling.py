"""What shoppers write: lists of sentences in `notes.toml`, chosen by item and outcome."""

import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

from audit.domain.answer import Answer
from audit.domain.checklist import Item
from audit.domain.scoring import credit
from audit.domain.text import Language

Outcome = Literal["good", "fair", "poor"]
HOW_OFTEN: dict[Outcome, float] = {"poor": 0.8, "fair": 0.35, "good": 0.12}
WHERE_WANTED = 0.96  # where the checklist asks for one


@cache
def sentences() -> dict[str, dict[Outcome, dict[Language, list[str]]]]:
    return tomllib.loads(Path(__file__).with_name("notes.toml").read_text(encoding="utf-8"))


def outcome(item: Item, answer: Answer) -> Outcome | None:
    earned = credit(item, answer)
    if earned is None:
        return None
    return "good" if earned == 1 else "fair" if earned > 0 else "poor"


def note(item: Item, answer: Answer, language: Language, chance: Random) -> str:
    """A sentence that fits, or nothing: not everybody writes something everywhere."""
    went = outcome(item, answer)
    roll = chance.random()
    if went is None or roll > (WHERE_WANTED if _wanted(item, went) else HOW_OFTEN[went]):
        return ""
    fitting = sentences().get(item.key, {}).get(went, {}).get(language, [])
    return chance.choice(fitting) if fitting else ""


def _wanted(item: Item, went: Outcome) -> bool:
    return item.evidence == "note_always" or (item.evidence == "note" and went != "good")
