"""Quantiles of Student's t, without a numeric library."""

import math
from collections.abc import Callable
from functools import lru_cache


@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: int) -> float:
    if probability < 0.5:
        return -t_quantile(1 - probability, df)
    if probability == 0.5:
        return 0.0
    high = 2.0
    while t_cdf(high, df) < probability:
        high *= 2
    return find_root(lambda t: t_cdf(t, df) - probability, 0.0, high)


def t_cdf(t: float, df: int) -> float:
    tail = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t * t))
    return 1 - tail if t > 0 else tail


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised, by its continued fraction on the side where that converges fast."""
    if x <= 0 or x >= 1:
        return min(max(x, 0.0), 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * math.log(x) + b * math.log1p(-x)) / a
    return front * _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    c = 1.0
    result = d = 1 / (1 - (a + b) * x / (a + 1))
    for m in range(1, 1000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d)
            c = 1 + term / c
            result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return result


def find_root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a monotone function crosses zero between `low` and `high`, by halving."""
    sign = 1 if rising(high) > 0 else -1
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if sign * rising(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
