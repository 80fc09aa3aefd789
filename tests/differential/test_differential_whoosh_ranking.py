"""The ranking against Whoosh's own searcher: the same hits and the same scores for any query.

Whoosh's searcher looks at every document and reads the index through Whoosh's own interface; see
``tests/helpers/whoosh_ranking.py``.
"""

from __future__ import annotations

import dataclasses
import math
import random
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from random_texts import NATO, Queries, random_abstracts
from small_builds import by_whoosh
from whoosh_ranking import Oracle

from corpus import Report
from index.build import workers as workers_module
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from index.segment.reader import IndexReader
from index.whoosh_codec.codec import ArrayWriter
from search.local.bm25f import Ranker
from search.local.feedback import Feedback
from search.local.plan import Planner
from search.query.clauses import FreeText
from search.query.expand import Expander
from search.query.parser import parse
from search.weights import FeedbackWeights, Weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from whoosh.index import FileIndex
    from whoosh.reading import IndexReader as WhooshReader

    from search.local.bm25f import Ranking

QUERIES = 500
"""So many for each of four indexes."""

CLOSE = 1e-9
WEIGHTS = Weights(k1=1.4, title=2.5, title_b=0.4, abstract_b=0.8, narrower=0.5, hint=0.25)
ABSTRACTS = random_abstracts(20260101, 160)


class Engine(NamedTuple):
    """An index, searched by us and by Whoosh."""

    published: OpenedGeneration
    postings: IndexReader
    ranker: Ranker
    feedback: Feedback
    oracle: Oracle

    @classmethod
    def of(cls, published: OpenedGeneration) -> Engine:
        postings = IndexReader(published.reader)
        return cls(
            published,
            postings,
            Ranker(Planner(postings), WEIGHTS),
            Feedback(postings, FeedbackWeights(shortest_query=2, commonest=0.9)),
            Oracle(published.reader, WEIGHTS),
        )

    def clause(self, text: str, *off: str) -> FreeText:
        expander = Expander(self.published, self.postings, WEIGHTS)
        return expander.expand(parse(text), off=off).clause


def delete_some(index: FileIndex) -> None:
    """Deletes a fifth of the documents, among them a whole segment of four."""
    chance = random.Random(5)
    quarter = len(ABSTRACTS) // 4
    writer = ArrayWriter(index)
    for number in {*range(quarter, 2 * quarter), *chance.sample(range(len(ABSTRACTS)), 20)}:
        writer.delete_document(number)
    assert writer.delete_by_term("journal", "lancet")
    writer.commit(merge=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedGeneration]:
    """One segment, merged from the runs of several chunks."""
    home = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workers_module, "SIZE", 37)
        manifest = write(home, ABSTRACTS, NATO, Report())
    published = OpenedGeneration.read(home, manifest)
    yield published
    published.close()


@pytest.fixture(scope="module", params=["built", "segments", "deletions", "merged"])
def engine(
    request: pytest.FixtureRequest,
    built: OpenedGeneration,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    if request.param == "built":
        yield Engine.of(built)
        return
    home = tmp_path_factory.mktemp("segments")
    quarters = [ABSTRACTS[first : first + 40] for first in range(0, len(ABSTRACTS), 40)]
    index = by_whoosh(home, quarters, built.analyzer)
    if request.param != "segments":
        delete_some(index)
    if request.param == "merged":
        ArrayWriter(index).commit(optimize=True)
    reader: WhooshReader = index.reader()
    assert len(reader.leaf_readers()) == (1 if request.param == "merged" else 4)
    assert reader.has_deletions() == (request.param == "deletions")
    yield Engine.of(dataclasses.replace(built, folder=home, reader=reader))
    reader.close()


def compare(engine: Engine, clause: FreeText, ranking: Ranking, query: str) -> None:
    """Sees that a ranking is Whoosh's: the same documents, scores and order."""
    expected = dict(engine.oracle.rank(clause))
    documents, scores = (column.tolist() for column in ranking.best(0, len(ranking)))
    assert set(documents) == expected.keys(), query
    assert scores == pytest.approx([expected[one] for one in documents], rel=CLOSE), query
    years = engine.postings.column("year").tolist()
    rows = list(zip(documents, scores, strict=True))
    assert rows == sorted(rows, key=lambda row: (-row[1], -years[row[0]], row[0])), query


LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 21)]


