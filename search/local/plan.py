"""What leaves ask of an index, as ``index.kernels`` is told."""

from __future__ import annotations

from array import array
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from index.kernels import LEAF, ROW, TERM
from index.segment.groups import LAYER_GROUPS
from index.segment.lexicon import ABSENT
from search.query.clauses import Phrase, Synonyms, bits_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from index.segment.reader import IndexReader
    from index.segment.segment import Segment
    from search.query.clauses import Leaf

_NUMBERS = {group: number for number, group in enumerate(LAYER_GROUPS)}


FEW = 4
"""Terms that most leaves have no more of: a word, a small concept."""

LEAVES_CACHED = 1 << 12
"""Leaves of few terms whose plans are cached: 4 MB."""

BROAD_CACHED = 1 << 9
"""Leaves of more terms, such as prefixes: 25 MB at most, with the leaves."""


class QueryPlan(NamedTuple):
    """Some leaves, each with its terms, its rows of words, and the numbers of these words.

    A leaf of names or years asks for nothing here.
    """

    leaves: bytes = b""
    terms: bytes = b""
    rows: bytes = b""
    numbers: bytes = b""

    @classmethod
    def together(cls, some: Iterable[QueryPlan]) -> QueryPlan:
        """Leaves one after the other."""
        some = list(some)
        if len(some) == 1:
            return some[0]
        return cls(*map(b"".join, zip(*some, strict=True)))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.leaves) // LEAF.size


class Planner:
    """Plans the leaves of queries of one index. Safe to share by threads.

    The plans of the latest leaves are cached: the same words are searched for again and again.
    """

    def __init__(self, reader: IndexReader) -> None:
        self.reader = reader
        plan = partial(_plan, reader.segments)
        self._plan = lru_cache(LEAVES_CACHED)(plan)
        self._plan_broad = lru_cache(BROAD_CACHED)(plan)

    def plan(self, leaves: Iterable[Leaf]) -> QueryPlan:
        """The plan of some leaves, in their order."""
        return QueryPlan.together([self._plan_of(leaf)(leaf) for leaf in leaves])

    def _plan_of(self, leaf: Leaf) -> Callable[[Leaf], QueryPlan]:
        is_broad = isinstance(leaf, Synonyms) and len(leaf.terms) > FEW
        return self._plan_broad if is_broad else self._plan


def _plan(segments: Sequence[Segment], leaf: Leaf) -> QueryPlan:
    """The plan of one leaf."""
    if isinstance(leaf, Phrase):
        rows, numbers = _rows(segments, (leaf,))
        return QueryPlan(_counted((), rows, leaf.fields, is_row=True), b"", b"".join(rows), numbers)
    if not isinstance(leaf, Synonyms):
        return QueryPlan(LEAF.pack(0, 0, 0, 0))
    terms: list[bytes] = []
    group = _NUMBERS[leaf.layer]
    for place, segment in enumerate(segments):
        find = segment.store.lexicon(leaf.layer).find
        for text, weight in leaf.terms:
            if (number := find(text)) != ABSENT:
                terms.append(TERM.pack(place, group, number, weight))
    rows, numbers = _rows(segments, leaf.phrases) if leaf.phrases else ([], b"")
    packed = _counted(terms, rows, leaf.fields, is_row=False)
    return QueryPlan(packed, b"".join(terms), b"".join(rows), numbers)


def _counted(
    terms: Sequence[bytes], rows: Sequence[bytes], fields: tuple[str, ...], *, is_row: bool
) -> bytes:
    return LEAF.pack(len(terms), len(rows), bits_of(fields), is_row)


def _rows(segments: Sequence[Segment], phrases: Sequence[Phrase]) -> tuple[list[bytes], bytes]:
    """The rows of words of phrases in the segments that have all of them, and their numbers."""
    rows: list[bytes] = []
    numbers = array("q")
    for phrase in phrases:
        for place, segment in enumerate(segments):
            if found := segment.numbers(phrase.layer, phrase.forms):
                rows.append(ROW.pack(place, _NUMBERS[phrase.layer], len(found)))
                numbers.extend(found)
    return rows, numbers.tobytes()
