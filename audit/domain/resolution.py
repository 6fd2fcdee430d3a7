"""One checklist file, resolved: scales filled in, other checklists' items fetched, the
journey laid out, and every trouble told."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from audit.domain.checklist import (
    AnyResponse,
    Checklist,
    Entry,
    Framework,
    Graded,
    Item,
    Part,
    ScoringRule,
    Section,
)
from audit.domain.composition import compose
from audit.domain.decoding import decode, partly
from audit.domain.extras import check_extras
from audit.domain.journey import Journey
from audit.domain.problems import N_
from audit.domain.sound import (
    TWICE,
    VERSION,
    check_fields,
    check_id,
    check_known,
    check_made_of,
    check_reach,
    check_response,
    check_scoring,
    check_texts,
    check_unique,
)
from audit.domain.source import (
    ChecklistSource,
    FactSource,
    ItemSource,
    SectionSource,
    UseSource,
    Vocabulary,
)
from audit.domain.text import Text
from audit.domain.troubles import Say, Troubles

AS_SAID = (
    "id", "version", "kind", "title", "summary", "sources", "filled_by", "estimated_minutes",
    "applies_to", "scoring", "extras",
)  # fmt: skip
NO_ROLE = N_("there is no role `%(name)s`")
NO_ENTRY = N_("there is no framework entry `%(name)s`")


class Resolution:
    def __init__(
        self,
        troubles: Troubles,
        vocabulary: Vocabulary,
        frameworks: Iterable[Framework],
        library: Mapping[tuple[str, str], Checklist],
    ) -> None:
        self.troubles = troubles
        self.vocabulary = vocabulary
        self.frameworks = tuple(frameworks)
        self.entries = {f"{f.id}:{entry.id}" for f in self.frameworks for entry in f.entries}
        self.scales = {scale.id: scale for scale in vocabulary.scales}
        self.marks = {mark.id for mark in vocabulary.marks}
        self.stages = {stage.id for stage in vocabulary.stages}
        self.roles = {role.id for role in vocabulary.roles}
        self.library = library
        self.required: dict[str, Checklist] = {}
        self.items: dict[str, Item] = {}
        self.unread: set[str] = set()  # items with troubles of their own: known, not usable

    def checklist(self, data: dict[str, Any]) -> Checklist:
        """Raises `Unusable`. A broken field does not keep the rest from being checked."""
        said = decode(data, ChecklistSource, self.troubles.at())
        name = said.get("id", "?")
        self.require(said.get("requires", {}))
        parts = self.parts(said, name)
        facts = tuple(filter(None, (self.fact(name, fact) for fact in said.get("facts", ()))))
        journey = Journey(self.troubles, self.vocabulary, self.items, self.unread)
        gates = journey.gates(name, said.get("gates", ()))
        stages = journey.stages(said.get("route", ()), facts, gates)
        self.check_head(said, len(said.get("parts", ())))
        journey.check_drill(said.get("kind"))
        keys = [*self.items, *(fact.key for fact in facts), *(gate.key for gate in gates)]
        check_unique(keys, TWICE, self.troubles.at())
        self.troubles.settle()
        source = ChecklistSource(**said)
        asked = [key for stage in stages for key in stage.items if key in self.items]
        items = tuple(self.items[key] for key in asked)
        used = {name.partition(":")[0] for item in items for name in item.frameworks}
        return Checklist(
            **{name: getattr(source, name) for name in AS_SAID},
            parts=parts,
            items=items,
            facts=facts,
            gates=gates,
            stages=stages,
            marks=journey.marks(items),
            frameworks=tuple(known for known in self.frameworks if known.id in used),
        )

    def check_head(self, said: dict[str, Any], parts: int) -> None:
        say = self.troubles.at()
        check_id(said.get("id", "x"), say)
        if not VERSION.fullmatch(said.get("version", "0.0.0")):
            say(N_("the version must look like 1.0.0"), field="version")
        roles = (said.get("filled_by", "mystery_shopper"),)
        check_known(roles, self.roles, NO_ROLE, say, "filled_by")
        if said.get("estimated_minutes", 1) < 1:
            say(N_("`estimated_minutes` is at least 1"), field="estimated_minutes")
        scoring: ScoringRule | None = said.get("scoring")
        if scoring is not None:
            check_scoring(scoring, parts, self.troubles.at("scoring"))
        check_made_of(said, bool(parts), say)
        for name in ("title", "summary", "scoring"):
            check_texts(said.get(name), self.troubles.at(name))
        check_extras(said.get("extras", ()), self.troubles)

    # -- what it builds on

    def require(self, requires: Mapping[str, str]) -> None:
        say = self.troubles.at()
        for name, version in requires.items():
            found = self.library.get((name, version))
            if found is None:
                say(
                    N_("requires %(id)s %(version)s, which is not in the library"),
                    id=name,
                    version=version,
                    field="requires",
                )
                self.unread.add(f"{name}/")
                continue
            self.required[name] = found
            for item in found.items:
                known = self.items.get(item.key, item)
                if known.wording_hash() != item.wording_hash():
                    two = N_("two versions of `%(item)s` are required")
                    say(two, item=item.key, field="requires")
                self.items[item.key] = self.merged(known, item)

    def merged(self, known: Item, other: Item) -> Item:
        """One item of two checklists. It counts once with the weight it has at home, and
        answers to the framework entries of both."""
        home = [item for item in (known, other) if item.weight > 0] or [known]
        owner = self.required.get(known.key.partition("/")[0])
        weight = home[0].weight
        if owner is not None and owner.by_key[known.key].weight > 0:
            weight = owner.by_key[known.key].weight
        both = tuple(dict.fromkeys((*known.frameworks, *other.frameworks)))
        return msgspec.structs.replace(known, weight=weight, frameworks=both)

    # -- parts, sections, items

    def parts(self, said: dict[str, Any], name: str) -> tuple[Part, ...]:
        if said.get("parts"):
            return self.composed(said["parts"])
        fetched = dict(self.items)
        self.items.clear()
        sections = [self.section(name, data, fetched) for data in said.get("sections", ())]
        ids = (section.id for section in sections)
        check_unique(ids, N_("section `%(name)s` is there twice"), self.troubles.at())
        scoring: ScoringRule | None = said.get("scoring")
        return (
            Part(
                id=name,
                version=said.get("version", ""),
                title=said.get("title", Text("", "")),
                share=Decimal(100),
                method="pooled_points"
                if scoring is not None and scoring.method == "pooled_points"
                else "weighted_sections",
                sections=tuple(sections),
            ),
        )

    def composed(self, wanted: Iterable[dict[str, Any]]) -> tuple[Part, ...]:
        parts = compose(wanted, self.required, self.troubles)
        placed = {entry.item for part in parts for s in part.sections for entry in s.entries}
        for key in self.items.keys() - placed:
            del self.items[key]
        return parts

    def section(self, checklist: str, data: dict[str, Any], fetched: dict[str, Item]) -> Section:
        name = str(data.get("id", "?"))
        say = self.troubles.at(name)
        said = decode(data, SectionSource, say)
        check_id(said.get("id", "x"), say)
        check_texts(said.get("title"), say, "title")
        weight = said.get("weight", Decimal(1))
        if weight <= 0:
            say(N_("the weight of a section must be above 0"), field="weight")
        if said.get("items") == ():
            say(N_("the section has no items"), field="items")
        entries = [
            self.used(raw, name, fetched) if "use" in raw else self.own(checklist, raw, name)
            for raw in said.get("items", ())
        ]
        title = said.get("title", Text("", ""))
        return Section(name, title, weight, tuple(e for e in entries if e is not None))

    def used(self, raw: dict[str, Any], section: str, fetched: dict[str, Item]) -> Entry | None:
        name = str(raw["use"])
        say = self.troubles.at(section, name)
        fields, use = partly(raw, UseSource, say)
        item = fetched.get(name)
        check_known(fields.get("frameworks", ()), self.entries, NO_ENTRY, say, "frameworks")
        if item is None:
            if f"{name.partition('/')[0]}/" not in self.unread:
                say(N_("is used here but no required checklist has it"))
            return None
        if name in self.items:
            say(N_("is already in this checklist"))
            return None
        weight = fields.get("weight", Decimal(1))
        check_reach(item.response, weight, item.critical, say)
        if use is None:
            self.unread.add(name)
            return None
        both = tuple(dict.fromkeys((*item.frameworks, *use.frameworks)))
        self.items[name] = msgspec.structs.replace(item, weight=use.weight, frameworks=both)
        return Entry(name, use.weight)

    def own(self, checklist: str, raw: dict[str, Any], section: str) -> Entry | None:
        name = str(raw.get("id", "?"))
        say = self.troubles.at(section, name)
        key = f"{checklist}/{name}"
        fields, said = partly(raw, ItemSource, say)
        if key in self.items or key in self.unread:
            say(N_("this id is used twice"), field="id")
            return None
        check_fields(fields, say)
        check_known(fields.get("filled_by", ()), self.roles, NO_ROLE, say, "filled_by")
        check_known(fields.get("frameworks", ()), self.entries, NO_ENTRY, say, "frameworks")
        response = self.asked(fields, say)
        if response is not None:
            weight = fields.get("weight", Decimal(1))
            check_reach(response, weight, fields.get("critical", False), say)
        if said is None:
            self.unread.add(key)
            return None
        values = {field: getattr(said, field) for field in said.__struct_fields__ if field != "id"}
        self.items[key] = Item(key=key, **{**values, "response": response})
        return Entry(key, said.weight)

    def fact(self, checklist: str, data: dict[str, Any]) -> Item | None:
        say = self.troubles.at("facts", str(data.get("id", "?")))
        fields, said = partly(data, FactSource, say)
        check_fields(fields, say)
        response = self.asked(fields, say)
        if said is None or response is None:
            return None
        return Item(
            key=f"{checklist}/{said.id}",
            label=said.label,
            criterion=said.criterion,
            response=response,
            stage=said.stage,
            required=said.required,
        )

    def asked(self, fields: Mapping[str, Any], say: Say) -> AnyResponse | None:
        """The response with its scale filled in, if it can be read."""
        if "stage" in fields:
            no_stage = N_("there is no stage `%(name)s`")
            check_known((fields["stage"],), self.stages, no_stage, say, "stage")
        response: AnyResponse | None = fields.get("response")
        if response is None:
            return None
        check_response(response, self.marks, say)
        if not isinstance(response, Graded):
            return response
        if response.grades:
            say(N_("grades are written in the vocabulary's scales, not in an item"))
        if response.scale not in self.scales:
            no_scale = N_("there is no scale `%(name)s`")
            say(no_scale, name=response.scale, field="response.scale")
            return response
        return msgspec.structs.replace(response, grades=self.scales[response.scale].grades)
