import pytest

from audit.domain.draft import (
    add_item,
    add_section,
    blank,
    fresh,
    next_version,
    own_copy,
    seen_as,
    shift_item,
    step_item,
    step_section,
    with_head,
    with_item,
)
from audit.domain.library import Unusable
from audit.domain.problems import NotFound
from tests.domain.writing import BOTH, TEXTS, library, names, read, whole


def test_what_a_whole_draft_says_can_be_published():
    assert [item.key for item in read(whole("arrival", "counter")).items] == ["tea/i1", "tea/i2"]


def test_an_empty_draft_says_everything_that_is_missing():
    with pytest.raises(Unusable) as caught:
        read(blank("tea"))

    assert {(one.section, one.field) for one in caught.value.troubles} == {
        ("title", "zh"),
        ("summary", "zh"),
        ("s1", "title.zh"),
        ("s1", "items"),
    }


@pytest.mark.parametrize(
    ("number", "step", "after"),
    [
        (2, "up", ["i2", "i1", "i3"]),
        (1, "up", ["i1", "i2", "i3"]),
        (2, "down", ["i1", "i3", "i2"]),
        (3, "down", ["i1", "i2", "i3"]),
        (1, "copy", ["i1", "i1-2", "i2", "i3"]),
        (2, "remove", ["i1", "i3"]),
    ],
)
def test_an_item_moves_is_copied_and_goes(number, step, after):
    tables = whole("arrival", "arrival", "arrival")

    assert names(step_item(tables, 1, number, step)) == after
    assert names(tables) == ["i1", "i2", "i3"]


def test_a_copied_section_asks_under_names_of_its_own():
    copied = step_section(whole("arrival", "counter"), 1, "copy")

    assert [section["id"] for section in copied["sections"]] == ["s1", "s1-2"]
    assert names(copied) == ["i1", "i2", "i1-2", "i2-2"]
    assert len(read(copied).items) == 4


def test_an_item_goes_to_the_end_of_another_section():
    tables = add_section(whole("arrival", "counter"))

    moved = shift_item(tables, 1, 1, 2)

    assert [[item["id"] for item in one["items"]] for one in moved["sections"]] == [["i2"], ["i1"]]


def test_a_new_item_stands_after_the_one_it_was_added_to():
    assert names(add_item(whole("arrival", "arrival"), 1, "counter", after=1)) == ["i1", "i3", "i2"]


def test_gates_and_route_follow_an_item_to_its_new_name():
    tables = whole("arrival") | {
        "gates": [{"id": "g", "items": ["tea/i1"]}],
        "route": [{"stage": "arrival", "items": ["tea/i1"]}],
    }
    item = tables["sections"][0]["items"][0]

    named = with_item(tables, 1, 1, {**item, "id": "greeted"})
    under_another = with_head(named, {"id": "coffee"})

    assert named["gates"][0]["items"] == named["route"][0]["items"] == ["tea/greeted"]
    assert under_another["gates"][0]["items"] == ["coffee/greeted"]


def test_there_is_no_place_beyond_the_last():
    with pytest.raises(NotFound):
        with_item(whole("arrival"), 1, 2, {"id": "x"})


def test_the_next_version_is_above_every_one_there_is():
    first = library().checklists["rules-24", "1.0.0"]
    shelf = {**library().checklists, ("rules-24", "1.10.3"): first, ("tea", "7.0.0"): first}

    assert next_version(first, shelf)["version"] == "1.11.0"


def test_an_own_copy_asks_the_same_under_its_own_name():
    first = library().checklists["rules-24", "1.0.0"]

    copied = read(own_copy(first, library().checklists, "ours"))

    assert copied.id == "ours"
    assert [item.criterion for item in copied.items] == [item.criterion for item in first.items]
    assert {item.key.partition("/")[0] for item in copied.items} == {"ours"}


