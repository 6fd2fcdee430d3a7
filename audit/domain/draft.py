"""A checklist being written: the tables of its file, changed piece by piece.

A draft may be incomplete and wrong; what is typed is kept as it is, and reading it strictly
says what is still to be put right. Every function here gives new tables and leaves the old.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from audit.domain.checklist import Checklist, canonical
from audit.domain.problems import N_, NotFound
from audit.domain.tables import Shelf, Tables, in_step, renamed, tables_of
from audit.domain.text import Text

Step = Literal["up", "down", "copy", "remove"]
STEPS: tuple[Step, ...] = get_args(Step)
BLANK = {"zh": "", "en": ""}
BANDS = (
    ("excellent", 90, Text("优秀", "Excellent")),
    ("good", 80, Text("良好", "Good")),
    ("pass", 70, Text("达标", "Meets the standard")),
    ("improve", 60, Text("待改进", "Needs improvement")),
    ("fail", 0, Text("不达标", "Below standard")),
)


class Draft(msgspec.Struct, frozen=True):
    id: UUID
    tables: Tables  # empty: it is damaged
    based_on: str  # the content hash of the version it began from; may be empty
    edited_by: str
    edited_at: datetime
    page: str  # the open page that saved it last

    @property
    def title(self) -> Text:
        said = self.tables.get("title") or BLANK
        return Text(str(said.get("zh", "")), str(said.get("en", "")))

    @property
    def composite(self) -> bool:
        return self.tables.get("kind") == "composite"

    @property
    def sections(self) -> list[Tables]:
        found: list[Tables] = self.tables.get("sections", [])
        return found

    def section(self, number: int) -> Tables:
        found: Tables = nth(self.sections, number)
        return found

    def item(self, section: int, number: int) -> Tables:
        found: Tables = nth(self.section(section)["items"], number)
        return found


# ---- beginning -----------------------------------------------------------------------


def blank(name: str, composite: bool = False) -> Tables:
    tables: Tables = {
        "id": name,
        "version": "1.0.0",
        "kind": "composite" if composite else "standard",
        "title": BLANK,
        "summary": BLANK,
        "estimated_minutes": 10,
        "scoring": {
            "method": "weighted_parts" if composite else "weighted_sections",
            "critical": {"effect": "cap", "cap": "59"},
            "bands": [
                {"id": band, "minimum": str(least), "title": {"zh": title.zh, "en": title.en}}
                for band, least, title in BANDS
            ],
        },
    }
    return tables | ({"parts": []} if composite else {"sections": [blank_section("s1")]})


def blank_section(name: str) -> Tables:
    return {"id": name, "title": BLANK, "weight": "1", "items": []}


def blank_item(name: str, stage: str) -> Tables:
    return {
        "id": name,
        "label": BLANK,
        "criterion": BLANK,
        "help": BLANK,
        "coach": BLANK,
        "response": {"type": "yes_no", "good": "yes"},
        "stage": stage,
        "na": "exclude",
        "weight": "1",
        "filled_by": ["mystery_shopper"],
    }


def next_version(checklist: Checklist, shelf: Shelf) -> Tables:
    """Its tables under a version above every one there is."""
    taken = [version for name, version in shelf if name == checklist.id]
    major, minor, _ = max(
        tuple(map(int, version.split("."))) for version in (*taken, checklist.version)
    )
    return {**tables_of(checklist, shelf), "version": f"{major}.{minor + 1}.0"}


def own_copy(checklist: Checklist, shelf: Shelf, name: str) -> Tables:
    """Its tables under another id, as which its own items go too."""
    tables = {**tables_of(checklist, shelf), "id": name, "version": "1.0.0"}
    old = f"{checklist.id}/"

    def own(keys: Iterable[str]) -> list[str]:
        return [f"{name}/{key.removeprefix(old)}" if key.startswith(old) else key for key in keys]

    for place in ("gates", "route"):
        places = tables.get(place, [])
        tables[place] = [{**table, "items": own(table["items"])} for table in places]
    return tables


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """The id wanted, or the first like it with a number that is free."""
    used = set(taken)
    if wanted not in used:
        return wanted
    return next(name for n in range(2, len(used) + 3) if (name := f"{wanted}-{n}") not in used)


# ---- pieces --------------------------------------------------------------------------


def seen_as(piece: object) -> str:
    """Short for the content of a piece: what a form says it was drawn from."""
    return hashlib.sha256(canonical(piece)).hexdigest()[:16]


def order_of(draft: Draft) -> list[str]:
    """What somebody who moves sections or parts has seen."""
    parts = [str(part["checklist"]) for part in draft.tables.get("parts", [])]
    return [str(section["id"]) for section in draft.sections] or parts


def put(things: list[Any], number: int, thing: Any) -> list[Any]:
    nth(things, number)
    return [*things[: number - 1], thing, *things[number:]]


def stepped(things: list[Any], number: int, step: Step, copied: Any = None) -> list[Any]:
    thing = nth(things, number)
    rest = [*things[: number - 1], *things[number:]]
    match step:
        case "remove":
            return rest
        case "copy":
            return [*things[:number], copied, *things[number:]]
    where = number - 2 if step == "up" else number
    where = min(max(where, 0), len(rest))
    return [*rest[:where], thing, *rest[where:]]


def nth(things: list[Any], number: int) -> Any:
    if not 1 <= number <= len(things):
        raise NotFound(N_("This draft has no such place."))
    return things[number - 1]


def with_head(tables: Tables, head: Mapping[str, Any]) -> Tables:
    """Under another id its own items go by another name too."""
    old, new = f"{tables.get('id', '')}/", f"{head['id']}/"
    changed = {**tables, **head}
    if old == new:
        return changed
    names = {f"{old}{name}": f"{new}{name}" for name in item_ids(tables)}
    return renamed(changed, names)


def with_section(tables: Tables, number: int, section: Tables) -> Tables:
    return {**tables, "sections": put(tables["sections"], number, section)}


def with_item(tables: Tables, section: int, number: int, item: Tables) -> Tables:
    home = nth(tables["sections"], section)
    before = nth(home["items"], number)
    changed = {**home, "items": put(home["items"], number, item)}
    now = with_section(tables, section, changed)
    if "use" in item or before["id"] == item["id"]:
        return in_step(now)
    own = tables.get("id", "")
    return in_step(renamed(now, {f"{own}/{before['id']}": f"{own}/{item['id']}"}))


def add_section(tables: Tables) -> Tables:
    taken = {section["id"] for section in tables["sections"]}
    name = fresh(f"s{len(taken) + 1}", taken)
    return {**tables, "sections": [*tables["sections"], blank_section(name)]}


def add_item(tables: Tables, section: int, stage: str, after: int | None = None) -> Tables:
    home = nth(tables["sections"], section)
    taken = item_ids(tables)
    item = blank_item(fresh(f"i{len(taken) + 1}", taken), stage)
    where = len(home["items"]) if after is None else after
    items = [*home["items"][:where], item, *home["items"][where:]]
    return in_step(with_section(tables, section, {**home, "items": items}))


def step_section(tables: Tables, number: int, step: Step) -> Tables:
    section = nth(tables["sections"], number)
    copied = None
    if step == "copy":
        names = {one["id"] for one in tables["sections"]}
        items, taken = [], set(item_ids(tables))
        for item in section["items"]:
            if "use" not in item:  # nothing is taken over twice
                items.append({**item, "id": fresh(item["id"], taken)})
                taken.add(items[-1]["id"])
        copied = {**section, "id": fresh(section["id"], names), "items": items}
    return in_step({**tables, "sections": stepped(tables["sections"], number, step, copied)})


def step_item(tables: Tables, section: int, number: int, step: Step) -> Tables:
    home = nth(tables["sections"], section)
    item = nth(home["items"], number)
    if step == "copy" and "use" in item:
        return tables
    copied = {**item, "id": fresh(item["id"], item_ids(tables))} if step == "copy" else None
    items = stepped(home["items"], number, step, copied)
    return in_step(with_section(tables, section, {**home, "items": items}))


def shift_item(tables: Tables, section: int, number: int, to: int) -> Tables:
    """To the end of another section."""
    home, other = nth(tables["sections"], section), nth(tables["sections"], to)
    if section == to:
        return tables
    item = nth(home["items"], number)
    left = with_section(
        tables, section, {**home, "items": stepped(home["items"], number, "remove")}
    )
    return with_section(left, to, {**other, "items": [*other["items"], item]})


def item_ids(tables: Tables) -> list[str]:
    items = (item for section in tables.get("sections", []) for item in section["items"])
    return [item["id"] for item in items if "id" in item]
