"""The hits of a query in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.kernels import address, best

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of a query: which of all documents they are, the scores and years of all.

    Best first; ties are broken by the later year, then by the order in which abstracts were
    indexed, at every page in the same way.
    """

    mask: Mask
    scores: Scores
    years: NDArray[np.int32]

    def __len__(self) -> int:
        """How many hits there are."""
        return int(np.count_nonzero(self.mask))

    @property
    def documents(self) -> NDArray[np.intp]:
        """All hits in the order in which they were indexed."""
        return np.flatnonzero(self.mask)

    def best(self, first: int, last: int) -> tuple[NDArray[np.intp], Scores]:
        """The documents from one place in the order up to another, and their scores."""
        found = np.empty(min(last, len(self.mask)), np.int64)
        columns = map(address, (self.scores, self.mask, self.years))
        count = best(len(self.mask), *columns, len(found), address(found))
        documents = found[first:count]
        return documents, self.scores[documents]
