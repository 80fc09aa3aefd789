"""Receipts: which part of a query matched which text in which field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Author, Section
from index.schema import stored
from search.clauses import Between, FieldTerm, Name, Terms
from search.highlight import Found, receipts
from search.results import Stored

if TYPE_CHECKING:
    from search.results import Span


def word(written: str) -> Terms:
    return Terms(written, (FieldTerm("abstract", "stems", written),))


ALFA, BRAVO = word("alfa"), word("bravo")


def found_at(*places: Span, field: str = "abstract", leaf: Terms = ALFA) -> list[Found]:
    return [Found(leaf, field, start, end) for start, end in places]


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
STRINGS = stored(PAPER)
KEPT = Stored(STRINGS)


def test_each_text_that_matched_is_listed_once_title_first() -> None:
    found = [
        *found_at((0, 4), field="title"),
        *found_at((0, 2), leaf=BRAVO),
        *found_at((3, 7), (9, 13), (19, 24)),
    ]
    listed = [(m.query, m.text, m.field) for m in receipts(KEPT, [BRAVO, ALFA, ALFA], found)]
    assert listed == [
        ("bravo", "An", "abstract"),
        ("alfa", "Alfa", "title"),
        ("alfa", "alfa", "abstract"),
        ("alfa", "alfas", "abstract"),
    ]


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
        (Between("q", 2003, 2005), [("year", "2004")]),
        (Between("q", 2005, None), []),
    ],
)
def test_names_and_years_have_receipts_of_their_field(
    leaf: Name | Between, expected: list[tuple[str, str]]
) -> None:
    assert [(m.field, m.text) for m in receipts(KEPT, [leaf], [])] == expected
