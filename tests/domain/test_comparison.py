from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from audit.domain.answer import Answer, read_answer
from audit.domain.branch import Branch, Region
from audit.domain.comparison import ScoredVisit, compare_items, compare_visits, side_by_side
from audit.domain.problems import Conflict, Invalid
from audit.domain.scoring import credit, score, scored
from audit.domain.text import Text
from audit.domain.visit import Visit, Wave
from tests.world import library

RULES = library()["rules-24"]
FIRST, SECOND, THIRD, *_ = [item for item in RULES.items if scored(item)]


def best(item):
    return max(_answers(item), key=lambda answer: credit(item, answer))


def worst(item):
    return min(_answers(item), key=lambda answer: credit(item, answer))


def _answers(item):
    for said in ("yes", "no", "0", "1", "2", "30", "600", "3600"):
        try:
            yield read_answer(RULES, item.key, said)
        except Invalid:
            continue


def reworded(checklist, key, version="1.1.0"):
    items = tuple(
        replace(item, criterion=Text("新说法", "Said anew")) if item.key == key else item
        for item in checklist.items
    )
    return replace(checklist, version=version, items=items)


def without(checklist, key, version="1.1.0"):
    items = tuple(item for item in checklist.items if item.key != key)
    return replace(checklist, version=version, items=items)


def by_item(changes):
    return {change.item: change for change in changes}


def test_each_item_is_better_worse_or_the_same_by_what_it_earned():
    before = {FIRST.key: worst(FIRST), SECOND.key: best(SECOND), THIRD.key: best(THIRD)}
    after = {FIRST.key: best(FIRST), SECOND.key: worst(SECOND), THIRD.key: best(THIRD)}

    changes = by_item(compare_items(RULES, before, RULES, after))

    assert [changes[item.key].verdict for item in (FIRST, SECOND, THIRD)] == [
        "better",
        "worse",
        "same",
    ]
    assert (changes[FIRST.key].before_credit, changes[FIRST.key].after_credit) == (
        Decimal("0.0000"),
        Decimal("1.0000"),
    )
    assert changes[FIRST.key].before == worst(FIRST)


def test_an_item_in_other_words_is_not_comparable_even_with_the_same_answer():
    answers = {FIRST.key: best(FIRST), SECOND.key: best(SECOND)}

    changes = by_item(compare_items(RULES, answers, reworded(RULES, FIRST.key), answers))

    assert (changes[FIRST.key].verdict, changes[FIRST.key].reason) == ("not_comparable", "wording")
    assert (changes[SECOND.key].verdict, changes[SECOND.key].reason) == ("same", None)


@pytest.mark.parametrize("dropped_later", [True, False])
def test_an_item_only_one_version_asks_is_not_comparable(dropped_later):
    answers = {FIRST.key: best(FIRST), SECOND.key: best(SECOND)}
    other = without(RULES, FIRST.key)
    before, after = (RULES, other) if dropped_later else (other, RULES)

    changes = by_item(compare_items(before, answers, after, answers))

    assert (changes[FIRST.key].verdict, changes[FIRST.key].reason) == (
        "not_comparable",
        "asked_once",
    )


@pytest.mark.parametrize("state", ["na", "not_observed", None])
def test_an_item_not_scored_both_times_is_not_comparable(state):
    before = {FIRST.key: best(FIRST)}
    after = {FIRST.key: Answer(state)} if state else {}

    change = by_item(compare_items(RULES, before, RULES, after))[FIRST.key]

    assert (change.verdict, change.reason) == ("not_comparable", "not_scored")
    assert (change.before_credit, change.after_credit) == (Decimal("1.0000"), None)


def test_totals_are_compared_by_raw_score_and_the_verdicts_counted():
    before = {item.key: worst(item) for item in (FIRST, SECOND)}
    changes = compare_items(RULES, before, RULES, {**before, FIRST.key: best(FIRST)})
    cards = [
        replace(score(RULES, {}), raw=Decimal(raw), final=Decimal(59), insufficient=False)
        for raw in ("72.5", "80.0")
    ]

    change = compare_visits(cards[0], cards[1], changes)

    assert change.change == Decimal("7.5")
    assert (change.counts["better"], change.counts["worse"], change.counts["same"]) == (1, 0, 1)
    assert sum(change.counts.values()) == sum(scored(item) for item in RULES.items)


