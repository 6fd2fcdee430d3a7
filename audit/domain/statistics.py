"""How much a score may be trusted: the visit is the sample unit, never the item.

All scores here are raw (uncapped) and on the scale 0–100. How much single visits of one
branch scatter is learnt from the whole network, because few branches are visited often.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import NormalDist, fmean
from typing import Literal, TypeVar
from uuid import UUID

import msgspec

from audit.domain.student import find_root, t_quantile

K = TypeVar("K")

CONFIDENCE = 0.95
NETWORK = 10  # branches with at least two visits, before their scatter is pooled
ROUGHLY = 10.0  # points: under this, two single visits never differ clearly (about 60 items)
CHART = 8  # points a control chart needs
RANKED = 3  # visits a branch needs before its place among others may be told

Rule = Literal["network", "own", "one_visit", "none"]


class Spread(msgspec.Struct, frozen=True):
    """Pooled standard deviation of single visits around their branch's mean."""

    sd: float
    df: int
    branches: int

    @property
    def t(self) -> float:
        return t_quantile(0.5 + CONFIDENCE / 2, self.df)

    @property
    def clear_difference(self) -> float:
        """Two visits of an unchanged branch differ by less in 95 of 100 cases."""
        return math.sqrt(2) * self.sd * self.t


class Level(msgspec.Struct, frozen=True):
    """How good a branch usually is. `low` and `high` only where an interval is honest;
    for a single visit `reach` says how far off its score may be, if that is known."""

    n: int
    mean: float | None
    rule: Rule
    low: float | None = None
    high: float | None = None
    reach: float | None = None


class Difference(msgspec.Struct, frozen=True):
    """`clear` is None where nobody can tell: a big difference, but too small a network."""

    points: float
    clear: bool | None
    least: float  # points a difference must exceed to be clear
    rule: Literal["network", "roughly"]


class Chart(msgspec.Struct, frozen=True):
    """An individuals chart: natural limits, and which points and runs stand out."""

    mean: float
    low: float
    high: float
    outside: tuple[int, ...]  # positions beyond a limit
    run: tuple[int, ...]  # positions ending eight or more in a row on one side of the mean


# ---- branches and their visits -------------------------------------------------------


def by_branch(scores: Iterable[tuple[UUID, object]]) -> dict[UUID, list[float]]:
    grouped: dict[UUID, list[float]] = {}
    for branch, score in scores:
        grouped.setdefault(branch, []).append(float(str(score)))
    return grouped


def pooled_spread(scores: Mapping[K, Sequence[float]]) -> Spread | None:
    """None while fewer than ten branches have two visits."""
    repeated = [found for found in scores.values() if len(found) >= 2]
    if len(repeated) < NETWORK:
        return None
    squares = sum((score - fmean(found)) ** 2 for found in repeated for score in found)
    df = sum(len(found) - 1 for found in repeated)
    return Spread(math.sqrt(squares / df), df, len(repeated))


def level(scores: Sequence[float], spread: Spread | None) -> Level:
    """Mean ± t·s/√n, with s from the network or, before there is one, from the branch."""
    if not scores:
        return Level(0, None, "none")
    n, mean = len(scores), fmean(scores)
    if n == 1:
        return Level(1, mean, "one_visit", reach=spread.t * spread.sd if spread else None)
    if spread:
        half, rule = spread.t * spread.sd / math.sqrt(n), "network"
    else:
        own = math.sqrt(sum((score - mean) ** 2 for score in scores) / (n - 1))
        half, rule = t_quantile(0.5 + CONFIDENCE / 2, n - 1) * own / math.sqrt(n), "own"
    return Level(
        n,
        mean,
        "network" if rule == "network" else "own",
        low=max(0.0, mean - half),
        high=min(100.0, mean + half),
    )


def difference(before: float, after: float, spread: Spread | None) -> Difference:
    points = after - before
    if spread:
        least = spread.clear_difference
        return Difference(points, abs(points) > least, least, "network")
    return Difference(points, False if abs(points) < ROUGHLY else None, ROUGHLY, "roughly")


def shrunk(scores: Mapping[K, Sequence[float]], spread: Spread | None) -> dict[K, float]:
    """Each branch's mean drawn towards the network's by as much as chance alone explains.
    Empty without a network."""
    known = {name: found for name, found in scores.items() if found}
    if spread is None or len(known) < NETWORK:
        return {}
    means = [fmean(found) for found in known.values()]
    variances = [spread.sd**2 / len(found) for found in known.values()]
    return dict(zip(known, shrink(means, variances), strict=True))


def shrink(means: Sequence[float], variances: Sequence[float]) -> list[float]:
    """Empirical Bayes with Morris's correction; needs more than three means."""
    between = _between(means, variances)
    centre = _weighted_mean(means, [1 / (v + between) if v + between else 1.0 for v in variances])
    correction = (len(means) - 3) / (len(means) - 1)
    result = []
    for mean, variance in zip(means, variances, strict=True):
        share = correction * variance / (variance + between) if variance else 0.0
        result.append(centre + (1 - share) * (mean - centre))
    return result


def _between(means: Sequence[float], variances: Sequence[float]) -> float:
    """The variance between branches at which their means scatter exactly as expected."""

    def excess(between: float) -> float:
        weights = [1 / (variance + between) for variance in variances]
        centre = _weighted_mean(means, weights)
        scatter = sum(w * (m - centre) ** 2 for w, m in zip(weights, means, strict=True))
        return scatter - (len(means) - 1)

    low, high = 1e-12, max(1.0, (max(means) - min(means)) ** 2 * len(means))
    if excess(low) <= 0:
        return 0.0
    return find_root(excess, low, high)


def _weighted_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def control_chart(scores: Sequence[float]) -> Chart | None:
    """None below eight points."""
    if len(scores) < CHART:
        return None
    mean = fmean(scores)
    reach = 2.66 * fmean(abs(b - a) for a, b in pairwise(scores))
    run, length, side = [], 0, 0
    for position, score in enumerate(scores):
        now = (score > mean) - (score < mean)
        length = length + 1 if now == side and now else abs(now)
        side = now
        if length >= 8:
            run.append(position)
    return Chart(
        mean,
        mean - reach,
        mean + reach,
        tuple(i for i, score in enumerate(scores) if abs(score - mean) > reach),
        tuple(run),
    )


# ---- counts --------------------------------------------------------------------------


def mcnemar(better: int, worse: int) -> float:
    """Exact two-sided p of so uneven a split, were each changed item a coin flip."""
    changed, fewer = better + worse, min(better, worse)
    ways = sum(math.comb(changed, k) for k in range(fewer + 1))
    return min(1.0, 2 * ways / float(2**changed))


def wilson(met: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    share, z2 = met / n, z * z / n
    centre = (share + z2 / 2) / (1 + z2)
    half = z * math.sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2)
    low = 0.0 if met == 0 else centre - half
    high = 1.0 if met == n else centre + half
    return low, high
