"""Pseudo-relevance feedback: what the best hits have in common raises what is like them.

RM3 of Lavrenko and Croft (2001) and Abdul-Jaleel et al. (2004): the likeliest terms of the best
hits are added to the query. Two things keep it quiet where it would do harm. Documents count by a
power of their score, so that a hit that stands out alone speaks for itself and little else; and a
term must occur in several of the best hits. What is added only ranks: it is no reason for a hit,
is never marked, and short queries are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.forward import CONCEPT_SIGN
from index.schema import TEXT_FIELDS
from search.clauses import FieldTerm, Hint, Ranked, Terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from index.analysis import Layer
    from index.forward import Forward
    from search.ranking import Ranking


@dataclass(frozen=True)
class Settings:
    """How feedback works, each number with its evidence (``ranvier evaluate --ablation``)."""

    documents: int = 10
    terms: int = 30
    weight: float = 0.4
    sharpness: float = 6.0
    shared_by: int = 2
    shortest_query: int = 3
    commonest: float = 0.1


class Feedback:
    """Suggests terms from the best hits of one index. Safe to share by threads."""

    def __init__(self, forward: Forward, settings: Settings | None = None) -> None:
        self._forward = forward
        self._settings = settings or Settings()
        self._usable = self._usable_terms()

    def hints(self, clause: Ranked, ranking: Ranking) -> tuple[Hint, ...]:
        """What to add to a query of free words whose hits are known; nothing for other queries."""
        settings = self._settings
        asked = [one for one in clause.clauses if isinstance(one, Terms)]
        plain = all(isinstance(one, Terms | Hint) for one in clause.clauses)
        if not settings.weight or not plain or len(asked) < settings.shortest_query:
            return ()
        mass = sum(one.weight if isinstance(one, Hint) else 1.0 for one in clause.clauses)
        scale = mass * settings.weight / (1.0 - settings.weight)
        return tuple(self._hints(ranking, scale))

    def _hints(self, ranking: Ranking, scale: float) -> Iterator[Hint]:
        numbers, likelihoods = self._likeliest(
            ranking.documents[: self._settings.documents],
            ranking.scores[: self._settings.documents],
        )
        total = likelihoods.sum()
        for number, likelihood in zip(numbers.tolist(), likelihoods.tolist(), strict=True):
            yield Hint(_leaf(self._forward.lexicon[number]), scale * likelihood / total)

    def _likeliest(
        self, documents: NDArray[np.intp], scores: NDArray[np.float64]
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The terms likeliest to be chosen from the documents: Σ_d P(d) · tf(t, d) / length(d)."""
        if len(documents) < self._settings.shared_by:
            return np.empty(0, np.int32), np.empty(0)
        forward = self._forward
        shares = scores**self._settings.sharpness / (scores**self._settings.sharpness).sum()
        spans = [slice(forward.starts[d], forward.starts[d + 1]) for d in documents]
        counts = [forward.counts[span].astype(np.float64) for span in spans]
        numbers, places = np.unique(
            np.concatenate([forward.terms[span] for span in spans]), return_inverse=True
        )
        weights = np.concatenate(
            [share * count / count.sum() for share, count in zip(shares, counts, strict=True)]
        )
        likelihoods = np.bincount(places, weights).astype(np.float64)
        good = self._usable[numbers] & (np.bincount(places) >= self._settings.shared_by)
        likelihoods = likelihoods * good
        best = np.argsort(-likelihoods, kind="stable")[: self._settings.terms]
        best = best[likelihoods[best] > 0.0]
        return numbers[best], likelihoods[best]

    def _usable_terms(self) -> NDArray[np.bool_]:
        """Terms that can tell documents apart: neither numbers nor short, rare or common words."""
        forward = self._forward
        words = [
            term[0] == CONCEPT_SIGN or (len(term) > 2 and term[0].isalpha())
            for term in forward.lexicon
        ]
        most = self._settings.commonest * max(len(forward.starts) - 1, 1)
        usable: NDArray[np.bool_] = (
            np.array(words, bool) & (forward.documents >= 2) & (forward.documents <= most)
        )
        return usable


def _leaf(term: str) -> Terms:
    layer: Layer = "concepts" if term[0] == CONCEPT_SIGN else "stems"
    name = term.removeprefix(CONCEPT_SIGN)
    return Terms(name, tuple(FieldTerm(field, layer, name) for field in TEXT_FIELDS))
