"""Better spelling for words that no abstract has: the nearest word that some abstract has."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from search.postings import Postings

SHORTEST = 4


class _Known(NamedTuple):
    """The words of an index, the shortest first: how many texts have each, and its letters as bits.

    ``starts[n]`` is the first that is no shorter than *n* letters.
    """

    words: list[str]
    counts: NDArray[np.int32]
    letters: NDArray[np.uint32]
    starts: list[int]


class Speller:
    """Knows the words of one index. Safe to share by threads."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @cached_property
    def _known(self) -> _Known:
        # Made at the first misspelling; 60,000 words take 5 MB.
        counts = self._postings.forms()
        words = sorted(counts, key=len)
        found = np.fromiter(map(counts.__getitem__, words), np.int32, len(words))
        lengths = np.fromiter(map(len, words), np.int32, len(words))
        longest = int(lengths.max(initial=0))
        starts = np.searchsorted(lengths, np.arange(longest + 2)).tolist()
        return _Known(words, found, _letters(words, lengths), starts)

    @property
    def _words(self) -> list[str]:
        return self._known.words

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest words of the index, or None if none is near.

        Near is one edit in a short word and up to three in a long one; two letters swapped are one
        edit (optimal string alignment, Damerau 1964).
        """
        form = fold(word)
        if len(form) < SHORTEST or not form.isalpha():
            return None
        words, counts, _, _ = self._known
        for edits in range(1, min(3, 1 + len(form) // 6) + 1):
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

        An edit changes the length by one at most, and adds and takes away a letter at most. To
        compare all words letter by letter instead takes twenty milliseconds.
        """
        _, _, letters, starts = self._known
        longest = len(starts) - 1
        first = starts[min(max(len(form) - edits, 0), longest)]
        own = _letters([form], np.array([len(form)]))
        near = letters[first : starts[min(len(form) + edits + 1, longest)]]
        added = np.bitwise_count(near & ~own) <= edits
        found: list[int] = np.flatnonzero(added & (np.bitwise_count(own & ~near) <= edits)).tolist()
        return [first + place for place in found]

    def better(self, query: str, missing: Iterable[str]) -> str | None:
        """The query with its missing words replaced, or None if nothing near is known."""
        better = query
        for word in missing:
            nearest = self.nearest(word)
            if nearest is not None:
                better = re.sub(
                    rf"(?<!\w){re.escape(word)}(?!\w)", nearest, better, flags=re.IGNORECASE
                )
        return better if better != query else None


def _letters(words: Sequence[str], lengths: NDArray[np.int32]) -> NDArray[np.uint32]:
    """A bit for each letter of a word; letters that are 32 apart in Unicode share one."""
    if not words:
        return np.empty(0, np.uint32)
    codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
    starts = np.cumsum(lengths) - lengths
    return np.bitwise_or.reduceat(np.left_shift(np.uint32(1), codes & np.uint32(31)), starts)
