"""Where a text speaks of a concept: the longest spelling of the vocabulary at each place.

All spellings are kept in one trie over stems. In documents every occurrence counts, except within
a longer one that already says it (multiple sclerosis in relapsing-remitting multiple sclerosis) or
that means something else (a guard). A shared word is understood on both sides of and, or:
"Secondary and Primary/Progressive" is both courses, "interferon beta-1a or 1b" both substances. The
order of library catalogues is understood too: "Multiple Sclerosis, Relapsing-Remitting". What lay
people say is read in queries only.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from index.concepts.lay import LayPhrases
from index.concepts.trie import AFTER, BEFORE, Trie
from index.text.words import SLASH, paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.concepts.trie import Walk
    from index.concepts.vocabulary import Concept, Vocabulary
    from index.text.words import WordTable

CONJUNCTIONS = frozenset({"and", "or"})


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
    LAY = 3


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


class Match(NamedTuple):
    """A spelling that a text holds, from which to which word, whether it counts or not."""

    concept: Concept
    first: int
    last: int
    spelling: str
    way: Way = Way.STRAIGHT


class Recognizer:
    """Finds the concepts of a vocabulary in texts and in queries. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._trie = Trie(CONJUNCTIONS)
        self._endings: defaultdict[int, list[_Ending]] = defaultdict(list)
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

    @cached_property
    def _lay(self) -> LayPhrases:  # a build asks for none
        return LayPhrases(self._vocabulary.concepts.values())

    def in_document(self, table: WordTable) -> list[Mention]:
        """Every mention in a text, in the order of the text."""
        matches = self.matches(table, is_query=False)
        longer = _covering(match for match in matches if match.last > match.first)
        heard = [
            match
            for match in matches
            if not match.concept.is_guard
            and not (
                match.first in longer
                and any(self.silences(other, match) for other in longer[match.first])
            )
        ]
        return counted_once(_mentions(heard, table))

    def in_query(self, table: WordTable) -> list[Mention]:
        """The longest mentions of a reader's words, none within another."""
        return self.named(self.matches(table, is_query=True), table)

    @staticmethod
    def named(matches: Iterable[Match], table: WordTable) -> list[Mention]:
        """What is named of all matches of a reader's words."""
        kept = Recognizer.longest(matches)
        return _mentions((match for match in kept if not match.concept.is_guard), table)

    def matches(self, table: WordTable, *, is_query: bool) -> list[Match]:
        """Every spelling that a text holds, also those that do not count beside a longer one."""
        walk = self._trie.over(table)
        plain: list[Match] = []
        beside: list[tuple[Match, int]] = []
        for first, last, node, bits in walk.straight():
            ended = self._ended(table, node, first, last, is_query=is_query)
            plain += ended
            if bits:
                beside += [(match, bits) for match in ended]
        coordinated = self._coordinated(table, beside, is_query=is_query) if beside else ()
        inverted = self._inverted(walk, plain) if ", " in table.text else ()
        lay = (Match(*one, Way.LAY) for one in self._lay.over(table)) if is_query else ()
        return [*plain, *coordinated, *inverted, *lay]

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
            endings = self._endings[self._trie.add(path)]
            if not any(other.concept is ending.concept and not other.case for other in endings):
                endings.append(ending)

    def _add_plural(self, spelling: str, ending: _Ending) -> None:
        """The plural of a short form (RCTs), unless it is a short form itself (PPM, PPMS)."""
        for path in paths(f"{spelling}s"):
            endings = self._endings[self._trie.add(path)]
            if not endings:
                endings.append(ending)

    def _ended(
        self, table: WordTable, node: int, first: int, last: int, *, is_query: bool
    ) -> list[Match]:
        """The matches of the spellings that end at a node."""
        return [
            Match(concept, first, last, written)
            for concept, case, written in self._endings.get(node, ())
            if not case or _case_fits(case, written, table.written(first, last), is_query=is_query)
        ]

    def _coordinated(
        self, table: WordTable, beside: Iterable[tuple[Match, int]], *, is_query: bool
    ) -> Iterator[Match]:
        """Matches that share their head or their tail with a plain one across and, or, a slash."""
        for match, bits in beside:
            _, first, last, *_ = match
            if bits & BEFORE and (before := _partner(table, first, -1)) is not None:
                path = [before, *range(first + 1, last + 1)]
                yield from self._across(table, path, before, last, is_query=is_query)
            if bits & AFTER and (after := _partner(table, last, 1)) is not None:
                path = [*range(first, last), after]
                yield from self._across(table, path, first, after, is_query=is_query)

    def _across(
        self, table: WordTable, path: list[int], first: int, last: int, *, is_query: bool
    ) -> Iterator[Match]:
        """Matches of some words, which are taken as if they followed each other."""
        node = self._trie.find(map(table.stem, path))
        if node is not None and len(path) > 1:
            for match in self._ended(table, node, first, last, is_query=is_query):
                yield match._replace(way=Way.COORDINATED)

    def _inverted(self, walk: Walk, plain: Sequence[Match]) -> Iterator[Match]:
        """Matches in catalogue order, where the last part between commas is read first.

        Only what stands alone can be one: within a sentence a comma parts the items of a list. So
        it does where the last part names something else ("fatigue, pain").
        """
        for first, last, node, read_first in walk.inverted():
            meanings = {m.concept.id for m in plain if (m.first, m.last) == (read_first, last)}
            for concept, case, written in self._endings.get(node, ()):
                meant = {concept.id} | self._above[concept.id]
                if case is Case.NEVER and meanings <= meant:
                    yield Match(concept, first, last, written, Way.INVERTED)

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


def _partner(table: WordTable, place: int, step: int) -> int | None:
    """The word on the other side of and, or, or a slash; ``place + step`` is a word."""
    beside, beyond = place + step, place + 2 * step
    if 0 <= beyond < len(table.forms) and table.forms[beside] in CONJUNCTIONS:
        return beyond
    return beside if table.gaps[max(place, beside)] & SLASH else None


def _covering(matches: Iterable[Match]) -> dict[int, list[Match]]:
    """The matches at each word."""
    covering: dict[int, list[Match]] = {}
    for match in matches:
        for place in range(match.first, match.last + 1):
            covering.setdefault(place, []).append(match)
    return covering


def _case_fits(case: Case, spelling: str, written: str, *, is_query: bool) -> bool:
    needed = case is Case.ALWAYS or (case is Case.IN_TEXTS and not is_query)
    return not needed or written == spelling or sum(map(str.isupper, written)) > 1


def _get_along(one: Match, other: Match) -> bool:
    """Whether both may count in a query: apart, the same words, or two sides of an "and"."""
    return (
        one.last < other.first
        or other.last < one.first
        or (one.first, one.last) == (other.first, other.last)
        or (one.way is Way.COORDINATED) is not (other.way is Way.COORDINATED)
    )


def counted_once(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions in order, without those that say the same of some words again.

    "IntraVenous ImmunoGlobulin Treatment" names one substance, not two that overlap.
    """
    reached: dict[str, int] = {}
    kept = []
    for mention in mentions:
        if mention.first > reached.get(mention.concept, -1):
            reached[mention.concept] = mention.last
            kept.append(mention)
    return kept


def _mentions(matches: Iterable[Match], table: WordTable) -> list[Mention]:
    """Where the matches are, in the order of the text, the longest first, each once."""
    places = sorted({(match.first, -match.last, match.concept.id) for match in matches})
    starts, ends = table.starts, table.ends
    return [
        Mention(concept, first, -last, starts[first], ends[-last])
        for first, last, concept in places
    ]
