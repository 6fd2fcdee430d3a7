"""A draft that could be published, the vocabulary to read it with, and the shipped checklists."""

from functools import cache

from audit.domain.draft import add_item, blank
from audit.domain.library import read_tables
from audit.paths import folder
from audit.store.checklists import Library

BOTH = {"zh": "字", "en": "word"}
TEXTS = dict.fromkeys(("label", "criterion", "help", "coach"), BOTH)


@cache
def library():
    found = Library(folder("checklists"))
    found.read()
    return found


def read(tables):
    return read_tables(tables, library().vocabulary, library().frameworks, library().checklists)


def whole(*stages):
    """One section, an item for each stage named."""
    tables = {**blank("tea"), "title": BOTH, "summary": BOTH}
    tables["sections"] = [{**tables["sections"][0], "title": BOTH}]
    for number, stage in enumerate(stages):
        tables = add_item(tables, 1, stage)
        items = tables["sections"][0]["items"]
        items[number] = {**items[number], **TEXTS}
    return tables


def names(tables):
    return [item["id"] for section in tables["sections"] for item in section["items"]]
