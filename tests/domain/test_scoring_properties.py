"""What holds for every checklist and every visit."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.domain.answer import Answer
from audit.domain.checklist import Cap, Checklist, Deduct, Entry, ZeroSection
from audit.domain.credit import credit, scored
from audit.domain.scoring import score
from audit.domain.sums import Sums
from tests.domain.small import checklist, item, part, plain, visits

replace = msgspec.structs.replace
BEST = {"yes_no": "yes", "grade": 2, "count": 0, "choice": "a", "points": 15}


def credits_of(found: Checklist, answers: dict[str, Answer]) -> dict[str, Fraction | None]:
    return {asked.key: credit(asked, answers.get(asked.key)) for asked in found.items}


def exact(found: Checklist, answers: dict[str, Answer]) -> Fraction | None:
    return Sums(found, credits_of(found, answers)).total


def without(found: Checklist, keys: set[str]) -> Checklist:
    """The checklist with these items deleted."""
    parts = tuple(
        replace(
            part,
            sections=tuple(
                replace(section, entries=tuple(e for e in section.entries if e.item not in keys))
                for section in part.sections
            ),
        )
        for part in found.parts
    )
    items = tuple(asked for asked in found.items if asked.key not in keys)
    return replace(found, parts=parts, items=items)


@given(visits(), st.randoms(use_true_random=False))
def test_the_order_of_answers_items_sections_and_parts_is_without_effect(visit, chance):
    found, answers = visit
    shuffled = list(answers.items())
    chance.shuffle(shuffled)
    parts = tuple(
        replace(part, sections=tuple(chance.sample(part.sections, len(part.sections))))
        for part in chance.sample(found.parts, len(found.parts))
    )
    items = tuple(chance.sample(found.items, len(found.items)))

    one = score(found, answers)
    other = score(replace(found, parts=parts, items=items), dict(shuffled))

    assert (one.raw, one.final, one.coverage, one.lost()) == (
        other.raw,
        other.final,
        other.coverage,
        other.lost(),
    )
    assert (set(one.veto), one.cpt, one.readings[0].score) == (
        set(other.veto),
        other.cpt,
        other.readings[0].score,
    )


@given(visits(), st.sampled_from([Decimal("0.1"), Decimal(3), Decimal(1000)]))
def test_scaling_all_weights_changes_nothing(visit, factor):
    found, answers = visit
    parts = tuple(
        replace(
            part,
            share=part.share * factor,
            sections=tuple(
                replace(
                    section,
                    weight=section.weight * factor,
                    entries=tuple(Entry(e.item, e.weight * factor) for e in section.entries),
                )
                for section in part.sections
            ),
        )
        for part in found.parts
    )
    items = tuple(replace(asked, weight=asked.weight * factor) for asked in found.items)

    scaled = score(replace(found, parts=parts, items=items), answers)

    original = score(found, answers)
    assert (scaled.raw, scaled.coverage, scaled.cpt, scaled.lost()) == (
        original.raw,
        original.coverage,
        original.cpt,
        original.lost(),
    )


@given(visits())
def test_scores_stay_between_0_and_100_and_the_raw_score_between_its_bounds(visit):
    card = score(*visit)

    for value in (card.raw, card.final, card.lowest, card.highest):
        assert value is None or 0 <= value <= 100
    if card.raw is not None:
        assert card.lowest <= card.raw <= card.highest


@given(visits(), st.data())
def test_a_better_answer_never_lowers_the_score(visit, data):
    found, answers = visit
    earned = {key: value for key, value in credits_of(found, answers).items() if value is not None}
    assume(earned)
    key = data.draw(st.sampled_from(sorted(earned)))
    response = found.by_key[key].response
    best = "no" if getattr(response, "good", "") == "no" else BEST[response.kind]

    better = {**answers, key: Answer("answered", best)}

    assert exact(found, better) >= exact(found, answers)
    final, improved = score(found, answers).final, score(found, better).final
    assert improved >= final


@given(visits(critical=ZeroSection()))
def test_not_applicable_counts_as_if_the_item_did_not_exist(visit):
    found, answers = visit
    found = replace(found, items=tuple(replace(asked, na="exclude") for asked in found.items))
    gone = {key for key, answer in answers.items() if answer.state == "na"}

    card = score(found, answers)
    less = score(without(found, gone), answers)

    assert (card.raw, card.final, card.coverage, card.veto, card.cpt, card.lost()) == (
        less.raw,
        less.final,
        less.coverage,
        less.veto,
        less.cpt,
        less.lost(),
    )


@given(visits())
def test_a_visit_where_nothing_applies_has_no_score(visit):
    found, _ = visit
    found = replace(found, items=tuple(replace(asked, na="exclude") for asked in found.items))

    card = score(found, {asked.key: Answer("na") for asked in found.items})

    assert (card.raw, card.final, card.band, card.coverage) == (None, None, None, None)
    assert card.insufficient
    assert card.lost() == {}
    assert all(section.score is None for p in card.parts for section in p.sections)


@given(visits())
def test_points_lost_and_points_earned_add_up_exactly(visit):
    found, answers = visit
    sums = Sums(found, credits_of(found, answers))
    card = score(found, answers)

    if card.raw is None:
        assert sums.losses() == {} or not any(sums.losses().values())
        assert card.lost() == {}
        return
    assert sum(sums.losses().values()) == 100 - sums.total
    assert sum(card.lost().values()) == 100 - card.raw
    places = [place for p in card.parts for section in p.sections for place in section.items]
    assert all(place.lost >= 0 for place in places)
    assert sum(p.worth for p in card.parts) == 100
    for p in card.parts:
        assert sum(section.worth for section in p.sections) == p.worth
        for section in p.sections:
            assert sum(place.worth for place in section.items) == section.worth


@given(visits())
def test_no_place_loses_more_than_it_carries_unless_the_rounded_total_asks_for_it(visit):
    found, answers = visit
    losses = Sums(found, credits_of(found, answers)).losses()
    card = score(found, answers)
    assume(card.raw is not None)
    places = [
        place
        for p in card.parts
        for section in p.sections
        for place in section.items
        if losses.get((p.id, section.id, place.item))
    ]

    assert (
        all(place.lost <= place.worth for place in places)
        or sum(place.worth for place in places) < 100 - card.raw
    )


@given(visits())
def test_rounded_losses_stay_within_a_tenth_of_the_exact_ones(visit):
    found, answers = visit
    losses = Sums(found, credits_of(found, answers)).losses()
    card = score(found, answers)
    assume(card.raw is not None)

    for p in card.parts:
        for section in p.sections:
            for place in section.items:
                loss = losses.get((p.id, section.id, place.item), Fraction(0))
                assert abs(Fraction(place.lost) - loss) <= Fraction(1, 10)


@given(visits())
def test_losses_further_apart_than_the_rounding_keep_their_order(visit):
    found, answers = visit
    losses = Sums(found, credits_of(found, answers)).losses()
    card = score(found, answers)
    assume(card.raw is not None)
    shown = {
        (p.id, section.id, place.item): place.lost
        for p in card.parts
        for section in p.sections
        for place in section.items
    }

    ranked = sorted(losses, key=lambda place: losses[place])

    for less, more in pairwise(ranked):
        if losses[more] - losses[less] > Fraction(1, 10):
            assert shown[less] <= shown[more]


@given(st.sampled_from([Cap(Decimal(59)), Deduct(Decimal(10)), ZeroSection()]), st.data())
def test_a_failed_critical_item_never_raises_the_score(effect, data):
    found, answers = data.draw(visits(critical=effect))

    card = score(found, answers)

    if card.raw is not None:
        assert card.final <= card.raw
    if not card.veto:
        assert card.final == card.raw


@given(visits())
def test_the_states_of_the_items_add_up_to_those_asked(visit):
    card = score(*visit)

    assert card.answered + card.na + card.not_observed + card.unanswered == card.asked


@given(visits())
def test_coverage_is_that_of_the_items_each_counted_once(visit):
    found, answers = visit
    assume(any(p.method != "pooled_points" for p in found.parts))
    applying = [
        asked
        for asked in found.items
        if scored(asked) and not (answers.get(asked.key) == Answer("na") and asked.na == "exclude")
    ]
    whole = sum(asked.weight for asked in applying)
    said = sum(
        asked.weight
        for asked in applying
        if asked.key in answers and answers[asked.key].state != "not_observed"
    )

    card = score(found, answers)

    assert card.coverage == (
        None if whole == 0 else (said / whole).quantize(Decimal("0.001"), "ROUND_HALF_UP")
    )


@given(st.lists(st.sampled_from(["yes", "no", None]), min_size=2, max_size=8), st.data())
def test_pooled_points_are_the_same_however_the_items_are_cut_into_sections(said, data):
    items = [item(f"s/{number}", weight=number + 1) for number in range(len(said))]
    answers = {
        asked.key: Answer("answered", value)
        for asked, value in zip(items, said, strict=True)
        if value is not None
    }
    cut = data.draw(st.integers(1, len(items) - 1))
    one = checklist(part("s", {"x": items}, method="pooled_points"), items=items)
    two = checklist(
        part("s", {"x": items[:cut], "y": items[cut:]}, {"x": 1, "y": 9}, method="pooled_points"),
        items=items,
    )

    assert exact(one, answers) == exact(two, answers)
    assert score(one, answers).raw == score(two, answers).raw


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_score_is_rounded_half_up(awarded, of):
    awarded = min(awarded, of)
    found = plain([item("s/1", weight=awarded), item("s/2", weight=of - awarded)])

    card = score(found, {"s/1": Answer("answered", "yes"), "s/2": Answer("answered", "no")})

    assert card.raw == Decimal((2000 * awarded + of) // (2 * of)) / 10
