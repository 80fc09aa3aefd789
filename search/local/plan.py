"""The plans of leaves: the terms and phrases of an index that they ask for, by their numbers."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from index.kernels import QueryPlan
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
    """The plan of one leaf; one of names or years asks for nothing here."""
    if isinstance(leaf, Phrase):
        return QueryPlan((), _phrases(segments, (leaf,)), bits_of(leaf.fields), is_phrase=True)
    if not isinstance(leaf, Synonyms):
        return QueryPlan()
    terms: list[tuple[int, int, int, float]] = []
    group = _NUMBERS[leaf.layer]
    for place, segment in enumerate(segments):
        find = segment.store.lexicon(leaf.layer).find
        for text, weight in leaf.terms:
            if (number := find(text)) != ABSENT:
                terms.append((place, group, number, weight))
    return QueryPlan(terms, _phrases(segments, leaf.phrases), bits_of(leaf.fields))


def _phrases(
    segments: Sequence[Segment], phrases: Sequence[Phrase]
) -> list[tuple[int, int, list[int]]]:
    """The phrases in the segments that have all their words."""
    return [
        (place, _NUMBERS[phrase.layer], found)
        for phrase in phrases
        for place, segment in enumerate(segments)
        if (found := segment.numbers(phrase.layer, phrase.forms))
    ]
