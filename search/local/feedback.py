"""Pseudo-relevance feedback: terms that the best hits share raise the hits that have them.

RM3 of Lavrenko and Croft (2001) and Abdul-Jaleel et al. (2004): the likeliest terms of the best
hits are added to the query. Two things keep it quiet where it would do harm. Documents count by a
power of their score, so that a hit that stands out alone speaks for itself and little else; and a
term must occur in several of the best hits. What is added only ranks: it is no reason for a hit,
is never marked, and short queries are left alone.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

from index.segment.groups import CONCEPTS
from search.query.clauses import LEAVES_KEPT, FreeText, Hint, Synonyms, Term
from search.weights import FeedbackWeights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.analyzer import Layer
    from index.segment.reader import IndexReader
    from index.segment.segment import GroupTerm
    from search.local.bm25f import Ranking

_FEWEST = 2
"""Of how many documents a term is: what is in one only tells nothing of others."""


class Feedback:
    """Suggests terms from the best hits of one index. Safe to share by threads."""

    def __init__(self, reader: IndexReader, settings: FeedbackWeights | None = None) -> None:
        self._reader = reader
        self._settings = settings or FeedbackWeights()

    def hints(self, clause: FreeText, ranking: Ranking) -> tuple[Hint, ...]:
        """The hints to add to a query of free words; none for other queries."""
        settings = self._settings
        asked = [one for one in clause.clauses if isinstance(one, Synonyms)]
        plain = all(isinstance(one, Synonyms | Hint) for one in clause.clauses)
        if not settings.weight or not plain or len(asked) < settings.shortest_query:
            return ()
        mass = sum(one.weight if isinstance(one, Hint) else 1.0 for one in clause.clauses)
        scale = mass * settings.weight / (1.0 - settings.weight)
        likeliest = self._likeliest(*ranking.best(0, settings.documents))
        total = sum(likelihood for _, likelihood in likeliest)
        return tuple(Hint(leaf, scale * likelihood / total) for leaf, likelihood in likeliest)

    def _likeliest(
        self, documents: NDArray[np.intp], scores: NDArray[np.float64]
    ) -> list[tuple[Synonyms, float]]:
        """The terms likeliest to be chosen from the documents: Σ_d P(d) · tf(t, d) / length(d)."""
        settings = self._settings
        if len(documents) < settings.shared_by:
            return []
        shares = scores**settings.sharpness / (scores**settings.sharpness).sum()
        most = int(settings.commonest * max(self._reader.count, 1))
        frequencies = range(_FEWEST, most + 1)
        found = self._reader.likely(documents, shares, settings.shared_by, frequencies)
        telling = ((_leaf(term), likelihood) for term, likelihood in found if _is_telling(term))
        return list(itertools.islice(telling, settings.terms))


def _is_telling(term: GroupTerm) -> bool:
    """Whether a term can tell documents apart: neither a number nor a short word."""
    return term.group == CONCEPTS or (len(term.text) > 2 and term.text[0].isalpha())


@lru_cache(maxsize=LEAVES_KEPT)
def _leaf(term: GroupTerm) -> Synonyms:
    layer: Layer = "concepts" if term.group == CONCEPTS else "stems"
    return Synonyms(term.text, (Term(term.text),), layer)
