"""What the library's files may say: the TOML keys, one struct for each kind of table.

The keys are explained one by one in `checklists/README.md`.
"""

from decimal import Decimal
from typing import Any, Literal

import msgspec

from audit.domain.checklist import (
    AnyResponse,
    Dimension,
    Evidence,
    Framework,
    Grade,
    Kind,
    Mark,
    NaPolicy,
    ScoringRule,
    Source,
)
from audit.domain.extras import ExtraPage
from audit.domain.text import Text


class ItemSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    label: Text
    criterion: Text
    response: AnyResponse
    stage: str
    help: Text
    coach: Text
    na: NaPolicy = "exclude"
    weight: Decimal = Decimal(1)
    number: int | None = None
    cpt: tuple[Dimension, ...] = ()
    critical: bool = False
    evidence: Evidence = "none"
    filled_by: tuple[str, ...] = ("mystery_shopper",)
    frameworks: tuple[str, ...] = ()


class UseSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another checklist's item, with the weight it has here: asked once, counted in each."""

    use: str
    weight: Decimal = Decimal(1)
    frameworks: tuple[str, ...] = ()


class SectionSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: Text
    items: tuple[dict[str, Any], ...]  # `ItemSource` or `UseSource`
    weight: Decimal = Decimal(1)


class PartSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checklist: str
    share: Decimal
    without: tuple[str, ...] = ()  # items that are not asked here


class GateSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    question: Text
    when: Literal["yes", "no"]
    items: tuple[str, ...]
    stage: str


class RouteSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stage: str
    items: tuple[str, ...]


class FactSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    label: Text
    criterion: Text
    response: AnyResponse
    stage: str
    required: bool = False


class ChecklistSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    version: str
    kind: Kind
    title: Text
    summary: Text
    scoring: ScoringRule
    sources: tuple[Source, ...] = ()
    filled_by: str = "mystery_shopper"
    estimated_minutes: int = 10
    applies_to: tuple[Literal["bank", "securities"], ...] = ("bank", "securities")
    requires: dict[str, str] = {}
    # Tables that are decoded one by one, so that one mistake does not hide the next.
    sections: tuple[dict[str, Any], ...] = ()  # `SectionSource`
    parts: tuple[dict[str, Any], ...] = ()  # `PartSource`
    gates: tuple[dict[str, Any], ...] = ()  # `GateSource`
    route: tuple[dict[str, Any], ...] = ()  # `RouteSource`
    facts: tuple[dict[str, Any], ...] = ()  # `FactSource`
    extras: tuple[ExtraPage, ...] = ()


class ScaleSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: Text
    grades: tuple[Grade, ...]


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    title: Text


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all checklists share; copied into a checklist when it is resolved."""

    scales: tuple[ScaleSource, ...]
    marks: tuple[Mark, ...]
    stages: tuple[Named, ...]
    roles: tuple[Named, ...]
    evidence: tuple[Named, ...]


class Frameworks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    frameworks: tuple[Framework, ...]
