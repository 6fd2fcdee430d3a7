"""From the library's TOML files to published checklists.

A file is decoded strictly (unknown keys refused), checked as a whole (every problem found
at once, each with its place), and resolved into a self-contained `Checklist`.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from audit.domain.checklist import (
    AnyResponse,
    Checklist,
    Choice,
    Count,
    CreditBand,
    Dimension,
    Entry,
    Evidence,
    Framework,
    Gate,
    Grade,
    Graded,
    Item,
    Kind,
    Mark,
    NaPolicy,
    Number,
    Part,
    Points,
    ScoringRule,
    Seconds,
    Section,
    Source,
    Stage,
)
from audit.domain.text import Text

T = TypeVar("T", bound=msgspec.Struct)

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")


class Trouble(msgspec.Struct, frozen=True):
    """One thing wrong with a checklist file, where, in plain words."""

    file: str
    section: str
    item: str
    message: str

    def __str__(self) -> str:
        place = " · ".join(part for part in (self.file, self.section, self.item) if part)
        return f"{place}: {self.message}"


class Unusable(Exception):
    """The file has troubles; all of them are in `troubles`."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = tuple(troubles)
        super().__init__("\n".join(map(str, self.troubles)))


# ---- what a file may say -------------------------------------------------------------


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
    items: tuple[dict[str, Any], ...]
    weight: Decimal = Decimal(1)


class PartSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checklist: str
    share: Decimal


class GateSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    question: Text
    when: str
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
    applies_to: tuple[str, ...] = ("bank", "securities")
    requires: dict[str, str] = {}
    sections: tuple[SectionSource, ...] = ()
    parts: tuple[PartSource, ...] = ()
    gates: tuple[GateSource, ...] = ()
    route: tuple[RouteSource, ...] = ()
    facts: tuple[FactSource, ...] = ()


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


# ---- reading -------------------------------------------------------------------------


def read_vocabulary(raw: str) -> Vocabulary:
    return _whole(raw, Vocabulary, "vocabulary.toml")


def read_frameworks(raw: str) -> tuple[Framework, ...]:
    return _whole(raw, Frameworks, "frameworks.toml").frameworks


def read_checklist(
    raw: str,
    file: str,
    vocabulary: Vocabulary,
    frameworks: Iterable[Framework],
    library: Mapping[tuple[str, str], Checklist],
) -> Checklist:
    """The published form of one checklist file.

    `library` holds the versions it may require, by (id, version). Raises `Unusable` with
    every trouble found.
    """
    return _Reader(file, vocabulary, tuple(frameworks), library).read(_toml(raw, file))


def requirements(raw: str, file: str) -> dict[str, str]:
    """The checklists this file builds on, id to version."""
    required = _toml(raw, file).get("requires", {})
    return {str(key): str(value) for key, value in required.items()}


