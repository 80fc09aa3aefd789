"""Clauses: which of them can be the reason of a match, and which years a range holds."""

from __future__ import annotations

import pytest

from search.clauses import (
    Any,
    Between,
    Every,
    FieldTerm,
    Hint,
    Name,
    Ranked,
    Sequence,
    Terms,
    Without,
    leaves,
)

ALFA = Terms("alfa", (FieldTerm("title", "stems", "alfa"),))
BRAVO = Terms("bravo", (FieldTerm("title", "stems", "bravo"),))
PAIR = Sequence("alfa bravo", ("alfa", "bravo"), ("title",))
AUTHOR = Name("author:gold", "author", ("gold",))
YEARS = Between("year:2003..2005", 2003, 2005)


def test_leaves_come_in_the_order_of_the_query() -> None:
    clause = Ranked((BRAVO, Any((PAIR, Every((AUTHOR, YEARS)))), Ranked((ALFA,))))
    assert leaves(clause) == [BRAVO, PAIR, AUTHOR, YEARS, ALFA]


def test_what_is_excluded_and_what_only_hints_is_never_a_reason() -> None:
    clause = Ranked((Without(Every((BRAVO,))), Hint(BRAVO, 0.3), Any((Without(PAIR), ALFA))))
    assert leaves(clause) == [ALFA]
    assert leaves(Hint(ALFA, 1.0)) == []


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        (2003, 2005, (2003, 2004, 2005), (2002, 2006, None)),
        (2003, None, (2003, 9999), (2002, None)),
        (None, 2005, (1, 2005), (2006, None)),
        (None, None, (1, 9999), (None,)),
        (2005, 2003, (), (2003, 2004, 2005, None)),
    ],
)
def test_a_range_holds_both_its_ends_and_no_abstract_without_a_year(
    first: int | None, last: int | None, inside: tuple[int, ...], outside: tuple[int | None, ...]
) -> None:
    years = Between("", first, last)
    assert all(years.holds(year) for year in inside)
    assert not any(years.holds(year) for year in outside)
