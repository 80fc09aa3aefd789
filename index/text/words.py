"""Text to words: tokens with their stems, and the compounds they may be part of."""

from __future__ import annotations

from array import array
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from index.text.cache import Cache
from index.text.stemmer import STEMS, stem
from index.text.tokenizer import GAPS, PREFIXES, SPACED_PREFIXES, Gap, token_table

if TYPE_CHECKING:
    from collections.abc import Sequence

PARAGRAPH_GAP = 16
"""Positions left free between paragraphs, so that no phrase reaches from one into the next."""

KIND, COMMA, SLASH = 3, 4, 8
"""What a row says of the characters before a word: which ``Gap`` they are, whether they are a comma
and a space, and whether a slash is among them. So do the kernels."""

_HYPHEN, _SPACE = Gap.HYPHEN, Gap.SPACE
_GAP_KINDS = tuple(Gap)


class Word(NamedTuple):
    """A token with what is indexed for it.

    ``joined`` is the stem of this word and the next written as one (auto-immune: autoimmun), or
    None where the text does not suggest it; ``is_prefix`` says that the two are always one word.
    """

    form: str
    stem: str
    start: int
    end: int
    gap: Gap
    joined: str | None = None
    is_prefix: bool = False


class WordTable(NamedTuple):
    """The words of a text, column by column.

    ``gaps`` say what stands before each word, by the bits of ``KIND``, ``COMMA`` and ``SLASH``;
    ``positions`` count words, and free places for each new paragraph.
    ``joined`` has, by the number of a word and in the order of the text, the stem of it and the
    next written as one.
    """

    text: str
    forms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    positions: Sequence[int]
    gaps: array[int]
    joined: dict[int, str]

    def stem(self, place: int) -> str:
        """The stem of a word."""
        return stem(self.forms[place])

    def written(self, first: int, last: int) -> str:
        """The text from one word to another."""
        return self.text[self.starts[first] : self.ends[last]]

    def words(self) -> list[Word]:
        """The words of the table as objects."""
        stems, gaps = (
            map(STEMS.__getitem__, self.forms),
            (_GAP_KINDS[gap & KIND] for gap in self.gaps),
        )
        found = list(map(Word, self.forms, stems, self.starts, self.ends, gaps))
        for place, whole in self.joined.items():
            is_prefix = self.forms[place] in PREFIXES
            found[place] = found[place]._replace(joined=whole, is_prefix=is_prefix)
        return found


def words(text: str) -> list[Word]:
    """The words of ``text`` in order; ``text[word.start:word.end]`` is the word as written."""
    return word_table(text).words()


def word_table(text: str) -> WordTable:
    """The words of ``words``, in columns; stems are looked up where they are needed."""
    forms, starts, ends, betweens = token_table(text)
    gaps = array("B", map(GAP_BITS.__getitem__, betweens))
    positions = positions_of(text, starts, ends)
    return WordTable(text, forms, starts, ends, positions, gaps, _joined(forms, gaps))


def positions_of(text: str, starts: Sequence[int], ends: Sequence[int]) -> array[int]:
    """The positions of the words of a text, which begin and end at these characters."""
    if "\n" not in text:
        return array("I", range(len(starts)))
    lasts = chain([0], ends)
    steps = [1 + PARAGRAPH_GAP * text.count("\n", *gap) for gap in zip(lasts, starts, strict=False)]
    return array("I", [place - 1 for place in accumulate(steps)])


def _joined(forms: list[str], gaps: Sequence[int]) -> dict[int, str]:
    """The places of words that may be one with the next, and the stem of both together."""
    return {
        place: stem(one + other)
        for place, (one, other) in enumerate(pairwise(forms))
        if (gaps[place + 1] & KIND == _HYPHEN and not (one.isdigit() and other.isdigit()))
        or (gaps[place + 1] & KIND == _SPACE and one in SPACED_PREFIXES)
    }


def _gap_bits(between: str) -> int:
    return GAPS[between] | (COMMA if between == ", " else 0) | (SLASH if "/" in between else 0)


GAP_BITS = Cache(_gap_bits, 1 << 12)
"""The gap bits of a ``WordTable``, by the characters before a word."""
