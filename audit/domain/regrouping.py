"""A visit read through one framework: its entries in order, with the items under each.

A checklist is read by its own mappings through the frameworks that it names, and what comes
out is the reading on its frozen card. Through another framework it is read by the library's
mappings; that decides no score, only the order in which the same answers are looked at.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec

from audit.domain.answer import Answer
from audit.domain.card import Reading, ScoreCard
from audit.domain.checklist import Checklist, Framework, FreeText, Item
from audit.domain.credit import credit, rounded
from audit.domain.problems import N_, NotFound
from audit.domain.report import GroupedEntry, GroupedItem, Regrouping, Uncovered
from audit.domain.report_items import named
from audit.domain.report_scores import state_of
from audit.domain.scoring import read_through
from audit.domain.sums import weight_once
from audit.domain.text import Text
from audit.domain.wording import said


class Unseen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a system cannot be answered by looking: an entry, or something without one."""

    framework: str
    reason: Text
    entry: str | None = None
    title: Text | None = None


class Lens(msgspec.Struct, frozen=True):
    """A framework as the library has it. `items`: those that answer to it by entry, for
    checklists that do not name it."""

    framework: Framework
    items: Mapping[str, tuple[str, ...]] = {}
    unseen: tuple[Unseen, ...] = ()

    def of(self, checklist: Checklist) -> Framework | None:
        """As this checklist is read through it: its own, if it names it."""
        own = next((one for one in checklist.frameworks if one.id == self.framework.id), None)
        if own is not None:
            return own
        asked = any(key in checklist.by_key for keys in self.items.values() for key in keys)
        return self.framework if asked else None

    def answering(self, checklist: Checklist) -> dict[str, tuple[str, ...]]:
        """The checklist's items by entry, for a framework that it does not name."""
        return {
            entry.id: tuple(key for key in self.items.get(entry.id, ()) if key in checklist.by_key)
            for entry in self.framework.entries
        }


def through(checklist: Checklist, lenses: Iterable[Lens]) -> tuple[Lens, ...]:
    """The frameworks a visit under this checklist can be read through."""
    known = [lens for lens in lenses if lens.of(checklist) is not None]
    names = {lens.framework.id for lens in known}
    return (*known, *(Lens(one) for one in checklist.frameworks if one.id not in names))


def chosen_lens(lenses: Iterable[Lens], framework: str) -> Lens | None:
    """None when none is asked for; raises `NotFound` for one that is not among these."""
    if not framework:
        return None
    for lens in lenses:
        if lens.framework.id == framework:
            return lens
    raise NotFound(N_("What was asked here does not answer to that framework."))


def reading_of(
    checklist: Checklist, card: ScoreCard, answers: Mapping[str, Answer], lens: Lens
) -> Reading:
    """`answers` with their gates applied. As it is on the card, if the checklist names it."""
    for reading in card.readings:
        if reading.framework == lens.framework.id:
            return reading
    return read_through(checklist, answers, lens.framework, lens.answering(checklist))


def regroup(
    checklist: Checklist, card: ScoreCard, answers: Mapping[str, Answer], lens: Lens
) -> Regrouping:
    framework = lens.of(checklist) or lens.framework
    reading = reading_of(checklist, card, answers, lens)
    entries = _entries(checklist, answers, framework, reading)
    return Regrouping(
        id=framework.id,
        title=framework.title,
        ordered=framework.kind in ("ordered_routine", "process"),
        own=any(one.framework == framework.id for one in card.readings),
        score=card.shown(checklist, reading),
        scored=card.counted(reading),
        needed=checklist.scoring.minimum_index_items,
        entries=_first_of_groups(entries),
        uncovered=uncovered(lens, {entry.id for entry in entries}, framework),
    )


def _entries(
    checklist: Checklist, answers: Mapping[str, Answer], framework: Framework, reading: Reading
) -> list[GroupedEntry]:
    read = {entry.id: entry for entry in reading.entries if entry.items}
    titles = {group.id: group.title for group in framework.groups}
    result = []
    for entry in framework.entries:
        if entry.id not in read:
            continue
        found = read[entry.id]
        lines = tuple(
            _line(
                checklist,
                checklist.by_key[key],
                answers.get(key),
                tuple(one.id for one in read.values() if key in one.items and one is not found),
            )
            for key in found.items
        )
        state = state_of(found.score, [line.standing for line in lines])
        group = titles.get(entry.group or "")
        result.append(GroupedEntry(entry.id, entry.title, group, state, found.score, lines))
    return result


def _line(
    checklist: Checklist, item: Item, answer: Answer | None, also: tuple[str, ...]
) -> GroupedItem:
    """Free text never gets into a report: it could tell who the shopper was."""
    earned = credit(item, answer)
    weight = weight_once(checklist, item)
    return GroupedItem(
        item=named(item),
        said=None if isinstance(item.response, FreeText) else said(item, answer),
        standing="unanswered" if answer is None else answer.state,
        weight=Decimal(weight.numerator) / weight.denominator,
        credit=None if earned is None else rounded(earned, 4),
        also=also,
    )


def uncovered(
    lens: Lens, covered: Iterable[str], framework: Framework | None = None
) -> tuple[Uncovered, ...]:
    """The entries that no item answers to, in order, and then what has no entry at all."""
    asked = set(covered)
    reasons = {one.entry: one.reason for one in lens.unseen if one.entry is not None}
    entries = (framework or lens.framework).entries
    missing = [
        Uncovered(entry.id, entry.title, reasons.get(entry.id))
        for entry in entries
        if entry.id not in asked
    ]
    beyond = [Uncovered("", one.title, one.reason) for one in lens.unseen if one.title is not None]
    return (*missing, *beyond)


def _first_of_groups(entries: list[GroupedEntry]) -> tuple[GroupedEntry, ...]:
    """The group's title only where it begins."""
    result = []
    before: Text | None = None
    for entry in entries:
        first = entry.group if entry.group != before else None
        before = entry.group
        result.append(msgspec.structs.replace(entry, group=first))
    return tuple(result)
