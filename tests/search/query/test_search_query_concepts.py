"""The concepts that an abstract speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine_parts import engine_of

from corpus import Abstract, Section
from index import Concept, Vocabulary
from index.analyzer import Analyzer
from search.query.concepts import ANSWERS_CACHED, ConceptExpander

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

LETTERS = Vocabulary.of(
    [
        Concept("letter", "early letter", "treatment", "One of the first."),
        Concept("ab", "alfa bravo", "course", "Two.", short=("AB",), broader=("letter",)),
        Concept("golf", "golf", "symptom", "A game."),
    ]
)
TEXT = ("Golf by AB", "We saw alfa\nbravo, AB and Alfa-Bravo.", "early letter")


def test_what_the_query_asks_for_comes_first_then_the_most_frequent(
    searching: Callable[..., Searcher],
) -> None:
    abstract = Abstract("1", TEXT[0], sections=(Section(None, TEXT[1:]),))
    searcher = searching(abstract, concepts=LETTERS)
    plain = searcher.abstract("1").concepts
    assert [(one.concept, one.count, one.is_asked) for one in plain] == [
        ("ab", 3, False),
        ("letter", 1, False),
        ("golf", 1, False),
    ]
    assert searcher.abstract("1", "golf").concepts[0].concept == "golf"
    broad = searcher.abstract("1", "early letter").concepts
    assert [one.concept for one in broad if one.is_asked] == ["ab", "letter"]
    narrow = searcher.abstract("1", "early letter", off=["letter.narrower"]).concepts
    assert [one.concept for one in narrow if one.is_asked] == ["letter"]
    assert not any(
        one.is_asked for one in searcher.abstract("1", "early letter", off=["letter"]).concepts
    )


def test_spellings_are_those_of_the_text_each_once(searching: Callable[..., Searcher]) -> None:
    searcher = searching("AB of alfa bravo and Alfa bravo, ALFA-BRAVO", concepts=LETTERS)
    [found] = searcher.abstract("1").concepts
    assert found.spellings == ("AB", "alfa bravo", "ALFA-BRAVO")
    assert (found.name, found.kind, found.plain) == ("alfa bravo", "course", "Two.")


def test_it_is_what_the_index_has(searcher: Searcher, vocabulary: Vocabulary) -> None:
    reader = Analyzer(vocabulary)
    for hit in searcher.search("IVIG", per_page=100).hits:
        shown = searcher.abstract(hit.pmid)
        texts = (hit.abstract.title, hit.abstract.text)
        expected = {one.concept for text in texts for one in reader.document(text).mentions}
        assert {one.concept for one in shown.concepts} == expected
        for one in shown.concepts:
            whole = " ".join(" ".join(texts).split())
            assert all(spelling in whole for spelling in one.spellings)


def test_answers_are_kept_and_no_more_than_so_many(searching: Callable[..., Searcher]) -> None:
    concepts = ConceptExpander(engine_of(searching(*TEXT, concepts=LETTERS)).published)
    told = concepts.expansion("early letter", "letter")
    assert concepts.expansion("early letter", "letter") is told
    assert (told.query, told.variants, told.narrower) == ("early letter", (), ("alfa bravo",))
    for number in range(ANSWERS_CACHED + 10):
        concepts.expansion(str(number), "ab")
        concepts.synonyms(str(number), "ab", 0.8, ("title",))
    assert concepts.expansion.cache_info().currsize == ANSWERS_CACHED
    assert concepts.synonyms.cache_info().currsize == ANSWERS_CACHED


def test_each_generation_has_answers_of_its_own(searching: Callable[..., Searcher]) -> None:
    one, other = (searching(text, concepts=LETTERS) for text in ("AB", "alfa bravo"))
    for searcher, variants in ((one, ()), (other, ("alfa bravo",)), (one, ())):
        [told] = searcher.search("AB").expansions
        assert told.variants == variants
