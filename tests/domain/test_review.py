from decimal import Decimal

import pytest
from msgspec.structs import replace

from audit.domain.answer import Answer, with_timings
from audit.domain.checklist import Cap, Deduct, FlagOnly, ZeroSection
from audit.domain.review import gate_said
from audit.domain.scoring import final_score, score
from tests.domain.test_flags import CHECKLIST, clean, said


def test_the_queues_score_is_the_cards_with_and_without_a_critical_failure():
    for answers in (clean().answers, said({"rules-24/r22": "no"})):
        timed = with_timings(CHECKLIST, answers, clean().marks)

        assert final_score(CHECKLIST, timed) == score(CHECKLIST, timed).final


def test_worths_add_up_from_items_to_sections_to_parts_to_a_hundred():
    card = score(CHECKLIST, clean().answers)

    assert sum(part.worth for part in card.parts) == 100
    for part in card.parts:
        assert sum(section.worth for section in part.sections) == part.worth
        for section in part.sections:
            assert sum(place.worth for place in section.items) == section.worth


FAILED, OTHER = "rules-24/r22", "rules-24/r02"  # OTHER loses points, and is not critical


@pytest.mark.parametrize(
    ("critical", "of_failed", "of_other"),
    [
        (Cap(Decimal("59.0")), "lifted", "capped"),
        (Deduct(Decimal("10.0")), "lifted", "both"),
        (Deduct(Decimal("100.0")), "lifted", "open"),
        (ZeroSection(), "lifted", "open"),
        (FlagOnly(), "both", "both"),
    ],
)
def test_what_full_marks_move_depends_on_the_effect_of_a_failed_critical_item(
    critical, of_failed, of_other
):
    checklist = replace(CHECKLIST, scoring=replace(CHECKLIST.scoring, critical=critical))
    card = score(checklist, said({FAILED: "no", OTHER: "1"}))

    gains = (card.gain(checklist, FAILED), card.gain(checklist, OTHER))

    assert gains == (of_failed, of_other)


def test_without_a_failed_critical_item_full_marks_raise_both_scores():
    card = score(CHECKLIST, said({OTHER: "1"}))

    assert card.gain(CHECKLIST, OTHER) == "both"


def test_a_gate_is_read_in_the_words_it_was_answered_in():
    gates = {gate.key.rpartition("/")[2]: gate for gate in CHECKLIST.gates}
    answer = Answer("answered", "no")

    words = {gate_said(gate, answer).zh for gate in gates.values()}

    assert words == {"没有"}
