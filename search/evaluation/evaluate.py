"""Measures of the ranking on judged collections.

A collection is a folder in BEIR layout: ``corpus.jsonl`` and ``queries.jsonl`` (plain or ``.gz``)
and ``qrels.tsv`` (or ``qrels/test.tsv``). It is indexed into a folder that is thrown away.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import tempfile
import tomllib
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from nltk.stem.snowball import SnowballStemmer

from corpus import Abstract, Report, Section, bundled_corpus, bundled_judgements, gather
from index.build.builder import write
from index.generations.opened import OpenedGeneration
from search.errors import EvaluationNotInstalled, UnusableCollection
from search.searcher import Searcher

try:
    import bm25s
    import ir_measures
    from bm25s.stopwords import STOPWORDS_EN
    from ir_measures import AP, RR, P, R, nDCG
    from scipy.stats import ttest_rel
except ImportError as error:
    raise EvaluationNotInstalled(
        f"An evaluation needs the package {error.name}; install ranvier[evaluate]."
    ) from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from index.concepts.vocabulary import Vocabulary
    from search.weights import FeedbackWeights, Weights

DEPTH = 1000
"""Hits of a query that are judged."""

MEASURES = (nDCG @ 10, AP, R @ 100, P @ 10, RR)

_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError)

Run = dict[str, dict[str, float]]
"""Scores by query and document."""


@dataclass(frozen=True)
class Collection:
    """Documents, queries, and how relevant documents are to queries."""

    name: str
    documents: tuple[Abstract, ...]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]

    @classmethod
    def load(cls, home: Path) -> Collection:
        """Reads a collection in BEIR layout; raises ``UnusableCollection`` with the reason."""
        try:
            judgements = _judgements(home)
            queries = {
                q["_id"]: q["text"] for q in _objects(home, "queries") if q["_id"] in judgements
            }
            documents = tuple(_abstract(entry) for entry in _objects(home, "corpus"))
        except _UNREADABLE as error:
            raise UnusableCollection(
                f"{home} is no collection in BEIR layout ({error})."
            ) from error
        if not queries or not documents:
            raise UnusableCollection(f"{home} has no judged queries or no documents.")
        return cls(home.name, documents, queries, judgements)

    @classmethod
    def bundled(cls) -> Collection:
        """The bundled abstracts, with queries that readers would type and our own judgements."""
        entries = tomllib.loads(bundled_judgements().read_text(encoding="utf-8"))["query"]
        return cls(
            "the bundled page",
            tuple(gather([bundled_corpus()], Report())),
            {str(number): entry["text"] for number, entry in enumerate(entries, start=1)},
            {
                str(number): {pmid: grade for pmid, grade, _ in entry["judgements"]}
                for number, entry in enumerate(entries, start=1)
            },
        )


@dataclass(frozen=True)
class Evaluation:
    """A run's measures: the means over all queries, and each query's own."""

    means: Mapping[str, float]
    by_query: Mapping[str, Mapping[str, float]]

    def p_value(self, other: Evaluation, measure: str) -> float:
        """The p-value of a difference of means (paired t-test, two-sided)."""
        mine = [scores[measure] for scores in self.by_query.values()]
        theirs = [other.by_query[query][measure] for query in self.by_query]
        differences = np.subtract(mine, theirs)
        if np.ptp(differences) == 0.0:  # nothing varies: no test can tell more than the sign
            return float(not differences.any())
        return float(ttest_rel(mine, theirs).pvalue)


def evaluate(run: Run, collection: Collection) -> Evaluation:
    """The measures of a run; a query without hits counts as zero."""
    by_query: dict[str, dict[str, float]] = {query: {} for query in collection.queries}
    judgements = {query: dict(collection.judgements[query]) for query in collection.queries}
    complete = {query: run.get(query, {}) for query in collection.queries}
    for found in ir_measures.iter_calc(MEASURES, judgements, complete):
        by_query[found.query_id][str(found.measure)] = found.value
    for scores in by_query.values():
        for measure in MEASURES:
            scores.setdefault(str(measure), 0.0)
    means = {
        str(measure): sum(scores[str(measure)] for scores in by_query.values()) / len(by_query)
        for measure in MEASURES
    }
    return Evaluation(means, by_query)


class Bench:
    """A collection with its throw-away index: runs its queries with any settings."""

    def __init__(self, collection: Collection, vocabulary: Vocabulary) -> None:
        self.collection = collection
        self._home = tempfile.TemporaryDirectory(prefix="ranvier-evaluate-")
        home = Path(self._home.name)
        manifest = write(home, collection.documents, vocabulary, Report())
        self._published = OpenedGeneration.read(home, manifest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._published.close()
        self._home.cleanup()

    def run(self, weights: Weights | None = None, feedback: FeedbackWeights | None = None) -> Run:
        """All queries of the collection through the searcher."""
        searcher = Searcher(self._published, weights, feedback)
        return {
            query: dict(searcher.rank(text)[:DEPTH])
            for query, text in self.collection.queries.items()
        }


def baseline(collection: Collection) -> Run:
    """All queries through BM25 in Lucene's form: k1 1.2, b 0.75, title and text as one field.

    With Lucene's English stop list and Snowball's stemmer; scores by bm25s, an independent program.
    """
    analyse = _plain_analysis()
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index([analyse(f"{d.title} {d.text}") for d in collection.documents], show_progress=False)
    pmids = [document.pmid for document in collection.documents]
    run: Run = {}
    for query, text in collection.queries.items():
        words = [word for word in analyse(text) if word in index.vocab_dict]
        found, scores = (
            index.retrieve([words], k=min(DEPTH, len(pmids)), show_progress=False)
            if words
            else ([[]], [[]])
        )
        run[query] = {pmids[d]: float(s) for d, s in zip(found[0], scores[0], strict=True) if s > 0}
    return run


def save_run(run: Run, path: Path, *, tag: str) -> None:
    """Writes a run in TREC's format: query Q0 document rank score tag."""
    with path.open("w", encoding="utf-8") as file:
        for query, scores in run.items():
            for rank, (document, score) in enumerate(scores.items(), start=1):
                file.write(f"{query} Q0 {document} {rank} {score:.6f} {tag}\n")


def _plain_analysis() -> Callable[[str], list[str]]:
    stemmer = SnowballStemmer("english")
    stems: dict[str, str] = {}
    stops = frozenset(STOPWORDS_EN)
    pattern = re.compile(r"\w\w+")

    def analyse(text: str) -> list[str]:
        words = (word for word in pattern.findall(text.lower()) if word not in stops)
        return [stems.get(word) or stems.setdefault(word, stemmer.stem(word)) for word in words]

    return analyse


def _abstract(entry: dict[str, Any]) -> Abstract:
    text = " ".join(entry["text"].split())
    sections = (Section(None, (text,)),) if text else ()
    return Abstract(pmid=entry["_id"], title=entry.get("title", ""), sections=sections)


def _judgements(home: Path) -> dict[str, dict[str, int]]:
    path = home / "qrels.tsv"
    if not path.exists():
        path = home / "qrels" / "test.tsv"
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            judgements[row["query-id"]][row["corpus-id"]] = int(row["score"])
    return judgements


def _objects(home: Path, name: str) -> Iterator[dict[str, Any]]:
    path = home / f"{name}.jsonl"
    if path.exists():
        content = path.read_bytes()
    else:
        content = gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    return map(json.loads, content.splitlines())
