"""Where a text speaks of a concept: the longest spelling of the vocabulary at each place.

All spellings are kept in one trie over stems. In documents every occurrence counts, except within
a longer one that already says it (multiple sclerosis in relapsing-remitting multiple sclerosis) or
that means something else (a guard). A shared word is understood on both sides of and, or:
"Secondary and Primary/Progressive" is both courses, "interferon beta-1a or 1b" both substances. The
order of library catalogues is understood too: "Multiple Sclerosis, Relapsing-Remitting".
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from index.stems import stem
from index.tokens import Gap
from index.words import Word, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.vocabulary import Concept, Vocabulary

CONJUNCTIONS = frozenset({"and", "or"})
MOST_PARTS = 4
"""How many parts catalogue order may have: Sclerosis, Multiple, Chronic Progressive."""

_NUMBER = re.compile(r"(?:\d+|i{1,3})[ab]?")


class Case(IntEnum):
    """When the letter case of a spelling matters."""

    NEVER = 0
    IN_TEXTS = 1
    ALWAYS = 2


class Way(IntEnum):
    """How the words of a spelling stand in a text."""

    STRAIGHT = 0
    COORDINATED = 1
    INVERTED = 2


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


class Match(NamedTuple):
    """A spelling that a text holds, from which to which word, whether it counts or not."""

    concept: Concept
    first: int
    last: int
    spelling: str
    way: Way = Way.STRAIGHT


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
        matches = self.matches(text, found, is_query=False)
        longer = _covering(match for match in matches if match.last > match.first)
        heard = (
            match
            for match in matches
            if not match.concept.is_guard
            and not any(self.silences(other, match) for other in longer.get(match.first, ()))
        )
        return list(_counted_once(_mentions(heard, found)))

    def in_query(self, text: str, found: Sequence[Word]) -> list[Mention]:
        """The longest mentions of a reader's words, none within another."""
        kept = self.longest(self.matches(text, found, is_query=True))
        return _mentions((match for match in kept if not match.concept.is_guard), found)

    def matches(self, text: str, found: Sequence[Word], *, is_query: bool) -> list[Match]:
        """Every spelling that a text holds, also those that do not count beside a longer one."""
        return self._matches(_Text(text, found, is_query))

    @staticmethod
    def longest(matches: Iterable[Match]) -> list[Match]:
        """The matches of a query that count: the longest first, and none within another."""
        kept: list[Match] = []
        for match in sorted(matches, key=lambda match: (match.first - match.last, match.first)):
            if all(_get_along(match, other) for other in kept):
                kept.append(match)
        return kept

    def _add(self, spelling: str, ending: _Ending) -> None:
        for path in paths(spelling):
            endings = self._node(path).endings
            if not any(other.concept is ending.concept and not other.case for other in endings):
                endings.append(ending)

    def _add_plural(self, spelling: str, ending: _Ending) -> None:
        """The plural of a short form (RCTs), unless it is a short form itself (PPM, PPMS)."""
        for path in paths(f"{spelling}s"):
            node = self._node(path)
            if not node.endings:
                node.endings.append(ending)

    def _node(self, path: Iterable[str]) -> _Node:
        node = self._root
        for term in path:
            node = node.next.setdefault(term, _Node())
        return node

    def _matches(self, text: _Text) -> list[Match]:
        known = self._root.next
        plain = [
            match
            for place, word in enumerate(text.words)
            if word.stem in known or word.joined in known
            for match in self._at(text, place)
        ]
        return [*plain, *self._coordinated(text, plain), *self._inverted(text, plain)]

    def _at(self, text: _Text, first: int) -> Iterator[Match]:
        """All matches that begin with a word."""
        states = [(self._root, first)]
        for node, place in states:
            if node.endings:
                yield from self._ended(text, node, first, place - 1)
            if node.next and place < len(text.words):
                word = text.words[place]
                if place > first and word.gap is Gap.BREAK:
                    continue
                if (following := node.next.get(word.stem)) is not None:
                    states.append((following, place + 1))
                if word.joined and (following := node.next.get(word.joined)) is not None:
                    states.append((following, place + 2))

    def _ended(self, text: _Text, node: _Node, first: int, last: int) -> Iterator[Match]:
        written = text.text[text.words[first].start : text.words[last].end]
        for ending in node.endings:
            if _case_fits(ending, written, is_query=text.is_query):
                yield Match(ending.concept, first, last, ending.written)

    def _coordinated(self, text: _Text, plain: Iterable[Match]) -> Iterator[Match]:
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

    def _walked(self, text: _Text, path: list[str], first: int, last: int) -> Iterator[Match]:
        node: _Node | None = self._root
        for term in path:
            node = node.next.get(term) if node else None
        if node is not None and len(path) > 1:
            for match in self._ended(text, node, first, last):
                yield match._replace(way=Way.COORDINATED)

    @staticmethod
    def _partner(text: _Text, place: int, step: int) -> int | None:
        """The word on the other side of and, or, or a slash."""
        found = text.words
        beside, beyond = place + step, place + 2 * step
        if 0 <= beyond < len(found) and found[beside].form in CONJUNCTIONS:
            return beyond
        if 0 <= beside < len(found) and "/" in text.text:
            left, right = sorted((place, beside))
            if "/" in text.text[found[left].end : found[right].start]:
                return beside
        return None

    def _inverted(self, text: _Text, plain: Iterable[Match]) -> Iterator[Match]:
        """Matches in catalogue order, where the last part between commas is read first.

        Only what stands alone can be one: within a sentence a comma parts the items of a list. So
        it does where the last part names something else ("fatigue, pain").
        """
        for parts in _alone(text):
            first, last = parts[0][0], parts[-1][1]
            nodes = [self._root]
            for part in reversed(parts):
                nodes = [end for node in nodes for end in _reached(text, node, *part)]
            for ending in (ending for node in nodes for ending in node.endings):
                meanings = {m.concept.id for m in plain if (m.first, m.last) == parts[-1]}
                meant = {ending.concept.id} | self._above[ending.concept.id]
                if ending.case is Case.NEVER and meanings <= meant:
                    yield Match(ending.concept, first, last, ending.written, Way.INVERTED)

    def silences(self, longer: Match, match: Match) -> bool:
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


