"""Frequencies of a term in each field of its group: one byte a posting.

Nearly all are so small that those of all fields fit into a byte, the first field's in its upper
bits. Where they do not, the byte is ``ODD`` and they are kept beside, by the number of the posting:
a few hundred of millions.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from index.segment.arrays import Arrays

    Numbers = NDArray[Any]

ODD = 0xFF
"""The byte of a posting whose counts are kept beside."""

_BITS = {1: (8,), 2: (2, 6)}
"""The bits of each count, by the number of fields of the group."""


class PackedCounts(NamedTuple):
    """The counts of postings: their bytes, which are odd, and what these count in each field."""

    packed: NDArray[np.uint8]
    odd: Numbers
    beside: list[Numbers]


def packed(counts: Sequence[Numbers]) -> PackedCounts:
    """The counts in each field, one a posting, packed."""
    found = np.zeros(len(counts[0]), np.uint8)
    is_odd = np.zeros(len(found), bool)
    for column, bits in zip(counts, _BITS[len(counts)], strict=True):
        is_odd |= column >= 1 << bits
        found = found << np.uint8(bits) | column.astype(np.uint8)
    found[is_odd] = ODD
    odd = np.flatnonzero(found == ODD)
    return PackedCounts(found, odd, [column[odd] for column in counts])


def unpacked(arrays: Arrays, group: str, fields: int, column: int, span: slice) -> Numbers:
    """The frequencies of some postings in one of the fields of their group."""
    found: Numbers = arrays[f"{group}.counts"][span]
    if fields > 1:
        bits = _BITS[fields]
        found = found >> sum(bits[column + 1 :]) & (1 << bits[column]) - 1
    odd = arrays.view(f"{group}.odd.postings")
    first = bisect_left(odd, span.start)
    if first == len(odd) or odd[first] >= span.stop:
        return found
    end = bisect_left(odd, span.stop)
    beside = arrays[f"{group}.odd.counts.{column}"][first:end]
    found = found.astype(beside.dtype)
    found[arrays[f"{group}.odd.postings"][first:end] - span.start] = beside
    return found
