"""The local engine: ranks, shows and counts abstracts of an index on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from index.segment.reader import IndexReader
from search.backend import HitPage
from search.errors import AbstractNotFound
from search.local.bm25f import Ranker, Ranking
from search.local.facets import Facets
from search.local.feedback import Feedback
from search.local.highlight import Highlighter
from search.local.plan import Planner
from search.query.clauses import Phrase, Synonyms, leaves
from search.results import Hit, MarkedText, Stored

if TYPE_CHECKING:
    from collections.abc import Collection

    from index.generations.opened import OpenedGeneration
    from search import backend
    from search.query.clauses import FreeText
    from search.results import Facet
    from search.weights import FeedbackWeights, Weights


class LocalBackend:
    """The engine of one opened generation, see ``search.backend.Backend``."""

    def __init__(
        self,
        published: OpenedGeneration,
        weights: Weights | None = None,
        feedback: FeedbackWeights | None = None,
    ) -> None:
        self._reader = IndexReader(published.reader)
        planner = Planner(self._reader)
        self._ranker = Ranker(planner, weights)
        self._feedback = Feedback(self._reader, feedback)
        self._highlighter = Highlighter(planner)
        self._facets = Facets(self._reader, published.analyzer.vocabulary)

    @property
    def terms(self) -> IndexReader:
        """The terms of the index."""
        return self._reader

    def rank(self, clause: FreeText) -> Ranking:
        """All hits, ranked once more with the terms that the best of them have in common."""
        ranking = self._ranker.rank(clause)
        hints = self._feedback.hints(clause, ranking)
        return self._ranker.with_hints(ranking, hints) if hints else ranking

    def page(self, clause: FreeText, ranking: backend.Ranking, first: int, end: int) -> HitPage:
        """The hits from one place up to another, with their snippets, marks and receipts."""
        numbers, scores, total = _own(ranking).page(first, end)
        documents = numbers.tolist()
        asked = tuple(dict.fromkeys(leaves(clause)))
        excerpts = self._highlighter.excerpts(asked, documents)
        hits = [
            Hit(score, *shown[:-2], self._highlighter.stored(document, shown.record))
            for score, document, shown in zip(scores.tolist(), documents, excerpts, strict=True)
        ]
        return HitPage(tuple(hits), total)

    def scores(self, ranking: backend.Ranking) -> list[tuple[str, float]]:
        """The PMIDs of all hits with their scores, best first."""
        documents, scores = _own(ranking).best(0, len(ranking))
        pmids = map(self._reader.pmid, documents.tolist())
        return list(zip(pmids, scores.tolist(), strict=True))

    def facets(
        self, ranking: backend.Ranking, total: int, asked: Collection[str]
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow the hits down, by kind; not those that were asked for."""
        return self._facets.of(_own(ranking).mask, total, asked)

    def spans(self, clause: FreeText, pmid: str) -> MarkedText:
        """A whole abstract with the matches of a query; raises ``AbstractNotFound``."""
        documents = self._reader.field_postings("pmid", pmid.lower()).documents.tolist()
        if not documents:
            raise AbstractNotFound(f"No abstract here has the PMID {pmid}.")
        stored = Stored.of(self._reader.stored_strings(documents[0]))
        asked = [one for one in dict.fromkeys(leaves(clause)) if isinstance(one, Synonyms | Phrase)]
        excerpt = self._highlighter.paragraphs(asked, documents[0], stored)
        return MarkedText(
            abstract=stored.abstract,
            title_spans=excerpt.title_spans,
            paragraph_spans=tuple(paragraph.spans for paragraph in excerpt.snippets),
            matches=excerpt.matches,
            mentions=tuple(self._reader.mentions(documents[0])),
        )


def _own(ranking: backend.Ranking) -> Ranking:
    return cast("Ranking", ranking)
