"""Better spelling for words that no abstract has: the nearest word that some abstract has."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.text.tokenizer import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from search.backend import TermIndex

SHORTEST = 4

_LETTERS = 32  # as many as are told apart: some share a bit


class _Known(NamedTuple):
    """The words of an index, the shortest first: how many texts have each, and its letters.

    ``starts[n]`` is the first that is no shorter than *n* letters.
    """

    words: list[str]
    counts: NDArray[np.int32]
    letters: NDArray[np.uint64]
    lengths: NDArray[np.int32]
    starts: list[int]


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

    def __init__(self, terms: TermIndex) -> None:
        self._terms = terms

    @cached_property
    def _known(self) -> _Known:
        # Made at the first misspelling; 60,000 words take 6 MB.
        counts = self._terms.guessable_words()
        words = sorted(counts, key=len)
        found = np.fromiter(map(counts.__getitem__, words), np.int32, len(words))
        longest = max(map(len, words), default=0)
        lengths = np.fromiter(map(len, words), np.int32, len(words))
        starts = np.searchsorted(lengths, np.arange(longest + 2)).tolist()
        letters = np.fromiter(map(_letters, words), np.uint64, len(words))
        return _Known(words, found, letters, lengths, starts)

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

        An edit changes the length by one at most, and adds and takes away a letter at most. To
        compare all words letter by letter instead takes twenty milliseconds.
        """
        _, _, letters, lengths, starts = self._known
        longest = len(starts) - 1
        first = starts[min(max(len(form) - most, 0), longest)]
        end = starts[min(len(form) + most + 1, longest)]
        some, own = letters[first:end], np.uint64(_letters(form))
        least = np.maximum(np.bitwise_count(some & ~own), np.bitwise_count(own & ~some))
        near = np.flatnonzero(least <= most)
        places = first + near
        return _Near(places, np.maximum(least[near], np.abs(lengths[places] - len(form))))

    def better(self, query: str, missing: Iterable[str]) -> str | None:
        """The query with its missing words replaced, or None if nothing near is known."""
        better = query
        for word in missing:
            nearest = self.nearest(word)
            if nearest and nearest != fold(word):
                better = _replaced(better, word, nearest)
        return better if better != query else None


def _replaced(query: str, word: str, better: str) -> str:
    """The query with another word wherever one stands by itself, in small or capital letters.

    A pattern made for one word alone would take longer to compile than all else here.
    """
    lowered, sought = query.lower(), word.lower()
    if len(lowered) != len(query):  # as of İ: then capitals count
        lowered, sought = query, word
    pieces: list[str] = []
    last, at = 0, lowered.find(sought) if sought else -1
    while at >= 0:
        end = at + len(sought)
        if not (_is_of_word(lowered[at - 1 : at]) or _is_of_word(lowered[end : end + 1])):
            pieces += (query[last:at], better)
            last = end
        at = lowered.find(sought, max(last, at + 1))
    return "".join([*pieces, query[last:]])


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _letters(word: str) -> int:
    """Which letters a word has, as bits, and beyond these which it has more than once."""
    once = twice = 0
    for letter in word:
        bit = 1 << ord(letter) % _LETTERS
        twice |= once & bit
        once |= bit
    return once | twice << _LETTERS
