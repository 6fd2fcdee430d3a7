import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit.domain.answer import Answer, read_answer
from audit.domain.checklist import Cap, CreditBand, FreeText, Number, Points, ZeroSection
from audit.domain.credit import credit
from audit.domain.library import read_vocabulary
from audit.domain.problems import Invalid
from audit.domain.resolution import Resolution
from audit.domain.scoring import plain_card, read_plain, rounded, score
from audit.domain.troubles import Troubles
from audit.paths import folder
from tests.domain.small import THREE, checklist, item, part, plain
from tests.world import library

VECTORS = Path(__file__).parents[1] / "vectors"
YES, NO, NA, UNSEEN = (
    Answer("answered", "yes"),
    Answer("answered", "no"),
    Answer("na"),
    Answer("not_observed"),
)
WORD = {"zh": "字", "en": "word"}
BANDS = [
    {"id": "good", "minimum": 80, "title": WORD},
    {"id": "bad", "minimum": 0, "title": WORD},
]


def vector(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(), parse_float=Decimal)


def full(said: dict) -> dict:
    """An item as a file would have it; vectors leave out what does not count."""
    response = dict(said.get("response", {"type": "yes_no"}))
    if "options" in response:
        response["options"] = [{"label": WORD, **option} for option in response["options"]]
    texts = dict.fromkeys(("label", "criterion", "help", "coach"), WORD)
    rest = {key: said[key] for key in said if key not in ("earns", "refuses")}
    return {**texts, "stage": "arrival", **rest, "response": response}


def resolved(said: dict, **scoring):
    vocabulary = read_vocabulary((folder("checklists") / "vocabulary.toml").read_text())
    data = {
        "id": "small",
        "version": "1.0.0",
        "kind": "rules",
        "title": WORD,
        "summary": WORD,
        "scoring": {"bands": BANDS, **said.get("scoring", {}), **scoring},
        "sections": [
            {"title": WORD, **section, "items": [full(each) for each in section["items"]]}
            for section in said["sections"]
        ],
        "gates": [{"question": WORD, "stage": "arrival", **gate} for gate in said.get("gates", ())],
    }
    return Resolution(Troubles("vector"), vocabulary, (), {}).checklist(data)


# ---- one answer ----------------------------------------------------------------------

RESPONSES = vector("responses")["items"]


@pytest.mark.parametrize("said", RESPONSES, ids=lambda said: said["id"])
def test_each_response_earns_as_the_vectors_say(said):
    found = resolved({"sections": [{"id": "only", "items": [said]}]}, method="weighted_sections")
    (asked,) = found.items

    for value, expected in said["earns"]:
        earned = credit(asked, read_answer(found, asked.key, value))
        assert earned == (None if expected is None else Fraction(expected)), value


@pytest.mark.parametrize("said", RESPONSES, ids=lambda said: said["id"])
def test_what_is_out_of_range_is_refused_when_said_and_when_scored(said):
    found = resolved({"sections": [{"id": "only", "items": [said]}]}, method="weighted_sections")
    (asked,) = found.items

    for value in said.get("refuses", ()):
        with pytest.raises(Invalid):
            read_answer(found, asked.key, value)
        if (
            value != "na"
            and credit(asked, None) is None
            and said["id"]
            not in (
                "text",
                "bare_number",
            )
        ):
            with pytest.raises(Invalid):
                credit(asked, Answer("answered", value))


def test_decimals_travel_as_text_and_stay_exact():
    found = plain([item("s/1", Points(Decimal("0.3"))), item("s/2", Points(Decimal("0.3")))])

    answer = read_answer(found, "s/1", "0.10")

    assert answer == Answer("answered", "0.1")
    assert credit(found.items[0], answer) == Fraction(1, 3)


# ---- one visit -----------------------------------------------------------------------

CASES = [
    pytest.param(name, case, id=f"{name}: {case['name']}")
    for name in ("sections", "pooled", "gates", "critical", "rounding")
    for case in vector(name)["cases"]
]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_worked_visits_come_out_to_the_digit(name, case):
    said = vector(name)
    effect = {"critical": case["critical"]} if "critical" in case else {}
    found = resolved(said, **effect)

    card = score(found, read_plain(found, {"small": case["answers"]}))

    (whole,) = card.parts
    seen = {
        **json.loads(msgspec.json.encode(card)),
        "sections": {
            section.id: None if section.score is None else str(section.score)
            for section in whole.sections
        },
        "worths": {section.id: str(section.worth) for section in whole.sections},
        "lost": {key.removeprefix("small/"): str(value) for key, value in card.lost().items()},
    }
    assert {key: seen[key] for key in case["expected"]} == case["expected"]


