"""The local engine: ranks, shows and counts abstracts of an index on this machine."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, cast

from index.segment.reader import IndexReader
from search.backend import HitPage
from search.errors import AbstractNotFound
from search.local.bm25f import Ranker, Ranking
from search.local.facets import Facets
from search.local.feedback import Feedback
from search.local.highlight import Highlighter
from search.local.plan import Planner
from search.query.clauses import Phrase, Synonyms, leaves, words_of
from search.results import Hit, MarkedText, Stored

if TYPE_CHECKING:
    from collections.abc import Collection

    from index.generations.opened import OpenedGeneration
    from search import backend
    from search.local.highlight import Excerpt
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

    def rank(self, clause: FreeText, *, match_all: bool = False) -> Ranking:
        """All hits, ranked once more with the terms that the best of them have in common."""
        ranking = self._ranker.rank(clause)
        hints = self._feedback.hints(clause, ranking)
        ranking = self._ranker.with_hints(ranking, hints) if hints else ranking
        ranking = self._ranker.ordered(ranking)
        return ranking.of_complete() if match_all else ranking

    def page(self, clause: FreeText, ranking: backend.Ranking, first: int, end: int) -> HitPage:
        """The hits from one place up to another, with their snippets, marks and receipts."""
        own = _own(ranking)
        numbers, scores, total = own.page(first, end)
        documents = numbers.tolist()
        complete = repeat(object=True) if own.complete is None else own.complete[numbers].tolist()
        excerpts = self._excerpts(clause, documents)
        hits = [
            Hit(score, *shown[:-2], self._highlighter.stored(document, shown.record), has_all)
            for score, document, shown, has_all in zip(
                scores.tolist(), documents, excerpts, complete, strict=False
            )
        ]
        return HitPage(tuple(hits), total, total if own.complete is None else own.total_all)

    def _excerpts(self, clause: FreeText, documents: list[int]) -> list[Excerpt]:
        """The excerpts of some documents; words near each other are marked where they are a hit."""
        asked = tuple(dict.fromkeys(leaves(clause)))
        words, beside = self._near(clause)
        if beside.isdisjoint(documents):
            return self._highlighter.excerpts(asked, documents)
        firm = [one for one in documents if one not in beside]
        near = [one for one in documents if one in beside]
        excerpts = dict(zip(firm, self._highlighter.excerpts(asked, firm), strict=True))
        every = tuple(dict.fromkeys([*asked, *words]))
        excerpts |= zip(near, self._highlighter.excerpts(every, near), strict=True)
        return [excerpts[one] for one in documents]

    def _near(self, clause: FreeText) -> tuple[list[Synonyms], set[int]]:
        """The words of concepts that are not written in a row, and the documents that have them."""
        concepts = [one for one in words_of(clause) if one.near]
        words = [leaf for one in concepts if one.near for leaf in one.near.leaves]
        return words, {d for one in concepts for d in self._ranker.near(one).tolist()}

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
        words, beside = self._near(clause)
        every = dict.fromkeys([*leaves(clause), *(words if documents[0] in beside else ())])
        asked = [one for one in every if isinstance(one, Synonyms | Phrase)]
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
