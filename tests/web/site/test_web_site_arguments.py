"""Page numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.site.arguments import NotANumber, Paging, whole_number


@pytest.mark.parametrize(
    ("page", "pages", "expected"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, 3, None, 9]),
        (5, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (6, 20, [1, None, 4, 5, 6, 7, 8, None, 20]),
        (9, 0, []),
    ],
)
def test_ends_and_neighbours_are_shown(page: int, pages: int, expected: list[int | None]) -> None:
    assert Paging(page, pages).numbers == expected


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_numbers_ascend_within_the_pages(page: int, pages: int) -> None:
    paging = Paging(page, pages)
    numbers = [number for number in paging.numbers if number is not None]
    assert numbers == sorted(set(numbers))
    assert {1, pages} <= set(numbers) <= set(range(1, pages + 1))
    for neighbour in (paging.previous, paging.next):
        assert neighbour is None or 1 <= neighbour <= pages


def test_numbers_of_a_url() -> None:
    assert whole_number("page", None, 1) == 1
    assert whole_number("page", " ", 1) == 1
    assert whole_number("page", " 12 ", 1) == 12
    assert whole_number("page", "-3", 1) == -3
    assert whole_number("page", "9" * 10_000, 1) > 10**9


@pytest.mark.parametrize("given_", ["x", "1.5", "1e3", "٣", "0x1", "--1", "1 2", "\0"])
def test_what_is_no_whole_number_is_refused(given_: str) -> None:
    with pytest.raises(NotANumber, match="“page” must be a whole number"):
        whole_number("page", given_, 1)