def test_the_worked_visit_of_the_combined_form_comes_out_to_the_digit():
    said = json.loads((VECTORS / "visit_a.json").read_text())
    found = library()["branch-visit"]

    card = score(found, read_plain(found, said["answers"]))

    assert plain_card(card) == said["expected"]
    assert sum(card.lost().values()) == Decimal(100) - card.raw


class Filled(msgspec.Struct, forbid_unknown_fields=True):
    """A whole checklist filled in, and what was worked out for it without this program."""

    about: str
    answers: dict[str, str | int]
    working: dict[str, str]  # how, in fractions
    expected: dict[str, Any]
    readings: dict[str, Any]  # by framework


@pytest.mark.parametrize("path", sorted((VECTORS / "filled").glob("*.json")), ids=lambda p: p.stem)
def test_a_filled_checklist_comes_out_to_the_digit(path):
    said = msgspec.json.decode(path.read_bytes(), type=Filled)
    found = library()[path.stem]
    answers = {
        key: read_answer(found, key, str(value))
        for name, value in said.answers.items()
        for key in [name if "/" in name else f"{found.id}/{name}"]
    }

    card = score(found, answers)

    assert {*answers} == {*found.by_key, *found.gate_by_key}
    assert plain_card(card) == said.expected
    assert {
        reading.framework: {
            "score": None if reading.score is None else float(reading.score),
            "entries": {
                entry.id: None if entry.score is None else float(entry.score)
                for entry in reading.entries
            },
        }
        for reading in card.readings
    } == said.readings
    assert sum(card.lost().values()) == Decimal(100) - card.raw


def test_every_shipped_checklist_has_a_filled_example():
    by_hand = {path.stem for path in (VECTORS / "filled").glob("*.json")}

    assert by_hand | {"branch-visit"} == {*library()}  # that one is visit_a.json


def test_a_plain_answer_that_cannot_be_is_refused_by_name():
    with pytest.raises(Invalid, match="rules-24/r01"):
        read_plain(library()["rules-24"], {"rules-24": {"r01": "perhaps"}})


@pytest.mark.parametrize(
    ("exact", "shown"),
    [("1/20", "0.1"), ("1/21", "0.0"), ("3/20", "0.2"), ("1999/20", "100.0"), ("0", "0.0")],
)
def test_halves_are_rounded_up(exact, shown):
    assert str(rounded(Fraction(exact))) == shown


# ---- parts ---------------------------------------------------------------------------


def two_parts(**rule):
    """Parts of shares 60 and 40 that share one item."""
    one, twin, other = item("a/1"), item("a/2", weight=3, critical=True), item("b/1")
    return checklist(
        part("a", {"x": [one, twin]}, share=60),
        part("b", {"y": [other, twin]}, share=40),
        items=[one, twin, other],
        **rule,
    )


def test_parts_count_by_their_shares_and_a_shared_item_in_each():
    card = score(two_parts(), {"a/1": YES, "a/2": NO, "b/1": NO})

    assert [found.score for found in card.parts] == [Decimal("25.0"), Decimal("0.0")]
    assert card.raw == Decimal("15.0")  # 0.6 · 25 + 0.4 · 0
    assert card.lost() == {"a/2": Decimal("75.00"), "b/1": Decimal("10.00")}


def test_a_shared_item_counts_once_in_coverage_indices_and_vetoes():
    found = two_parts(minimum_index_items=1)
    found = msgspec.structs.replace(
        found, items=tuple(msgspec.structs.replace(each, cpt=("C",)) for each in found.items)
    )

    card = score(found, {"a/1": YES, "a/2": NO})

    assert card.coverage == Decimal("0.800")  # 1 + 3 of 1 + 3 + 1
    assert (card.asked, card.answered, card.unanswered) == (3, 2, 1)
    assert card.veto == ("a/2",)
    assert (card.cpt["C"].index, card.cpt["C"].items) == (Decimal("25.0"), 2)
    assert [found.coverage for found in card.parts] == [Decimal("1.000"), Decimal("0.750")]


def test_a_shared_critical_item_zeroes_its_section_in_both_parts():
    found = two_parts(critical=ZeroSection())

    card = score(found, {"a/1": YES, "a/2": NO, "b/1": YES})

    assert (card.raw, card.final) == (Decimal("25.0"), Decimal("0.0"))


