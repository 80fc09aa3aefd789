"""Where a text speaks of a concept: the longest spelling of the vocabulary at each place.

All spellings are kept in one trie over stems. In documents every occurrence counts, except within
a longer one that already says it (multiple sclerosis in relapsing-remitting multiple sclerosis) or
that means something else (a guard). A shared word is understood on both sides of and, or:
"Secondary and Primary/Progressive" is both courses, "interferon beta-1a or 1b" both substances. The
order of library catalogues is understood too: "Multiple Sclerosis, Relapsing-Remitting".
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from index.stems import STEMS, stem
from index.tokens import Gap, Remembered
from index.words import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.vocabulary import Concept, Vocabulary
    from index.words import WordTable

CONJUNCTIONS = frozenset({"and", "or"})
MOST_PARTS = 4
"""How many parts catalogue order may have: Sclerosis, Multiple, Chronic Progressive."""

_BREAK = Gap.BREAK


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
        # By a form, where the spellings go on that begin with its stem.
        self._begun = Remembered(lambda form: self._root.next.get(stem(form)))

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
        return _counted_once(_mentions(heard, table))

    def in_query(self, table: WordTable) -> list[Mention]:
        """The longest mentions of a reader's words, none within another."""
        kept = self.longest(self.matches(table, is_query=True))
        return _mentions((match for match in kept if not match.concept.is_guard), table)

    def matches(self, table: WordTable, *, is_query: bool) -> list[Match]:
        """Every spelling that a text holds, also those that do not count beside a longer one."""
        plain = self._plain(table, is_query=is_query)
        coordinated = self._coordinated(table, plain, is_query=is_query) if plain else ()
        return [*plain, *coordinated, *self._inverted(table, plain)]

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

    def _plain(self, table: WordTable, *, is_query: bool) -> list[Match]:
        """The matches whose words stand as in the spelling."""
        root = self._root.next
        begun = self._begun_in(table)
        wholes = {place: root[whole] for place, whole in table.joined.items() if whole in root}
        matches: list[Match] = []
        for first in sorted(begun.keys() | wholes.keys()) if wholes else begun:
            states = [(begun[first], first + 1)] if first in begun else []
            if first in wholes:
                states.append((wholes[first], first + 2))
            matches += _walked_on(table, first, states, is_query=is_query)
        return matches

    def _begun_in(self, table: WordTable) -> dict[int, _Node]:
        """By the word, the nodes that lead somewhere in a text.

        Most words that begin a spelling do not: no spelling ends there, and none goes on with the
        word that follows.
        """
        forms, gaps, joined = table.forms, table.gaps, table.joined
        last = len(forms) - 1
        return {
            place: node
            for place, node in enumerate(map(self._begun.__getitem__, forms))
            if node is not None
            and (
                node.endings
                or (
                    place < last
                    and (STEMS[forms[place + 1]] in node.next or place + 1 in joined)
                    and gaps.get(place + 1) is not _BREAK
                )
            )
        }

    def _coordinated(
        self, table: WordTable, plain: Sequence[Match], *, is_query: bool
    ) -> Iterator[Match]:
        """Matches that share their head or their tail with a plain one across and, or, a slash."""
        forms, has_slash = table.forms, "/" in table.text
        count = len(forms)
        for match in plain:
            _, first, last, *_ = match
            if first and (has_slash or forms[first - 1] in CONJUNCTIONS):
                before = _partner(table, first, -1)
                if before is not None:
                    path = [before, *range(first + 1, last + 1)]
                    yield from self._walked(table, path, before, last, is_query=is_query)
            if last + 1 < count and (has_slash or forms[last + 1] in CONJUNCTIONS):
                after = _partner(table, last, 1)
                if after is not None:
                    path = [*range(first, last), after]
                    yield from self._walked(table, path, first, after, is_query=is_query)

    def _walked(
        self, table: WordTable, path: list[int], first: int, last: int, *, is_query: bool
    ) -> Iterator[Match]:
        """Matches of some words, which are taken as if they followed each other."""
        node: _Node | None = self._begun[table.forms[path[0]]]
        for place in path[1:]:
            node = node.next.get(table.stem(place)) if node else None
        if node is not None and len(path) > 1:
            for match in _ended(table, node, first, last, is_query=is_query):
                yield match._replace(way=Way.COORDINATED)

    def _inverted(self, table: WordTable, plain: Sequence[Match]) -> Iterator[Match]:
        """Matches in catalogue order, where the last part between commas is read first.

        Only what stands alone can be one: within a sentence a comma parts the items of a list. So
        it does where the last part names something else ("fatigue, pain").
        """
        if ", " not in table.text:
            return
        for parts in _alone(table):
            first, last = parts[0][0], parts[-1][1]
            read_first = parts[-1][0]
            if read_first not in table.joined and self._begun[table.forms[read_first]] is None:
                continue
            nodes = [self._root]
            for part in reversed(parts):
                nodes = [end for node in nodes for end in _reached(table, node, *part)]
                if not nodes:
                    break
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


def _walked_on(
    table: WordTable, first: int, states: list[tuple[_Node, int]], *, is_query: bool
) -> list[Match]:
    """The matches that begin with a word.

    ``states`` are the nodes that it leads to, each with the word that comes next; those that the
    next words lead to are added.
    """
    forms, gaps, joined = table.forms, table.gaps, table.joined
    count = len(forms)
    found: list[Match] = []
    for node, place in states:
        if node.endings:
            found += _ended(table, node, first, place - 1, is_query=is_query)
        following = node.next
        if following and place < count and gaps.get(place) is not _BREAK:
            stemmed = STEMS[forms[place]]
            if stemmed in following:
                states.append((following[stemmed], place + 1))
            if place in joined and joined[place] in following:
                states.append((following[joined[place]], place + 2))
    return found


def _ended(table: WordTable, node: _Node, first: int, last: int, *, is_query: bool) -> list[Match]:
    """The matches of the spellings that end at a node."""
    return [
        Match(concept, first, last, written)
        for concept, case, written in node.endings
        if not case or _case_fits(case, written, table.written(first, last), is_query=is_query)
    ]


def _partner(table: WordTable, place: int, step: int) -> int | None:
    """The word on the other side of and, or, or a slash; ``place + step`` is a word."""
    beside, beyond = place + step, place + 2 * step
    if 0 <= beyond < len(table.forms) and table.forms[beside] in CONJUNCTIONS:
        return beyond
    return beside if "/" in table.betweens[max(place, beside)] else None


def _alone(table: WordTable) -> Iterator[list[tuple[int, int]]]:
    """The parts, as first and last word, of each row that commas part and nothing else borders."""
    betweens, count = table.betweens, len(table.forms)
    borders = [place for place, gap in table.gaps.items() if gap is _BREAK and place]
    parts: list[tuple[int, int]] = []
    start = 0
    for border in [*borders, count]:
        parts.append((start, border - 1))
        start = border
        if border == count or betweens[border] != ", ":
            if 1 < len(parts) <= MOST_PARTS:
                yield parts
            parts = []


def _reached(table: WordTable, start: _Node, first: int, last: int) -> Iterator[_Node]:
    """Where some words lead to from a node."""
    states = [(start, first)]
    for node, place in states:
        if place > last:
            yield node
            continue
        if (following := node.next.get(table.stem(place))) is not None:
            states.append((following, place + 1))
        whole = table.joined.get(place)
        if whole and place < last and (following := node.next.get(whole)) is not None:
            states.append((following, place + 2))


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


def _counted_once(mentions: Iterable[Mention]) -> list[Mention]:
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
