from datetime import date
from uuid import UUID

import pytest
from litestar.datastructures import FormMultiDict

from audit.domain.text import Text
from audit.web.forms import Form


def form(*pairs):
    return Form(FormMultiDict(pairs))


def problems(read):
    return {field: str(problem) for field, problem in read.problems.items()}


def test_what_is_right_is_read_and_nothing_is_said():
    read = form(
        ("name", "  two\r\nlines "),
        ("label_zh", "甲"),
        ("label_en", "A"),
        ("kind", "bank"),
        ("id", str(UUID(int=7))),
        ("day", "2026-03-01"),
        ("many", str(UUID(int=1))),
        ("many", str(UUID(int=2))),
        ("on", "1"),
    )

    assert read.text("name") == "two\nlines"
    assert read.both("label") == Text("甲", "A")
    assert read.one_of("kind", ("bank", "securities")) == "bank"
    assert read.uuid("id") == UUID(int=7)
    assert read.uuids("many") == (UUID(int=1), UUID(int=2))
    assert read.day("day") == date(2026, 3, 1)
    assert (read.flag("on"), read.flag("off")) == (True, False)
    assert read.ok


def test_every_problem_is_kept_with_its_field():
    read = form(("name", " "), ("long", "x" * 201), ("kind", "shop"), ("id", "7"), ("day", "soon"))

    read.text("name")
    read.text("long")
    read.one_of("kind", ("bank",))
    read.uuid("id")
    read.day("day")

    assert not read.ok
    assert problems(read) == {
        "name": "Please fill this in.",
        "long": "At most 200 characters.",
        "kind": "Please choose one.",
        "id": "Please choose one.",
        "day": "Please enter a date.",
    }


@pytest.mark.parametrize(
    ("day", "taken"),
    [("1999-12-31", False), ("2000-01-01", True), ("2100-12-31", True), ("2101-01-01", False)],
)
def test_a_day_is_one_of_this_time(day, taken):
    read = form(("day", day))

    read.day("day")

    assert problems(read) == ({} if taken else {"day": "Enter a date between 2000 and 2100."})


def test_the_first_problem_of_a_field_is_the_one_that_is_told():
    read = form()

    read.refuse("name", "First.")
    read.refuse("name", "Second.")

    assert problems(read) == {"name": "First."}


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_a_flag_can_be_said_to_be_off(value):
    assert form(("on", value)).flag("on") is False


def test_no_file_is_an_empty_text():
    read = form(("file", "typed, not a file"))

    assert (read.file("file", most=10), read.file_name("file")) == ("", "")
    assert read.ok