def paths(spelling: str) -> Iterator[list[str]]:
    """The rows of terms by which a spelling is recognized; spellings that share one are one."""
    return _paths(words(spelling))


def _alone(text: _Text) -> Iterator[list[tuple[int, int]]]:
    """The parts, as first and last word, of each row that commas part and nothing else borders."""
    found = text.words
    borders = [place for place, word in enumerate(found) if word.gap is Gap.BREAK and place]
    parts: list[tuple[int, int]] = []
    start = 0
    for border in [*borders, len(found)]:
        parts.append((start, border - 1))
        start = border
        if border == len(found) or text.text[found[border - 1].end : found[border].start] != ", ":
            if 1 < len(parts) <= MOST_PARTS:
                yield parts
            parts = []


def _reached(text: _Text, start: _Node, first: int, last: int) -> Iterator[_Node]:
    """Where some words lead to from a node."""
    states = [(start, first)]
    for node, place in states:
        if place > last:
            yield node
            continue
        word = text.words[place]
        if (following := node.next.get(word.stem)) is not None:
            states.append((following, place + 1))
        if word.joined and place < last and (following := node.next.get(word.joined)) is not None:
            states.append((following, place + 2))


def _covering(matches: Iterable[Match]) -> dict[int, list[Match]]:
    """The matches at each word."""
    covering: dict[int, list[Match]] = {}
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


def _case_fits(ending: _Ending, written: str, *, is_query: bool) -> bool:
    needed = ending.case is Case.ALWAYS or (ending.case is Case.IN_TEXTS and not is_query)
    if not needed:
        return True
    return sum(letter.isupper() for letter in written) > 1 or written == ending.written


def _get_along(one: Match, other: Match) -> bool:
    """Whether both may count in a query: apart, the same words, or two sides of an "and"."""
    return (
        one.last < other.first
        or other.last < one.first
        or (one.first, one.last) == (other.first, other.last)
        or (one.way is Way.COORDINATED) is not (other.way is Way.COORDINATED)
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


def _mentions(matches: Iterable[Match], found: Sequence[Word]) -> list[Mention]:
    mentions = {
        Mention(m.concept.id, m.first, m.last, found[m.first].start, found[m.last].end)
        for m in matches
    }
    return sorted(mentions, key=lambda mention: (mention.first, -mention.last, mention.concept))
