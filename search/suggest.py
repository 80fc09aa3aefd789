"""Better spelling for words that no abstract has: the nearest word that some abstract has."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from search.postings import Postings

SHORTEST = 4

_SPREAD = np.uint64(11)  # by which pairs of English letters share few bits


class _Known(NamedTuple):
    """The words of an index, the shortest first: how many texts have each, and its marks.

    ``starts[n]`` is the first that is no shorter than *n* letters.
    """

    words: list[str]
    counts: NDArray[np.int32]
    marks: _Marks
    starts: list[int]


class _Marks(NamedTuple):
    """Which letters words have and which pairs of neighbours, as bits that several share."""

    letters: NDArray[np.uint32]
    pairs: NDArray[np.uint64]

    def between(self, first: int, end: int) -> _Marks:
        return _Marks(self.letters[first:end], self.pairs[first:end])


class Speller:
    """Knows the words of one index. Safe to share by threads."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @cached_property
    def _known(self) -> _Known:
        # Made at the first misspelling; 60,000 words take 6 MB.
        counts = self._postings.forms()
        words = sorted(counts, key=len)
        found = np.fromiter(map(counts.__getitem__, words), np.int32, len(words))
        longest = max(map(len, words), default=0)
        lengths = np.fromiter(map(len, words), np.int32, len(words))
        starts = np.searchsorted(lengths, np.arange(longest + 2)).tolist()
        return _Known(words, found, _marks(words), starts)

    @property
    def _words(self) -> list[str]:
        return self._known.words

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest words of the index, or None if none is near.

        Near is one edit in a short word and up to three in a long one; two letters swapped are one
        edit (optimal string alignment, Damerau 1964). A word of the index is its own nearest.
        """
        form = fold(word)
        if len(form) < SHORTEST or not form.isalpha():
            return None
        words, counts, _, _ = self._known
        for edits in range(min(3, 1 + len(form) // 6) + 1):
            places = self._within(form, edits)
            choices = [words[place] for place in places]
            found = process.extract(
                form, choices, scorer=OSA.distance, score_cutoff=edits, limit=None
            )
            if found:
                return min(
                    (candidate[0] != form[0], -int(counts[places[number]]), candidate)
                    for candidate, _, number in found
                )[-1]
        return None

    def _within(self, form: str, edits: int) -> list[int]:
        """Where the words are that so few edits may lead to, and not many others.

        An edit changes the length by one at most, adds and takes away a letter at most, and three
        pairs of neighbours. To compare all words letter by letter instead takes twenty
        milliseconds.
        """
        _, _, marks, starts = self._known
        longest = len(starts) - 1
        first = starts[min(max(len(form) - edits, 0), longest)]
        own = _marks([form])
        near = marks.between(first, starts[min(len(form) + edits + 1, longest)])
        alike = np.flatnonzero(_differ_little(near.letters, own.letters, edits))
        pairs = _differ_little(near.pairs[alike], own.pairs, 3 * edits)
        found: list[int] = (first + alike[pairs]).tolist()
        return found

    def better(self, query: str, missing: Iterable[str]) -> str | None:
        """The query with its missing words replaced, or None if nothing near is known."""
        better = query
        for word in missing:
            nearest = self.nearest(word)
            if nearest and nearest != fold(word):
                better = re.sub(
                    rf"(?<!\w){re.escape(word)}(?!\w)", nearest, better, flags=re.IGNORECASE
                )
        return better if better != query else None


def _marks(words: Sequence[str]) -> _Marks:
    if not words:
        return _Marks(np.empty(0, np.uint32), np.empty(0, np.uint64))
    codes = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), np.uint32)
    starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    letters = np.left_shift(np.uint32(1), codes[1:] & np.uint32(31))
    letters[codes[1:] == ord(" ")] = 0
    pairs = np.left_shift(np.uint64(1), (_SPREAD * codes[:-1] + codes[1:]) & np.uint64(63))
    return _Marks(np.bitwise_or.reduceat(letters, starts), np.bitwise_or.reduceat(pairs, starts))


def _differ_little(some: NDArray[Any], own: NDArray[Any], most: int) -> NDArray[np.bool_]:
    """Which of some marks have few bits that the own have not, and lack few that these have."""
    found: NDArray[np.bool_] = np.bitwise_count(some & ~own) <= most
    found &= np.bitwise_count(own & ~some) <= most
    return found
