"""Hits with all of the reader's words: counted, told apart, and alone with ``match="all"``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus import Abstract, Section
from index import Concept, Vocabulary
from search.request import ALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

    Searching = Callable[..., Searcher]

CONCEPTS = Vocabulary(
    {
        "rrms": Concept("rrms", "relapsing remitting ms", "course", "A course.", short=("RRMS",)),
        "fatigue": Concept("fatigue", "fatigue", "symptom", "No energy.", variants=("tiredness",)),
    }
)


def complete(searcher: Searcher, query: str) -> set[str]:
    """The hits with all words, which ``match="all"`` leaves alone as well."""
    page = searcher.search(query, per_page=100)
    found = {hit.pmid for hit in page.hits if hit.has_all}
    assert page.total_all == len(found)
    alone = searcher.search(query, per_page=100, match=ALL)
    assert {hit.pmid for hit in alone.hits} == found
    assert alone.total == alone.total_all == len(found)
    assert all(hit.has_all for hit in alone.hits)
    return found


def test_hits_with_all_words_are_counted_and_told_apart(searching: Searching) -> None:
    searcher = searching("alfa bravo", "alfa", "bravo", ("alfa", "x bravo"), "charlie")
    assert searcher.search("alfa bravo").total == 4
    assert complete(searcher, "alfa bravo") == {"1", "4"}
    assert complete(searcher, "alfa bravo charlie") == set()
    assert complete(searcher, "alfa") == {"1", "2", "4"}
    assert complete(searcher, "alfa alfa") == {"1", "2", "4"}
    assert complete(searcher, "(alfa bravo)") == {"1", "4"}


def test_a_concept_is_one_word_in_any_spelling(searching: Searching) -> None:
    texts = ("relapsing remitting MS and tiredness", "RRMS", "fatigue", "RRMS with fatigue")
    searcher = searching(*texts, concepts=CONCEPTS)
    assert complete(searcher, "RRMS fatigue") == {"1", "4"}
    assert complete(searcher, "relapsing remitting ms") == {"1", "2", "4"}


def test_conditions_are_no_words(searching: Searching) -> None:
    texts = [("alfa bravo", 2001), ("alfa", 2002), ("alfa bravo charlie", 2002), ("bravo", 2001)]
    searcher = searching(
        *(
            Abstract(pmid=str(number), title="", sections=(Section(None, (text,)),), year=year)
            for number, (text, year) in enumerate(texts, start=1)
        )
    )
    assert complete(searcher, "alfa bravo year:2001") == {"1"}
    assert complete(searcher, "alfa bravo -charlie") == {"1"}
    assert complete(searcher, "alfa AND bravo") == {"1", "3"}
    assert complete(searcher, "alfa OR bravo") == {"1", "2", "3", "4"}
    assert complete(searcher, "year:2002") == {"2", "3"}
    assert complete(searcher, '"alfa bravo" charlie') == {"3"}


def test_a_word_asked_for_in_one_field_has_to_stand_there(searching: Searching) -> None:
    searcher = searching(("alfa", "bravo"), ("alfa bravo", "x"), ("x", "alfa bravo"))
    assert complete(searcher, "title:(alfa bravo)") == {"2"}


def test_common_words_that_were_dropped_do_not_count(searching: Searching) -> None:
    searcher = searching("alfa bravo", "alfa of the", "bravo")
    assert complete(searcher, "the alfa of bravo") == {"1"}


def test_a_word_that_no_abstract_has_leaves_no_hit_complete(searching: Searching) -> None:
    searcher = searching("alfa bravo", "alfa")
    assert complete(searcher, "alfa zebra") == set()


def test_nothing_but_any_and_all_is_taken(searching: Searching) -> None:
    page = searching("alfa bravo", "alfa").search("alfa bravo", match="most")
    assert (page.total, page.match) == (2, "any")
    assert any("“match” takes “any” or “all”" in note for note in page.notes)
