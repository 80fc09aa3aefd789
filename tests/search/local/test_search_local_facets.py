"""Counts of concepts over the hits of a query."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from engine_parts import engine_of
from hypothesis import given
from hypothesis import strategies as st

from index import Concept, Vocabulary
from search import Facet, Searcher
from search.local.facets import KINDS, SHOWN

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = Vocabulary.of(
    [
        Concept("letter", "letter", "treatment", "Any letter."),
        Concept("early", "early letter", "treatment", "A or B.", broader=("letter",)),
        Concept("ab", "alfa bravo", "treatment", "Two.", short=("AB",), broader=("early",)),
        Concept("yz", "yankee zulu", "treatment", "The last.", broader=("letter",)),
        Concept("golf", "golf", "course", "A game."),
        Concept("hotel", "hotel", "care", "A house: of a kind that is not counted."),
    ]
)
WORDS = ("letter", "early letter", "alfa bravo", "AB", "yankee zulu", "golf", "hotel", "india")


def counted(searcher: Searcher, query: str, *off: str) -> dict[str, dict[str, int]]:
    facets = searcher.search(query, off=off).facets
    return {kind: {one.concept: one.count for one in found} for kind, found in facets.items()}


@pytest.fixture
def letters(searching: Callable[..., Searcher]) -> Searcher:
    texts = ("india alfa bravo golf", "india AB", "india early letter", "india", "golf hotel")
    return searching(*texts, concepts=LETTERS)


def test_a_broader_concept_counts_what_only_names_a_narrower_one(letters: Searcher) -> None:
    assert counted(letters, "india") == {"treatment": {"early": 3, "ab": 2}, "course": {"golf": 1}}
    page = letters.search("india concept:early")
    assert page.total == 3


def test_what_only_a_narrower_one_names_is_no_facet_of_its_own(letters: Searcher) -> None:
    # No text says "letter": there is nothing that a reader could recognize.
    assert "letter" not in counted(letters, "india")["treatment"]


def test_what_is_asked_for_is_left_out_and_what_is_broader(letters: Searcher) -> None:
    assert counted(letters, "AB india") == {"course": {"golf": 1}}
    assert counted(letters, "india concept:ab") == {"course": {"golf": 1}}
    assert counted(letters, "AB india", "ab") == {"course": {"golf": 1}}
    assert counted(letters, "early letter india")["treatment"] == {"ab": 2}


def test_what_all_hits_have_narrows_nothing(letters: Searcher) -> None:
    assert counted(letters, "alfa bravo") == {"course": {"golf": 1}}
    assert counted(letters, "nothing") == {}


def test_the_commonest_come_first_and_no_more_than_are_shown(
    searching: Callable[..., Searcher],
) -> None:
    names = [f"name{chr(97 + n)}" for n in range(9)]
    concepts = Vocabulary.of([Concept(name, name, "symptom", "One.") for name in names])
    texts = [" ".join(["india", *names[: n + 1]]) for n in range(9)]
    found = searching(*texts, concepts=concepts).search("india").facets["symptom"]
    counts = [facet.count for facet in found]
    assert len(found) == SHOWN
    assert counts == sorted(counts, reverse=True)
    assert all(isinstance(facet, Facet) and 0 < facet.count < 9 for facet in found)


def test_without_concepts_there_are_no_counts(searching: Callable[..., Searcher]) -> None:
    assert searching("alfa", "alfa bravo").search("alfa").facets == {}


@pytest.mark.parametrize("seed", range(8))
def test_counts_are_those_of_a_count_by_hand(seed: int, searching: Callable[..., Searcher]) -> None:
    chance = random.Random(seed)
    texts = [" ; ".join(chance.choices(WORDS, k=chance.randint(1, 5))) for _ in range(150)]
    searcher = searching(*texts, concepts=LETTERS)
    for query in ("india", "golf", "india hotel", "hotel -golf", "AB OR india"):
        page = searcher.search(query, per_page=100)
        hits = [pmid for pmid, _ in searcher.rank(query)]
        speaks = {pmid: {c.concept for c in searcher.abstract(pmid).concepts} for pmid in hits}
        for kind, facets in page.facets.items():
            assert kind in KINDS
            for facet in facets:
                wanted = {facet.concept, *LETTERS.narrower(facet.concept)}
                assert facet.count == sum(not wanted.isdisjoint(speaks[pmid]) for pmid in hits)


@given(query=st.sampled_from(["IVIG", "RRMS relapse", "placebo -MRI", "pregnancy OR interferon"]))
def test_every_count_is_what_the_narrower_search_finds(searcher: Searcher, query: str) -> None:
    page = searcher.search(query)
    assert page.facets
    for facets in page.facets.values():
        for facet in facets:
            narrower = searcher.search(f"{query} concept:{facet.concept}", per_page=100)
            assert narrower.total == facet.count < page.total
            found = {pmid for pmid, _ in searcher.rank(query)}
            assert {hit.pmid for hit in narrower.hits} <= found


def test_any_number_of_documents_is_counted(searching: Callable[..., Searcher]) -> None:
    for count in (1, 7, 8, 9, 65):
        searcher = searching(*["india golf"] * (count - 1), "india", concepts=LETTERS)
        left = {"course": {"golf": count - 1}} if count > 1 else {}
        assert counted(searcher, "india") == left
        empty = engine_of(searcher).facets.of(np.zeros(count, bool), 0)
        assert empty == {}


def test_however_many_concepts_all_hits_have_those_that_narrow_are_shown(
    searching: Callable[..., Searcher],
) -> None:
    names = [f"{chr(97 + n)}osto" for n in range(20)]
    concepts = Vocabulary.of([Concept(name, name, "symptom", "One.") for name in names])
    shared, rare = " ".join(["india", *names[:15]]), " ".join(names[15:])
    searcher = searching(*[shared] * 59, f"{shared} {rare}", concepts=concepts)
    assert counted(searcher, "india") == {"symptom": dict.fromkeys(names[15:], 1)}
