"""Where a text speaks of a concept: the longest spelling of the vocabulary at each place.

All spellings are kept in one trie over stems. In documents every occurrence counts, except within
a longer one that already says it (multiple sclerosis in relapsing-remitting multiple sclerosis) or
that means something else (a guard). A shared word is understood on both sides of and, or:
"Secondary and Primary/Progressive" is both courses, "interferon beta-1a or 1b" both substances.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from index.stems import stem
from index.tokens import Gap
from index.words import Word, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from index.vocabulary import Concept, Vocabulary

CONJUNCTIONS = frozenset({"and", "or"})


class Case(IntEnum):
    """When the letter case of a spelling matters."""

    NEVER = 0
    IN_TEXTS = 1
    ALWAYS = 2


class Mention(NamedTuple):
    """A concept in a text: which, from which to which word, and where in the text.

    ``text[start:end]`` is what was written; ``last`` is the index of the last word.
    """

    concept: str
    first: int
    last: int
    start: int
    end: int


class _Ending(NamedTuple):
    concept: Concept
    case: Case
    written: str


class _Node:
    """A place in the trie: what may follow, and which spellings end here."""

    __slots__ = ("endings", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.endings: list[_Ending] = []


class _Match(NamedTuple):
    concept: Concept
    first: int
    last: int
    is_coordinated: bool = False


@dataclass(frozen=True)
class _Text:
    text: str
    words: Sequence[Word]
    is_query: bool


class Recognizer:
    """Finds the concepts of a vocabulary in texts and in queries. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._root = _Node()
        self._above = {id_: frozenset(vocabulary.broader(id_)) for id_ in vocabulary.concepts}
        for concept in vocabulary.concepts.values():
            for spelling in concept.spellings:
                self._add(spelling, _Ending(concept, Case.NEVER, spelling))
            for spelling in concept.short:
                self._add(spelling, _Ending(concept, Case.IN_TEXTS, spelling))
            for spelling in concept.capitals:
                self._add(spelling, _Ending(concept, Case.ALWAYS, spelling))
        for concept in vocabulary.concepts.values():
            for spelling in concept.short:
                self._add_plural(spelling, _Ending(concept, Case.IN_TEXTS, f"{spelling}s"))

    def in_document(self, text: str, found: Sequence[Word]) -> list[Mention]:
        """Every mention in a text whose words are ``found``, in the order of the text."""
        matches = self._matches(_Text(text, found, is_query=False))
        longer = _covering(match for match in matches if match.last > match.first)
        heard = (
            match
            for match in matches
            if not match.concept.is_guard
            and not any(self._silences(other, match) for other in longer.get(match.first, ()))
        )
        return list(_counted_once(_mentions(heard, found)))

    def in_query(
        self, text: str, found: Sequence[Word], *, off: Collection[str] = ()
    ) -> list[Mention]:
        """The longest mentions of a reader's words, none within another.

        The words of concepts that are switched ``off`` stay plain words.
        """
        matches = self._matches(_Text(text, found, is_query=True))
        matches.sort(key=lambda match: (match.first - match.last, match.first))
        kept: list[_Match] = []
        for match in matches:
            if all(_get_along(match, other) for other in kept):
                kept.append(match)
        shown = (m for m in kept if not m.concept.is_guard and m.concept.id not in off)
        return _mentions(shown, found)

    def _add(self, spelling: str, ending: _Ending) -> None:
        for path in _paths(words(spelling)):
            self._node(path).endings.append(ending)

    def _add_plural(self, spelling: str, ending: _Ending) -> None:
        """The plural of a short form (RCTs), unless it is a short form itself (PPM, PPMS)."""
        for path in _paths(words(f"{spelling}s")):
            node = self._node(path)
            if not node.endings:
                node.endings.append(ending)

    def _node(self, path: Iterable[str]) -> _Node:
        node = self._root
        for term in path:
            node = node.next.setdefault(term, _Node())
        return node

    def _matches(self, text: _Text) -> list[_Match]:
        plain = [match for place in range(len(text.words)) for match in self._at(text, place)]
        return [*plain, *self._coordinated(text, plain)]

    def _at(self, text: _Text, first: int) -> Iterator[_Match]:
        """All matches that begin with a word."""
        word = text.words[first]
        if word.stem not in self._root.next and word.joined not in self._root.next:
            return
        states = [(self._root, first)]
        for node, place in states:
            if place > first:
                yield from self._ended(text, node, first, place - 1)
            if place < len(text.words):
                word = text.words[place]
                if place > first and word.gap is Gap.BREAK:
                    continue
                if (following := node.next.get(word.stem)) is not None:
                    states.append((following, place + 1))
                if word.joined and (following := node.next.get(word.joined)) is not None:
                    states.append((following, place + 2))

    def _ended(self, text: _Text, node: _Node, first: int, last: int) -> Iterator[_Match]:
        written = text.text[text.words[first].start : text.words[last].end]
        for ending in node.endings:
            if _case_fits(ending, written, is_query=text.is_query):
                yield _Match(ending.concept, first, last)

    def _coordinated(self, text: _Text, plain: Iterable[_Match]) -> Iterator[_Match]:
        """Matches that share their head or their tail with a plain one across and, or, a slash."""
        stems = [word.stem for word in text.words]
        for match in plain:
            before = self._partner(text, match.first, -1)
            if before is not None:
                path = [stems[before], *stems[match.first + 1 : match.last + 1]]
                yield from self._walked(text, path, before, match.last)
            after = self._partner(text, match.last, 1)
            if after is not None:
                path = [*stems[match.first : match.last], stems[after]]
                yield from self._walked(text, path, match.first, after)

    def _walked(self, text: _Text, path: list[str], first: int, last: int) -> Iterator[_Match]:
        node: _Node | None = self._root
        for term in path:
            node = node.next.get(term) if node else None
        if node is not None and len(path) > 1:
            for match in self._ended(text, node, first, last):
                yield match._replace(is_coordinated=True)

    @staticmethod
    def _partner(text: _Text, place: int, step: int) -> int | None:
        """The word on the other side of and, or, or a slash."""
        found = text.words
        beside, beyond = place + step, place + 2 * step
        if 0 <= beyond < len(found) and found[beside].form in CONJUNCTIONS:
            return beyond
        if 0 <= beside < len(found):
            left, right = sorted((place, beside))
            if "/" in text.text[found[left].end : found[right].start]:
                return beside
        return None

    def _silences(self, longer: _Match, match: _Match) -> bool:
        """Whether a match says nothing of its own beside a longer one."""
        return (
            longer.first <= match.first
            and match.last <= longer.last
            and longer.last - longer.first > match.last - match.first
            and (
                longer.concept.is_guard
                or longer.concept.id == match.concept.id
                or match.concept.id in self._above[longer.concept.id]
            )
        )


