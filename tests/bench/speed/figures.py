"""Numbers made of measurements."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, which is between measured times even if those are few."""
    if not times:
        return {"median": math.nan, "high": math.nan}
    high = statistics.quantiles(times, n=20, method="inclusive")[-1] if times[1:] else times[0]
    return {"median": statistics.median(times), "high": high}


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    """How many times as long ours take, by median and 95th percentile.

    Slow systems are asked only the first of the queries; the ratio is of those that both were.
    """
    count = min(len(ours), len(theirs))
    one, other = summary(ours[:count]), summary(theirs[:count])
    return {name: one[name] / other[name] for name in one}


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """The power of the size that the values grow by: the slope of the line through logarithms."""
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(value) for value in values]
    ).slope
