import json
from decimal import Decimal
from pathlib import Path

from audit.domain.answer import Answer
from audit.domain.plain import read_plain
from audit.domain.tally import Tally, tally
from tests.domain.writing import library

FORM = library().checklists["points-1000", "1.0.0"]
FILLED = json.loads(
    (Path(__file__).parents[1] / "vectors/filled/points-1000.json").read_text("utf-8")
)
ANSWERS = read_plain(FORM, {FORM.id: FILLED["answers"]})


def test_the_form_of_a_thousand_points_has_ten_modules_and_a_thousand_points():
    assert len(FORM.parts[0].sections) == 10
    assert sum(item.response.maximum for item in FORM.items) == 1000


def test_a_filled_form_is_told_in_its_own_points():
    assert tally(FORM, ANSWERS) == Tally(Decimal(871), Decimal(1000), Decimal(1000))


def test_what_does_not_apply_leaves_the_points_that_could_be_had():
    first = FORM.items[0]
    fewer = {**ANSWERS, first.key: Answer("na", None)}

    assert tally(FORM, fewer) == Tally(
        871 - ANSWERS[first.key].number, 1000 - first.response.maximum, Decimal(1000)
    )


def test_halves_of_points_stay_exact():
    half = {
        FORM.items[0].key: Answer("answered", "0.25"),
        FORM.items[1].key: Answer("answered", "2"),
    }

    assert str(tally(FORM, half).awarded) == "2.25"


def test_other_checklists_are_not_told_in_points():
    for (name, _), checklist in library().checklists.items():
        assert (tally(checklist, {}) is None) == (name != "points-1000")
