"""A checklist of a thousand items in ten sections, with the wording of the shipped ones; or
of fewer, where more would show nothing more."""

from itertools import cycle, islice

from audit.domain.draft import blank
from audit.domain.tables import Tables, tables_of
from tests.domain.writing import BOTH, library

SECTIONS = 10


def thousand(each: int = 100) -> Tables:
    """Marked so that no two items read the same."""
    shelf = library().checklists
    items = [
        item
        for checklist in shelf.values()
        if checklist.kind not in ("composite", "drill")
        for section in tables_of(checklist, shelf)["sections"]
        for item in section["items"]
        if "use" not in item
    ]
    many = [
        {
            **item,
            "id": f"i{n}",
            "label": _marked(item["label"], n),
            "criterion": _marked(item["criterion"], n),
        }
        for n, item in enumerate(islice(cycle(items), SECTIONS * each), 1)
    ]
    return {
        **blank("thousand"),
        "title": BOTH,
        "summary": BOTH,
        "sections": [
            {"id": f"s{n}", "title": BOTH, "weight": "1", "items": many[n * each : (n + 1) * each]}
            for n in range(SECTIONS)
        ],
    }


def _marked(text: Tables, number: int) -> Tables:
    return {"zh": f"{text['zh']}（{number}）", "en": f"{text['en']} ({number})"}
