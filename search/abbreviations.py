"""Short forms that the corpus agrees on, in a query: TIA also finds transient ischemic attack.

Only where the abstracts that define a short form nearly all say the same (``index.agreement``), and
only for words that are part of no concept. The long form counts as words in a row, and a typed
long form finds its short form likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from index.agreement import fold_short
from index.schema import TEXT_FIELDS
from index.stems import stem, stop_words
from index.tokens import Gap, tokenize
from search.clauses import Sequence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from collections.abc import Sequence as Many

    from index.agreement import Agreement, ShortForm
    from index.words import Word
    from search.postings import Postings

LEAST_SHARE_DEFINED = 0.1
"""How many of the abstracts that hold a short form have to define it, else it is taken for a word
of the language: CARE, FACT. One typed in capitals is a short form anyway."""

SHORTEST = 3
"""Letters of a short form that is typed in small letters."""

LONGEST = 8
"""Words of a long form that is looked for in a query."""


class Learned(NamedTuple):
    """Words of a query, from ``first`` to ``last``, that the corpus writes in another way too."""

    first: int
    last: int
    others: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Abbreviations:
    """What a corpus agrees on, applied to queries."""

    agreement: Agreement
    postings: Postings

    def among(self, text: str, words: Many[Word], free: Collection[int]) -> Iterator[Learned]:
        """The short and long forms among those words of a query that are ``free``."""
        place = 0
        while place < len(words):
            found = self._at(text, words, place, free) if place in free else None
            if found:
                yield found
            place = found.last + 1 if found else place + 1

    def _at(
        self, text: str, words: Many[Word], first: int, free: Collection[int]
    ) -> Learned | None:
        """The longest form that begins with a word."""
        last = first
        while last + 1 < len(words) and last + 1 - first < LONGEST and last + 1 in free:
            if words[last + 1].gap is Gap.BREAK:
                break
            last += 1
        for end in range(last, first - 1, -1):
            written = text[words[first].start : words[end].end]
            others = self._shorts(words[first : end + 1])
            if others:
                note = f"“{written}” was searched for as {_listed(others)} too"
                return Learned(first, end, _names(others), f"{note} {_evidence(others)}.")
            short = None if " " in written else self._short(text, written)
            if short and short.agreed:
                note = f"“{written}” was taken for {short.agreed.long} too"
                return Learned(first, end, (short.agreed.long,), f"{note} {_evidence([short])}.")
        return None

    def _shorts(self, words: Many[Word]) -> list[ShortForm]:
        if len(words) < 2:
            return []
        key = " ".join(stem(word.form) for word in words)
        return [one for one in self.agreement.shorts_for(key) if not self._is_word(one)]

    def _short(self, text: str, written: str) -> ShortForm | None:
        """What a word is a short form of, if it is typed as one."""
        short = self.agreement.find(written)
        if short is None or not short.agreed or written.casefold() in stop_words():
            return None
        in_capitals = sum(map(str.isupper, written)) > 1 and (written == text or not text.isupper())
        long_enough = sum(map(str.isalnum, written)) >= SHORTEST
        return short if in_capitals or (long_enough and not self._is_word(short)) else None

    def _is_word(self, short: ShortForm) -> bool:
        """Whether the abstracts use a short form as a word far more often than they define it."""
        forms = fold_short(short.short).split()
        holding = max(
            min(len(self.postings.of(f"{name}_exact", form).documents) for form in forms)
            for name in TEXT_FIELDS
        )
        return short.abstracts < LEAST_SHARE_DEFINED * holding


def sequence(query: str, other: str, fields: tuple[str, ...]) -> Sequence:
    """The words of another way to write what a reader typed, in a row, in any inflection."""
    forms = tuple(token.form for token in tokenize(other))
    if len(forms) == 1 or not stop_words().isdisjoint(forms):
        return Sequence(query, forms, fields)
    return Sequence(query, tuple(map(stem, forms)), fields, "stems")


def _names(shorts: Many[ShortForm]) -> tuple[str, ...]:
    return tuple(one.short for one in shorts)


def _listed(shorts: Many[ShortForm]) -> str:
    return ", ".join(_names(shorts))


def _evidence(shorts: Many[ShortForm]) -> str:
    count = sum(one.agreed.abstracts for one in shorts if one.agreed)
    return f"(so defined in {count} abstracts; in quotes it is taken as typed)"
