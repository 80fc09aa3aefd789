"""The ratio of two series of measurements, with a confidence interval."""

from __future__ import annotations

import random
import statistics
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 4000
COVERED = 0.95
TOLERATED = 1.05
"""A row is worse if its whole interval lies above this."""

LEAST_ROUNDS = 10
"""With fewer rounds an interval means little, and nothing is called worse or better."""


class Ratio(NamedTuple):
    """New divided by old, and the bounds of the 95 % interval."""

    value: float
    low: float
    high: float
    rounds: int

    @property
    def verdict(self) -> str:
        """A word on the new checkout; empty if the rounds do not decide."""
        if self.rounds < LEAST_ROUNDS:
            return ""
        if self.low > TOLERATED:
            return "worse"
        if self.high < 1:
            return "better"
        return "as before" if self.high <= TOLERATED else ""


def ratio(old: Sequence[float], new: Sequence[float], *, seed: int = 1) -> Ratio:
    """The median over the rounds of new / old, with its interval by the percentile bootstrap.

    Both series hold one cost a round, in the same order. A round's two values were measured one
    after the other, so dividing them first removes what slowed the machine in that round. The
    rounds are drawn anew ``RESAMPLES`` times (Efron 1979).
    """
    by_round = [after / before for before, after in zip(old, new, strict=True)]
    chance = random.Random(seed)
    medians = sorted(
        statistics.median(chance.choices(by_round, k=len(by_round))) for _ in range(RESAMPLES)
    )
    cut = round(RESAMPLES * (1 - COVERED) / 2)
    return Ratio(statistics.median(by_round), medians[cut], medians[-cut - 1], len(by_round))
