"""Scores: those of one part of a query, and the hits of a whole query in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Scores = NDArray[np.float64]

_BLOCK = 64
"""Documents of which the best score stands for all, when the best hits are looked for."""

_FEW = 512
"""So many hits are sorted as they are."""


class LeafScores(NamedTuple):
    """The documents that match a leaf, ascending, and their scores.

    ``documents`` is None where ``scores`` has an entry for every document, 0 for no match. Kept in
    the smallest type that holds their numbers: what is kept is more than what is copied.
    """

    documents: NDArray[np.unsignedinteger] | None
    scores: Scores

    def add_to(self, total: Scores, weight: float = 1.0) -> None:
        """Adds the scores to those of all documents."""
        scores = self.scores if weight == 1.0 else weight * self.scores
        if self.documents is None:
            total += scores
        else:
            np.add.at(total, self.documents.astype(np.intp), scores)

    def mark(self, mask: Mask) -> None:
        """Marks the documents among all."""
        if self.documents is None:
            mask |= self.scores > 0.0
        else:
            mask[self.documents] = True


class Ranking:
    """The hits of a query. They are brought into their order when they are asked for.

    Best first; ties are broken by the later year, then by the order in which abstracts were
    indexed, at every page in the same way.
    """

    def __init__(
        self, documents: NDArray[np.intp], scores: Scores, years: NDArray[np.int32]
    ) -> None:
        self.documents = documents
        """All hits in the order in which they were indexed."""
        self._scores = scores
        self._years = years

    def __len__(self) -> int:
        return len(self.documents)

    def best(self, first: int, last: int) -> tuple[NDArray[np.intp], Scores]:
        """The documents from one place in the order up to another, and their scores."""
        chosen = self._at_least(last)
        documents, scores = self.documents[chosen], self._scores[chosen]
        order = np.lexsort((documents, -self._years[documents], -scores))[first:last]
        return documents[order], scores[order]

    def _at_least(self, count: int) -> NDArray[np.intp] | slice:
        """Where the best ``count`` hits are, and maybe some more: all that tie with the last."""
        if len(self) <= max(count, _FEW):
            return slice(None)
        scores = self._scores
        if count * _BLOCK < len(self):
            # Of so many blocks each has a hit that reaches the limit: no fewer hits can.
            best = np.maximum.reduceat(scores, np.arange(0, len(scores), _BLOCK))
            limit = np.partition(best, -count)[-count]
        else:
            limit = np.partition(scores, -count)[-count]
        return np.flatnonzero(scores >= limit)
