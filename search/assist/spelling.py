"""Better spelling for words that no abstract has, or hardly any: a near word that many have."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.schema import NAME_FIELDS
from index.text.stemmer import stem
from index.text.tokenizer import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from search.backend import TermIndex

SHORTEST = 4

RAREST = 3
"""Documents of a word that may be a slip of those who wrote them, at most."""

TIMES = 100
"""How many times as many documents a word must have to be meant instead of a rare one."""

SHORTEST_RARE = 6
"""Letters of a rare word that may be a slip."""

PREFIXES = (
    *("a", "an", "ab", "anti", "de", "dis", "dys", "endo", "ex", "exo", "extra", "homo", "hetero"),
    *("hyper", "hypo", "il", "im", "in", "infra", "inter", "intra", "ir", "iso", "macro", "mal"),
    *("micro", "mono", "non", "over", "poly", "post", "pre", "pro", "sub", "super", "supra"),
    *("trans", "un", "under", "up", "down"),
)
"""Prefixes that turn the meaning of a word: a word with another of them is another word."""

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


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The 82,765 English words that come with symspellpy, each a row of its file."""
    source = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(row.split()[0] for row in source.read_text("utf-8-sig").splitlines())


def are_opposites(one: str, other: str) -> bool:
    """True for two words of which one has a prefix of ``PREFIXES`` that the other has not."""
    return bool(_stripped(one) & _stripped(other))


def _stripped(word: str) -> set[str]:
    """The word, and what is left of it without each of its prefixes."""
    return {word} | {
        word[len(prefix) :]
        for prefix in PREFIXES
        if word.startswith(prefix) and len(word) - len(prefix) >= SHORTEST
    }


class Speller:
    """Knows the words of one index. Safe to share by threads."""

    def __init__(self, terms: TermIndex, field: str | None = None) -> None:
        self._terms = terms
        self._field = field

    @cached_property
    def _authors(self) -> Speller:
        return Speller(self._terms, "author")

    @cached_property
    def _known(self) -> _Known:
        # Made at the first misspelling; 60,000 words take 6 MB.
        counts = self._terms.guessable_words(self._field)
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
            places = [place for place in places if self._may_be(form, words[place])]
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
            field, _, name = word.rpartition(":")
            for one in _WORD.findall(name) if field in NAME_FIELDS else [word]:
                meant = self._meant(one, field)
                if meant and meant != fold(one):
                    better = _replaced(better, one, meant)
        return better if better != query else None

    def is_slip(self, form: str) -> bool:
        """True for a rare word of the index that a near and far commoner one is meant by."""
        return self._common(form) is not None

    def _meant(self, word: str, field: str) -> str | None:
        """The word or name that is meant by one; no English word is ever meant otherwise."""
        if field:
            return self._authors.nearest(word) if field == "author" else None
        form = fold(word)
        if form in english_words():
            return None
        if self._terms.document_frequency_bound("exact", form):
            return self._common(form)
        return self.nearest(word) or self._authors.nearest(word)

    def _common(self, form: str) -> str | None:
        """The common word that is one edit away from a rare one, or None."""
        if len(form) < SHORTEST_RARE or not form.isalpha() or form in english_words():
            return None
        count = self._terms.document_frequency_bound("exact", form)
        if count > RAREST:
            return None
        words, counts, *_ = self._known
        places = self._near(form, 1).within(1)
        near = [
            (int(counts[place]), words[place])
            for place in places
            if _is_left_out(form, words[place])
            and int(counts[place]) >= TIMES * max(count, 1)
            and (words[place][0], words[place][-2:]) == (form[0], form[-2:])
            and OSA.distance(form, words[place]) == 1
            and self._may_be(form, words[place])
            and stem(words[place]) != stem(form)
            and words[place].removesuffix("s") != form.removesuffix("s")
        ]
        return max(near)[1] if near else None

    def _may_be(self, form: str, word: str) -> bool:
        return form == word or self._field is not None or not are_opposites(form, word)


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


def _is_left_out(form: str, word: str) -> bool:
    """True if a form lacks a letter of a word, or has two of them swapped.

    Other edits lead from one rare term to another as often as from a slip: episomes, episodes.
    """
    return len(word) == len(form) + 1 or sorted(word) == sorted(form)


_WORD = re.compile(r"[^\W_]+")


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
