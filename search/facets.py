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
from search.segments import spread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

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

CACHE_BYTES = 4 << 20
"""How much memory the documents of concepts that are kept may take."""

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
        self, documents: NDArray[np.intp], asked: Collection[str] = ()
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow these hits down, by kind, those in most of them first.

        Those are chosen that are named most in these hits, and rarer elsewhere: otherwise the
        broadest and the commonest would always win. What was asked for, and what is broader than
        that, is left out; so is what all hits have.
        """
        left_out = {*asked, *(id_ for one in asked for id_ in self._vocabulary.broader(one))}
        hits = np.zeros(self._postings.size, bool)
        hits[documents] = True
        named = self._named(hits, len(documents))
        worth = named * self._shown.rarity
        bits = _packed(hits)
        found: dict[str, tuple[Facet, ...]] = {}
        for kind, (first, last) in self._shown.spans.items():
            span = np.arange(first, last)[named[first:last] > 0]
            by_worth = span[np.argsort(-worth[span], kind="stable")].tolist()
            facets = self._narrowing(by_worth, bits, len(documents), left_out)
            chosen = [facet for facet, _ in zip(facets, range(SHOWN), strict=False)]
            if chosen:
                found[kind] = tuple(sorted(chosen, key=lambda facet: -facet.count))
        return found

    def _narrowing(
        self, rows: list[int], hits: Bits, total: int, left_out: Collection[str]
    ) -> Iterator[Facet]:
        """The concepts of some rows that are neither left out nor in all hits."""
        for row in rows:
            id_ = self._shown.ids[row]
            if id_ not in left_out:
                count = int(np.bitwise_count(self._meant(id_) & hits).sum())
                if count < total:
                    yield Facet(id_, self._vocabulary.concepts[id_].name, count)

    def _meant(self, id_: str) -> Bits:
        """The documents that speak of a concept or of a narrower one."""
        with self._turn:
            found = self._kept.get(id_)
        if found is None:
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
        for segment, rows in zip(self._postings.segments, self._shown.rows, strict=True):
            inside = hits[segment.first : segment.end]
            mentions = len(segment.store.postings["concepts.documents"])
            of_segment = _few if count * _FEW < mentions else _many
            named += np.bincount(rows, of_segment(segment, inside), len(named)).astype(np.int64)
        return named[:-1]

    @cached_property
    def _shown(self) -> _Shown:
        concepts = self._vocabulary.concepts
        by_kind = {
            kind: [id_ for id_, one in concepts.items() if one.kind == kind] for kind in KINDS
        }
        ids = [id_ for kind in KINDS for id_ in by_kind[kind]]
        ends = np.cumsum([len(by_kind[kind]) for kind in KINDS]).tolist()
        spans = dict(zip(KINDS, zip([0, *ends], ends, strict=False), strict=True))
        rows = []
        for segment in self._postings.segments:
            lexicon = segment.store.lexicon(CONCEPTS)
            row_of = np.full(len(lexicon), len(ids), np.int64)
            for row, id_ in enumerate(ids):
                if (number := lexicon.find(id_)) != ABSENT:
                    row_of[number] = row
            rows.append(row_of)
        every = np.zeros(len(ids) + 1)
        for segment, row_of in zip(self._postings.segments, rows, strict=True):
            all_of_it = np.ones(segment.size, bool) if segment.live is None else segment.live
            every += np.bincount(row_of, _many(segment, all_of_it), len(every))
        return _Shown(ids, spans, rows, np.log1p(self._postings.size / np.maximum(every[:-1], 1)))


class _Shown(NamedTuple):
    """The concepts that may be shown, kind after kind.

    ``spans`` are where each kind begins and ends, ``rows`` by segment the place of each of its
    concepts among ``ids``, or behind the last.
    """

    ids: list[str]
    spans: dict[str, tuple[int, int]]
    rows: list[Numbers]
    rarity: NDArray[np.float64]


def _packed(mask: NDArray[np.bool_]) -> Bits:
    """A bit for each document, in whole words."""
    padded = np.zeros(-(-len(mask) // _WORD) * _WORD, bool)
    padded[: len(mask)] = mask
    return np.packbits(padded).view(np.uint64)


def _many(segment: Segment, hits: NDArray[np.bool_]) -> Numbers:
    """In how many of the hits each concept of a segment is: by going through the concepts."""
    arrays = segment.store.postings
    starts = arrays["concepts.starts"]
    if len(starts) < 2:
        return np.zeros(0, np.uint32)
    # Without "clip" numpy checks all numbers first, which takes longer than the rest.
    there = hits.take(arrays["concepts.documents"], mode="clip").view(np.uint8)
    found: Numbers = np.add.reduceat(there, starts[:-1].astype(np.intp), dtype=np.uint32)
    return found


def _few(segment: Segment, hits: NDArray[np.bool_]) -> Numbers:
    """The same by going through the hits."""
    arrays = segment.store.postings
    documents = np.flatnonzero(hits)
    starts = arrays["wide.concepts.starts"]
    firsts = starts[documents].astype(np.int64)
    owners, places = spread(documents, firsts, starts[documents + 1] - firsts)
    size = len(segment.store.lexicon(CONCEPTS))
    pairs = np.unique(owners * size + arrays["wide.concepts.terms"][places])
    return np.bincount(pairs % max(size, 1), minlength=size)
