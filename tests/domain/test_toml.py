import tomllib
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from audit.domain.toml import write_toml


def test_numbers_that_tables_hold_as_text_are_written_bare():
    assert write_toml({"scoring": {"minimum_coverage": "0.70", "rule": 1, "id": "7"}}) == (
        '\n\n[scoring]\nid = "7"\nminimum_coverage = 0.70\nrule = 1\n'
    )


def test_what_toml_would_read_as_another_number_stays_text():
    assert 'weight = "-0"' in write_toml({"scoring": {"weight": "-0"}})


def test_long_lists_have_a_line_for_each():
    said = write_toml({"sources": [{"file": "a" * 60, "system": "b" * 60}]})

    assert said.splitlines()[0] == "sources = ["
    assert len(said.splitlines()) == 3


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.decimals(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_any_number_are_read_again_as_they_were(text, number):
    written = write_toml({"title": {text: text}, "scoring": {"weight": str(number)}})

    read = tomllib.loads(written, parse_float=Decimal)

    assert read["title"] == {text: text}
    assert str(read["scoring"]["weight"]) == str(number)
