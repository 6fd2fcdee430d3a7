"""A published checklist as the tables of its file again: what a draft begins from."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from audit.domain.checklist import Checklist, Item, Part, Section, canonical

Tables = dict[str, Any]
Shelf = Mapping[tuple[str, str], Checklist]  # by id and version


def tables_of(checklist: Checklist, shelf: Shelf) -> Tables:
    """Resolving them gives the same content again. `shelf` has what it builds on."""
    composite = checklist.scoring.method == "weighted_parts"
    head: Tables = {
        name: plain(getattr(checklist, name))
        for name in (
            "id", "version", "kind", "title", "summary", "sources", "filled_by",
            "estimated_minutes", "applies_to", "scoring",
        )
    }  # fmt: skip
    if composite:
        head["requires"] = {part.id: part.version for part in checklist.parts}
        head["parts"] = [_part(part, shelf) for part in checklist.parts]
    else:
        sections = checklist.parts[0].sections
        head["requires"] = _requires(checklist, shelf)
        head["sections"] = [_section(checklist, section) for section in sections]
    head["gates"] = [
        {**_named(plain(gate), gate.key), "items": list(gate.items)} for gate in checklist.gates
    ]
    if composite or route_of(checklist) != _by_stage(checklist):
        head["route"] = route_of(checklist)
    head["facts"] = [_fact(fact) for fact in checklist.facts]
    return head


def plain(value: object) -> Any:
    """As JSON has it: numbers that are not whole as they are written."""
    return msgspec.json.decode(canonical(value))


def route_of(checklist: Checklist) -> list[Tables]:
    asked = {item.key for item in checklist.items}
    legs = [
        {"stage": stage.id, "items": [key for key in stage.items if key in asked]}
        for stage in checklist.stages
    ]
    return [leg for leg in legs if leg["items"]]


def _by_stage(checklist: Checklist) -> list[Tables]:
    """The route there is where none is written down."""
    keys = [key for part in checklist.parts for key in _keys(part.sections)]
    legs = [
        {"stage": stage.id, "items": [k for k in keys if checklist.by_key[k].stage == stage.id]}
        for stage in checklist.stages
    ]
    return [leg for leg in legs if leg["items"]]


def _named(table: Tables, key: str) -> Tables:
    del table["key"]
    return {"id": key.partition("/")[2], **table}


def _part(part: Part, shelf: Shelf) -> Tables:
    kept = set(_keys(part.sections))
    whole = shelf.get((part.id, part.version))
    every = _keys(whole.parts[0].sections) if whole else ()
    without = [key for key in every if key not in kept]
    table: Tables = {"checklist": part.id, "share": plain(part.share)}
    return {**table, "without": without} if without else table


def _keys(sections: Iterable[Section]) -> list[str]:
    return [entry.item for section in sections for entry in section.entries]


def _section(checklist: Checklist, section: Section) -> Tables:
    items = []
    for entry in section.entries:
        item = checklist.by_key[entry.item]
        if entry.item.startswith(f"{checklist.id}/"):
            items.append(_item(item, plain(entry.weight)))
        else:
            used = {"use": item.key, "weight": plain(entry.weight)}
            items.append({**used, "frameworks": list(item.frameworks)})
    return {
        "id": section.id,
        "title": plain(section.title),
        "weight": plain(section.weight),
        "items": items,
    }


def _item(item: Item, weight: Any) -> Tables:
    table = _named(plain(item), item.key)
    table["response"].pop("grades", None)
    table.pop("required", None)
    empty = {"zh": "", "en": ""}  # so that what is missing is told beside its field
    return {
        "help": empty,
        "coach": empty,
        **table,
        "weight": weight,
        "filled_by": list(item.filled_by),
    }


def _fact(fact: Item) -> Tables:
    table = _named(plain(fact), fact.key)
    table["response"].pop("grades", None)
    return table


def _requires(checklist: Checklist, shelf: Shelf) -> dict[str, str]:
    """The checklists that others' items were taken over from, in the newest fitting version."""
    foreign = [item for item in checklist.items if not item.key.startswith(f"{checklist.id}/")]
    found: dict[str, str] = {}
    for (name, version), other in shelf.items():
        wanted = [item for item in foreign if item.key.startswith(f"{name}/")]
        fits = wanted and all(
            item.key in other.by_key
            and other.by_key[item.key].wording_hash() == item.wording_hash()
            for item in wanted
        )
        if fits:
            found[name] = version
    return found


# ---- gates and route follow ----------------------------------------------------------


def renamed(tables: Tables, names: Mapping[str, str]) -> Tables:
    changed = dict(tables)
    for place in ("gates", "route"):
        if place in tables:
            changed[place] = [
                {**one, "items": [names.get(key, key) for key in one["items"]]}
                for one in tables[place]
            ]
    return changed


def in_step(tables: Tables, asked: Mapping[str, str] | None = None) -> Tables:
    """Gates and route name what is asked, and only that; what is new goes where its stage is.
    `asked`: item to stage, if these are not the draft's own."""
    if asked is None:
        asked = own_stages(tables)
    changed = dict(tables)
    if tables.get("gates"):
        changed["gates"] = [
            {**gate, "items": [key for key in gate["items"] if key in asked or "*" in key]}
            for gate in tables["gates"]
        ]
    if tables.get("route"):
        changed["route"] = _route(tables["route"], asked)
    return changed


def own_stages(tables: Tables) -> dict[str, str]:
    own = tables.get("id", "")
    items = [item for section in tables.get("sections", []) for item in section["items"]]
    routed = {key: leg["stage"] for leg in tables.get("route", []) for key in leg["items"]}
    used = {item["use"]: routed.get(item["use"], "arrival") for item in items if "use" in item}
    return {f"{own}/{item['id']}": item["stage"] for item in items if "id" in item} | used


def _route(route: list[Tables], asked: Mapping[str, str]) -> list[Tables]:
    legs: dict[str, list[str]] = {}
    for leg in route:
        kept = [key for key in dict.fromkeys(leg["items"]) if key in asked]
        legs.setdefault(leg["stage"], []).extend(kept)
    listed = {key for keys in legs.values() for key in keys}
    for key, stage in asked.items():
        if key not in listed:
            legs.setdefault(stage, []).append(key)
    return [{"stage": stage, "items": keys} for stage, keys in legs.items() if keys]
