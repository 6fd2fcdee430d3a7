from audit.domain.answer import with_timings
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
