"""However an index came about, in one segment or in several, a reader sees the same pages."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from engine_parts import engine_of
from random_texts import NATO, WORDS, Queries, random_abstracts
from small_builds import by_whoosh

from corpus import Abstract, Report, Section
from index import OpenedGeneration, Vocabulary
from index.build.builder import write
from index.whoosh_codec.codec import ArrayWriter
from search import Searcher
from search.results import Stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from whoosh.index import FileIndex

ABSTRACTS = random_abstracts(7, 90)
GONE = frozenset(random.Random(1).sample(range(90), 25))


def generation(
    home: Path, abstracts: list[Abstract], concepts: Vocabulary = NATO
) -> OpenedGeneration:
    home.mkdir()
    return OpenedGeneration.read(home, write(home, abstracts, concepts, Report()))


def segmented(home: Path, published: OpenedGeneration, batches: list[list[Abstract]]) -> FileIndex:
    home.mkdir()
    return by_whoosh(home, batches, published.analyzer)


def deleted(index: FileIndex, pmids: list[str]) -> FileIndex:
    writer = ArrayWriter(index)
    for pmid in pmids:
        writer.delete_by_term("pmid", pmid.lower())
    writer.commit(merge=False)
    return index


def shown(searcher: Searcher, query: str) -> dict[str, Any]:
    """A page without what differs from run to run, and the best abstract of it."""
    page = searcher.search(query, per_page=100)
    found = page.to_dict()
    del found["took_ms"], found["generation"]
    # Sums of many numbers may differ in their last digits.
    for hit in found["hits"]:
        hit["score"] = round(hit["score"], 5)
    first = [searcher.abstract(hit.pmid, query) for hit in page.hits[:3]]
    return {"page": found, "abstracts": first}


Searchers = dict[str, Searcher]


@pytest.fixture(scope="module")
def searchers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searchers]:
    """The same abstracts in one segment, in three, and in three with others that are deleted."""
    home = tmp_path_factory.mktemp("segments")
    kept = [one for number, one in enumerate(ABSTRACTS) if number not in GONE]
    gone = [ABSTRACTS[number].pmid for number in GONE]
    built = generation(home / "built", kept)
    thirds = [ABSTRACTS[:30], ABSTRACTS[30:31], ABSTRACTS[31:]]
    indexes = {
        "segments": segmented(home / "segments", built, [kept[:20], kept[20:21], kept[21:]]),
        "deletions": deleted(segmented(home / "deletions", built, thirds), gone),
        "merged": deleted(segmented(home / "merged", built, thirds), gone),
    }
    ArrayWriter(indexes["merged"]).commit(optimize=True)
    opened = {name: dataclasses.replace(built, reader=i.reader()) for name, i in indexes.items()}
    yield {name: Searcher(one) for name, one in (opened | {"built": built}).items()}
    for one in (built, *opened.values()):
        one.close()


@pytest.mark.parametrize("name", ["segments", "deletions", "merged"])
def test_pages_are_the_same(searchers: Searchers, name: str) -> None:
    queries = Queries(4)
    for _ in range(150):
        query = queries.query()
        assert shown(searchers[name], query) == shown(searchers["built"], query), query


@pytest.mark.parametrize("name", ["built", "segments", "deletions", "merged"])
def test_what_is_marked_is_there_for_every_abstract(searchers: Searchers, name: str) -> None:
    searcher = searchers[name]
    for pmid, _ in searcher.rank("alfa OR echo"):
        found = searcher.abstract(pmid, "echo")
        text = f"{found.abstract.title} {found.abstract.text}".lower().split()
        times = sum(word.strip(".,") == "echo" for word in text)
        assert len(found.title_spans) + sum(map(len, found.paragraph_spans)) == times


@pytest.mark.parametrize("name", ["built", "segments", "deletions", "merged"])
def test_no_more_abstracts_have_a_word_than_may_have_it(searchers: Searchers, name: str) -> None:
    postings = engine_of(searchers[name]).reader
    deleted = len(GONE) if name == "deletions" else 0
    for word in filter(str.isalpha, WORDS):
        there = len(postings.layer_postings("exact", word).documents)
        assert there <= postings.document_frequency_bound("exact", word) <= there + deleted
        for field in ("title_exact", "abstract_exact"):
            assert postings.document_frequency(field, word) <= there


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["built", "segments", "deletions", "merged"])
def test_terms_are_as_likely_as_a_count_by_hand_says(
    searchers: Searchers, name: str, seed: int
) -> None:
    chance = random.Random(seed)
    postings, analyzer = (
        engine_of(searchers[name]).reader,
        engine_of(searchers[name]).published.analyzer,
    )
    hits = [
        int(one)
        for pmid, _ in searchers[name].rank("alfa")
        for one in postings.field_postings("pmid", pmid).documents
    ]
    shares = {number: chance.random() for number in chance.sample(hits, min(8, len(hits)))}
    likelihoods: Counter[tuple[str, str]] = Counter()
    holders: Counter[tuple[str, str]] = Counter()
    for number, share in shares.items():
        abstract = Stored.of(postings.stored_strings(number)).abstract
        terms = Counter(
            (layer, found.term)
            for layer in ("stems", "concepts")
            for text in (abstract.title, abstract.text)
            for found in analyzer.layer(text, layer)
        )
        holders.update(terms.keys())
        for term, count in terms.items():
            likelihoods[term] += share * count / terms.total()
    shared_by, most = chance.randint(1, 3), chance.randint(5, 60)
    documents, weights = np.array([*shares]), np.array([*shares.values()])
    found = list(postings.likely(documents, weights, shared_by, range(2, most + 1)))
    spread = {term: len(postings.layer_postings(*term).documents) for term in likelihoods}
    assert {tuple(term): likelihood for term, likelihood in found} == pytest.approx(
        {
            term: likelihood
            for term, likelihood in likelihoods.items()
            if holders[term] >= shared_by and 2 <= spread[term] <= most
        }
    )
    assert [likelihood for _, likelihood in found] == sorted(
        (one for _, one in found), reverse=True
    )


def bare(number: int, **parts: object) -> Abstract:
    return Abstract(**{"pmid": str(number), "title": "", **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "abstracts",
    [
        [bare(n, title=f"alfa {n}") for n in range(5)],
        [bare(n, sections=(Section(None, ("alfa bravo",)),)) for n in range(5)],
        [bare(0, title="alfa"), bare(1, sections=(Section(None, ("bravo alfa",)),)), bare(2)],
        [bare(0, title="..."), bare(1, title="the of"), bare(2, title="alfa")],
    ],
    ids=["no texts", "no titles", "one of each", "no words"],
)
def test_fields_that_are_empty_in_a_whole_segment_are_no_hindrance(
    tmp_path: Path, abstracts: list[Abstract]
) -> None:
    built = generation(tmp_path / "built", abstracts, Vocabulary())
    index = segmented(tmp_path / "parts", built, [abstracts[:1], abstracts[1:]])
    expected = Searcher(built)

    def check(index: FileIndex) -> None:
        searcher = Searcher(dataclasses.replace(built, reader=index.reader()))
        for query in ("alfa", '"alfa bravo"', "al*", "title:alfa", "abstract:alfa", "-alfa"):
            assert shown(searcher, query) == shown(expected, query)
        for abstract in abstracts:
            assert searcher.abstract(abstract.pmid).abstract == abstract
        searcher.close()

    check(index)
    ArrayWriter(index).commit(optimize=True)
    check(index)


def test_when_all_is_deleted_nothing_is_found(
    tmp_path: Path, searching: Callable[..., Searcher]
) -> None:
    built = engine_of(searching("alfa bravo", "alfa")).published
    abstracts = list(built.abstracts())
    index = deleted(segmented(tmp_path / "parts", built, [abstracts]), ["1", "2"])
    searcher = Searcher(dataclasses.replace(built, reader=index.reader()))
    for query in ("alfa", '"alfa bravo"', "al*", "-alfa", "year:1999..", "alfa bravo charlie"):
        page = searcher.search(query)
        assert (page.total, page.facets) == (0, {})
    searcher.close()


def test_a_deleted_word_is_missing_and_no_spelling_of_another(
    tmp_path: Path, searching: Callable[..., Searcher]
) -> None:
    built = engine_of(searching("alfa bravo", "charlie delta")).published
    abstracts = list(built.abstracts())
    index = deleted(segmented(tmp_path / "parts", built, [abstracts]), ["2"])
    searcher = Searcher(dataclasses.replace(built, reader=index.reader()))
    assert "No abstract has “charlie”." in searcher.search("charlie").notes
    assert searcher.search("charlee").suggestion is None
    assert searcher.search("brava").suggestion == "bravo"
    assert searcher.search("char*").notes == (
        "No word in these abstracts begins with “char”.",
        *searcher.search("char*").notes[1:],
    )
    searcher.close()
