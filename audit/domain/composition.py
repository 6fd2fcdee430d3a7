"""A checklist made of whole others, of which items may be left out."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

from audit.domain.checklist import Checklist, Framework, Part, Section
from audit.domain.decoding import partly
from audit.domain.problems import N_
from audit.domain.sound import check_known, check_unique
from audit.domain.source import PartSource
from audit.domain.tables import Shelf, Tables, in_step
from audit.domain.troubles import Troubles

EQUAL = "10"  # the share a part begins with


def compose(
    wanted: Iterable[dict[str, Any]], required: Mapping[str, Checklist], troubles: Troubles
) -> tuple[Part, ...]:
    parts = []
    for data in wanted:
        name = str(data.get("checklist", "?"))
        say = troubles.at("parts", name)
        fields, said = partly(data, PartSource, say)
        without = fields.get("without", ())
        checklist = required.get(name)
        if fields.get("share", 1) <= 0:
            say(N_("the share must be above 0"), field="share")
        if checklist is None:
            say(N_("is not among what the checklist requires"))
        elif len(checklist.parts) != 1:
            say(N_("is itself made of parts"))
        else:
            no_item = N_("leaves out `%(name)s`, which it does not have")
            check_known(without, checklist.by_key, no_item, say, "without")
            sections = _left(checklist.parts[0].sections, set(without))
            if not sections:
                say(N_("nothing of it is left"), field="without")
            whole, share = checklist.parts[0], Decimal(0) if said is None else said.share
            parts.append(msgspec.structs.replace(whole, share=share, sections=sections))
    ids = (part.id for part in parts)
    check_unique(ids, N_("part `%(name)s` is there twice"), troubles.at())
    return tuple(parts)


def _left(sections: tuple[Section, ...], without: set[str]) -> tuple[Section, ...]:
    kept = (
        msgspec.structs.replace(
            section,
            entries=tuple(entry for entry in section.entries if entry.item not in without),
        )
        for section in sections
    )
    return tuple(section for section in kept if section.entries)


# ---- writing one ---------------------------------------------------------------------


def can_be_part(checklist: Checklist) -> bool:
    return checklist.scoring.method != "weighted_parts"


def with_parts(tables: Tables, parts: list[Tables], requires: Tables, shelf: Shelf) -> Tables:
    """What is asked has changed, so gates and route follow."""
    named = [part["checklist"] for part in parts]
    changed = {
        **tables,
        "parts": parts,
        "requires": {name: requires[name] for name in named if name in requires},
    }
    if not tables["parts"] or tables.get("estimated_minutes") == minutes_of(tables, shelf):
        changed["estimated_minutes"] = minutes_of(changed, shelf) or 10  # nobody said otherwise
    return in_step(changed, asked_of(changed, shelf))


def add_part(tables: Tables, checklist: Checklist, shelf: Shelf) -> Tables:
    parts = [*tables["parts"], {"checklist": checklist.id, "share": EQUAL}]
    requires = {**tables.get("requires", {}), checklist.id: checklist.version}
    return with_parts(tables, parts, requires, shelf)


def asked_of(tables: Tables, shelf: Shelf) -> dict[str, str]:
    """Every item of the parts that is asked, and in which stage."""
    return {
        key: stage.id
        for part in tables.get("parts", [])
        if (checklist := part_of(tables, part, shelf)) is not None
        for stage in checklist.stages
        for key in stage.items
        if key in {item.key for item in checklist.items} and key not in part.get("without", ())
    }


def part_of(tables: Tables, part: Tables, shelf: Shelf) -> Checklist | None:
    name = part["checklist"]
    return shelf.get((name, tables.get("requires", {}).get(name, "")))


def minutes_of(tables: Tables, shelf: Shelf) -> int:
    """What the parts say of themselves, less what is left out or asked already."""
    asked: set[str] = set()
    total = Fraction(0)
    for part in tables.get("parts", []):
        checklist = part_of(tables, part, shelf)
        if checklist is None or not checklist.items:
            continue
        new = {item.key for item in checklist.items} - set(part.get("without", ())) - asked
        asked |= new
        total += Fraction(checklist.estimated_minutes * len(new), len(checklist.items))
    return max(1, -(-total.numerator // total.denominator)) if total else 0


class Coverage(msgspec.Struct, frozen=True):
    """How much of a framework a checklist asks about."""

    framework: Framework
    entries: int
    items: int


def coverages(checklist: Checklist) -> tuple[Coverage, ...]:
    found = []
    for framework in checklist.frameworks:
        names = {f"{framework.id}:{entry.id}" for entry in framework.entries}
        mapped = [names & set(item.frameworks) for item in checklist.items]
        entries = set().union(*mapped)
        found.append(Coverage(framework, len(entries), sum(map(bool, mapped))))
    return tuple(found)