def _covering(matches: Iterable[_Match]) -> dict[int, list[_Match]]:
    """The matches at each word."""
    covering: dict[int, list[_Match]] = {}
    for match in matches:
        for place in range(match.first, match.last + 1):
            covering.setdefault(place, []).append(match)
    return covering


def _paths(found: Sequence[Word]) -> Iterator[list[str]]:
    """The ways in which a spelling's words may be stemmed and joined into terms."""
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
        if not word.is_prefix:
            head = [other.stem for other in found[:place]]
            tail = [other.stem for other in found[place + 2 :]]
            yield [*head, stem(word.form + following.form), *tail]


def _case_fits(ending: _Ending, written: str, *, is_query: bool) -> bool:
    needed = ending.case is Case.ALWAYS or (ending.case is Case.IN_TEXTS and not is_query)
    if not needed:
        return True
    return sum(letter.isupper() for letter in written) > 1 or written == ending.written


def _get_along(one: _Match, other: _Match) -> bool:
    """Whether both may count in a query: apart, the same words, or two sides of an "and"."""
    return (
        one.last < other.first
        or other.last < one.first
        or (one.first, one.last) == (other.first, other.last)
        or one.is_coordinated is not other.is_coordinated
    )


def _counted_once(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """Mentions in order, without those that say the same of some words again.

    "IntraVenous ImmunoGlobulin Treatment" names one substance, not two that overlap.
    """
    reached: dict[str, int] = {}
    for mention in mentions:
        if mention.first > reached.get(mention.concept, -1):
            reached[mention.concept] = mention.last
            yield mention


def _mentions(matches: Iterable[_Match], found: Sequence[Word]) -> list[Mention]:
    mentions = {
        Mention(m.concept.id, m.first, m.last, found[m.first].start, found[m.last].end)
        for m in matches
    }
    return sorted(mentions, key=lambda mention: (mention.first, -mention.last, mention.concept))
