"""Ranges spread out into their numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.segments import spread

RANGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1 << 40), st.integers(0, 5)))


@given(RANGES)
def test_ranges_are_spread_as_a_loop_would(ranges: list[tuple[int, int, int]]) -> None:
    columns = np.array(ranges, np.int64).reshape(-1, 3).T
    owners, numbers = spread(*columns)
    wanted = [
        (owner, number) for owner, first, size in ranges for number in range(first, first + size)
    ]
    assert list(zip(owners.tolist(), numbers.tolist(), strict=True)) == wanted


def test_weights_may_own_ranges() -> None:
    owners, numbers = spread(np.array([0.5, 2.0]), np.array([7, 3]), np.array([2, 1]))
    assert owners.tolist() == [0.5, 0.5, 2.0]
    assert numbers.tolist() == [7, 8, 3]
