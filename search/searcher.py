"""From a reader's string to a page of ranked, highlighted, explained hits."""

from __future__ import annotations

import json
import time
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

from corpus import Origin
from corpus.record import from_object
from index.published import Published
from search.clauses import Leaf, Ranked, Sequence, Terms, leaves
from search.concepts import concepts_in
from search.errors import AbstractNotFound
from search.expand import Expander
from search.facets import Facets
from search.feedback import Feedback, Settings
from search.highlight import Found, Highlighter, receipts, snippets, spans
from search.parser import parse
from search.postings import Postings
from search.ranking import Memo, Ranker, Ranking, Weights
from search.results import Hit, MarkedAbstract, SearchPage, Span
from search.suggest import Speller

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from corpus import Abstract
    from index.generation import Manifest

MOST_PER_PAGE = 100
DEEPEST = 10_000
"""The last hit that can be paged to."""


class _Record(NamedTuple):
    """What is stored of a document: the abstract, and where its sentences are."""

    abstract: Abstract
    passages: list[Span]


class Searcher:
    """Searches one generation. Safe to share by threads; close it when no thread uses it.

    >>> with Searcher.open(index_dir) as searcher:  # doctest: +SKIP
    ...     page = searcher.search("RRMS", page=1, per_page=10)
    """

    def __init__(
        self,
        published: Published,
        weights: Weights | None = None,
        feedback: Settings | None = None,
    ) -> None:
        self._published = published
        self._postings = Postings(published.reader)
        self._ranker = Ranker(self._postings, weights)
        self._feedback = Feedback(published.forward, feedback)
        self._highlighter = Highlighter(self._ranker)
        self._speller = Speller(self._postings)
        self._facets = Facets(published.forward, published.analysis.vocabulary)

    @classmethod
    def open(cls, index_dir: Path, *, weights: Weights | None = None) -> Self:
        """A searcher of the live generation of an index directory.

        Raises ``NoIndex``, ``DamagedIndex`` or ``OutdatedIndex`` of ``index.errors``.
        """
        return cls(Published.open(index_dir), weights)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the index's files."""
        self._published.close()

    @property
    def manifest(self) -> Manifest:
        """What the searched generation holds, and when it was built."""
        return self._published.manifest

    def search(
        self, text: str, *, page: int = 1, per_page: int = 10, off: Collection[str] = ()
    ) -> SearchPage:
        """One page of the hits for a reader's string, best first.

        Never raises for what a reader typed. ``off`` says what is not to be searched for besides
        the reader's words: an id leaves out all of a concept, an id with ``.narrower`` the more
        special ones. ``page`` and ``per_page`` are brought into their bounds, with a note.
        """
        began = time.perf_counter()
        query = parse(text)
        expander = self._expander(off)
        clause = expander.expand(query)
        ranking = self._ranked(clause)
        notes = [*query.notes, *expander.notes]
        page, per_page = _bounded(page, per_page, notes)
        first = (page - 1) * per_page
        if 0 < len(ranking.documents) <= first:
            notes.append(f"The last page is page {-(-len(ranking.documents) // per_page)}.")
        hits = self._hits(clause, ranking, first, min(first + per_page, DEEPEST))
        return SearchPage(
            query=query.text,
            page=page,
            per_page=per_page,
            total=len(ranking.documents),
            hits=hits,
            notes=(*notes, *_absences(expander.missing, ranking, clause)),
            expansions=tuple(expander.expansions.values()),
            facets=self._facets.of(ranking.documents, {*expander.expansions, *expander.conditions}),
            suggestion=self._better(query.text, expander.missing, off),
            took_ms=1000 * (time.perf_counter() - began),
            generation=self.manifest.id,
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """The PMIDs of all hits for a string with their scores, best first: for measurements."""
        documents, scores = self._ranked(self._expander().expand(parse(text)))
        return [
            (self._pmids[document], score)
            for document, score in zip(documents.tolist(), scores.tolist(), strict=True)
        ]

    def abstract(self, pmid: str, query: str = "", *, off: Collection[str] = ()) -> MarkedAbstract:
        """A whole abstract with the matches of a query marked.

        Raises ``AbstractNotFound``.
        """
        documents = self._postings.of("pmid", pmid.lower()).documents.tolist()
        if not documents:
            raise AbstractNotFound(f"No abstract here has the PMID {pmid}.")
        expander = self._expander(off)
        clause = expander.expand(parse(query))
        abstract = self._record(documents[0]).abstract
        found = self._highlighter.find(leaves(clause), documents).get(documents[0], [])
        return MarkedAbstract(
            abstract=abstract,
            title_spans=spans(found, "title"),
            paragraph_spans=tuple(
                spans(found, "abstract", paragraph.start, paragraph.end)
                for paragraph in abstract.paragraphs
            ),
            matches=receipts(abstract, [leaf for leaf in leaves(clause) if _is_text(leaf)], found),
            concepts=concepts_in(
                self._published, self._postings, documents[0], abstract, leaves(clause)
            ),
            expansions=tuple(expander.expansions.values()),
        )

    @cached_property
    def _pmids(self) -> dict[int, str]:
        """The PMID of every document."""
        documents = range(self._postings.count)
        return {document: self._record(document).abstract.pmid for document in documents}

    def _better(self, text: str, missing: list[str], off: Collection[str]) -> str | None:
        """The query in better spelling, where that finds anything."""
        better = self._speller.better(text, missing)
        if better is None:
            return None
        found = self._ranker.rank(self._expander(off).expand(parse(better)))
        return better if len(found.documents) else None

    def _expander(self, off: Collection[str] = ()) -> Expander:
        return Expander(self._published, self._postings, off=off, weights=self._ranker.weights)

    def _ranked(self, clause: Ranked) -> Ranking:
        """All hits, best first, once more with what the best of them have in common."""
        memo: Memo = {}
        ranking = self._ranker.rank(clause, memo)
        hints = self._feedback.hints(clause, ranking)
        return self._ranker.rank(Ranked(clause.clauses + hints), memo) if hints else ranking

    def _hits(self, clause: Ranked, ranking: Ranking, first: int, last: int) -> tuple[Hit, ...]:
        asked = leaves(clause)
        documents = ranking.documents[first:last].tolist()
        found = self._highlighter.find(asked, documents)
        return tuple(
            self._hit(self._record(document), score, clause, found.get(document, []))
            for document, score in zip(documents, ranking.scores[first:last].tolist(), strict=True)
        )

    @staticmethod
    def _hit(record: _Record, score: float, clause: Ranked, found: list[Found]) -> Hit:
        abstract, passages = record
        return Hit(
            pmid=abstract.pmid,
            score=score,
            title=abstract.title,
            title_spans=spans(found, "title"),
            snippets=snippets(abstract, passages, found),
            matches=receipts(abstract, leaves(clause), found),
            abstract=abstract,
        )

    def _record(self, document: int) -> _Record:
        entry = json.loads(self._postings.record(document))
        passages = [(start, end) for start, end in entry["passages"]]
        origin = Origin(*entry["origin"]) if entry["origin"] else None
        return _Record(from_object(entry["abstract"], origin), passages)


def _is_text(leaf: Leaf) -> bool:
    return isinstance(leaf, Terms | Sequence)


def _bounded(page: int, per_page: int, notes: list[str]) -> tuple[int, int]:
    """Page and hits a page within their bounds; a note says what was changed."""
    fitting = min(max(per_page, 1), MOST_PER_PAGE)
    if fitting != per_page:
        notes.append(f"A page holds 1 to {MOST_PER_PAGE} hits; {fitting} are shown.")
    last = DEEPEST // fitting
    if page < 1:
        notes.append("The first page is shown; there is none before it.")
    elif page > last:
        notes.append(f"Only the first {DEEPEST} hits can be paged through.")
    return min(max(page, 1), last), fitting


def _absences(missing: list[str], ranking: Ranking, clause: Ranked) -> list[str]:
    """Why there are no hits, or fewer than the reader may expect."""
    notes = [f"No abstract has “{word}”." for word in dict.fromkeys(missing)]
    if not clause.clauses:
        return [*notes, "There was nothing to search for."]
    if not len(ranking.documents) and not notes:
        notes.append("No abstract fulfils all of these conditions; leave one of them out.")
    return notes
