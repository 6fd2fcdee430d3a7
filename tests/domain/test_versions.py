from audit.domain.draft import step_item, step_section, with_item
from audit.domain.versions import side_by_side
from tests.domain.writing import BOTH, library, read, whole


def changed(**fields):
    before = whole("arrival", "arrival", "counter")
    item = {**before["sections"][0]["items"][0], **fields}
    return side_by_side(read(before), read(with_item(before, 1, 1, item)))


def test_a_version_beside_itself_has_no_difference():
    rules = library().checklists["rules-24", "1.0.0"]

    both = side_by_side(rules, rules)

    assert (both.changed, both.added, both.removed, both.sections, both.head) == ((),) * 5
    assert len(both.comparable) == 24


def test_another_weight_or_advice_leaves_an_item_comparable():
    both = changed(weight="3", coach={"zh": "别的", "en": "Else"})

    (line,) = both.changed
    assert (line.weighed, line.reworded, line.moved, line.comparable) == (
        True,
        ("coach",),
        False,
        True,
    )


def test_another_wording_or_answer_ends_it():
    assert [line.comparable for line in changed(criterion={"zh": "a", "en": "b"}).changed] == [
        False
    ]
    (line,) = changed(response={"type": "points", "maximum": "5"}).changed
    assert (line.ruled, line.comparable) == (("response",), False)


def test_what_came_and_what_went_is_named():
    before = whole("arrival", "arrival")

    both = side_by_side(read(before), read(step_item(before, 1, 1, "copy")))
    back = side_by_side(both.after, both.before)

    assert [line.key for line in both.added] == ["tea/i1-2"]
    assert [line.key for line in back.removed] == ["tea/i1-2"]
    assert both.changed == back.changed == ()


def test_only_the_item_that_moved_is_told_to_have_moved():
    before = whole("arrival", "arrival", "arrival", "arrival")
    after = step_item(step_item(before, 1, 1, "down"), 1, 2, "down")

    both = side_by_side(read(before), read(after))

    assert [line.key for line in both.changed if line.moved] == ["tea/i1"]


def test_a_section_that_came_or_weighs_something_else_is_listed():
    before = whole("arrival")
    more = step_section(before, 1, "copy")
    more["sections"][0] = {**more["sections"][0], "weight": "4"}

    both = side_by_side(read(before), read(more | {"summary": {**BOTH, "en": "another"}}))

    assert [(str(one.before), str(one.after)) for one in both.sections] == [
        ("1", "4"),
        ("None", "1"),
    ]
    assert both.head == ("summary",)
