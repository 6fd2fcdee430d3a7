"""Where in a draft something is put right: its pages, what they are called, and what the
forms on them call their fields."""

import re
from collections.abc import Mapping
from itertools import accumulate

import msgspec

from audit.domain.composition import part_of
from audit.domain.draft import Draft
from audit.domain.problems import N_
from audit.domain.tables import Shelf, Tables
from audit.domain.text import Text
from audit.domain.troubles import Words

Labels = Mapping[str, str]  # of a form, by the path of the field; `n` for the number of a row
Spot = tuple[str, str]  # section and item of a file

NONE: Labels = {}
HEAD: Labels = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "id": N_("Identifier"),
    "version": N_("Version"),
    "estimated_minutes": N_("Minutes"),
    "kind": N_("Kind"),
    "applies_to": N_("For"),
    "scoring": N_("Scoring"),
    "scoring.method": N_("How it adds up"),
    "scoring.minimum_parts": N_("Parts needed for a total"),
    "scoring.minimum_coverage": N_("Least coverage"),
    "scoring.minimum_index_items": N_("Items an index needs"),
    "scoring.critical": N_("At most, or taken off"),
    "scoring.critical.effect": N_("A critical item failed"),
    "scoring.bands": N_("Bands"),
    "scoring.bands.n": N_("Bands"),
    "scoring.bands.n.minimum": N_("From points"),
}
SECTION: Labels = {
    "title": N_("Title"),
    "weight": N_("Weight of the section"),
    "id": N_("Identifier"),
}
FACT: Labels = {
    "label": N_("Label"),
    "criterion": N_("Question"),
    "response": N_("Answer"),
    "response.type": N_("Kind of answer"),
    "response.good": N_("What is right"),
    "response.scale": N_("Scale"),
    "response.start": N_("From"),
    "response.stop": N_("To"),
    "response.norm": N_("Whose limit"),
    "response.maximum": N_("Maximum"),
    "response.minimum": N_("Minimum"),
    "response.unit": N_("Unit"),
    "response.bands": N_("Answer"),
    "response.bands.n": N_("Answer"),
    "response.bands.n.max": N_("Limit"),
    "response.bands.n.min": N_("Limit"),
    "response.bands.n.credit": N_("Credit"),
    "response.options": N_("Answer"),
    "response.options.n": N_("Answer"),
    "response.options.n.credit": N_("Credit"),
    "stage": N_("Stage"),
    "id": N_("Identifier"),
    "required": N_("When handing in"),
}
ITEM: Labels = {
    **{path: label for path, label in FACT.items() if path != "required"},
    "criterion": N_("Criterion"),
    "weight": N_("Weight"),
    "na": N_("If it does not apply"),
    "evidence": N_("Evidence"),
    "critical": N_("Critical item"),
    "help": N_("How to judge"),
    "coach": N_("Advice when missed"),
    "cpt": N_("C.P.T. indices"),
    "frameworks": N_("Frameworks"),
    "number": N_("Number in its source"),
}
USE: Labels = {"weight": N_("Weight"), "frameworks": N_("Frameworks")}
GATE: Labels = {
    "question": N_("Question"),
    "when": N_("The answer that sets aside"),
    "stage": N_("Stage"),
    "id": N_("Identifier"),
    "items": N_("Items set aside"),
}
PART: Labels = {"share": N_("Share"), "without": N_("What is asked")}

_ROW = re.compile(r"(?:bands|options)\.(\d+)")
_LANGUAGE = re.compile(r"\.(?:zh|en)$")


def label_of(labels: Labels, field: str) -> Words | None:
    """What the form calls the field, or what it is in; None of what no form has."""
    steps = _ROW.sub(lambda found: found[0].replace(found[1], "n"), field).split(".")
    paths = [path for path in accumulate(steps, "{}.{}".format) if path in labels]
    if not paths:
        return None
    label = Words(labels[paths[-1]])
    row = _ROW.search(field)
    if row and ".n" in paths[-1]:
        return Words(N_("%(label)s, row %(n)s"), {"label": label, "n": int(row[1]) + 1})
    return label


def has(labels: Labels, slot: str) -> bool:
    """Whether the form has such a place; `` is the place for all of it."""
    plain = _ROW.sub(lambda found: found[0].replace(found[1], "n"), _LANGUAGE.sub("", slot))
    return not slot or plain in labels


class Place(msgspec.Struct, frozen=True):
    url: str  # after that of the draft
    labels: Labels = NONE
    table: Tables = {}
    title: Tables | None = None  # in the words of who writes the draft
    otherwise: Words = Words("")  # what it is called without a title
    number: int = 0  # among its like, if it is told by it
    home: "Place | None" = None  # the page it is listed on


WHOLE = Place("", otherwise=Words(N_("The checklist as a whole")))


def places_of(draft: Draft, shelf: Shelf) -> dict[Spot, Place]:
    """By section and item of the file, with `` as the item for all that stands there."""
    found = {("", ""): Place("/head", HEAD, draft.tables, None, Words(N_("Title and scoring")))}
    found |= _sections(draft, shelf)
    parts = Place("#parts", otherwise=Words(N_("Parts")))
    sections = Place("#sections", otherwise=Words(N_("Sections")))
    found |= {("parts", ""): parts, ("requires", ""): parts, ("sections", ""): sections}
    if not draft.composite:
        found["requires", ""] = WHOLE
    for number, part in enumerate(draft.tables.get("parts", []), 1):
        name, checklist = str(part["checklist"]), part_of(draft.tables, part, shelf)
        title = both(checklist.title) if checklist else {"zh": name, "en": name}
        found["parts", name] = Place(f"/parts/{number}", PART, part, title, home=parts)
    new = Words(N_("New question"))
    for section, text, labels, all_ in (
        ("gates", "question", GATE, Words(N_("Questions that set others aside"))),
        ("facts", "label", FACT, Words(N_("About the visit itself"))),
    ):
        home = found[section, ""] = Place(f"/{section}", otherwise=all_)
        for number, one in enumerate(draft.tables.get(section, []), 1):
            url = f"/{section}/{number}"
            place = Place(url, labels, one, one.get(text), new, number, home)
            found[section, str(one["id"])] = place
    found["route", ""] = Place("/route", otherwise=Words(N_("Order of asking")))
    return found


def _sections(draft: Draft, shelf: Shelf) -> dict[Spot, Place]:
    found = {}
    taken = taken_over(draft, shelf)
    for number, section in enumerate(draft.sections, 1):
        name, url = str(section["id"]), f"/sections/{number}"
        untitled = Words(N_("Section %(n)s"), {"n": number})
        home = found[name, ""] = Place(url, SECTION, section, section.get("title"), untitled)
        for n, item in enumerate(section["items"], 1):
            key = str(item.get("use") or item["id"])
            title = item.get("label") or taken.get(key)
            untitled = Words("%(key)s", {"key": key}) if "use" in item else Words(N_("New item"))
            labels = USE if "use" in item else ITEM
            found[name, key] = Place(f"{url}/items/{n}", labels, item, title, untitled, n, home)
    return found


def taken_over(draft: Draft, shelf: Shelf) -> dict[str, Tables]:
    """The labels of all items of the checklists it builds on."""
    found = (shelf.get(required) for required in draft.tables.get("requires", {}).items())
    return {item.key: both(item.label) for one in found if one for item in one.items}


def both(text: Text) -> Tables:
    return {"zh": text.zh, "en": text.en}
