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
    lengths: NDArray[np.int32]
    starts: list[int]


class _Marks(NamedTuple):
    """Which letters words have and which pairs of neighbours, as bits that several share."""

    letters: NDArray[np.uint32]
    pairs: NDArray[np.uint64]


class _Near(NamedTuple):
    """Places of words, and how many edits lead to each of them at least."""

    places: NDArray[np.intp]
    least: NDArray[np.int32]

    def within(self, edits: int) -> list[int]:
        """The places of those to which no more than some edits may lead."""
        found: list[int] = self.places[self.least <= edits].tolist()
        return found


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
        return _Known(words, found, _marks(words), lengths, starts)

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
        words, counts, *_ = self._known
        most = min(3, 1 + len(form) // 6)
        near = self._near(form, most)
        for edits in range(most + 1):
            places = near.within(edits)
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

    def _near(self, form: str, most: int) -> _Near:
        """Where the words are that so few edits may lead to, and not many others.

        An edit changes the length by one at most, adds and takes away a letter at most, and three
        pairs of neighbours. To compare all words letter by letter instead takes twenty
        milliseconds.
        """
        _, _, marks, lengths, starts = self._known
        longest = len(starts) - 1
        first = starts[min(max(len(form) - most, 0), longest)]
        end = starts[min(len(form) + most + 1, longest)]
        own = _marks([form])
        letters = _differing(marks.letters[first:end], own.letters)
        alike = np.flatnonzero(letters <= most)
        places = first + alike
        pairs = _differing(marks.pairs[places], own.pairs)
        shorter = np.abs(lengths[places] - len(form))
        least = np.maximum(np.maximum(letters[alike], (pairs + 2) // 3), shorter)
        return _Near(places, least)

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


def _differing(some: NDArray[Any], own: NDArray[Any]) -> NDArray[np.uint8]:
    """How many bits some marks have that the own have not, or lack that these have: the more."""
    found: NDArray[np.uint8] = np.bitwise_count(some & ~own)
    np.maximum(found, np.bitwise_count(own & ~some), out=found)
    return found