def _toml(raw: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(raw, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Unusable([Trouble(file, "", "", f"not valid TOML: {error}")]) from error


def _whole(raw: str, shape: type[T], file: str) -> T:
    try:
        return msgspec.convert(_toml(raw, file), shape)
    except msgspec.ValidationError as error:
        raise Unusable([Trouble(file, "", "", _plain(error))]) from error


def _plain(error: Exception) -> str:
    """msgspec's message in a checklist writer's words: `$.` paths become plain ones."""
    return str(error).replace(" - at `$.", " (at `").replace(" - at `$", " (at `") + (
        ")" if " - at `$" in str(error) else ""
    )


class _Reader:
    def __init__(
        self,
        file: str,
        vocabulary: Vocabulary,
        frameworks: tuple[Framework, ...],
        library: Mapping[tuple[str, str], Checklist],
    ) -> None:
        self.file = file
        self.troubles: list[Trouble] = []
        self.scales = {scale.id: scale for scale in vocabulary.scales}
        self.marks = {mark.id: mark for mark in vocabulary.marks}
        self.stages = {stage.id: stage for stage in vocabulary.stages}
        self.roles = {role.id for role in vocabulary.roles}
        self.frameworks = {framework.id: framework for framework in frameworks}
        self.library = library
        self.required: dict[str, Checklist] = {}
        self.items: dict[str, Item] = {}

    def say(self, message: str, section: str = "", item: str = "") -> None:
        self.troubles.append(Trouble(self.file, section, item, message))

    def read(self, data: dict[str, Any]) -> Checklist:
        source = self.gather(data, ChecklistSource)
        if source is None:
            raise Unusable(self.troubles)
        self.require(source)
        if source.parts and source.sections:
            self.say("has both parts and sections; a checklist is one or the other")
        parts = self.composed(source) if source.parts else (self.own_part(source, source.sections),)
        facts = tuple(self.fact(source.id, fact) for fact in source.facts)
        gates = tuple(self.gate(source.id, gate) for gate in source.gates)
        stages = self.journey(source, facts, gates)
        self.check_whole(source, parts, facts, gates)
        if self.troubles:
            raise Unusable(self.troubles)
        asked = [key for stage in stages for key in stage.items if key in self.items]
        questions = tuple(self.items[key] for key in asked)
        return Checklist(
            id=source.id,
            version=source.version,
            kind=source.kind,
            title=source.title,
            summary=source.summary,
            sources=source.sources,
            filled_by=source.filled_by,
            estimated_minutes=source.estimated_minutes,
            applies_to=source.applies_to,
            scoring=source.scoring,
            parts=parts,
            items=questions,
            facts=facts,
            gates=gates,
            stages=stages,
            marks=self.needed_marks(questions),
            frameworks=self.needed_frameworks(questions),
        )

    # -- decoding, every field on its own, so that all problems are told at once

    def gather(
        self, data: dict[str, Any], shape: type[T], section: str = "", item: str = ""
    ) -> T | None:
        before = len(self.troubles)
        fields = {field.name: field for field in msgspec.structs.fields(shape)}
        for key in data.keys() - fields.keys():
            self.say(f"unknown key `{key}`", section, item)
        values: dict[str, Any] = {}
        for name, field in fields.items():
            if name not in data:
                if field.required:
                    self.say(f"`{name}` is missing", section, item)
                continue
            try:
                values[name] = msgspec.convert(data[name], field.type)
            except msgspec.ValidationError as error:
                self.say(f"`{name}`: {_plain(error)}", section, item)
        return shape(**values) if len(self.troubles) == before else None

    def require(self, source: ChecklistSource) -> None:
        for name, version in source.requires.items():
            found = self.library.get((name, version))
            if found is None:
                self.say(f"requires {name} {version}, which is not in the library")
                continue
            self.required[name] = found
        for checklist in self.required.values():
            for item in checklist.items:
                known = self.items.setdefault(item.key, item)
                if known.wording_hash() != item.wording_hash():
                    self.say(f"two versions of `{item.key}` are required")
                elif known != item:
                    merged = dict.fromkeys((*known.frameworks, *item.frameworks))
                    self.items[item.key] = msgspec.structs.replace(known, frameworks=tuple(merged))

    # -- parts and items

    def composed(self, source: ChecklistSource) -> tuple[Part, ...]:
        parts = []
        for wanted in source.parts:
            checklist = self.required.get(wanted.checklist)
            if checklist is None:
                self.say(f"part `{wanted.checklist}` is not among `requires`")
                continue
            if wanted.share <= 0:
                self.say(f"part `{wanted.checklist}`: the share must be above 0")
            if len(checklist.parts) != 1:
                self.say(f"part `{wanted.checklist}` is itself composed of parts")
                continue
            parts.append(msgspec.structs.replace(checklist.parts[0], share=wanted.share))
        placed = {entry.item for part in parts for s in part.sections for entry in s.entries}
        self.items = {key: item for key, item in self.items.items() if key in placed}
        return tuple(parts)

    def own_part(self, source: ChecklistSource, sections: tuple[SectionSource, ...]) -> Part:
        required, self.items = self.items, {}
        built = tuple(self.section(source, section, required) for section in sections)
        method = source.scoring.method
        if method == "weighted_parts":
            self.say("`weighted_parts` is for checklists made of parts")
            method = "weighted_sections"
        return Part(
            id=source.id,
            version=source.version,
            title=source.title,
            share=Decimal(100),
            method=method,
            sections=built,
        )

    def section(
        self, source: ChecklistSource, section: SectionSource, required: dict[str, Item]
    ) -> Section:
        if section.weight < 0:
            self.say("the weight is below 0", section.id)
        entries = []
        for raw in section.items:
            entry = (
                self.used(raw, section.id, required)
                if "use" in raw
                else self.own(source, raw, section.id)
            )
            if entry is not None:
                entries.append(entry)
        if not section.items:
            self.say("the section has no items", section.id)
        return Section(section.id, section.title, section.weight, tuple(entries))

    def used(self, raw: dict[str, Any], section: str, required: dict[str, Item]) -> Entry | None:
        name = str(raw["use"])
        use = self.gather(raw, UseSource, section, name)
        if use is None:
            return None
        item = required.get(use.use)
        if item is None:
            self.say("is used here but no required checklist has it", section, name)
            return None
        if use.use in self.items:
            self.say("is already in this checklist", section, name)
            return None
        self.check_frameworks(use.frameworks, section, name)
        both = tuple(dict.fromkeys((*item.frameworks, *use.frameworks)))
        self.items[item.key] = msgspec.structs.replace(item, frameworks=both)
        return Entry(item.key, use.weight)

    def own(self, source: ChecklistSource, raw: dict[str, Any], section: str) -> Entry | None:
        name = str(raw.get("id", "?"))
        said = self.gather(raw, ItemSource, section, name)
        if said is None:
            return None
        key = f"{source.id}/{said.id}"
        if not _ID.fullmatch(said.id):
            self.say("ids use small letters, digits, - _ and . only", section, name)
        if key in self.items:
            self.say("this id is used twice", section, name)
            return None
        if said.weight < 0:
            self.say("the weight is below 0", section, name)
        if said.stage not in self.stages:
            self.say(f"there is no stage `{said.stage}`", section, name)
        for role in said.filled_by:
            if role not in self.roles:
                self.say(f"there is no role `{role}`", section, name)
        self.check_frameworks(said.frameworks, section, name)
        self.check_texts((said.label, said.criterion, said.help, said.coach), section, name)
        values = {
            field: getattr(said, field) for field in ItemSource.__struct_fields__ if field != "id"
        }
        values["response"] = self.response(said.response, section, name)
        self.items[key] = Item(key=key, **values)
        return Entry(key, said.weight)

    def fact(self, checklist: str, said: FactSource) -> Item:
        if said.stage not in self.stages:
            self.say(f"there is no stage `{said.stage}`", "facts", said.id)
        return Item(
            key=f"{checklist}/{said.id}",
            label=said.label,
            criterion=said.criterion,
            response=self.response(said.response, "facts", said.id),
            stage=said.stage,
            required=said.required,
        )

    def response(self, response: AnyResponse, section: str, item: str) -> AnyResponse:
        """The response with its scale filled in; says what is wrong with it."""
        if isinstance(response, Graded):
            if response.scale not in self.scales:
                self.say(f"there is no scale `{response.scale}`", section, item)
                return response
            return msgspec.structs.replace(response, grades=self.scales[response.scale].grades)
        if isinstance(response, Seconds):
            for mark in (response.start, response.stop):
                if mark not in self.marks:
                    self.say(f"there is no mark `{mark}`", section, item)
        if isinstance(response, Choice):
            ids = [option.id for option in response.options]
            if len(ids) < 2:
                self.say("a choice needs at least two options", section, item)
            if len(set(ids)) != len(ids):
                self.say("an option id is used twice", section, item)
            if {"na", "not_observed"} & set(ids):
                self.say("`na` and `not_observed` are reserved answers", section, item)
            for option in response.options:
                self.check_credit(option.credit, section, item)
        if isinstance(response, Count | Seconds | Number):
            self.check_bands(response.bands, section, item)
        if isinstance(response, Points) and response.maximum <= 0:
            self.say("the maximum must be above 0", section, item)
        if (
            isinstance(response, Number)
            and response.minimum is not None
            and response.maximum is not None
            and response.minimum > response.maximum
        ):
            self.say("the minimum is above the maximum", section, item)
        return response

    def check_bands(self, bands: tuple[CreditBand, ...], section: str, item: str) -> None:
        for band in bands:
            self.check_credit(band.credit, section, item)
            if band.max is not None and band.min is not None:
                self.say("a credit band has `max` or `min`, not both", section, item)
        if bands and (bands[-1].max is not None or bands[-1].min is not None):
            self.say("the last credit band must take everything else", section, item)
        if any(band.max is None and band.min is None for band in bands[:-1]):
            self.say("a credit band after the one for everything else", section, item)

    def check_credit(self, credit: Decimal | None, section: str, item: str) -> None:
        if credit is not None and not 0 <= credit <= 1:
            self.say(f"credit {credit} is not between 0 and 1", section, item)

    def check_texts(self, texts: Iterable[Text], section: str, item: str) -> None:
        for text in texts:
            if not text.zh.strip() or not text.en.strip():
                self.say("a text is empty in one language", section, item)

    def check_frameworks(self, names: Iterable[str], section: str, item: str) -> None:
        for name in names:
            framework, _, entry = name.partition(":")
            found = self.frameworks.get(framework)
            if found is None or entry not in {known.id for known in found.entries}:
                self.say(f"there is no framework entry `{name}`", section, item)

    # -- the journey

    def gate(self, checklist: str, said: GateSource) -> Gate:
        keys: list[str] = []
        for pattern in said.items:
            found = (
                [key for key in self.items if key.startswith(pattern[:-1])]
                if pattern.endswith("/*")
                else [pattern] * (pattern in self.items)
            )
            if not found:
                self.say(f"gate `{said.id}` names `{pattern}`, which is not asked")
            keys += found
        if said.when not in ("yes", "no"):
            self.say(f"gate `{said.id}`: `when` is yes or no")
        if said.stage not in self.stages:
            self.say(f"gate `{said.id}`: there is no stage `{said.stage}`")
        return Gate(
            key=f"{checklist}/{said.id}",
            question=said.question,
            when="yes" if said.when == "yes" else "no",
            stage=said.stage,
            items=tuple(dict.fromkeys(keys)),
        )

    def journey(
        self, source: ChecklistSource, facts: tuple[Item, ...], gates: tuple[Gate, ...]
    ) -> tuple[Stage, ...]:
        """Stages in order with what each asks: the route if there is one, then by stage."""
        routed = {leg.stage: leg.items for leg in source.route}
        for leg in source.route:
            if leg.stage not in self.stages:
                self.say(f"route: there is no stage `{leg.stage}`")
        listed = [key for leg in source.route for key in leg.items]
        for key in dict.fromkeys(listed):
            if listed.count(key) > 1:
                self.say("is in the route twice", "route", key)
            if key not in self.items:
                self.say("is in the route but in no part", "route", key)
        if source.route:
            for key in self.items:
                if key not in listed:
                    self.say("is in a part but not in the route", "route", key)
        stages = []
        for stage in self.stages.values():
            keys: list[str] = [gate.key for gate in gates if gate.stage == stage.id]
            keys += [fact.key for fact in facts if fact.stage == stage.id]
            if source.route:
                keys += routed.get(stage.id, ())
            else:
                keys += [key for key, item in self.items.items() if item.stage == stage.id]
            if keys:
                stages.append(Stage(stage.id, stage.title, tuple(keys)))
        return tuple(stages)

    def needed_marks(self, items: tuple[Item, ...]) -> tuple[Mark, ...]:
        timed = [item.response for item in items if isinstance(item.response, Seconds)]
        used = {mark for response in timed for mark in (response.start, response.stop)}
        used |= {"enter", "exit"}
        return tuple(mark for mark in self.marks.values() if mark.id in used)

    def needed_frameworks(self, items: tuple[Item, ...]) -> tuple[Framework, ...]:
        used = {name.partition(":")[0] for item in items for name in item.frameworks}
        return tuple(known for known in self.frameworks.values() if known.id in used)

    def check_whole(
        self,
        source: ChecklistSource,
        parts: tuple[Part, ...],
        facts: tuple[Item, ...],
        gates: tuple[Gate, ...],
    ) -> None:
        keys = [*self.items, *(fact.key for fact in facts), *(gate.key for gate in gates)]
        for key in dict.fromkeys(keys):
            if keys.count(key) > 1:
                self.say("this id is used twice", "", key)
        if not _ID.fullmatch(source.id):
            self.say("ids use small letters, digits, - _ and . only")
        if not re.fullmatch(r"\d+\.\d+\.\d+", source.version):
            self.say("the version must look like 1.0.0")
        sections = [section.id for part in parts for section in part.sections]
        if not source.parts and len(set(sections)) != len(sections):
            self.say("a section id is used twice")
        minima = [band.minimum for band in source.scoring.bands]
        if minima != sorted(minima, reverse=True) or not minima or minima[-1] != 0:
            self.say("score bands run from the highest minimum down to 0", "scoring")
        if source.parts and source.scoring.method != "weighted_parts":
            self.say("a checklist made of parts is scored by `weighted_parts`", "scoring")
