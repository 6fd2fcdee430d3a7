import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from audit.domain.answer import Answer, read_answer, settled
from audit.domain.checklist import Framework, FrameworkEntry, FreeText, Source, canonical
from audit.domain.comparison import ScoredVisit
from audit.domain.problems import NotFound
from audit.domain.regrouped_visits import regroup_visits
from audit.domain.regrouping import Lens, chosen_lens, reading_of, regroup, through
from audit.domain.scoring import read_plain, score
from audit.store.systems import library_lenses, library_systems
from tests.domain.small import WORD, item, plain
from tests.render.papers import report_a, visit_of
from tests.world import library

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = json.loads((VECTORS / "readings.json").read_text())["cases"]


def lens(name):
    return next(one for one in library_lenses() if one.framework.id == name)


def answered(checklist, visit):
    """The vector's answers, as its visit was handed in."""
    said = json.loads((VECTORS / f"{visit}.json").read_text())["answers"]
    if visit == "visit_a":
        return read_plain(checklist, said)
    return {
        key: read_answer(checklist, key, str(value))
        for key, value in ((f"{checklist.id}/{name}", value) for name, value in said.items())
    }


def line(one):
    earned = "—" if one.credit is None else str(Fraction(one.credit))
    return f"{one.item.code} {earned}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_worked_visit_reads_through_a_framework_to_the_digit(case):
    checklist = library()[case["checklist"]]
    answers = settled(checklist, answered(checklist, case["visit"]))
    card = score(checklist, answers)

    found = regroup(checklist, card, answers, lens(case["framework"]))

    assert {
        "own": found.own,
        "score": None if found.score is None else str(found.score),
        "scored": found.scored,
        "entries": [
            [one.id, None if one.score is None else str(one.score), [line(i) for i in one.items]]
            for one in found.entries
        ],
        "uncovered": [one.id for one in found.uncovered if one.id],
    } == case["expected"]


def test_a_framework_that_the_checklist_names_is_read_as_its_card_was_frozen():
    checklist = library()["complaint-handling"]
    answers = settled(checklist, answered(checklist, "filled/complaint-handling"))
    card = score(checklist, answers)
    frozen = replace(
        card, readings=tuple(replace(one, score=Decimal("12.3")) for one in card.readings)
    )

    assert reading_of(checklist, frozen, answers, lens("steps7")).score == Decimal("12.3")


def test_the_mapping_of_the_library_does_not_reach_into_a_framework_the_checklist_names():
    """The library has items of others for these causes; this checklist says its own."""
    checklist = library()["complaint-handling"]
    card = score(checklist, {})

    found = regroup(checklist, card, {}, lens("complaint-causes"))

    assert lens("complaint-causes").items["1"] == ("cpt-standard/c12",)
    assert [one.id for one in found.uncovered] == ["1", "4", ""]


def test_a_visit_reads_through_what_its_checklist_names_and_what_its_items_answer_to():
    names = [one.framework.id for one in through(library()["branch-visit"], library_lenses())]

    assert names == [
        "rules-24",
        "counter-routine-5",
        "cpt-standard",
        "complaint-causes",
        "communicate4",
        "say4",
        "wants7",
        "crm-points",
    ]


def test_another_framework_is_not_found():
    lenses = through(library()["branch-visit"], library_lenses())

    assert chosen_lens(lenses, "") is None
    with pytest.raises(NotFound):
        chosen_lens(lenses, "steps7")


def test_a_framework_of_a_checklist_that_the_library_does_not_know_is_read_too():
    found = plain([item(f"s/{n}", frameworks=("f:1",)) for n in range(5)])
    answers = {f"s/{n}": Answer("answered", "yes") for n in range(5)}

    (only,) = through(found, ())

    assert regroup(found, score(found, answers), answers, only).score == Decimal("100.0")


def test_a_title_of_a_group_stands_where_the_group_begins():
    checklist = library()["nine-core-processes"]

    found = regroup(checklist, score(checklist, {}), {}, lens("nine-core-processes"))

    groups = [(one.id, one.group.en) for one in found.entries if one.group]
    assert groups[:3] == [
        ("1.1", "Opening welcome"),
        ("2.1", "Enquiries"),
        ("3.1", "Counter service"),
    ]
    assert len(groups) == 9


