"""The comparison of two checkouts without its clocks: ratios, verdicts, rows."""

from __future__ import annotations

import pytest
from compare.ratios import ratio
from hypothesis import given
from hypothesis import strategies as st

COSTS = st.lists(st.floats(0.1, 10), min_size=1, max_size=12)


@given(COSTS, st.floats(0.1, 10))
def test_a_factor_is_found_whatever_the_rounds(costs: list[float], factor: float) -> None:
    found = ratio(costs, [factor * cost for cost in costs])
    assert found[:3] == pytest.approx([factor] * 3)


@given(COSTS, st.randoms(use_true_random=False))
def test_the_interval_holds_the_ratio(costs: list[float], chance: object) -> None:
    other = costs.copy()
    chance.shuffle(other)  # type: ignore[attr-defined]
    found = ratio(costs, other)
    assert found.low <= found.value <= found.high
    assert found == ratio(costs, other)


def test_one_disturbed_round_of_ten_decides_nothing() -> None:
    old = [1.0] * 10
    found = ratio(old, [*old[:-1], 50.0])
    assert found.value == 1
    assert found.verdict == "as before"


@pytest.mark.parametrize(
    ("costs", "verdict"),
    [
        ([1.1] * 10, "worse"),
        ([1.04] * 10, "as before"),
        ([0.9] * 10, "better"),
        ([0.9] * 5 + [1.2] * 5, ""),
        ([2.0] * 9, ""),
    ],
    ids=["worse", "within 5 %", "better", "undecided", "too few rounds"],
)
def test_only_a_whole_interval_beyond_five_percent_is_worse(
    costs: list[float], verdict: str
) -> None:
    assert ratio([1.0] * len(costs), costs).verdict == verdict
