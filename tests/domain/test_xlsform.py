import pytest

from audit.domain.book import Findings, letters
from audit.domain.xlsform import read_bands, read_range, written_bands, written_range
from audit.domain.xlsform_conditions import bare, conjuncts
from audit.domain.xlsform_grid import plain_heading
from audit.domain.xlsform_types import Type, read_type


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("integer", Type("plain", "integer")),
        ("int", Type("plain", "integer")),
        ("select_one yes_no", Type("one", "select", "yes_no")),
        ("select one from yes_no", Type("one", "select", "yes_no")),
        ("select1 yes_no or_other", Type("one", "select", "yes_no", other=True)),
        ("select_multiple tea", Type("multiple", "select", "tea")),
        ("select all that apply from tea", Type("multiple", "select", "tea")),
        ("select_one_from_file a.csv", Type("one", "select", "a.csv", outside=True)),
        ("begin group", Type("begin", "group")),
        ("Begin_Repeat", Type("begin", "repeat")),
        ("end repeat", Type("end", "repeat")),
        ("photo", Type("plain", "image")),
    ],
)
def test_a_type_is_known_however_it_is_written(said, meant):
    assert read_type(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Label::English (en)", "label::English (en)"),
        ("label : French", "label::French"),
        ("list name", "list_name"),
        ("media::image::Swahili", "image::Swahili"),
        ("Relevance", "relevant"),
    ],
)
def test_a_heading_is_known_however_it_is_written(said, meant):
    assert plain_heading(said) == meant


def test_bands_are_read_as_they_are_written():
    bands = [{"credit": "1", "max": "60"}, {"credit": "0.5", "min": "9"}, {"credit": "0"}]

    said = written_bands(bands)

    assert said == "<=60: 1; >=9: 0.5; else: 0"
    assert read_bands(said) == bands
    assert read_bands("60 is 1") is None


def test_a_range_is_read_as_it_is_written_and_nothing_else():
    assert read_range(written_range(0, "9.5")) == {"minimum": "0", "maximum": "9.5"}
    assert read_range(". > 3") is None
    assert read_range(". >= 1 and . >= 2") is None
    assert read_range(". >= " + "9" * 5000) is None


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("a and b", ["a", "b"]),
        ("(a and b)", ["a", "b"]),
        ("a and (b or c)", ["a", "(b or c)"]),
        ("a or b and c", ["a or b and c"]),
        ("x = 'this and that' and y", ["x = 'this and that'", "y"]),
        ("(a) and (b)", ["(a)", "(b)"]),
        ("(a", ["(a"]),
    ],
)
def test_a_condition_is_taken_apart_only_where_all_must_hold(said, parts):
    assert conjuncts(said) == parts


def test_only_brackets_around_all_of_it_are_taken_away():
    assert bare("(a and b)") == "a and b"
    assert bare("(a) and (b)") == "(a) and (b)"


def test_columns_have_the_letters_that_spreadsheets_show():
    assert [letters(n) for n in (0, 1, 26, 27, 16_384)] == ["", "A", "Z", "AA", "XFD"]


def test_what_stands_in_the_way_comes_first_and_there_is_an_end_to_the_rest():
    findings = Findings()
    for number in range(1_500):
        findings.at("kept", "survey", number)("a")
    findings.at("wrong", "survey", 3)("b")

    found = findings.all()

    assert (found[0].what, found[0].place) == ("wrong", "survey!3")
    assert len(found) == 1_002
    assert [one.words.values for one in found if one.sheet == ""] == [{"count": 500}]
