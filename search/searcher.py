"""From a reader's string to a page of ranked, highlighted, explained hits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from index.published import Published
from index.segment.reader import IndexReader
from search.clauses import Leaf, Ranked, Sequence, Terms, is_of_words, leaves
from search.concepts import concepts_in
from search.errors import AbstractNotFound
from search.expand import Expander
from search.facets import Facets
from search.feedback import Feedback, Settings
from search.highlight import Highlighter
from search.parser import parse
from search.ranking import Ranker, Weights
from search.results import Hit, MarkedAbstract, SearchPage, Stored
from search.suggest import Speller

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from index.generation import Manifest
    from search.ranking import Ranking

MOST_PER_PAGE = 100
DEEPEST = 10_000
"""The last hit that can be paged to."""


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
        self._postings = IndexReader(published.reader)
        self._ranker = Ranker(self._postings, weights)
        self._feedback = Feedback(self._postings, feedback)
        self._highlighter = Highlighter(self._postings)
        self._speller = Speller(self._postings)
        self._facets = Facets(self._postings, published.analyzer.vocabulary)

    @classmethod
    def open(
        cls, index_dir: Path, *, weights: Weights | None = None, feedback: Settings | None = None
    ) -> Self:
        """A searcher of the live generation of an index directory.

        Raises ``NoIndex``, ``DamagedIndex`` or ``OutdatedIndex`` of ``index.errors``.
        """
        return cls(Published.open(index_dir), weights, feedback)

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
        self,
        text: str,
        *,
        page: int = 1,
        per_page: int = 10,
        off: Collection[str] = (),
        facets: bool = True,
    ) -> SearchPage:
        """One page of the hits for a reader's string, best first.

        Never raises for what a reader typed. ``off`` says what is not to be searched for besides
        the reader's words: an id leaves out all of a concept, an id with ``.narrower`` the more
        special ones. ``page`` and ``per_page`` are brought into their bounds, with a note. Concepts
        in the hits are counted unless ``facets`` says that nobody will look at them.
        """
        began = time.perf_counter()
        query = parse(text)
        expander = self._expander(off)
        clause = expander.expand(query)
        ranking = self._ranked(clause)
        notes = [*query.notes, *expander.notes]
        page, per_page = _bounded(page, per_page, notes)
        first = (page - 1) * per_page
        documents, scores, total = ranking.page(first, min(first + per_page, DEEPEST))
        if 0 < total <= first:
            notes.append(f"The last page is page {-(-total // per_page)}.")
        asked = {*expander.expansions, *expander.conditions}
        return SearchPage(
            query=query.text,
            page=page,
            per_page=per_page,
            total=total,
            hits=self._hits(clause, documents.tolist(), scores.tolist()),
            notes=(*notes, *_absences(expander.missing, total, clause)),
            expansions=tuple(expander.expansions.values()),
            facets=self._facets.of(ranking.mask, total, asked) if facets else {},
            suggestion=self._better(query.text, expander.missing, clause, off),
            took_ms=1000 * (time.perf_counter() - began),
            generation=self.manifest.id,
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """The PMIDs of all hits for a string with their scores, best first: for measurements."""
        ranking = self._ranked(self._expander().expand(parse(text)))
        documents, scores = ranking.best(0, len(ranking))
        return [
            (self._postings.pmid(document), score)
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
        stored = Stored.of(self._postings.strings(documents[0]))
        abstract = stored.abstract
        asked = [leaf for leaf in dict.fromkeys(leaves(clause)) if _is_text(leaf)]
        found = self._highlighter.paragraphs(asked, documents[0], stored)
        return MarkedAbstract(
            abstract=abstract,
            title_spans=found.title_spans,
            paragraph_spans=tuple(paragraph.spans for paragraph in found.snippets),
            matches=found.matches,
            concepts=concepts_in(
                self._published, self._postings, documents[0], abstract, leaves(clause)
            ),
            expansions=tuple(expander.expansions.values()),
        )

    def _better(
        self, text: str, missing: list[str], clause: Ranked, off: Collection[str]
    ) -> str | None:
        """The query in better spelling, where that finds anything."""
        better = self._speller.better(text, missing)
        # Of free words one is enough, and the better word is in some abstract.
        if better is None or is_of_words(clause):
            return better
        found = self._ranker.rank(self._expander(off).expand(parse(better)))
        return better if len(found) else None

    def _expander(self, off: Collection[str] = ()) -> Expander:
        return Expander(self._published, self._postings, off=off, weights=self._ranker.weights)

    def _ranked(self, clause: Ranked) -> Ranking:
        """All hits, best first, once more with what the best of them have in common."""
        ranking = self._ranker.rank(clause)
        hints = self._feedback.hints(clause, ranking)
        return self._ranker.raised(ranking, hints) if hints else ranking

    def _hits(self, clause: Ranked, documents: list[int], scores: list[float]) -> tuple[Hit, ...]:
        """What is shown of some documents."""
        asked = tuple(dict.fromkeys(leaves(clause)))
        found = self._highlighter.excerpts(asked, documents)
        return tuple(
            [
                Hit(score, *shown[:-2], self._highlighter.stored(document, shown.record))
                for score, document, shown in zip(scores, documents, found, strict=True)
            ]
        )


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


def _absences(missing: list[str], total: int, clause: Ranked) -> list[str]:
    """Why there are no hits, or fewer than the reader may expect."""
    notes = [f"No abstract has “{word}”." for word in dict.fromkeys(missing)]
    if not clause.clauses:
        return [*notes, "There was nothing to search for."]
    if not total and not notes:
        notes.append("No abstract fulfils all of these conditions; leave one of them out.")
    return notes
