"""Against published numbers, against scipy and statsmodels, and against simulated networks
whose truth is known."""

import math
import random
from uuid import UUID

import pytest
from scipy.special import betainc
from scipy.stats import t as student
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.proportion import proportion_confint

from audit.domain.statistics import (
    Level,
    by_branch,
    control_chart,
    difference,
    level,
    mcnemar,
    pooled_spread,
    shrink,
    shrunk,
    wilson,
)
from audit.domain.student import incomplete_beta, t_cdf, t_quantile

# ---- Student's t ---------------------------------------------------------------------


@pytest.mark.parametrize("df", [1, 2, 3, 5, 9, 14, 30, 100, 1000])
@pytest.mark.parametrize("probability", [0.025, 0.3, 0.5, 0.9, 0.975, 0.995, 0.9995])
def test_quantiles_agree_with_scipy(probability, df):
    expected = student.ppf(probability, df)

    assert t_quantile(probability, df) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("t", [-8.0, -1.2, 0.0, 0.4, 3.0, 40.0])
def test_the_distribution_function_agrees_with_scipy(t):
    assert t_cdf(t, 7) == pytest.approx(student.cdf(t, 7), abs=1e-12)


@pytest.mark.parametrize("x", [0.0, 0.01, 0.2, 0.5, 0.9, 0.999, 1.0])
def test_the_incomplete_beta_agrees_with_scipy(x):
    assert incomplete_beta(4.5, 0.5, x) == pytest.approx(betainc(4.5, 0.5, x), abs=1e-12)


# ---- counts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (23, 60, 0.2709, 0.5098),
        (29, 29, 0.8830, 1.0),
    ],
)
def test_wilson_gives_the_published_intervals(met, n, low, high):
    found = wilson(met, n)

    assert found == pytest.approx((low, high), abs=5e-5)
    assert found == pytest.approx(proportion_confint(met, n, method="wilson"), abs=1e-12)


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(1, 9, 0.0215), (0, 5, 0.0625), (0, 6, 0.03125), (2, 8, 0.1094), (10, 2, 0.0386)],
)
def test_mcnemar_gives_the_published_p(better, worse, p):
    exact = statsmodels_mcnemar([[0, better], [worse, 0]], exact=True).pvalue

    assert mcnemar(better, worse) == pytest.approx(p, abs=5e-5)
    assert mcnemar(better, worse) == pytest.approx(exact, rel=1e-12)


def test_mcnemar_of_the_approval_survey():
    assert mcnemar(86, 150) == pytest.approx(3.716e-05, rel=1e-3)


@pytest.mark.parametrize(
    ("better", "worse"),
    [(0, 6), (1, 8), (2, 10), (3, 12), (4, 13), (5, 15), (6, 17), (7, 18), (8, 20)],
)
def test_the_fewest_worse_items_that_are_more_than_coin_flips(better, worse):
    assert mcnemar(better, worse) <= 0.05 < mcnemar(better, worse - 1)


def test_no_changed_item_is_no_evidence():
    assert mcnemar(0, 0) == 1.0


# ---- control chart -------------------------------------------------------------------

FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]


def test_natural_limits_of_the_flow_rate_series():
    chart = control_chart(FLOW)

    assert (chart.mean, chart.low, chart.high) == pytest.approx((50.81, 45.8151, 55.8049), abs=5e-5)
    assert (chart.outside, chart.run) == ((), ())


def test_a_point_beyond_a_limit_is_named():
    assert control_chart([80, 81, 80, 79, 80, 81, 80, 60, 80, 81]).outside == (7,)


def test_eight_in_a_row_on_one_side_are_named():
    chart = control_chart([70, 71, 70, 71, 70, 71, 70, 71, 80, 81, 80, 81, 80, 81, 80, 81])

    assert chart.run == (7, 15)


def test_seven_points_make_no_chart():
    assert control_chart(FLOW[:7]) is None


# ---- branches ------------------------------------------------------------------------


def network(branches=10, visits=3, sd=8.0, between=4.6, seed=1):
    chance = random.Random(seed)
    means = [chance.gauss(80, between) for _ in range(branches)]
    return means, {
        number: [chance.gauss(mean, sd) for _ in range(visits)] for number, mean in enumerate(means)
    }


def test_the_spread_is_pooled_within_branches():
    scores = {number: [70 + number, 72 + number, 74 + number] for number in range(10)}

    spread = pooled_spread({**scores, "once": [50]})

    assert (spread.sd, spread.df, spread.branches) == (2.0, 20, 10)


def test_nine_branches_are_too_few_to_pool():
    _, scores = network(branches=9)

    assert pooled_spread({**scores, "once": [70.0]}) is None


