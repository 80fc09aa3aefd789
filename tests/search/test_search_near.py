"""The words of a concept near each other: hits below those of the concept itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index import Concept, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

    Searching = Callable[..., Searcher]


def concept(id_: str, name: str, *short: str) -> Concept:
    return Concept(id_, name, "test", "A test.", short=short)


CONCEPTS = Vocabulary(
    {
        one.id: one
        for one in (
            concept("ms", "multiple sclerosis", "MS"),
            concept("ms-nurse", "MS nurse"),
            concept("dmt", "disease modifying therapy", "DMT"),
            concept("load", "lesion load"),
        )
    }
)
FILLER = " and".join(f" word{number}" for number in range(9))


def found(searcher: Searcher, query: str, *off: str) -> list[str]:
    return [hit.pmid for hit in searcher.search(query, off=off, per_page=100).hits]


def test_words_near_each_other_are_hits_below_those_of_the_concept(searching: Searching) -> None:
    texts = (
        "a nurse visits people with MS",
        "an MS nurse among many other words" + FILLER,
        f"a nurse{FILLER} MS",
        "the nurse",
        "multiple sclerosis and its nurse nurse nurse",
    )
    searcher = searching(*texts, concepts=CONCEPTS)
    hits = searcher.search("MS nurse").hits
    assert hits[0].pmid == "2"
    assert {hit.pmid for hit in hits} == {"1", "2", "5"}
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1]
    assert all(hit.has_all for hit in hits)


def test_words_in_two_fields_are_not_near(searching: Searching) -> None:
    searcher = searching(("a nurse", "on MS"), ("nurse and MS", "x"), concepts=CONCEPTS)
    assert found(searcher, "MS nurse") == ["2"]
    assert found(searcher, "title:(MS nurse)") == ["2"]


def test_a_switch_takes_them_away_with_the_concept(searching: Searching) -> None:
    searcher = searching("nurse for MS", "MS nurse", "nurse alone", concepts=CONCEPTS)
    assert found(searcher, "MS nurse") == ["2", "1"]
    assert set(found(searcher, "MS nurse", "ms-nurse")) == {"1", "2", "3"}


def test_they_are_marked_and_named_as_the_reason(searching: Searching) -> None:
    [hit] = searching("a nurse for MS", concepts=CONCEPTS).search("MS nurse").hits
    [snippet] = hit.snippets
    assert [snippet.text[start:end] for start, end in snippet.spans] == ["nurse", "MS"]
    assert {match.query for match in hit.matches} == {"MS nurse"}


def test_excluding_a_concept_leaves_words_near_each_other(searching: Searching) -> None:
    searcher = searching("nurse for MS alfa", "MS nurse alfa", concepts=CONCEPTS)
    assert found(searcher, "alfa -(MS nurse)") == ["1"]


@pytest.mark.parametrize("query", ["MS nurse AND alfa", "(MS nurse) alfa", "alfa OR (MS nurse)"])
def test_they_are_hits_within_operators(searching: Searching, query: str) -> None:
    searcher = searching("nurse for MS, alfa", "bravo", concepts=CONCEPTS)
    assert found(searcher, query) == ["1"]


def test_a_short_form_that_no_abstract_has_as_a_concept_is_a_word(searching: Searching) -> None:
    searcher = searching("trials of DMTx", "dmt dose", "other", concepts=CONCEPTS)
    page = searcher.search("DMT dose")
    assert [hit.pmid for hit in page.hits] == ["2"]


def test_words_are_searched_one_by_one_where_nothing_else_is_found(searching: Searching) -> None:
    searcher = searching("lesion", f"load{FILLER} lesion", "other", concepts=CONCEPTS)
    page = searcher.search("lesion load")
    assert [hit.pmid for hit in page.hits] == ["2", "1"]
    assert "“lesion load” was searched by its words, one by one." in page.notes


def test_one_condition_is_not_told_to_be_left_out(searching: Searching) -> None:
    notes = searching("other", concepts=CONCEPTS).search("DMT").notes
    assert not any("leave one of them out" in note for note in notes)
