"""Posting lists: what the index says of a term, as arrays and places."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corpus import Abstract, Author
from search import postings as module
from search.postings import EMPTY, Place, Postings

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

TEXTS = ("alfa bravo alfa", ("alfa", "charlie"), "bravo\nalfa, Alpine alps")


@pytest.fixture
def postings(searching: Callable[..., Searcher]) -> Postings:
    return searching(*TEXTS)._postings


def test_a_term_has_its_documents_in_order_and_how_often_each_holds_it(postings: Postings) -> None:
    documents, frequencies = postings.of("abstract", "alfa")
    assert documents.tolist() == [0, 2]
    assert frequencies.tolist() == [2.0, 1.0]
    assert documents.dtype == np.dtype(np.int32)
    assert frequencies.dtype == np.dtype(np.float32)
    assert postings.of("title", "alfa").documents.tolist() == [1]


@pytest.mark.parametrize("term", ["zulu", "", "alf", "al fa", "ALFA", "\N{GRINNING FACE}", "\0"])
def test_a_term_that_is_nowhere_is_empty(term: str, postings: Postings) -> None:
    assert postings.of("abstract", term) is EMPTY
    assert not postings.has("abstract", term)
    assert postings.places("abstract", term, [0, 1, 2]) == {}


def test_a_posting_list_is_read_once_and_kept(postings: Postings) -> None:
    assert postings.of("abstract", "alfa") is postings.of("abstract", "alfa")


def test_what_is_kept_is_bounded_by_its_bytes(
    monkeypatch: pytest.MonkeyPatch, searching: Callable[..., Searcher]
) -> None:
    monkeypatch.setattr(module, "CACHE_BYTES", 250)
    postings = searching(*TEXTS)._postings
    first = postings.of("abstract", "alfa")
    postings.of("abstract", "bravo")
    postings.of("abstract", "charli")
    again = postings.of("abstract", "alfa")
    assert again is not first
    assert again.documents.tolist() == first.documents.tolist()
    monkeypatch.setattr(module, "CACHE_BYTES", 50)
    assert searching(*TEXTS)._postings.of("abstract", "alfa").documents.tolist() == [0, 2]


def test_places_say_which_word_and_from_where_to_where(postings: Postings) -> None:
    assert postings.places("abstract", "alfa", [0, 1, 2]) == {
        0: (Place(0, 0, 4), Place(2, 11, 15)),
        2: (Place(17, 6, 10),),
    }
    assert list(postings.places("abstract", "alfa", [2])) == [2]
    assert postings.places("abstract", "alfa", []) == {}


def test_terms_that_begin_so_come_with_their_documents(postings: Postings) -> None:
    assert postings.starting("abstract_exact", "al") == {"alfa": 2, "alpine": 1, "alps": 1}
    assert postings.starting("abstract_exact", "alps") == {"alps": 1}
    assert postings.starting("abstract_exact", "zu") == {}


def test_the_lexicon_holds_every_term_of_a_field(postings: Postings) -> None:
    assert postings.lexicon("abstract_exact") == {
        "alfa": 2,
        "alpine": 1,
        "alps": 1,
        "bravo": 2,
        "charlie": 1,
    }
    assert postings.lexicon("author") == {}


def test_columns_and_records_are_those_of_the_documents(searching: Callable[..., Searcher]) -> None:
    abstracts = [
        Abstract(pmid="A1", title="alfa", year=2003, authors=(Author("Gold", "R"),)),
        Abstract(pmid="A2", title="bravo charlie"),
    ]
    postings = searching(*abstracts)._postings
    assert postings.count == 2
    assert postings.column("year").tolist() == [2003, 0]
    assert postings.column("title_length").tolist() == [1, 2]
    assert json.loads(postings.record(1))["abstract"]["pmid"] == "A2"
    assert postings.lexicon("author") == {"gold": 1, "r": 1}


def test_threads_that_read_at_once_all_read_the_same(searcher: Searcher) -> None:
    terms = sorted(searcher._postings.lexicon("abstract_exact"))[:150]
    field, documents = "abstract_exact", list(range(searcher._postings.count))

    def read(postings: Postings) -> list[object]:
        return [
            (postings.of(field, term).documents.tolist(), postings.places(field, term, documents))
            for term in terms
        ]

    expected = read(searcher._postings)
    shared = Postings(searcher._published.reader)
    found: list[list[object]] = []
    threads = [threading.Thread(target=lambda: found.append(read(shared))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