def test_a_part_where_nothing_applies_leaves_with_its_share():
    card = score(two_parts(), {"a/1": NA, "a/2": NA, "b/1": YES})

    assert [found.score for found in card.parts] == [None, Decimal("100.0")]
    assert [found.worth for found in card.parts] == [Decimal(0), Decimal("100.00")]
    assert card.raw == Decimal("100.0")


def test_too_few_parts_give_no_score_and_no_points_to_explain():
    card = score(two_parts(minimum_parts=2), {"a/1": NA, "a/2": NA, "b/1": NO})

    assert (card.raw, card.final, card.band) == (None, None, None)
    assert card.parts[1].score == Decimal("0.0")
    assert card.lost() == {}
    assert [found.worth for found in card.parts] == [Decimal(0), Decimal(0)]


def test_more_parts_asked_for_than_there_are_means_all_of_them():
    found = plain([item("s/1")], minimum_parts=3)

    assert score(found, {"s/1": YES}).raw == Decimal("100.0")


def test_bounds_see_a_part_that_was_not_observed_at_all():
    card = score(two_parts(), {"a/1": UNSEEN, "a/2": YES})

    assert (card.lowest, card.raw, card.highest) == (
        Decimal("75.0"),  # 0.6 · 75 + 0.4 · 75
        Decimal("100.0"),
        Decimal("100.0"),
    )


# ---- edges ---------------------------------------------------------------------------


def test_an_item_of_no_weight_and_a_text_leave_no_trace_in_the_score():
    found = plain([item("s/1"), item("s/2", weight=0), item("s/3", FreeText())])

    card = score(found, {"s/1": YES, "s/2": NO})

    assert (card.raw, card.coverage, card.unanswered) == (Decimal("100.0"), Decimal("1.000"), 1)


def test_a_recorded_choice_is_answered_but_not_scored():
    bands = (CreditBand(Decimal(1), min=Decimal(5)), CreditBand(Decimal(0)))
    found = plain([item("s/1", Number(bands=bands)), item("s/2", Number())])

    card = score(found, {"s/1": Answer("answered", "4.99"), "s/2": Answer("answered", 3)})

    assert (card.raw, card.answered, card.coverage) == (Decimal("0.0"), 2, Decimal("1.000"))


def test_coverage_is_judged_as_it_is_printed():
    found = plain([item("s/1", weight="69.95"), item("s/2", weight="30.05")])

    card = score(found, {"s/1": YES})

    assert (card.coverage, card.insufficient) == (Decimal("0.700"), False)


def test_a_fall_below_a_band_shows_in_the_final_band_only():
    found = plain(
        [item("s/1", weight=9), item("s/2", critical=True)], critical=Cap(Decimal("79.9"))
    )

    card = score(found, {"s/1": YES, "s/2": NO})

    assert (card.raw, card.final, card.band) == (Decimal("90.0"), Decimal("79.9"), "bad")


def test_losses_too_small_to_print_are_never_shared_out_as_gains():
    found = plain([item("s/1", weight=1), item("s/2", weight=2), item("s/3", weight=9997)])

    card = score(found, {"s/1": NO, "s/2": NO, "s/3": YES})

    assert card.raw == Decimal("100.0")
    assert [place.lost for place in card.parts[0].sections[0].items] == [Decimal(0)] * 3


def test_an_index_needs_enough_scored_items():
    tagged = [item(f"s/{number}", THREE, cpt=("T",)) for number in range(5)]
    found = plain(tagged)
    answers = {each.key: Answer("answered", 1) for each in tagged}

    enough = score(found, answers).cpt
    short = score(found, {**answers, "s/4": NA}).cpt

    assert (enough["T"].index, enough["T"].items) == (Decimal("50.0"), 5)
    assert (short["T"].index, short["T"].items) == (None, 4)
    assert (enough["C"].index, enough["C"].items) == (None, 0)


def test_a_framework_is_read_over_the_items_mapped_to_it():
    found = plain(
        [item("s/1", weight=3, frameworks=("f:1",)), item("s/2", frameworks=("f:1",)), item("s/3")]
    )

    (reading,) = score(found, {"s/1": YES, "s/2": NO, "s/3": NO}).readings

    (entry,) = reading.entries
    assert reading.score == entry.score == Decimal("75.0")
    assert (entry.items, entry.scored) == (("s/1", "s/2"), 2)


def test_answers_to_what_is_not_asked_are_without_effect():
    found = plain([item("s/1")])

    assert score(found, {"s/1": YES, "gone/1": NO}) == score(found, {"s/1": YES})
