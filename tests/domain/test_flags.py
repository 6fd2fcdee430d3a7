"""A visit with nothing to question, and each flag from one change to it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from audit.domain.answer import Answer, AnswerEvent, Capture, read_answer
from audit.domain.flags import Flag, flags
from audit.domain.text import Text
from tests.world import MARKS, library, visit_a

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
CHECKLIST = library()["branch-visit"]
HANDED_IN = START + timedelta(hours=1)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def clean(**changes: object) -> Capture:
    """Visit A with its own note at every item, all marks, and an answer every 25 seconds."""
    answers = {key: read_answer(CHECKLIST, key, said) for key, said in visit_a().items()}
    capture = Capture(
        answers=answers,
        notes={key: f"What was seen of {key}" for key in answers},
        marks={name: at(seconds) for name, seconds in MARKS.items()},
        answered_at={key: at(1200 + 25 * place) for place, key in enumerate(answers)},
    )
    return msgspec.structs.replace(capture, **changes)


def said(changes: dict[str, str]) -> dict[str, Answer]:
    read = {key: read_answer(CHECKLIST, key, value) for key, value in changes.items()}
    return {**clean().answers, **read}


def without_note(*keys: str) -> dict[str, str]:
    return {key: note for key, note in clean().notes.items() if key not in keys}


def found(capture: Capture, submitted_at: datetime | None = HANDED_IN) -> list[Flag]:
    return list(flags(CHECKLIST, capture, submitted_at))


def test_a_visit_with_nothing_odd_has_no_flags():
    assert found(clean()) == []


def test_a_visit_written_up_far_too_fast_is_flagged():
    quick = {key: at(1200 + 5 * place) for place, key in enumerate(clean().answers)}

    assert found(clean(answered_at=quick), at(1200 + 420)) == [
        Flag("hurried_visit", None, {"minutes": 7, "usual": 25})
    ]


def test_a_third_of_the_usual_time_is_not_yet_too_fast():
    quick = {key: at(1200 + 5 * place) for place, key in enumerate(clean().answers)}

    assert found(clean(answered_at=quick), at(1200 + 500)) == []


def test_a_run_of_answers_faster_than_reading_is_flagged_once_at_its_first_item():
    keys = [item.key for item in CHECKLIST.items]
    run = {key: at(9000 + place) for place, key in enumerate(keys[3:11])}
    answered_at = {**clean().answered_at, **run}

    assert found(clean(answered_at=answered_at), None) == [
        Flag("burst", keys[3], {"count": 8, "seconds": 10})
    ]


def test_five_quick_answers_are_no_run():
    keys = [item.key for item in CHECKLIST.items]
    run = {key: at(9000 + place) for place, key in enumerate(keys[3:8])}

    assert found(clean(answered_at={**clean().answered_at, **run}), None) == []


def test_a_typed_duration_far_from_its_marks_is_flagged():
    answers = said({"counter-routine-5/s33": "200"})

    assert found(clean(answers=answers)) == [
        Flag("timing_differs", "counter-routine-5/s33", {"typed": 200, "marked": 420})
    ]


def test_a_typed_duration_near_its_marks_is_fine():
    assert found(clean(answers=said({"counter-routine-5/s33": "400"}))) == []


def test_marks_against_the_order_of_the_journey_are_flagged():
    marks = {**clean().marks, "exit": at(1040)}

    assert found(clean(marks=marks)) == [
        Flag("marks_disorder", "mark/exit", {"mark": "exit", "before": "handed_back"})
    ]


def test_no_transaction_said_but_the_counter_timed_is_flagged():
    kept = {
        key: answer
        for key, answer in said({"branch-visit/counter_done": "no"}).items()
        if key not in CHECKLIST.gate_by_key["branch-visit/counter_done"].items
    }

    assert found(clean(answers=kept)) == [
        Flag(
            "shut_but_timed",
            "branch-visit/counter_done",
            {"timed": "counter-routine-5/s13", "seconds": 4},
        )
    ]


def test_items_answered_behind_a_shut_gate_are_flagged():
    answers = said({"branch-visit/grievance": "no", "rules-24/r13": "2", "rules-24/r14": "2"})

    assert found(clean(answers=answers)) == [
        Flag("shut_but_answered", "branch-visit/grievance", {"count": 2})
    ]


def test_a_gate_opened_for_nothing_is_flagged():
    answers = said({"branch-visit/grievance": "yes"})

    assert found(clean(answers=answers)) == [
        Flag("open_but_na", "branch-visit/grievance", {"count": 5})
    ]


@pytest.mark.parametrize(
    ("kinds", "grade", "differs"),
    [("3", "0", True), ("2", "1", True), ("2", "0", False), ("3", "1", False), ("5", "2", False)],
)
def test_courtesy_words_counted_and_graded_differently_are_flagged(kinds, grade, differs):
    answers = said({"counter-routine-5/s62": kinds, "rules-24/r11": grade})
    flag = Flag(
        "courtesy_differs", "counter-routine-5/s62", {"kinds": int(kinds), "other": "rules-24/r11"}
    )

    flagged = [one for one in found(clean(answers=answers)) if one.kind == "courtesy_differs"]

    assert flagged == ([flag] if differs else [])


def test_courtesy_words_of_which_one_question_was_not_answered_do_not_differ():
    answers = said({"counter-routine-5/s62": "not_observed", "rules-24/r11": "0"})

    assert "courtesy_differs" not in {one.kind for one in found(clean(answers=answers))}


def test_all_five_steps_said_while_one_earned_nothing_is_flagged():
    steps = {"counter-routine-5/s51": "0", "counter-routine-5/s64": "all_in_order"}

    assert found(clean(answers=said(steps))) == [
        Flag(
            "step_missing",
            "counter-routine-5/s64",
            {"step": Text("目相送", "See off with the eyes")},
        )
    ]


def test_all_five_steps_said_while_each_earned_something_is_fine():
    assert found(clean(answers=said({"counter-routine-5/s64": "all_in_order"}))) == []


def test_no_wait_said_but_a_wait_measured_is_flagged():
    answers = said({"branch-visit/had_to_wait": "no"})
    kept = {k: a for k, a in answers.items() if k not in ("rules-24/r20", "counter-routine-5/s32")}

    assert found(clean(answers=kept)) == [
        Flag("no_wait_but_waited", "cpt-standard/t11", {"seconds": 540})
    ]


def test_a_grade_below_full_wants_a_note():
    assert found(clean(notes=without_note("rules-24/r02"))) == [
        Flag("note_missing", "rules-24/r02")
    ]


def test_a_full_grade_wants_no_note():
    assert found(clean(notes=without_note("rules-24/r01"))) == []


def test_an_item_that_always_wants_a_note_is_flagged_even_at_full_marks():
    answers = said({"rules-24/r12": "2"})

    assert found(clean(answers=answers, notes=without_note("rules-24/r12"))) == [
        Flag("note_always_missing", "rules-24/r12")
    ]


def test_a_critical_failure_without_a_note_is_flagged_once():
    answers = said({"rules-24/r22": "no"})

    assert found(clean(answers=answers, notes=without_note("rules-24/r22"))) == [
        Flag("critical_without_note", "rules-24/r22")
    ]


@pytest.mark.parametrize(("state", "na", "unseen"), [("not_observed", 0, 16), ("na", 16, 0)])
def test_much_that_was_not_seen_or_did_not_apply_is_flagged(state, na, unseen):
    answers = dict(clean().answers)
    gated = {key for gate in CHECKLIST.gates for key in gate.items}
    items = [item.key for item in CHECKLIST.items if item.key not in gated]
    answers.update(dict.fromkeys(items[:16], Answer(state)))  # of 50 that apply

    assert found(clean(answers=answers)) == [
        Flag("much_unseen", None, {"asked": 50, "na": na, "not_observed": unseen})
    ]


def test_marks_that_a_duration_waits_for_are_flagged():
    answers = {k: a for k, a in clean().answers.items() if k != "counter-routine-5/s33"}
    marks = {k: at for k, at in clean().marks.items() if k not in ("request_made", "exit")}

    assert found(clean(answers=answers, marks=marks)) == [
        Flag("marks_missing", None, {"marks": ("request_made", "exit")})
    ]


def test_answers_given_a_day_after_leaving_are_flagged():
    answered_at = {**clean().answered_at, "rules-24/r24": at(1110 + 30 * 3600)}

    assert found(clean(answered_at=answered_at), None) == [
        Flag("late_answers", None, {"hours": 30})
    ]


def test_two_devices_that_disagree_are_flagged():
    heads = (event("phone-a", Answer("answered", 1)), event("phone-b", Answer("answered", 2)))

    assert found(clean(conflicts={"answer:rules-24/r02": heads})) == [
        Flag("conflict", "rules-24/r02", {"count": 2})
    ]


def test_the_same_note_at_several_items_is_flagged():
    notes = {**clean().notes, "rules-24/r02": "As usual", "rules-24/r04": " as  usual "}

    assert found(clean(notes=notes)) == [
        Flag("same_note", "rules-24/r02", {"count": 2, "note": "as usual"})
    ]


def event(device: str, answer: Answer) -> AnswerEvent:
    return AnswerEvent(
        id=UUID(int=1),
        visit=UUID(int=2),
        device=device,
        seq=1,
        lamport=1,
        kind="answer",
        item="rules-24/r02",
        checklist=CHECKLIST.hash,
        wall=START,
        answer=answer,
    )