def test_a_branchs_interval_uses_the_networks_spread():
    spread = pooled_spread({number: [70, 72, 74] for number in range(10)})

    found = level([80, 84], spread)

    half = student.ppf(0.975, 20) * 2 / math.sqrt(2)
    assert (found.n, found.mean, found.rule) == (2, 82, "network")
    assert (found.low, found.high) == pytest.approx((82 - half, 82 + half))


def test_without_a_network_the_branchs_own_visits_make_the_interval():
    found = level([70, 80, 90], None)

    half = student.ppf(0.975, 2) * 10 / math.sqrt(3)
    assert found.rule == "own"
    assert (found.low, found.high) == pytest.approx((80 - half, 100.0))


def test_one_visit_has_no_interval_but_says_how_far_off_it_may_be():
    spread = pooled_spread({number: [70, 72, 74] for number in range(10)})

    assert level([78], None) == Level(1, 78, "one_visit")
    assert level([78], spread).reach == pytest.approx(student.ppf(0.975, 20) * 2)
    assert level([78], spread).low is None


def test_no_visit_has_no_mean():
    assert level([], None) == Level(0, None, "none")


def test_a_difference_is_clear_beyond_what_two_visits_of_one_branch_differ_by():
    spread = pooled_spread({number: [70, 72, 74] for number in range(10)})
    least = math.sqrt(2) * 2 * float(student.ppf(0.975, 20))

    assert spread.clear_difference == pytest.approx(least)
    assert difference(70, 70 + least - 0.01, spread).clear is False
    assert difference(70, 70 - least - 0.01, spread).clear is True


def test_without_a_network_a_small_difference_is_unclear_and_a_big_one_cannot_be_told():
    assert difference(70, 79, None).clear is False
    assert difference(70, 95, None).clear is None


def test_scores_are_grouped_by_branch_in_their_order():
    first, second = UUID(int=1), UUID(int=2)

    assert by_branch([(first, "70.5"), (second, 80), (first, 60)]) == {
        first: [70.5, 60.0],
        second: [80.0],
    }


# ---- shrinkage -----------------------------------------------------------------------

HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
PUBLISHED = [
    0.294, 0.289, 0.285, 0.280, 0.275, 0.275, 0.270, 0.266, 0.261, 0.261,
    0.256, 0.256, 0.256, 0.256, 0.256, 0.252, 0.247, 0.242,
]  # fmt: skip


def test_eighteen_batters_are_shrunk_as_published():
    means = [round(hits / 45, 3) for hits in HITS]  # as the paper took them
    mean = sum(means) / 18

    found = shrink(means, [mean * (1 - mean) / 45] * 18)

    assert found == pytest.approx(PUBLISHED, abs=6e-4)
    assert (found[0] - mean) / (means[0] - mean) == pytest.approx(0.2124, abs=5e-4)


def test_branches_that_differ_no_more_than_by_chance_are_nearly_all_one():
    scores = {number: [75.0, 85.0] for number in range(12)}

    found = shrunk({**scores, "other": [78.0, 83.0]}, pooled_spread(scores))

    assert max(found.values()) - min(found.values()) < 0.1


def test_there_is_no_shrinkage_without_a_network():
    assert shrunk({1: [70.0], 2: [80.0]}, None) == {}


# ---- calibration ---------------------------------------------------------------------


@pytest.mark.parametrize("visits", [2, 3, 6])
def test_displayed_intervals_hold_the_truth_as_often_as_they_say(visits):
    inside = shown = 0
    for seed in range(250):
        means, scores = network(branches=12, visits=visits, seed=seed)
        spread = pooled_spread(scores)
        for number, truth in enumerate(means):
            found = level(scores[number], spread)
            inside += found.low <= truth <= found.high
            shown += 1

    assert 0.93 <= inside / shown <= 0.97


def test_intervals_of_a_branch_alone_hold_the_truth_as_often_as_they_say():
    found = [
        (level(scores[0], None), means[0])
        for means, scores in (network(branches=1, visits=4, seed=seed) for seed in range(2000))
    ]

    assert 0.93 <= sum(one.low <= truth <= one.high for one, truth in found) / 2000 <= 0.97


def test_an_unchanged_branch_is_called_changed_in_no_more_than_five_of_a_hundred_cases():
    chance = random.Random(7)
    alarms = 0
    for seed in range(2000):
        _, scores = network(branches=12, visits=2, seed=seed)
        before, after = chance.gauss(80, 8), chance.gauss(80, 8)
        alarms += difference(before, after, pooled_spread(scores)).clear

    assert 0.03 <= alarms / 2000 <= 0.065
