"""The parts of the local engine over the generation of a searcher, for tests of one part."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from index.segment.reader import IndexReader
from search.assist.spelling import Speller
from search.local.bm25f import Ranker
from search.local.facets import Facets
from search.local.feedback import Feedback
from search.local.highlight import Highlighter
from search.local.plan import Planner
from search.query.expand import Expander
from search.weights import Weights

if TYPE_CHECKING:
    from index.generations.opened import OpenedGeneration
    from search import Searcher
    from search.weights import FeedbackWeights


class Engine:
    """Reader, planner, ranker and so on of one opened generation."""

    def __init__(
        self,
        published: OpenedGeneration,
        weights: Weights | None = None,
        feedback: FeedbackWeights | None = None,
    ) -> None:
        self.published = published
        self.reader = IndexReader(published.reader)
        self.planner = Planner(self.reader)
        self.ranker = Ranker(self.planner, weights)
        self.feedback = Feedback(self.reader, feedback)
        self.highlighter = Highlighter(self.planner)
        self.facets = Facets(self.reader, published.analyzer.vocabulary)
        self.speller = Speller(self.reader)
        self.expander = Expander(published, self.reader, weights or Weights())


@lru_cache(maxsize=4)
def engine_of(searcher: Searcher, weights: Weights | None = None) -> Engine:
    """The parts of an engine of the generation that a searcher searches."""
    return Engine(searcher._published, weights)
