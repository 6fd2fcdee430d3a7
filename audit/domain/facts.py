"""The facts of a draft: what is asked about the visit itself and never scored."""

from audit.domain.draft import BLANK, Step, fresh, nth, put, stepped
from audit.domain.source import Vocabulary
from audit.domain.tables import Tables
from audit.domain.typed import Typed, both, one, response_of


def add_fact(tables: Tables) -> Tables:
    facts = tables.get("facts", [])
    fact = {
        "id": fresh(f"f{len(facts) + 1}", _taken(tables)),
        "label": BLANK,
        "criterion": BLANK,
        "response": {"type": "text"},
        "stage": "arrival",
        "required": False,
    }
    return {**tables, "facts": [*facts, fact]}


def fact_of(typed: Typed, before: Tables, vocabulary: Vocabulary) -> Tables:
    return {
        "id": one(typed, "id") or before["id"],
        "label": both(typed, "label"),
        "criterion": both(typed, "criterion"),
        "response": response_of(typed, before["response"], vocabulary),
        "stage": one(typed, "stage"),
        "required": bool(one(typed, "required")),
    }


def with_fact(tables: Tables, number: int, fact: Tables) -> Tables:
    return {**tables, "facts": put(tables.get("facts", []), number, fact)}


def step_fact(tables: Tables, number: int, step: Step) -> Tables:
    facts = tables.get("facts", [])
    fact = nth(facts, number)
    copied = {**fact, "id": fresh(fact["id"], _taken(tables))}
    return {**tables, "facts": stepped(facts, number, step, copied)}


def _taken(tables: Tables) -> list[str]:
    """Facts, gates and items are answered alike, so no two may have one name."""
    items = [item for section in tables.get("sections", []) for item in section["items"]]
    named = [*tables.get("facts", []), *tables.get("gates", []), *items]
    return [one["id"] for one in named if "id" in one]
