"""Receipts: which part of a query matched which text in which field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Author, Section
from index.record_fields import stored
from index.segment.stored import StoredStrings
from search.local.highlight import Excerpt, Lines, completed
from search.query.clauses import Name, YearRange
from search.results import Stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher


PAPER = Abstract(
    pmid="A7",
    title="Alfa",
    sections=(
        Section(
            None,
            ("An alfa,", "ALFA and  alfas."),
        ),
    ),
    authors=(Author("Sorensen", "PS"), Author("Gold", "R")),
    group_author="ESIMS",
    journal="J Neurol",
    year=2004,
    affiliation="Graz",
    topics=("IVIG", "MS"),
)
KEPT = Stored.of(StoredStrings.of(stored(PAPER)))


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (Name("q", "author", ("gold",)), [("author", "Gold R")]),
        (Name("q", "author", ("sorensen", "ps")), [("author", "Sorensen PS")]),
        (Name("q", "author", ("esims",)), [("author", "ESIMS")]),
        (Name("q", "journal", ("neurol",)), [("journal", "J Neurol")]),
        (Name("q", "affiliation", ("graz",)), [("affiliation", "Graz")]),
        (Name("q", "topic", ("ms",)), [("topic", "MS")]),
        (Name("q", "pmid", ("a7",)), [("pmid", "A7")]),
        (Name("q", "pmid", ("a8",)), []),
        (Name("q", "author", ("nobody",)), []),
        (YearRange("q", 2003, 2005), [("year", "2004")]),
        (YearRange("q", 2005, None), []),
    ],
)
def test_names_and_years_have_receipts_of_their_field(
    leaf: Name | YearRange, expected: list[tuple[str, str]]
) -> None:
    found = completed(
        Excerpt("A7", "Alfa", (), (), (), "{}", are_ascii=True), KEPT, Lines.of([leaf])
    )
    assert [(m.field, m.text) for m in found.matches] == expected


def test_names_stand_where_they_stand_in_the_query(searching: Callable[..., Searcher]) -> None:
    [hit] = searching(PAPER).search("author:gold alfa year:2004").hits
    assert [(m.query, m.text) for m in hit.matches] == [
        ("author:gold", "Gold R"),
        ("alfa", "Alfa"),
        ("alfa", "alfa"),
        ("alfa", "alfas"),
        ("year:2004", "2004"),
    ]
