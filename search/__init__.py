"""How a reader's string becomes a page of ranked, highlighted, explained hits."""

from search.errors import AbstractNotFound
from search.results import (
    ConceptInText,
    Expansion,
    Facet,
    Hit,
    MarkedAbstract,
    Match,
    SearchPage,
    Snippet,
)
from search.searcher import Searcher

__all__ = [
    "AbstractNotFound",
    "ConceptInText",
    "Expansion",
    "Facet",
    "Hit",
    "MarkedAbstract",
    "Match",
    "SearchPage",
    "Searcher",
    "Snippet",
]