def test_an_insufficient_visit_has_no_change_in_its_total():
    full = replace(score(RULES, {}), raw=Decimal(80), insufficient=False)
    thin = replace(full, raw=Decimal(90), insufficient=True)

    assert compare_visits(full, thin, ()).change is None
    assert compare_visits(thin, full, ()).change is None


# ---- side by side --------------------------------------------------------------------


def a_visit(checklist, answers, number):
    place = Branch(
        UUID(int=1), "B1", Text("网点", "Branch"), "bank",
        Region(UUID(int=2), Text("区", "Region")), Text("", ""), Text("", ""),
    )  # fmt: skip
    wave = Wave(UUID(int=3), Text("", ""), Text("", ""), date.min, date.max, checklist.hash)
    visit = Visit(
        id=UUID(int=100 + number),
        branch=place,
        wave=wave,
        shopper=UUID(int=4),
        shopper_code="",
        mode="disguised",
        checklist=checklist.hash,
        brief=Text("", ""),
        due_on=date(2026, 1, number),
        status="released",
        submitted_at=datetime(2026, 1, number, tzinfo=UTC),
    )
    return ScoredVisit(visit, checklist, score(checklist, answers))


def everything(checklist, pick):
    return {item.key: pick(item) for item in checklist.items if scored(item)}


def test_sections_stand_side_by_side_with_the_change_against_the_column_before():
    visits = [
        a_visit(RULES, everything(RULES, worst), 1),
        a_visit(RULES, everything(RULES, best), 2),
        a_visit(RULES, everything(RULES, best), 3),
    ]

    table = side_by_side(visits)

    total, *sections = table.sections
    assert [cell.score for cell in total.cells] == [0, 100, 100]
    assert [cell.change for cell in total.cells] == [None, 100, 0]
    assert [row.id for row in sections] == [f"rules-24/{s.id}" for s in RULES.parts[0].sections]
    assert table.same_items == table.items == sum(scored(item) for item in RULES.items)


def test_versions_line_up_by_id_and_say_how_many_items_are_the_same():
    newer = reworded(RULES, FIRST.key)
    visits = [
        a_visit(RULES, everything(RULES, best), 1),
        a_visit(newer, everything(newer, best), 2),
    ]

    table = side_by_side(visits)

    assert table.same_items == table.items - 1
    assert len(table.sections) == 1 + len(RULES.parts[0].sections)


def test_a_visit_without_a_total_is_left_out_and_never_counts_as_nothing():
    visits = [a_visit(RULES, everything(RULES, best), number) for number in (1, 2, 3)]
    without_total = replace(visits[1].card, raw=None, final=None)
    visits[1] = replace(visits[1], card=without_total)

    table = side_by_side(visits)

    assert not without_total.insufficient
    assert (table.columns, table.left_out) == ((visits[0], visits[2]), (visits[1],))
    assert table.scores == [100.0, 100.0]
    assert [cell.change for cell in table.sections[0].cells] == [None, 0]


def test_an_insufficient_visit_is_left_out_and_named():
    full = a_visit(RULES, everything(RULES, best), 1)
    thin = a_visit(RULES, {FIRST.key: worst(FIRST)}, 2)

    table = side_by_side([full, thin])

    assert (table.columns, table.left_out) == ((full,), (thin,))


def test_framework_entries_and_indices_without_a_score_anywhere_are_left_out():
    table = side_by_side([a_visit(RULES, everything(RULES, best), 1)])

    assert all(any(c.score is not None for c in row.cells) for row in table.frameworks)
    assert [row.id for row in table.frameworks if row.kind == "framework"] == ["rules-24"]


def test_different_checklists_are_not_put_side_by_side():
    other = library()["cpt-standard"]

    with pytest.raises(Conflict):
        side_by_side([a_visit(RULES, {}, 1), a_visit(other, {}, 2)])
