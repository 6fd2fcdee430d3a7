import pytest

from audit.domain.composition import (
    add_part,
    asked_of,
    can_be_part,
    coverages,
    minutes_of,
    with_parts,
)
from audit.domain.draft import blank
from audit.domain.library import Unusable
from audit.domain.order import add_gate, shift_route, step_route, with_gate
from audit.domain.preview import as_far_as_it_goes
from audit.domain.tables import route_of
from tests.domain.writing import BOTH, TEXTS, library, read, whole

SHELF = library().checklists
RULES, STEPS = SHELF["rules-24", "1.0.0"], SHELF["counter-routine-5", "1.0.0"]


@pytest.fixture
def composed():
    tables = {**blank("ours", composite=True), "title": BOTH, "summary": BOTH}
    return add_part(add_part(tables, RULES, SHELF), STEPS, SHELF)


def without(tables, *keys):
    parts = [{**tables["parts"][0], "without": list(keys)}, *tables["parts"][1:]]
    return with_parts(tables, parts, tables["requires"], SHELF)


def test_two_checklists_become_one_with_the_items_of_both(composed):
    made = read(composed)

    assert [part.id for part in made.parts] == ["rules-24", "counter-routine-5"]
    assert len(made.items) == len(RULES.items) + len(STEPS.items)


def test_what_is_left_out_is_not_asked_and_its_section_goes_with_its_last_item(composed):
    section = RULES.parts[0].sections[0]
    gone = [entry.item for entry in section.entries]

    made = read(without(composed, *gone))

    assert not set(gone) & set(made.by_key)
    assert section.id not in {one.id for one in made.parts[0].sections}


def test_a_part_of_which_nothing_is_left_is_told(composed):
    with pytest.raises(Unusable, match="nothing of it is left"):
        read(without(composed, *(item.key for item in RULES.items)))


def test_leaving_out_what_is_not_there_is_told(composed):
    with pytest.raises(Unusable, match="leaves out `rules-24/r99`, which it does not have"):
        read(without(composed, "rules-24/r99"))


def test_gates_and_route_follow_what_is_left_out(composed):
    key = RULES.items[0].key
    gate = {**add_gate(composed)["gates"][0], "question": BOTH, "items": [key]}
    tables = with_gate(add_gate(composed), 1, gate) | {"route": route_of(read(composed))}

    now = without(tables, key)

    assert now["gates"][0]["items"] == []
    assert key not in [item for leg in now["route"] for item in leg["items"]]
    assert len(read(now).items) == len(asked_of(now, SHELF))


def test_minutes_are_those_of_the_parts_less_what_is_left_out(composed):
    assert minutes_of(composed, SHELF) == RULES.estimated_minutes + STEPS.estimated_minutes
    half = without(composed, *(item.key for item in RULES.items[:12]))

    assert minutes_of(half, SHELF) == -(-RULES.estimated_minutes // 2) + STEPS.estimated_minutes
    assert half["estimated_minutes"] == minutes_of(half, SHELF)


def test_minutes_that_somebody_wrote_stay(composed):
    said = composed | {"estimated_minutes": 99}

    assert without(said, RULES.items[0].key)["estimated_minutes"] == 99


def test_a_framework_is_covered_by_the_entries_that_are_asked_about(composed):
    every = {one.framework.id: one for one in coverages(read(composed))}
    fewer = {
        one.framework.id: one for one in coverages(read(without(composed, RULES.items[0].key)))
    }

    assert (every["rules-24"].entries, every["rules-24"].items) == (24, 24)
    assert fewer["rules-24"].entries == 23


def test_what_is_made_of_parts_is_no_part():
    assert not can_be_part(SHELF["branch-visit", "1.0.0"])
    assert can_be_part(RULES)


def test_an_item_is_asked_earlier_or_in_another_stage(composed):
    made = read(composed)
    leg = route_of(made)[0]

    earlier = step_route(composed, made, leg["stage"], 2, "up")
    elsewhere = shift_route(composed, made, leg["stage"], 1, "after")

    assert read(earlier).stages[0].items[:2] == (leg["items"][1], leg["items"][0])
    assert read(elsewhere).stage_of(leg["items"][0]).id == "after"


def test_an_unfinished_draft_is_shown_as_far_as_it_goes():
    tables = whole("arrival", "counter", "counter")
    tables["title"] = {"zh": "", "en": ""}
    tables["sections"][0]["items"][1] |= {**TEXTS, "weight": "many"}
    args = (library().vocabulary, library().frameworks, SHELF)

    shown = as_far_as_it_goes(tables, *args)

    assert [item.key for item in shown.items] == ["tea/i1", "tea/i3"]
    assert shown.title.zh == "—"
    assert as_far_as_it_goes(blank("tea"), *args) is None