def test_an_item_says_which_further_entries_it_answers_to():
    checklist = library()["nine-core-processes"]

    found = regroup(checklist, score(checklist, {}), {}, lens("nine-core-processes"))

    also = {one.id: one.items[0].also for one in found.entries}
    assert also["8.1"] == ("8.2", "8.3", "8.4", "8.5", "8.6")
    assert also["9.1"] == ()


def test_an_item_under_several_entries_counts_once_in_the_whole():
    checklist = plain([item("s/1", weight=3), item("s/2")])
    entries = (FrameworkEntry("1", WORD), FrameworkEntry("2", WORD))
    framework = Framework("g", WORD, "rules", Source("g.txt", "g"), entries)
    twice = Lens(framework, {"1": ("s/1", "s/2"), "2": ("s/1",)})
    answers = {"s/1": Answer("answered", "yes"), "s/2": Answer("answered", "no")}

    reading = reading_of(checklist, score(checklist, answers), answers, twice)

    assert reading.score == Decimal("75.0")  # 3 of 4, not 6 of 7
    assert [entry.score for entry in reading.entries] == [Decimal("75.0"), Decimal("100.0")]


def test_free_text_never_gets_into_a_regrouping():
    found = plain([item("s/1", FreeText(), frameworks=("f:1",))])
    answers = {"s/1": Answer("answered", "I am the one with the red scarf")}
    (only,) = through(found, ())

    (entry,) = regroup(found, score(found, answers), answers, only).entries

    assert [one.said for one in entry.items] == [None]


def test_a_report_that_is_not_regrouped_says_nothing_of_it():
    """Its hash, which is printed on paper, stays what it was."""
    assert b"regrouping" not in canonical(report_a())


# ---- side by side --------------------------------------------------------------------


def test_visits_side_by_side_through_a_framework_have_entries_with_their_items():
    checklist = library()["branch-visit"]
    first = settled(checklist, answered(checklist, "visit_a"))
    second = {**first, "rules-24/r12": Answer("answered", 2), "rules-24/r21": Answer("na")}
    columns = [
        ScoredVisit(visit_of(checklist, id=UUID(int=n)), checklist, score(checklist, said))
        for n, said in enumerate((first, second))
    ]

    found = regroup_visits(columns, {UUID(int=0): first, UUID(int=1): second}, lens("wants7"))

    rows = [(row.kind, row.id, [str(cell.score) for cell in row.cells]) for row in found.rows]
    assert rows[:5] == [
        ("framework", "wants7", ["75.0", "91.7"]),  # 21/2 of 14, then 11 of 12
        ("entry", "1", ["50.0", "50.0"]),
        ("item", "1 cpt-standard/t13", ["50.0", "50.0"]),
        ("entry", "2", ["50.0", "100.0"]),
        ("item", "2 rules-24/r12", ["50.0", "100.0"]),
    ]
    assert [(one.id, one.reason.en) for one in found.uncovered] == [
        ("5", "Not scored at any of these visits")
    ]


def test_an_item_that_says_what_its_entry_says_has_no_row_of_its_own():
    checklist = library()["branch-visit"]
    answers = settled(checklist, answered(checklist, "visit_a"))
    column = ScoredVisit(visit_of(checklist), checklist, score(checklist, answers))

    found = regroup_visits([column], {column.visit.id: answers}, lens("rules-24"))

    assert {row.kind for row in found.rows} == {"framework", "entry"}


# ---- everything that is shipped ------------------------------------------------------


def test_every_entry_of_every_framework_has_items_or_a_reason_and_never_both():
    found = library_systems()

    wrong = [
        f"{one.framework.id}:{entry.id}"
        for one in found.lenses
        for entry in one.framework.entries
        if bool(found.answering(one.framework.id, entry.id))
        == any(unseen.entry == entry.id for unseen in one.unseen)
    ]

    assert wrong == []
