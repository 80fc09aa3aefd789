"""Ranvier itself: plain ranking, or as it ranks when nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import build as build_index
from search import Searcher
from search.weights import FeedbackWeights
from web.server import calm_collector

if TYPE_CHECKING:
    from pathlib import Path

    from .queries import Query


def build(source: Path, target: Path, cores: int) -> None:
    """Indexes a file of texts with all that Ranvier does, and publishes it."""
    build_index(target, [source], workers=cores)


class Engine:
    """Ranks ten hits with snippets, receipts and expansions; facets only where they are asked.

    As where it is served, Python seldom looks for garbage.
    """

    def __init__(self, home: Path, *, plain: bool = True) -> None:
        calm_collector()
        self._searcher = Searcher.open(
            home, feedback=FeedbackWeights(weight=0.0) if plain else None
        )

    def search(self, kind: str, query: Query) -> object:
        """The first page of hits."""
        return self._searcher.search(query.typed, facets=kind == "facets")