def test_an_id_that_is_taken_gets_a_number():
    assert fresh("tea", []) == "tea"
    assert fresh("tea", ["tea", "tea-2", "cup"]) == "tea-3"


def test_a_piece_is_seen_as_another_when_anything_in_it_changes():
    item = {**whole("arrival")["sections"][0]["items"][0], **TEXTS}

    assert seen_as(item) == seen_as(dict(reversed(item.items())))
    assert seen_as(item) != seen_as({**item, "weight": "2"})


def taking_over():
    tables = whole("arrival")
    home = tables["sections"][0]
    used = {"use": "rules-24/r01", "weight": "1"}
    return {**tables, "sections": [{**home, "items": [*home["items"], used]}]}


def test_what_is_taken_over_is_not_taken_over_twice():
    tables = taking_over()

    assert step_item(tables, 1, 2, "copy") == tables
    assert names_of(step_section(tables, 1, "copy")) == [["i1", "rules-24/r01"], ["i1-2"]]


def names_of(tables):
    return [[i.get("use") or i["id"] for i in one["items"]] for one in tables["sections"]]


def test_an_item_that_goes_to_its_own_section_stays_where_it_is():
    tables = whole("arrival", "counter")

    assert shift_item(tables, 1, 1, 1) == tables


def with_journey(tables):
    """One gate about all items and one leg of a route through them."""
    keys = [f"tea/{name}" for name in names(tables)]
    gates, route = [{"id": "g", "items": keys}], [{"stage": "arrival", "items": keys}]
    return {**tables, "gates": gates, "route": route}


def journey(tables):
    legs = {leg["stage"]: leg["items"] for leg in tables["route"]}
    return tables["gates"][0]["items"], legs


def test_gates_and_route_let_go_of_what_was_removed():
    tables = with_journey(whole("arrival", "arrival"))
    two = add_section(tables)

    without_one = step_item(tables, 1, 1, "remove")
    without_any = step_section(two, 1, "remove")

    assert journey(without_one) == (["tea/i2"], {"arrival": ["tea/i2"]})
    assert journey(without_any) == ([], {})


def test_what_is_new_or_copied_is_asked_in_its_stage_too():
    tables = with_journey(whole("arrival"))
    keys = ["tea/i1"]

    assert journey(add_item(tables, 1, "counter")) == (
        keys, {"arrival": keys, "counter": ["tea/i2"]},
    )  # fmt: skip
    assert journey(step_item(tables, 1, 1, "copy")) == (keys, {"arrival": ["tea/i1", "tea/i1-2"]})
    assert journey(step_section(tables, 1, "copy")) == (
        keys, {"arrival": ["tea/i1", "tea/i1-2"]},
    )  # fmt: skip


def test_what_is_added_after_a_removal_gets_an_id_that_is_free():
    items = step_item(whole("arrival", "arrival"), 1, 1, "remove")
    sections = step_section(add_section(whole("arrival")), 1, "remove")

    assert names(add_item(items, 1, "arrival")) == ["i2", "i2-2"]
    assert [one["id"] for one in add_section(sections)["sections"]] == ["s2", "s2-2"]


def test_gates_and_route_of_an_own_copy_name_its_own_items_and_leave_others():
    gate = {"id": "g", "question": BOTH, "when": "no", "stage": "arrival", "items": ["tea/*"]}
    route = [{"stage": "arrival", "items": ["tea/i2", "rules-24/r01", "tea/i1"]}]
    tables = whole("arrival", "arrival") | {"gates": [gate], "route": route}
    tables["requires"] = {"rules-24": "1.0.0"}
    tables["sections"][0]["items"].append({"use": "rules-24/r01", "weight": "1"})

    copied = own_copy(read(tables), library().checklists, "ours")

    assert copied["gates"][0]["items"] == ["ours/i1", "ours/i2"]
    assert copied["route"][0]["items"] == ["ours/i2", "rules-24/r01", "ours/i1"]
    assert read(copied).id == "ours"
