"""The score card: everything a score is made of, rounded; frozen as it is at release."""

from decimal import Decimal
from typing import Literal

import msgspec

from audit.domain.checklist import Cap, Checklist, Deduct, FlagOnly

Standing = Literal["answered", "na", "not_observed", "unanswered"]
Gain = Literal["both", "capped", "lifted", "open"]


class ItemScore(msgspec.Struct, frozen=True):
    """An item in one section. `worth`: how many of the 100 points this place carries;
    `lost`: how many of them it costs. Both to 0.01; worths add up to the section's. Losses
    add up to 100 − raw, which is to 0.1: where everything that lost points lost all of them,
    they may exceed the worths by up to 0.05."""

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

    @property
    def valid(self) -> Decimal | None:
        """What statistics may use: the raw score if enough of the checklist is behind it."""
        return None if self.insufficient else self.raw

    def lost(self) -> dict[str, Decimal]:
        """Points lost by item over all its places, largest first; items that lost none left out."""
        sums: dict[str, Decimal] = {}
        for part in self.parts:
            for section in part.sections:
                for entry in section.items:
                    sums[entry.item] = sums.get(entry.item, Decimal(0)) + entry.lost
        lossy = ((key, value) for key, value in sums.items() if value > 0)
        return dict(sorted(lossy, key=lambda pair: (-pair[1], pair[0])))

    def counted(self, reading: Reading) -> int:
        """How many scored items a reading rests on, each once."""
        mapped = {key for entry in reading.entries for key in entry.items}
        places = (i for part in self.parts for section in part.sections for i in section.items)
        return len({i.item for i in places if i.credit is not None and i.item in mapped})

    def shown(self, checklist: Checklist, reading: Reading) -> Decimal | None:
        """A reading's score, if enough items are behind it."""
        enough = self.counted(reading) >= checklist.scoring.minimum_index_items
        return reading.score if enough else None

    def gain(self, checklist: Checklist, item: str) -> Gain:
        """What full marks for an item that lost points would do beside raising the raw
        score: the final score rises with it, stays under the cap of a failed critical item,
        gets rid of this critical failure, or cannot be told without scoring anew."""
        critical = checklist.scoring.critical
        if not self.veto or isinstance(critical, FlagOnly) or self.raw is None:
            return "both"
        if isinstance(critical, Cap):
            if self.veto == (item,):
                return "lifted"
            return "capped" if self.raw + self.lost()[item] > critical.cap else "both"
        if item in self.veto:
            return "lifted"
        enough = isinstance(critical, Deduct) and self.final != 0
        return "both" if enough else "open"
