"""Numbers made of measurements."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")

TURNS = 4
"""In so many turns a system is asked the queries of a kind."""


def turn_of(queries: list[Item], turn: int) -> list[Item]:
    """The queries that are asked in a turn, counted from 0: all turns ask each once, in order."""
    first, last = (len(queries) * border // TURNS for border in (turn, turn + 1))
    return queries[first:last]


def add_times(taken: dict[str, Any], times: dict[str, Any]) -> None:
    """Adds what one turn took to what those before did."""
    for name, one in times.items():
        taken[name] = taken[name] + one if name in taken else one


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
