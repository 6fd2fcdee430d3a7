"""All that is to be put right in a draft, page by page, to be read at a glance."""

from collections.abc import Iterable, Mapping

import msgspec

from audit.domain.tables import Tables
from audit.domain.text import Language
from audit.domain.troubles import Trouble, Words
from audit.domain.typed import slot_of
from audit.languages import translations
from audit.web.drafts.places import WHOLE, Place, Spot
from audit.web.drafts.troubles import named, slots_of

Told = tuple[Place, list[Trouble]]


class Line(msgspec.Struct, frozen=True):
    """One thing that is wrong, said once for all fields that it is wrong with."""

    words: str
    fields: list[tuple[str, str]]  # what it is called, and its slot on the page


class Leaf(msgspec.Struct, frozen=True):
    """One page."""

    title: str
    url: str
    form: bool  # whether it has slots
    lines: list[Line]


class Bundle(msgspec.Struct, frozen=True):
    """A section with its items, or what else is listed on one page."""

    title: str
    url: str
    leaves: list[Leaf]
    count: int
    more: int  # of them, those that no leaf tells


class Reader(msgspec.Struct, frozen=True):
    language: Language
    known: Mapping[str, Tables]  # what items and stages are called, by their names in the file

    def said(self, words: Words) -> str:
        values = {name: self._called(value) for name, value in words.values.items()}
        return Words(words.message, values).in_(translations(self.language).gettext)

    def _called(self, value: object) -> object:
        return self.text(self.known.get(value)) or value if isinstance(value, str) else value

    def text(self, text: Tables | None) -> str:
        """In the reader's language, or else in the other."""
        said = text or {}
        return str(said.get(self.language) or said.get("zh") or said.get("en") or "")

    def place(self, place: Place) -> str:
        title = self.text(place.title) or self.said(place.otherwise)
        return f"{place.number}. {title}" if place.number else title

    def field(self, trouble: Trouble, place: Place) -> str:
        if not place.labels:
            return str(self._called(trouble.item))
        return self.said(named(place.labels, trouble.field)) if trouble.field else ""


def bundled(
    troubles: Iterable[Trouble], places: Mapping[Spot, Place], reader: Reader, most: int
) -> list[Bundle]:
    """In the order of the pages; the first `most` pages in detail."""
    homes: dict[str, list[Told]] = {}
    for place, told in _by_place(troubles, places):
        homes.setdefault((place.home or place).url, []).append((place, told))
    bundles = []
    for url, pages in homes.items():
        shown = pages[: max(most, 0)]
        most -= len(shown)
        home = pages[0][0].home or pages[0][0]
        leaves = [_leaf(place, told, reader) for place, told in shown]
        bundles.append(
            Bundle(reader.place(home), url, leaves, _count(pages), _count(pages[len(shown) :]))
        )
    return bundles


def _count(pages: Iterable[Told]) -> int:
    return sum(len(told) for _, told in pages)


def _by_place(troubles: Iterable[Trouble], places: Mapping[Spot, Place]) -> list[Told]:
    """What has no page of its own is put right where its like are listed."""
    told: dict[Spot, list[Trouble]] = {spot: [] for spot in (*places, ("?", "?"))}
    for trouble in troubles:
        spots = ((trouble.section, trouble.item), (trouble.section, ""), ("?", "?"))
        told[next(spot for spot in spots if spot in told)].append(trouble)
    return [(places.get(spot, WHOLE), found) for spot, found in told.items() if found]


def _leaf(place: Place, troubles: Iterable[Trouble], reader: Reader) -> Leaf:
    there = slots_of(place.table, place.labels)
    lines: dict[str, Line] = {}
    for trouble in troubles:
        words = reader.said(trouble.words)
        line = lines.setdefault(words, Line(words, []))
        field = (reader.field(trouble, place), slot_of(trouble.field, there))
        if field not in line.fields:
            line.fields.append(field)
    return Leaf(reader.place(place), place.url, bool(place.labels), list(lines.values()))
