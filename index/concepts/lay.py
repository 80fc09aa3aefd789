"""What lay people say: phrases that are read in queries only, with little words between their own.

"My hands are so shaky" holds the phrase "hands shaky". Words are compared as they are written, not
by their stems: those of everyday words are shared by too many others (relatives, related). A query
has few words, so they are looked up in plain Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from index.concepts.vocabulary import choices
from index.text.cache import Cache
from index.text.stemmer import american
from index.text.tokenizer import Gap, token_table
from index.text.words import KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.concepts.vocabulary import Concept
    from index.text.words import WordTable

LITTLE_WORDS = frozenset(
    "a all always am an and are at be become becomes been being bit both constantly do does feel "
    "feeling feels felt from get gets getting go goes going gone got had has have having he her "
    "his i im in is it its ive just keep keeps left like little me my now of often on our quite "
    "rather really right seem seems she so some sometimes suddenly that the their they this to "
    "too totally very was we were you your".split()
)
"""Words that may stand between those of a phrase."""

MOST_BETWEEN = 3
"""How many of them may stand in one place."""

_ROOT = 0


class LayMatch(NamedTuple):
    """A phrase of a concept in a query, as the vocabulary has it, from which to which word."""

    concept: Concept
    first: int
    last: int
    phrase: str


class LayPhrases:
    """The phrases of concepts by their words. Safe to share by threads."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._meanings: dict[int, list[tuple[Concept, str]]] = {}
        self._forms = Cache(_forms)
        for concept in concepts:
            for phrase in concept.lay:
                self._add(phrase, concept)

    def over(self, table: WordTable) -> Iterator[LayMatch]:
        """The phrases that a query holds, by their first word."""
        forms = list(map(american, table.forms))
        for first, form in enumerate(forms):
            if form in self._next[_ROOT]:
                yield from self._from(first, forms, table)

    def _from(self, first: int, forms: Sequence[str], table: WordTable) -> Iterator[LayMatch]:
        states = [(_ROOT, first, 0)]
        while states:
            node, place, between = states.pop()
            if place == len(forms) or (place > first and table.gaps[place] & KIND == Gap.BREAK):
                continue
            following = self._next[node].get(forms[place])
            if following is not None:
                for concept, phrase in self._meanings.get(following, ()):
                    yield LayMatch(concept, first, place, phrase)
                states.append((following, place + 1, 0))
            if place > first and between < MOST_BETWEEN and forms[place] in LITTLE_WORDS:
                states.append((node, place + 1, between + 1))

    def _add(self, phrase: str, concept: Concept) -> None:
        nodes = {_ROOT}
        for options in choices(phrase):
            nodes = {self._reached(node, option) for node in nodes for option in options}
        for node in nodes - {_ROOT}:
            meanings = self._meanings.setdefault(node, [])
            if all(known is not concept for known, _ in meanings):
                meanings.append((concept, phrase))

    def _reached(self, node: int, option: str) -> int:
        for form in self._forms[option]:
            following = self._next[node].setdefault(form, len(self._next))
            if following == len(self._next):
                self._next.append({})
            node = following
        return node


def _forms(text: str) -> list[str]:
    return list(map(american, token_table(text).forms))
