"""Misspelled words: corrected at once, kept with ``typed``, and never an English word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from search.assist.spelling import are_opposites

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

    Searching = Callable[..., Searcher]


def test_a_misspelled_word_is_corrected_at_once(searching: Searching) -> None:
    searcher = searching("plasma exchange", "plasma", "exchange")
    page = searcher.search("plazma exchange")
    assert page.corrected == "plasma exchange"
    assert [hit.pmid for hit in page.hits][0:1] == ["1"]
    typed = searcher.search("plazma exchange", typed=True)
    assert (typed.corrected, typed.suggestion) == (None, "plasma exchange")
    assert {hit.pmid for hit in typed.hits} == {"1", "3"}


def test_a_rare_word_beside_a_common_one_is_corrected_and_stays_a_hit(searching: Searching) -> None:
    searcher = searching(*(["side effects"] * 120), "the efects of it")
    page = searcher.search("efects", per_page=100)
    assert page.corrected == "effects"
    assert "121" in {hit.pmid for hit in (*page.hits, *searcher.search("efects", page=13).hits)}
    assert page.total == 121


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("tired", "timed"),
        ("shooting", "showing"),
        ("asymptomatic", "symptomatic treatment"),
        ("hypotension", "hypertension"),
        ("nonsteroidil", "steroidil"),
    ],
)
def test_words_are_not_corrected_into_others(searching: Searching, query: str, text: str) -> None:
    page = searching(text).search(query)
    assert (page.corrected, page.suggestion) == (None, None)


def test_prefixes_that_turn_a_meaning() -> None:
    assert are_opposites("hypotension", "hypertension")
    assert are_opposites("asymptomatic", "symptomatic")
    assert not are_opposites("fatige", "fatigue")
