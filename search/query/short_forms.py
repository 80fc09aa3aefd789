"""Short forms that the corpus agrees on, in a query: TIA also finds transient ischemic attack.

Only where nearly all abstracts that define a short form give it the same meaning
(``index.abbreviations.learned``), and only for words that are part of no concept. The long
form is searched for as a phrase, and a typed long form finds its short form likewise.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from index.abbreviations.keys import fold_short
from index.schema import TEXT_FIELDS, field_of
from index.text.stemmer import stem, stop_words
from index.text.tokenizer import Gap, token_table
from search.query.clauses import Phrase

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from index.abbreviations.learned import ShortForm
    from index.generations.short_forms import StoredShortForms
    from index.text.words import Word
    from search.backend import TermIndex

LEAST_SHARE_DEFINED = 0.1
"""How many of the abstracts that hold a short form have to define it, else it is taken for a word
of the language: CARE, FACT. One typed in capitals is a short form anyway."""

SHORTEST = 3
"""Letters of a short form that is typed in small letters."""

LONGEST = 8
"""Words of a long form that is looked for in a query."""

WORDS_CACHED = 1 << 13
"""How many words are kept with what they are a form of, and how many with what they begin: 2 MB at
most each."""

PHRASES_CACHED = 1 << 10


class Learned(NamedTuple):
    """Words of a query, from ``first`` to ``last``, that the corpus writes in another way too."""

    first: int
    last: int
    others: tuple[str, ...]
    note: str


class ShortFormExpander:
    """What a corpus agrees on, applied to queries. Safe to share by threads."""

    def __init__(self, learned: StoredShortForms) -> None:
        self._learned = learned
        # The same words are asked for again and again, and most are no part of any form.
        self._short_form = lru_cache(maxsize=WORDS_CACHED)(partial(_agreed, learned))
        self._begins_long = lru_cache(maxsize=WORDS_CACHED)(learned.begins_long)
        self._shorts_for = lru_cache(maxsize=WORDS_CACHED)(learned.shorts_for)

    def among(
        self, text: str, words: Sequence[Word], taken: Collection[int], terms: TermIndex
    ) -> Iterator[Learned]:
        """The short and long forms among those words of a query that are not ``taken``."""
        after = 0
        for place, word in enumerate(words):
            if place < after or place in taken:
                continue
            following = words[place + 1] if place + 1 < len(words) else None
            if self._may_begin(text, word, following):
                found = self._at(text, words, place, taken, terms)
                if found:
                    yield found
                    after = found.last + 1

    def _may_begin(self, text: str, word: Word, following: Word | None) -> bool:
        """Whether a form may begin with a word: with few words of a query one does."""
        if word.stem in self._learned.first_words:
            return True
        if self._short_form(text[word.start : word.end]):
            return True
        return following is not None and text.find(" ", word.end, following.start) < 0

    def _at(
        self,
        text: str,
        words: Sequence[Word],
        first: int,
        taken: Collection[int],
        terms: TermIndex,
    ) -> Learned | None:
        """The longest form that begins with a word."""
        found: Learned | None = None
        key = ""
        for last, word in enumerate(words[first : first + LONGEST], first):
            if last > first and (word.gap is Gap.BREAK or last in taken):
                break
            key = f"{key} {word.stem}" if key else word.stem
            written = text[words[first].start : word.end]
            if not self._begins_long(key) and " " in written:
                break
            others = self._shorts(key, terms) if last > first else []
            short = None if others or " " in written else self._short(text, written, terms)
            if others:
                note = f"“{written}” was searched for as {_listed(others)} too"
                found = Learned(first, last, _names(others), f"{note} {_evidence(others)}.")
            elif short and short.agreed:
                note = f"“{written}” was taken for {short.agreed.long} too"
                found = Learned(first, last, (short.agreed.long,), f"{note} {_evidence([short])}.")
        return found

    def _shorts(self, key: str, terms: TermIndex) -> list[ShortForm]:
        if not self._begins_long(key):
            return []
        return [one for one in self._shorts_for(key) if not _is_word(one, terms)]

    def _short(self, text: str, written: str, terms: TermIndex) -> ShortForm | None:
        """What a word is a short form of, if it is typed as one."""
        short = self._short_form(written)
        if short is None or written.casefold() in stop_words():
            return None
        in_capitals = sum(map(str.isupper, written)) > 1 and (written == text or not text.isupper())
        long_enough = sum(map(str.isalnum, written)) >= SHORTEST
        return short if in_capitals or (long_enough and not _is_word(short, terms)) else None


def _agreed(learned: StoredShortForms, written: str) -> ShortForm | None:
    """The short form that a word may be taken for, if it is one."""
    found = learned.find(written)
    return found if found and found.agreed else None


def _is_word(short: ShortForm, terms: TermIndex) -> bool:
    """Whether the abstracts use a short form as a word far more often than they define it."""
    forms = fold_short(short.short).split()
    if short.abstracts >= LEAST_SHARE_DEFINED * min(
        terms.document_frequency_bound("exact", one) for one in forms
    ):
        return False  # however many of those hold it
    holding = max(
        min(terms.document_frequency(field_of(name, "exact"), form) for form in forms)
        for name in TEXT_FIELDS
    )
    return short.abstracts < LEAST_SHARE_DEFINED * holding


@lru_cache(maxsize=PHRASES_CACHED)
def phrase_of(query: str, other: str, fields: tuple[str, ...]) -> Phrase:
    """The words of another way to write what a reader typed, in a row, in any inflection."""
    forms = tuple(token_table(other).forms)
    if len(forms) == 1 or not stop_words().isdisjoint(forms):
        return Phrase(query, forms, fields)
    return Phrase(query, tuple(map(stem, forms)), fields, "stems")


def _names(shorts: Sequence[ShortForm]) -> tuple[str, ...]:
    return tuple(one.short for one in shorts)


def _listed(shorts: Sequence[ShortForm]) -> str:
    return ", ".join(_names(shorts))


def _evidence(shorts: Sequence[ShortForm]) -> str:
    count = sum(one.agreed.abstracts for one in shorts if one.agreed)
    return f"(so defined in {count} abstracts; in quotes it is taken as typed)"
