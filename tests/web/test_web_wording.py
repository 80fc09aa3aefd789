"""Abstracts and results in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Author
from search import Match
from web.wording import KINDS, by_query, kind, moment, pubmed, reference, short_authors

if TYPE_CHECKING:
    from index import Vocabulary


def test_receipts_are_grouped_by_the_readers_word() -> None:
    matches = [
        Match("RRMS", "Relapsing/Remitting MS", "title"),
        Match("RRMS", "Relapsing/Remitting MS", "abstract"),
        Match("EDSS", "EDSS", "abstract"),
        Match("RRMS", "RRMS", "abstract"),
    ]
    assert by_query(matches) == {
        "RRMS": {"Relapsing/Remitting MS": ["title", "abstract"], "RRMS": ["abstract"]},
        "EDSS": {"EDSS": ["abstract"]},
    }


@pytest.mark.parametrize(
    ("count", "group", "expected"),
    [
        (0, None, ""),
        (0, "ESIMS", "ESIMS"),
        (2, None, "A0 X, A1 X"),
        (6, None, "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X"),
        (7, "ESIMS", "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X, et al., ESIMS"),
    ],
)
def test_six_authors_are_named(count: int, group: str | None, expected: str) -> None:
    authors = tuple(Author(f"A{n}", "X") for n in range(count))
    assert short_authors(Abstract("1", "t", authors=authors, group_author=group)) == expected


def test_a_reference_is_the_citation_or_what_is_known() -> None:
    assert reference(Abstract("1", "t", citation="J 2003;1", journal="J", year=2003)) == "J 2003;1"
    assert reference(Abstract("1", "t", journal="J", year=2003)) == "J, 2003"
    assert reference(Abstract("1", "t", year=2003)) == "2003"
    assert not reference(Abstract("1", "t"))


@pytest.mark.parametrize("pmid", ["CF-1", "12a", "١٢٣", "1/../2", "", "12\n"])
def test_only_numbers_are_linked_to_pubmed(pmid: str) -> None:
    assert pubmed(pmid) is None


def test_a_pmid_is_linked_to_pubmed() -> None:
    assert pubmed("14598048") == "https://pubmed.ncbi.nlm.nih.gov/14598048/"


def test_moments_read_as_people_write_them() -> None:
    assert moment("2026-11-03T05:14:09+00:00") == "3 November 2026, 05:14 UTC"
    assert moment("long ago") == "long ago"


def test_kinds_are_headings() -> None:
    assert (kind("treatment"), kind("our own")) == ("Treatments", "Our own")


def test_every_kind_of_the_vocabulary_has_a_heading(vocabulary: Vocabulary) -> None:
    assert {one.kind for one in vocabulary.concepts.values() if not one.is_guard} == set(KINDS)
