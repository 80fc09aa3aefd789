"""Which concepts the hits of a query speak of, and in how many abstracts.

A document that speaks of interferon beta-1a counts for interferon beta as well: the count is that
of the hits that are left when the concept is asked for, and that search finds the narrower ones
too. These counts are made only for the few concepts that may be shown, as a bitwise and of hits and
documents and a count of ones.
"""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from cachetools import LRUCache

from index.codec.layout import CONCEPTS
from index.codec.lexicon import ABSENT
from search.results import Facet
from search.segments import entries

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from index.vocabulary import Vocabulary
    from search.postings import Postings
    from search.segments import Segment

    Numbers = NDArray[Any]
    Bits = NDArray[np.uint64]

KINDS = ("treatment", "course", "symptom", "scale", "study")
"""Of which kinds concepts are counted, in the order in which they are shown."""

SHOWN = 6
"""How many concepts of a kind are given."""

SPARE = 6
"""How many more are looked at, in the place of those that all hits have."""

CACHE_BYTES = 4 << 20
"""How much memory the documents of concepts that are kept may take."""

_FEW_HITS = 50
_WORD = 64
_FEW = 2000
"""Documents are read one by one only if there are so many times more mentions in all."""


class Facets:
    """Counts the concepts of one index. Safe to share by threads."""

    def __init__(self, postings: Postings, vocabulary: Vocabulary) -> None:
        self._postings = postings
        self._vocabulary = vocabulary
        self._turn = threading.Lock()
        self._kept: LRUCache[str, Bits] = LRUCache(CACHE_BYTES, lambda bits: bits.nbytes)

    def of(
        self, hits: NDArray[np.bool_], total: int, asked: Collection[str] = ()
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow ``total`` hits down, by kind, those in most of them first.

        Those are chosen that are named most in these hits, and rarer elsewhere: otherwise the
        broadest and the commonest would always win. What was asked for, and what is broader than
        that, is left out; so is what all hits have.
        """
        left_out = {*asked, *(id_ for one in asked for id_ in self._vocabulary.broader(one))}
        named = self._named(hits, total)
        worth = named * self._shown.rarity
        bits = _packed(hits)
        candidates = {
            kind: self._candidates(named, worth, span, left_out, _looked_at(total))
            for kind, span in self._shown.spans.items()
        }
        counts = self._counted([row for rows in candidates.values() for row in rows], bits)
        found: dict[str, tuple[Facet, ...]] = {}
        for kind, rows in candidates.items():
            facets = [
                Facet(id_, self._vocabulary.concepts[id_].name, counts[row])
                for row, id_ in ((row, self._shown.ids[row]) for row in rows)
                if counts[row] < total
            ][:SHOWN]
            if facets:
                found[kind] = tuple(sorted(facets, key=lambda facet: -facet.count))
        return found

    def _candidates(
        self,
        named: Numbers,
        worth: NDArray[np.float64],
        span: tuple[int, int],
        left_out: Collection[str],
        most: int | None,
    ) -> list[int]:
        """The concepts of a kind that hits name, those that are worth most first."""
        first, last = span
        there = first + np.flatnonzero(named[first:last])
        by_worth = there[np.argsort(-worth[there], kind="stable")]
        ids = self._shown.ids
        enough = None if most is None else most + len(left_out)
        return [row for row in by_worth[:enough].tolist() if ids[row] not in left_out][:most]

    def _counted(self, rows: list[int], hits: Bits) -> dict[int, int]:
        """How many of the hits speak of each concept, or of a narrower one."""
        if not rows:
            return {}
        ids = [self._shown.ids[row] for row in rows]
        with self._turn:
            kept = list(map(self._kept.get, ids))
        meant = [
            self._meant(id_) if found is None else found
            for id_, found in zip(ids, kept, strict=True)
        ]
        counts = np.bitwise_count(np.array(meant) & hits).sum(axis=1, dtype=np.uint32)
        return dict(zip(rows, counts.tolist(), strict=True))

    def _meant(self, id_: str) -> Bits:
        """The documents that speak of a concept or of a narrower one; from now on they are kept."""
        mask = np.zeros(self._postings.size, bool)
        for one in (id_, *self._vocabulary.narrower(id_)):
            mask[self._postings.counts("concepts", one).documents] = True
        found = _packed(mask)
        if found.nbytes <= CACHE_BYTES:
            with self._turn:
                self._kept[id_] = found
        return found

    def _named(self, hits: NDArray[np.bool_], count: int) -> Numbers:
        """In how many of the hits each concept that may be shown is named."""
        named = np.zeros(len(self._shown.ids) + 1, np.int64)
        for segment, shown in zip(self._postings.segments, self._shown.lists, strict=True):
            inside = hits[segment.first : segment.end]
            if count * _FEW < len(shown.documents):
                named += np.bincount(shown.row_of, _by_hits(segment, inside), len(named)).astype(
                    int
                )
            elif len(shown.documents):
                # Without "clip" numpy checks all numbers first, which takes longer than the rest.
                there = inside.take(shown.documents, mode="clip").view(np.uint8)
                named[shown.rows] += np.add.reduceat(there, shown.starts, dtype=np.uint32)
        return named[:-1]

    @cached_property
    def _shown(self) -> _Shown:
        concepts = self._vocabulary.concepts
        kinds = {kind: [id_ for id_, one in concepts.items() if one.kind == kind] for kind in KINDS}
        ids = [id_ for kind in KINDS for id_ in kinds[kind]]
        ends = np.cumsum([len(kinds[kind]) for kind in KINDS]).tolist()
        spans = dict(zip(KINDS, zip([0, *ends], ends, strict=False), strict=True))
        every = [len(self._postings.counts("concepts", id_).documents) for id_ in ids]
        return _Shown(
            ids,
            spans,
            [_lists(segment, ids) for segment in self._postings.segments],
            np.log1p(self._postings.size / np.maximum(every, 1)),
        )


class _Lists(NamedTuple):
    """The documents of those concepts of a segment that may be shown, end to end.

    ``rows`` are their places among all that may be shown, ``starts`` where each begins; ``row_of``
    tells the place by the number of the concept in the segment, one behind the last for none.
    """

    rows: Numbers
    starts: Numbers
    documents: Numbers
    row_of: Numbers


class _Shown(NamedTuple):
    """The concepts that may be shown, kind after kind; ``spans`` are where each kind stands."""

    ids: list[str]
    spans: dict[str, tuple[int, int]]
    lists: list[_Lists]
    rarity: NDArray[np.float64]


def _lists(segment: Segment, ids: list[str]) -> _Lists:
    lexicon = segment.store.lexicon(CONCEPTS)
    numbers = [lexicon.find(id_) for id_ in ids]
    rows = [row for row, number in enumerate(numbers) if number != ABSENT]
    row_of = np.full(len(lexicon), len(ids), np.int64)
    row_of[[numbers[row] for row in rows]] = rows
    listed = segment.store.postings["concepts.documents"]
    lists = [listed[segment.store.span(CONCEPTS, numbers[row])] for row in rows]
    starts = np.cumsum([0, *map(len, lists)])[:-1]
    return _Lists(np.array(rows, int), starts, np.concatenate([*lists, listed[:0]]), row_of)


def _looked_at(hits: int) -> int | None:
    """Of how many concepts of a kind it is seen whether all hits have them; of few hits, of all."""
    return None if hits < _FEW_HITS else SHOWN + SPARE


def _packed(mask: NDArray[np.bool_]) -> Bits:
    """A bit for each document, in whole words."""
    padded = np.zeros(-(-len(mask) // _WORD) * _WORD, bool)
    padded[: len(mask)] = mask
    return np.packbits(padded).view(np.uint64)


def _by_hits(segment: Segment, hits: NDArray[np.bool_]) -> Numbers:
    """In how many of a few hits each concept of a segment is."""
    arrays = segment.store.postings
    documents = np.flatnonzero(hits)
    owners, places = entries(segment.store, "wide.concepts", documents, documents)
    size = len(segment.store.lexicon(CONCEPTS))
    pairs = np.unique(owners * size + arrays["wide.concepts.terms"][places])
    return np.bincount(pairs % max(size, 1), minlength=size)
