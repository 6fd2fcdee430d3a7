"""The gates and the route of a draft: what sets items aside, and in which order they are asked."""

from audit.domain.checklist import Checklist
from audit.domain.draft import BLANK, Step, fresh, nth, put, stepped
from audit.domain.tables import Tables, route_of
from audit.domain.typed import Typed, both, many, one


def add_gate(tables: Tables) -> Tables:
    gates = tables.get("gates", [])
    taken = [gate["id"] for gate in gates]
    name = fresh(f"g{len(gates) + 1}", taken)
    gate = {"id": name, "question": BLANK, "when": "no", "stage": "arrival", "items": []}
    return {**tables, "gates": [*gates, gate]}


def gate_of(typed: Typed, before: Tables) -> Tables:
    return {
        "id": one(typed, "id") or before["id"],
        "question": both(typed, "question"),
        "when": one(typed, "when"),
        "stage": one(typed, "stage"),
        "items": many(typed, "items"),
    }


def with_gate(tables: Tables, number: int, gate: Tables) -> Tables:
    return {**tables, "gates": put(tables.get("gates", []), number, gate)}


def step_gate(tables: Tables, number: int, step: Step) -> Tables:
    gates = tables.get("gates", [])
    taken = [gate["id"] for gate in gates]
    gate = nth(gates, number)
    copied = {**gate, "id": fresh(gate["id"], taken)}
    return {**tables, "gates": stepped(gates, number, step, copied)}


def step_route(tables: Tables, checklist: Checklist, stage: str, number: int, step: Step) -> Tables:
    """Up or down among what is asked in one stage."""
    legs = tables.get("route") or route_of(checklist)
    return {
        **tables,
        "route": [
            {**leg, "items": stepped(leg["items"], number, step)} if leg["stage"] == stage else leg
            for leg in legs
        ],
    }


def shift_route(tables: Tables, checklist: Checklist, stage: str, number: int, to: str) -> Tables:
    """To the end of another stage."""
    legs = tables.get("route") or route_of(checklist)
    found = {leg["stage"]: list(leg["items"]) for leg in legs}
    key = nth(found.get(stage, []), number)
    found[stage].remove(key)
    found.setdefault(to, []).append(key)
    return {
        **tables,
        "route": [{"stage": name, "items": items} for name, items in found.items() if items],
    }
