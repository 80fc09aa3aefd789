"""Clauses: which of them can be the reason of a match, and which years a range holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from search.query.clauses import (
    LEAVES_KEPT,
    AllOf,
    AnyOf,
    Exclusion,
    Filter,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    Term,
    YearRange,
    hint_of,
    is_of_words,
    leaves,
    word_of,
)

ALFA = Synonyms("alfa", (Term("alfa"),), fields=("title",))
BRAVO = Synonyms("bravo", (Term("bravo"),), fields=("title",))
PAIR = Phrase("alfa bravo", ("alfa", "bravo"), ("title",))
AUTHOR = Name("author:gold", "author", ("gold",))
YEARS = YearRange("year:2003..2005", 2003, 2005)


def test_leaves_come_in_the_order_of_the_query() -> None:
    clause = FreeText((BRAVO, AnyOf((PAIR, AllOf((AUTHOR, YEARS)))), FreeText((ALFA,))))
    assert leaves(clause) == [BRAVO, PAIR, AUTHOR, YEARS, ALFA]


def test_what_is_excluded_and_what_only_hints_is_never_a_reason() -> None:
    clause = FreeText(
        (Exclusion(AllOf((BRAVO,))), Hint(BRAVO, 0.3), AnyOf((Exclusion(PAIR), ALFA)))
    )
    assert leaves(clause) == [ALFA]
    assert leaves(Hint(ALFA, 1.0)) == []


def test_a_clause_is_of_words_as_long_as_nothing_in_it_has_to_match() -> None:
    assert is_of_words(FreeText((ALFA, Hint(BRAVO, 0.3), FreeText((BRAVO, FreeText((ALFA,)))))))
    for other in (
        PAIR,
        AUTHOR,
        YEARS,
        Filter(ALFA),
        Exclusion(ALFA),
        AnyOf((ALFA,)),
        AllOf((ALFA,)),
    ):
        assert not is_of_words(FreeText((ALFA, FreeText((BRAVO, other)))))
    assert not is_of_words(FreeText((Hint(ALFA, 0.3),)))  # nothing is a reason


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
    years = YearRange("", first, last)
    assert all(years.holds(year) for year in inside)
    assert not any(years.holds(year) for year in outside)


def test_what_is_equal_has_one_hash_and_what_asks_for_something_else_is_not_equal() -> None:
    different = [
        ALFA,
        replace(ALFA, query="Alfa"),
        replace(ALFA, terms=()),
        replace(ALFA, terms=(Term("alfa", 0.8),)),
        replace(ALFA, layer="exact"),
        replace(ALFA, fields=("abstract",)),
        replace(ALFA, concept="alfa"),
        replace(ALFA, phrases=(PAIR,)),
        *(kind((ALFA,)) for kind in (AnyOf, AllOf, FreeText)),
        *(kind(ALFA) for kind in (Filter, Exclusion)),
        *(Hint(ALFA, weight) for weight in (0.3, 1.0)),
    ]
    assert len(set(different)) == len(different)
    assert not any(one == other for one, other in permutations(different, 2))
    again = Synonyms("alfa", (Term("alfa"),), "stems", ("title",), None, ())
    assert again == ALFA
    assert again is not ALFA
    assert hash(again) == hash(ALFA)
    assert {FreeText((ALFA,)): 1}[FreeText((again,))] == 1


def test_words_are_kept_and_no_more_than_so_many() -> None:
    fields = ("title", "abstract")
    leaf = word_of("Alfas", ("alfa", "alfabravo"), fields)
    assert leaf == Synonyms("Alfas", (Term("alfa"), Term("alfabravo")), "stems", fields)
    assert word_of("Alfas", ("alfa", "alfabravo"), fields) is leaf
    hint = hint_of("alfa", "alfa", fields, 0.3)
    assert hint == Hint(word_of("alfa", ("alfa",), fields), 0.3)
    for number in range(LEAVES_KEPT + 10):
        word_of("x", (str(number),), fields)
    assert word_of.cache_info().currsize == LEAVES_KEPT == hint_of.cache_info().maxsize
    assert word_of("Alfas", ("alfa", "alfabravo"), fields) == leaf
