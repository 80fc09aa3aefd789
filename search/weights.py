"""The numbers of the ranking, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """The settings of the ranking, each with its evidence (``ranvier evaluate --ablation``)."""

    k1: float = 1.6
    title: float = 2.0
    abstract: float = 1.0
    title_b: float = 0.75
    abstract_b: float = 0.75
    narrower: float = 0.8
    """The weight of a mention of a narrower concept. On the judged collections weights from 1
    to .3 changed nDCG@10 by .0007 at most, none significantly, so common sense decides: over 45,372
    abstracts .8 lifts those that name the broader concept itself and keeps 9 or 10 of the first ten
    hits of a dozen broad queries; .5 keeps 4 of ten for "disease-modifying therapy", where whole
    studies of fingolimod give way to passing words."""

    hint: float = 0.3
    all_words_first: bool = False

    def of(self, field: str) -> tuple[float, float]:
        """The weight and the length normalization of a field."""
        return (self.title, self.title_b) if field == "title" else (self.abstract, self.abstract_b)


@dataclass(frozen=True)
class FeedbackWeights:
    """The numbers of feedback, with their evidence (``ranvier evaluate --ablation``)."""

    documents: int = 10
    terms: int = 30
    weight: float = 0.4
    sharpness: float = 6.0
    shared_by: int = 2
    shortest_query: int = 3
    commonest: float = 0.1
