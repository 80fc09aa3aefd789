"""Text to words: tokens with their stems, and the compounds they may be part of."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, NamedTuple

from index.stems import STEMS, stem
from index.tokens import GAPS, PREFIXES, SPACED_PREFIXES, Gap, token_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER = re.compile(r"(?:\d+|i{1,3})[ab]?")
_HYPHEN, _SPACE = Gap.HYPHEN, Gap.SPACE


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

    ``betweens`` is what stands before each word. ``gaps`` says what kind of gap that is, by the
    number of the word, where it is not just one space; ``joined`` has, by the number of a word, the
    stem of it and the next written as one. Both are in the order of the text.
    """

    text: str
    forms: list[str]
    starts: list[int]
    ends: list[int]
    betweens: list[str]
    gaps: dict[int, Gap]
    joined: dict[int, str]

    def stem(self, place: int) -> str:
        """The stem of a word."""
        return stem(self.forms[place])

    def written(self, first: int, last: int) -> str:
        """What the text has from one word to another."""
        return self.text[self.starts[first] : self.ends[last]]

    def words(self) -> list[Word]:
        """The words of the table as objects."""
        _, forms, starts, ends, betweens, _, joined = self
        stems, gaps = map(STEMS.__getitem__, forms), map(GAPS.__getitem__, betweens)
        found = list(map(Word, forms, stems, starts, ends, gaps))
        for place, whole in joined.items():
            is_prefix = forms[place] in PREFIXES
            found[place] = found[place]._replace(joined=whole, is_prefix=is_prefix)
        return found


def words(text: str) -> list[Word]:
    """The words of ``text`` in order; ``text[word.start:word.end]`` is the word as written."""
    return word_table(text).words()


def word_table(text: str) -> WordTable:
    """What ``words`` says, in columns; stems are looked up where they are needed."""
    forms, starts, ends, betweens = token_table(text)
    gaps = {place: GAPS[between] for place, between in enumerate(betweens) if between != " "}
    return WordTable(text, forms, starts, ends, betweens, gaps, _joined(forms, gaps))


def paths(spelling: str) -> Iterator[list[str]]:
    """The rows of terms by which a spelling is recognized; spellings that share one are one."""
    found = words(spelling)
    terms = []
    place = 0
    while place < len(found):
        word = found[place]
        if word.is_prefix and word.joined:
            terms.append(word.joined)
            place += 2
        else:
            terms.append(word.stem)
            place += 1
    if terms:
        yield terms
    for place, (word, following) in enumerate(itertools.pairwise(found)):
        whole = stem(word.form + following.form)
        # "Vitamin E" as one word has the stem of vitamin.
        if (
            word.is_prefix
            or whole == word.stem
            or (_is_number(word.form) and _is_number(following.form))
        ):
            continue
        head = [other.stem for other in found[:place]]
        tail = [other.stem for other in found[place + 2 :]]
        yield [*head, whole, *tail]


def _is_number(form: str) -> bool:
    """Whether a form is a number, so that it never makes one word with another: phase I/II."""
    return _NUMBER.fullmatch(form) is not None


def _joined(forms: list[str], gaps: dict[int, Gap]) -> dict[int, str]:
    """Where the text suggests that a word and the next are one, and the stem of that."""
    places = [
        place
        for place, gap in gaps.items()
        if gap is _HYPHEN and place and not (forms[place].isdigit() and forms[place - 1].isdigit())
    ]
    if not SPACED_PREFIXES.isdisjoint(forms):
        places += [
            place
            for place, form in enumerate(forms[:-1], 1)
            if form in SPACED_PREFIXES and gaps.get(place, _SPACE) is _SPACE
        ]
        places.sort()
    return {place - 1: stem(forms[place - 1] + forms[place]) for place in places}
