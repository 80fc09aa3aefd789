"""Small arrays that the kernels take, and kernels called with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from index.kernels import Lines, QueryPlan, Scorer, Segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]


class SegmentArrays(dict[str, "Numbers"]):
    """The arrays of a segment of some documents without a word, but for those that are given."""

    def __init__(self, documents: int, **given: Numbers) -> None:
        super().__init__({name.replace("__", "."): values for name, values in given.items()})
        self.setdefault("stream.starts", np.zeros(documents + 1, np.uint8))

    def __missing__(self, name: str) -> Numbers:
        return np.zeros(0, np.uint16 if name == "stream.words" else np.uint8)


YEARS = np.array([2001, 2002, 2003], np.int32)


def segment(documents: int = 3, first: int = 0) -> Segment:
    return Segment(SegmentArrays(documents), first)


def scorer(years: Any = YEARS, **changed: Any) -> Scorer:  # noqa: ANN401 (whatever a test gives)
    lengths = np.zeros(len(years), np.int32)
    given = {
        "segments": [segment(len(years))],
        "count": len(years),
        "k1": 1.6,
        "lengths": [lengths, lengths],
        "scales": [np.ones(1), np.ones(1)],
        "years": years,
    }
    return Scorer(**(given | changed))


def lines(count: int = 1) -> Lines:
    return Lines([b"alfa"], [0] * count)


def plan(leaves: int = 1) -> QueryPlan:
    return QueryPlan.together([QueryPlan() for _ in range(leaves)])
