"""A large checklist, part by part."""

import pytest

from audit.domain.answer import Answer, Capture
from audit.domain.fill import sheet
from audit.domain.parts import EACH, MOST, is_large, parts, place
from tests.domain.writing import library, read, whole
from tests.thousand import thousand


@pytest.fixture(scope="module")
def large():
    return read(thousand())


def cut(checklist, capture=None):
    return parts(checklist, sheet(checklist, capture or Capture()))


def test_a_part_has_no_more_questions_than_fit_and_none_is_left_out(large):
    found = cut(large)

    assert max(len(part.rows) for part in found.each) <= EACH
    asked = [row.key for part in found.each for row in part.rows]
    assert asked == [key for stage in large.stages for key in stage.items]
    assert [part.number for part in found.each] == list(range(1, len(found.each) + 1))


def test_the_parts_of_a_stage_are_of_much_the_same_length_and_say_what_they_hold(large):
    arrival = [part for part in cut(large).each if part.stage.id == "arrival"]

    assert [(part.id, part.span, len(part.rows)) for part in arrival] == [
        ("arrival~1", "1–45", 45),
        ("arrival~46", "46–91", 46),
    ]


def test_every_shipped_checklist_is_one_page():
    assert [name for name, found in library().checklists.items() if is_large(found)] == []


@pytest.mark.parametrize(("number", "is_cut"), [(MOST, False), (MOST + 1, True)])
def test_it_is_cut_from_one_question_more_than_a_page_takes(number, is_cut):
    checklist = read(whole(*["counter"] * number))
    found = cut(checklist)

    assert found.large == is_cut
    assert len(found.each) == (2 if is_cut else 1)
    assert place(checklist, "tea/i1") == (
        "?at=item-tea/i1#item-tea/i1" if is_cut else "#item-tea/i1"
    )


def test_it_begins_where_it_is_asked_to_or_with_the_first_that_is_open(large):
    outside = large.stages[0].items
    said = {key: Answer("na") for key in outside}
    found = cut(large, Capture(answers=said))

    assert found.live("").id == "opening"
    assert found.live("stage-arrival~46").id == "arrival~46"
    assert found.live(f"item-{outside[3]}").id == "outside"
    assert found.live("stage-nowhere").id == "opening"
    assert [part.id for part in found.drawn("stage-arrival~1")[:3]] == [
        "arrival~1",
        "outside",
        "opening",
    ]


def test_what_is_counted_of_a_part_is_its_own(large):
    second = large.stages[2].items[45]
    found = cut(large, Capture(answers={second: Answer("na")}))

    counts = {part.id: (part.done, part.applies) for part in found.each}
    assert counts["arrival~1"] == (0, 45)
    assert counts["arrival~46"] == (1, 46)


def test_before_the_first_part_and_after_the_last_there_is_none(large):
    found = cut(large)

    assert found.beside(found.each[0]) == (None, found.each[1])
    assert found.beside(found.each[-1]) == (found.each[-2], None)
