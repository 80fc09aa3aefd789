"""How much memory a search takes: what it asks for, and not what the index holds."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any, Self

import pytest

from corpus import Abstract, Report, Section
from index import Vocabulary, kernels
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from index.segment.reader import IndexReader
from search import Searcher
from search.local.bm25f import Ranker
from search.local.plan import Planner
from search.query.clauses import FreeText, Synonyms, Term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.segment.stored import StoredStrings

DOCUMENTS = 6000
RARE = 10
"""One in so many hundred documents has the rare word."""

PER_DOCUMENT = 48
"""Bytes for each document number that a ranking may take: scores, marks, and what is sorted."""

KEPT_PER_HIT = 64
"""Bytes for each hit that may stay when a rare word was ranked."""

LITTLE = 64 << 10
"""Bytes that no number of documents changes."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedGeneration]:
    """Sequence documents of a few words: “alfa” is in all, “rare” in one of a thousand."""
    home = tmp_path_factory.mktemp("many")

    def text(number: int) -> str:
        rare = "rare" if number % (100 * RARE) == 0 else "bravo"
        return f"alfa {rare} word{number % 50} charlie"

    abstracts = (
        Abstract(str(number), f"Title {number % 7}", (Section(None, (text(number),)),))
        for number in range(DOCUMENTS)
    )
    opened = OpenedGeneration.read(home, write(home, abstracts, Vocabulary(), Report()))
    yield opened
    opened.close()


def word(text: str) -> Synonyms:
    return Synonyms(text, (Term(text),), "stems", ("title", "abstract"))


class Allocated:
    """Bytes that were allocated at most, and that stayed, within a block."""

    def __enter__(self) -> Self:
        tracemalloc.start()
        self._before = tracemalloc.get_traced_memory()[0]
        return self

    def __exit__(self, *_: object) -> None:
        after, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        self.peak, self.kept = peak - self._before, after - self._before


@pytest.mark.parametrize(("form", "hits"), [("rare", DOCUMENTS // (100 * RARE)), ("zulu", 0)])
def test_a_rare_word_takes_a_few_bytes_a_document_and_keeps_only_its_hits(
    published: OpenedGeneration, form: str, hits: int
) -> None:
    ranker = Ranker(Planner(IndexReader(published.reader)))
    ranker.rank(FreeText((word("bravo"),)))  # the lengths of all documents are kept from now on
    with Allocated() as allocated:
        ranking = ranker.rank(FreeText((word(form),)))
        documents, _ = ranking.best(0, 10)
    assert len(documents) == len(ranking) == hits
    assert allocated.peak < PER_DOCUMENT * DOCUMENTS + LITTLE
    del ranking, documents
    with Allocated() as allocated:
        assert len(ranker.rank(FreeText((word(form),)))) == hits
    assert allocated.peak < PER_DOCUMENT * DOCUMENTS + LITTLE
    assert allocated.kept < KEPT_PER_HIT * hits + LITTLE


def test_a_word_of_all_documents_takes_a_few_numbers_a_document(
    published: OpenedGeneration,
) -> None:
    ranker = Ranker(Planner(IndexReader(published.reader)))
    ranker.rank(FreeText((word("bravo"),)))
    with Allocated() as allocated:
        assert len(ranker.rank(FreeText((word("alfa"),))).best(0, 10)[0]) == 10
    assert allocated.peak < 3 * PER_DOCUMENT * DOCUMENTS + LITTLE


def test_to_open_the_postings_takes_nothing_that_grows_with_the_index(
    published: OpenedGeneration,
) -> None:
    with Allocated() as allocated:
        postings = IndexReader(published.reader)
        found = postings.layer_postings("stems", "rare")
    assert len(found.documents) == DOCUMENTS // (100 * RARE)
    assert allocated.peak < LITTLE


def test_a_page_reads_the_texts_of_its_own_hits_only(
    published: OpenedGeneration, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    show, strings = kernels.show, IndexReader.stored_strings

    def shown(*given: Any, **options: int) -> memoryview:  # noqa: ANN401 (see binding.pyi)
        read.extend(given[3])
        return show(*given, **options)

    def whole(self: IndexReader, document: int) -> StoredStrings:
        read.append(-document)
        return strings(self, document)

    monkeypatch.setattr(kernels, "show", shown)
    monkeypatch.setattr(IndexReader, "stored_strings", whole)
    page = Searcher(published).search("alfa", per_page=10)
    assert page.total == DOCUMENTS
    own = [int(hit.pmid) for hit in page.hits]
    assert read == own
    assert page.hits[1].to_dict()["year"] == page.hits[1].abstract.year
    assert read == [*own, -own[1]]
