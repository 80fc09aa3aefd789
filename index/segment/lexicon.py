"""The terms of an index in their order, found by bisection of mapped arrays.

The first eight bytes of every term are kept as one number, most significant byte first, so that
numbers sort as terms do. Few terms share all eight; those are told apart by the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index import kernels
from index.segment.arrays import Strings, smallest
from index.text.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from index.segment.arrays import Arrays, ArraysWriter

_HEAD = 8
NUMBERS_KEPT = 1 << 13
"""Of how many terms it is remembered where they are: about 1 MB."""

ABSENT = -1
"""The number of a term that is not there."""


class Lexicon:
    """The terms of one group, numbered in the order of their UTF-8."""

    def __init__(self, arrays: Arrays, group: str) -> None:
        heads, terms = f"{group}.heads", f"{group}.terms"
        self._terms = Strings(arrays, terms)
        self._lexicon = kernels.Lexicon(arrays[heads], arrays[f"{terms}.starts"], arrays[terms])
        self._size = len(self._lexicon)
        self._numbers = Cache(self._find, NUMBERS_KEPT)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, number: int) -> str:
        return self._terms[number]

    def __iter__(self) -> Iterator[str]:
        """All terms, in the order of their numbers."""
        return iter(self._terms)

    def utf8(self, number: int) -> bytes:
        """A term in UTF-8."""
        return self._terms.utf8(number)

    def find(self, term: str) -> int:
        """The number of a term, or ``ABSENT``."""
        return self._numbers[term]

    def _find(self, term: str) -> int:
        place = self._place(term.encode("utf-8", "surrogatepass"))
        return place if place >= 0 else ABSENT

    def first_from(self, term: str | bytes) -> int:
        """The number of the first term that is not before ``term``."""
        place = self._place(_utf8(term))
        return place if place >= 0 else ~place

    def _place(self, sought: bytes) -> int:
        return self._lexicon.find(sought)

    def starting(self, prefix: str) -> range:
        """The numbers of the terms that begin with ``prefix``."""
        first = prefix.encode("utf-8", "surrogatepass")
        # No UTF-8 holds the byte 255, so this is after all that begin with the prefix.
        return range(self.first_from(first), self.first_from(first + b"\xff" * _HEAD))


class Terms(NamedTuple):
    """Some terms in their order, end to end in UTF-8, and how many bytes each has."""

    utf8: NDArray[np.uint8]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Terms:
        """A list of terms."""
        lengths = np.fromiter(map(len, terms), np.int64, len(terms))
        return cls(np.frombuffer(b"".join(terms), np.uint8), lengths)

    def heads(self) -> NDArray[np.uint64]:
        """The first bytes of each as a number."""
        padded = np.concatenate([self.utf8, np.zeros(_HEAD, np.uint8)])
        starts = np.cumsum(self.lengths) - self.lengths
        letters = padded[starts[:, None] + np.arange(_HEAD)]
        letters[np.arange(_HEAD) >= self.lengths[:, None]] = 0
        heads: NDArray[np.uint64] = letters.view(">u8").ravel().astype("<u8")
        return heads


def write_lexicon(arrays: ArraysWriter, group: str, batches: Iterable[Terms]) -> int:
    """Writes the sorted terms of a group, some at a time; returns how many there are."""
    lengths, heads = [np.zeros(1, np.int64)], [np.empty(0, "<u8")]
    with arrays.array(f"{group}.terms", np.uint8) as file:
        for terms in batches:
            file.write(terms.utf8.data)
            lengths.append(terms.lengths)
            heads.append(terms.heads())
    starts = np.cumsum(np.concatenate(lengths))
    arrays.write(f"{group}.terms.starts", starts.astype(smallest(int(starts[-1]))))
    arrays.write(f"{group}.heads", np.concatenate(heads))
    return len(starts) - 1


def _utf8(term: str | bytes) -> bytes:
    return term if isinstance(term, bytes) else term.encode("utf-8", "surrogatepass")