@pytest.mark.parametrize("seed", [0, *LONG])
def test_whoosh_finds_the_same_hits_with_the_same_scores(engine: Engine, seed: int) -> None:
    queries = Queries(engine.postings.count + 1000 * seed)
    with_hits = 0
    for number in range(QUERIES):
        query = queries.query()
        clause = engine.clause(query, *(["letter.narrower"] if number % 9 == 0 else []))
        ranking = engine.ranker.rank(clause)
        compare(engine, clause, ranking, query)
        with_hits += len(ranking) > 0
        hints = engine.feedback.hints(clause, ranking)
        if hints:
            raised = FreeText((*clause.clauses, *hints))
            compare(engine, raised, engine.ranker.with_hints(ranking, hints), query)
    assert with_hits > QUERIES / 2


@pytest.mark.parametrize("left", [math.nan, math.inf, 1e300])
def test_what_memory_held_before_is_in_no_score(
    engine: Engine, left: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = Queries(4)
    clauses = [engine.clause(queries.query()) for _ in range(150)]
    expected = [engine.ranker.rank(clause).best(0, 200) for clause in clauses]
    empty = np.empty

    def dirty(size: int | tuple[int, ...], kind: type = float) -> NDArray[Any]:
        return np.full(size, left) if kind is float else empty(size, kind)

    monkeypatch.setattr(np, "empty", dirty)
    for clause, (documents, scores) in zip(clauses, expected, strict=True):
        found = engine.ranker.rank(clause).best(0, 200)
        assert [column.tolist() for column in found] == [documents.tolist(), scores.tolist()]


def test_whoosh_collecting_only_the_best_finds_our_first_pages(engine: Engine) -> None:
    queries = Queries(1)
    for number in range(60):
        query = queries.query()
        clause = engine.clause(query)
        count = 1 + 7 * number % 40
        expected = [score for _, score in engine.oracle.rank(clause, count)]
        _, scores = engine.ranker.rank(clause).best(0, count)
        assert scores.tolist() == pytest.approx(expected, rel=CLOSE), query


def test_a_page_however_deep_is_a_slice_of_the_whole(engine: Engine) -> None:
    queries = Queries(2)
    for _ in range(60):
        ranking = engine.ranker.rank(engine.clause(queries.query()))
        whole = list(zip(*(column.tolist() for column in ranking.best(0, 10_000)), strict=True))
        assert len(whole) == len(ranking)
        for size in (1, 7, 10):
            pages = [ranking.best(first, first + size) for first in range(0, len(whole) + 20, size)]
            found = [row for page in pages for row in zip(*map(list, page), strict=True)]
            assert found == whole


def test_copies_of_a_text_score_the_same_and_stand_by_their_years(engine: Engine) -> None:
    queries = Queries(3)
    texts = {
        number: (
            engine.postings.stored_strings(number)["title"],
            engine.postings.stored_strings(number)["abstract"],
        )
        for number in engine.oracle.live
    }
    ties = 0
    for _ in range(60):
        ranking = engine.ranker.rank(engine.clause(queries.query()))
        by_text: dict[tuple[str, str], set[float]] = {}
        for number, score in zip(*map(list, ranking.best(0, len(ranking))), strict=True):
            by_text.setdefault(texts[number], set()).add(float(score))
        assert all(len(scores) == 1 for scores in by_text.values())
        ties += len(ranking) - len(by_text)
    assert ties > 0
