"""Two versions of a checklist side by side: what was reworded, weighed anew, added, removed
and moved, and which answers may still be compared."""

from bisect import bisect_left
from decimal import Decimal

import msgspec

from audit.domain.checklist import Checklist, Item
from audit.domain.text import Text

WORDS = ("label", "criterion", "help", "coach")
RULES = (
    "response", "stage", "na", "critical", "evidence", "cpt", "filled_by", "frameworks", "number",
)  # fmt: skip


class Seat(msgspec.Struct, frozen=True):
    """Where an item stands."""

    part: str
    section: str
    title: Text
    weight: Decimal


class Line(msgspec.Struct, frozen=True):
    """One item in both, or in the one that has it."""

    key: str
    before: Item | None
    after: Item | None
    seat_before: Seat | None
    seat_after: Seat | None
    moved: bool
    comparable: bool  # its id and wording agree

    @property
    def item(self) -> Item:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def reworded(self) -> tuple[str, ...]:
        return self._differing(WORDS)

    @property
    def ruled(self) -> tuple[str, ...]:
        return self._differing(RULES)

    @property
    def weighed(self) -> bool:
        old, new = self.seat_before, self.seat_after
        return old is not None and new is not None and old.weight != new.weight

    @property
    def changed(self) -> bool:
        both = self.before and self.after
        return bool(both and (self.reworded or self.ruled or self.weighed or self.moved))

    def _differing(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if self.before is None or self.after is None:
            return ()
        return tuple(n for n in names if getattr(self.before, n) != getattr(self.after, n))


class Reweighed(msgspec.Struct, frozen=True):
    """A section or part whose title or weight is another; None where it is not there."""

    title: Text
    before: Decimal | None
    after: Decimal | None


class Versions(msgspec.Struct, frozen=True):
    before: Checklist
    after: Checklist
    lines: tuple[Line, ...]
    sections: tuple[Reweighed, ...]
    head: tuple[str, ...]  # what else is another

    @property
    def added(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.before is None)

    @property
    def removed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.after is None)

    @property
    def changed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.changed)

    @property
    def comparable(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.comparable)


HEAD = ("title", "summary", "scoring", "estimated_minutes", "filled_by", "applies_to", "gates",
        "facts")  # fmt: skip


def side_by_side(before: Checklist, after: Checklist) -> Versions:
    old, new = _seats(before), _seats(after)
    moved = _moved(old, new)
    keys = [*new, *(key for key in old if key not in new)]
    return Versions(
        before,
        after,
        tuple(_line(before, after, old, new, key, key in moved) for key in keys),
        _reweighed(before, after),
        tuple(name for name in HEAD if getattr(before, name) != getattr(after, name)),
    )


def _line(
    before: Checklist,
    after: Checklist,
    old: dict[str, Seat],
    new: dict[str, Seat],
    key: str,
    moved: bool,
) -> Line:
    one = before.by_key[key] if key in old else None
    other = after.by_key[key] if key in new else None
    same = one is not None and other is not None and one.wording_hash() == other.wording_hash()
    return Line(key, one, other, old.get(key), new.get(key), moved, same)


def _seats(checklist: Checklist) -> dict[str, Seat]:
    """In order; of an item that counts more than once, the first."""
    seats: dict[str, Seat] = {}
    for part in checklist.parts:
        for section in part.sections:
            for entry in section.entries:
                seat = Seat(part.id, section.id, section.title, entry.weight)
                seats.setdefault(entry.item, seat)
    return seats


def _moved(old: dict[str, Seat], new: dict[str, Seat]) -> set[str]:
    """As few as explain the other order: all but the longest run that kept its order."""
    places = {key: place for place, key in enumerate(old)}
    stayed = [
        key
        for key in new
        if key in old and (old[key].part, old[key].section) == (new[key].part, new[key].section)
    ]
    return {key for key in new if key in old} - set(_longest_rising(stayed, places))


def _longest_rising(keys: list[str], places: dict[str, int]) -> list[str]:
    ends: list[int] = []  # the lowest place a run of each length can end at
    lengths = []
    for key in keys:
        length = bisect_left(ends, places[key])
        ends[length : length + 1] = [places[key]]
        lengths.append(length)
    run: list[str] = []
    wanted = len(ends) - 1
    for key, length in zip(reversed(keys), reversed(lengths), strict=True):
        if length == wanted:
            run.append(key)
            wanted -= 1
    return run


def _reweighed(before: Checklist, after: Checklist) -> tuple[Reweighed, ...]:
    old, new = _weights(before), _weights(after)
    found = []
    for place in dict.fromkeys([*new, *old]):
        one, other = old.get(place), new.get(place)
        title = (new if other else old)[place][0]
        if one != other:
            found.append(Reweighed(title, one and one[1], other and other[1]))
    return tuple(found)


def _weights(checklist: Checklist) -> dict[tuple[str, str], tuple[Text, Decimal]]:
    several = len(checklist.parts) > 1
    found: dict[tuple[str, str], tuple[Text, Decimal]] = {}
    for part in checklist.parts:
        if several:
            found[part.id, ""] = (part.title, part.share)
        found |= {(part.id, one.id): (one.title, one.weight) for one in part.sections}
    return found
