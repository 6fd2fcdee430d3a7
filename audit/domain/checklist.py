"""A published checklist: self-contained, immutable, identified by the hash of its content.

Everything a visit needs for years is inside: nothing published later changes an old visit.
"""

import hashlib
from decimal import Decimal
from functools import cached_property
from typing import Literal

import msgspec

from audit.domain.extras import ExtraPage
from audit.domain.text import Text

NaPolicy = Literal["exclude", "zero", "not_allowed"]
Dimension = Literal["C", "P", "T"]
Evidence = Literal["none", "note", "note_always", "photo", "doc", "time", "record"]
Kind = Literal["rules", "ordered_routine", "standard", "process", "factors", "drill", "composite"]


class CreditBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Earns `credit` when the value is at most `max` (or at least `min`); neither: always."""

    credit: Decimal
    max: Decimal | None = None
    min: Decimal | None = None


class Grade(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: int
    credit: Decimal
    label: Text


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: str
    label: Text
    credit: Decimal | None = None  # None: recorded, not scored


class Response(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """What an item asks for; each kind says how its value earns credit."""

    @property
    def kind(self) -> str:
        """As checklists write it: `yes_no`, `grade` …; pages choose by it how to draw."""
        return str(self.__struct_config__.tag)


class YesNo(Response, frozen=True, forbid_unknown_fields=True, tag="yes_no"):
    good: Literal["yes", "no"] = "yes"


class Graded(Response, frozen=True, forbid_unknown_fields=True, tag="grade"):
    scale: str
    grades: tuple[Grade, ...] = ()


class Count(Response, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="count"):
    bands: tuple[CreditBand, ...] = ()
    maximum: int | None = None  # where there cannot be more


class Seconds(Response, frozen=True, forbid_unknown_fields=True, tag="seconds"):
    """A duration between two visit marks, in whole seconds; it may also be typed."""

    start: str
    stop: str
    norm: Literal["seed", "project_default", "institution"] = "project_default"
    bands: tuple[CreditBand, ...] = ()


class Choice(Response, frozen=True, forbid_unknown_fields=True, tag="choice"):
    options: tuple[Option, ...]


class Points(Response, frozen=True, forbid_unknown_fields=True, tag="points"):
    """Points awarded of a maximum; a reason is required when less (1,000-point forms)."""

    maximum: Decimal


class Number(Response, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="number"):
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: Text | None = None
    bands: tuple[CreditBand, ...] = ()


class FreeText(Response, frozen=True, forbid_unknown_fields=True, tag="text"):
    pass


AnyResponse = YesNo | Graded | Count | Seconds | Choice | Points | Number | FreeText


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One observable criterion. `key` is its name everywhere, e.g. `rules-24/r12`."""

    key: str
    label: Text
    criterion: Text
    response: AnyResponse
    stage: str
    number: int | None = None
    help: Text | None = None
    coach: Text | None = None
    na: NaPolicy = "exclude"
    weight: Decimal = Decimal(0)  # 0: asked, never scored
    cpt: tuple[Dimension, ...] = ()
    critical: bool = False
    evidence: Evidence = "none"
    filled_by: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()  # "framework:entry"
    required: bool = False  # facts only: submission reminds of it

    def wording_hash(self) -> str:
        """Equal for two versions of an item exactly when their answers may be compared."""
        said = (self.key, self.label, self.criterion, self.response, self.na)
        return hashlib.sha256(canonical(said)).hexdigest()


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item's place in a section, with the weight it has there."""

    item: str
    weight: Decimal


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: Text
    weight: Decimal
    entries: tuple[Entry, ...]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One checklist inside this one; a plain checklist is a single part with share 100."""

    id: str
    version: str
    title: Text
    share: Decimal
    method: Literal["weighted_sections", "pooled_points"]
    sections: tuple[Section, ...]


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question that makes `items` not applicable when its answer is `when`."""

    key: str
    question: Text
    when: Literal["yes", "no"]
    stage: str
    items: tuple[str, ...]


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where in the customer's journey; `items` in the order they are asked."""

    id: str
    title: Text
    items: tuple[str, ...] = ()


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment of the visit that can be timed by one tap."""

    id: str
    title: Text


class FrameworkEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    id: str
    title: Text
    group: str | None = None


class FrameworkGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: Text


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    system: str


class Framework(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A system of the sources that items map to and any visit can be read through."""

    id: str
    title: Text
    kind: str
    source: Source
    entries: tuple[FrameworkEntry, ...]
    groups: tuple[FrameworkGroup, ...] = ()


class ScoreBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    minimum: Decimal
    title: Text


class Critical(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="effect"):
    """What a critical item with credit 0 does to the final score; the raw score stays."""


class Cap(Critical, frozen=True, forbid_unknown_fields=True, tag="cap"):
    cap: Decimal


class Deduct(Critical, frozen=True, forbid_unknown_fields=True, tag="deduct"):
    points: Decimal  # for each failed critical item


class ZeroSection(Critical, frozen=True, forbid_unknown_fields=True, tag="zero_section"):
    pass


class FlagOnly(Critical, frozen=True, forbid_unknown_fields=True, tag="flag"):
    pass


AnyCritical = Cap | Deduct | ZeroSection | FlagOnly


class ScoringRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    method: Literal["weighted_sections", "pooled_points", "weighted_parts"]
    bands: tuple[ScoreBand, ...]
    rule: Literal[1] = 1
    minimum_coverage: Decimal = Decimal("0.7")
    minimum_parts: int = 1
    minimum_index_items: int = 5
    critical: AnyCritical = FlagOnly()


class Checklist(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True
):
    id: str
    version: str
    kind: Kind
    title: Text
    summary: Text
    sources: tuple[Source, ...]
    filled_by: str
    estimated_minutes: int
    applies_to: tuple[str, ...]
    scoring: ScoringRule
    parts: tuple[Part, ...]
    items: tuple[Item, ...]  # the questions, in the order they are asked
    facts: tuple[Item, ...]  # asked about the visit itself, never scored
    gates: tuple[Gate, ...]
    stages: tuple[Stage, ...]
    marks: tuple[Mark, ...]
    frameworks: tuple[Framework, ...]
    extras: tuple[ExtraPage, ...] = ()

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.key: item for item in (*self.items, *self.facts)}

    @cached_property
    def gate_by_key(self) -> dict[str, Gate]:
        return {gate.key: gate for gate in self.gates}

    @cached_property
    def twins(self) -> frozenset[str]:
        """Items that are asked once and count in more than one place."""
        places = [e.item for part in self.parts for s in part.sections for e in s.entries]
        return frozenset(key for key in places if places.count(key) > 1)

    @property
    def is_drill(self) -> bool:
        """Something in it is played, so the branch is told: never a disguised visit."""
        return any(item.stage == "drill" for item in self.items)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the canonical content, in hex: the identity of this version."""
        return hashlib.sha256(canonical(self)).hexdigest()

    def stage_of(self, key: str) -> Stage:
        return next(stage for stage in self.stages if key in stage.items)

    def band_of(self, score: Decimal | None) -> ScoreBand | None:
        if score is None:
            return None
        return next((band for band in self.scoring.bands if score >= band.minimum), None)


_canonical = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def canonical(value: object) -> bytes:
    """The one byte form of a struct: JSON with sorted keys, decimals as written strings."""
    return _canonical.encode(value)
