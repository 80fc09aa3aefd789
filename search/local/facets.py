"""Counts of the concepts that the hits of a query mention.

A document that speaks of interferon beta-1a counts for interferon beta as well: the count is that
of the hits that are left when the concept is asked for, and that search finds the narrower ones
too.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index import kernels
from search.results import Facet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from numpy.typing import NDArray

    from index.concepts.vocabulary import Vocabulary
    from index.segment.reader import IndexReader

    Numbers = NDArray[Any]

KINDS = ("treatment", "course", "symptom", "scale", "study")
"""Of which kinds concepts are counted, in the order in which they are shown."""

SHOWN = 6
"""Concepts of a kind that are returned."""


class Facets:
    """Counts the concepts of one index. Safe to share by threads."""

    def __init__(self, reader: IndexReader, vocabulary: Vocabulary) -> None:
        self._reader = reader
        self._vocabulary = vocabulary

    def of(
        self, hits: NDArray[np.bool_], total: int, asked: Collection[str] = ()
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow ``total`` hits down, by kind, those in most of them first.

        Ranked by hit count times rarity, like tf-idf: otherwise the broadest concepts would always
        win. What was asked for, and what is broader than
        that, is left out; so is what all hits have.
        """
        shown = self._shown
        rarity = shown.rarity.copy()
        for id_ in {*asked, *(id_ for one in asked for id_ in self._vocabulary.broader(one))}:
            if id_ in shown.places:
                rarity[shown.places[id_]] = 0.0
        chosen = kernels.facets(shown.lists, hits, rarity, shown.ends, total=total, most=SHOWN)
        sizes, pairs = chosen[: len(KINDS)].tolist(), iter(chosen[len(KINDS) :].tolist())
        by_kind = {kind: self._facets(size, pairs) for kind, size in zip(KINDS, sizes, strict=True)}
        return {kind: found for kind, found in by_kind.items() if found}

    def _facets(self, size: int, pairs: Iterator[int]) -> tuple[Facet, ...]:
        """The next so many pairs of concept and count, the greatest counts first."""
        concepts = self._shown.concepts
        found = [Facet(*concepts[next(pairs)], next(pairs)) for _ in range(size)]
        return tuple(sorted(found, key=lambda facet: -facet.count))

    @cached_property
    def _shown(self) -> _Shown:
        concepts = self._vocabulary.concepts
        ids = [id_ for kind in KINDS for id_, one in concepts.items() if one.kind == kind]
        documents = cache(self._documents)
        lists = [one for id_ in ids for one in self._speaking(id_, documents)]
        sizes = np.fromiter(map(len, lists), int, len(lists))
        holders = np.concatenate([*lists, np.empty(0, np.int32)])
        order = np.argsort(holders, kind="stable")
        starts = np.zeros(self._reader.size + 1, np.uint32)
        np.cumsum(np.bincount(holders, minlength=self._reader.size), out=starts[1:])
        every = np.array([len(documents(id_)) for id_ in ids], int)
        return _Shown(
            [(id_, concepts[id_].name) for id_ in ids],
            {id_: place for place, id_ in enumerate(ids)},
            np.cumsum([sum(concepts[id_].kind == kind for id_ in ids) for kind in KINDS]),
            kernels.ConceptLists(
                starts, np.repeat(np.arange(len(lists), dtype=np.uint32), sizes)[order], len(ids)
            ),
            np.log1p(self._reader.size / np.maximum(every, 1)),
        )

    def _documents(self, id_: str) -> Numbers:
        return self._reader.layer_postings("concepts", id_).documents.astype(np.int32)

    def _speaking(self, id_: str, documents: Callable[[str], Numbers]) -> tuple[Numbers, Numbers]:
        """The documents that speak only of what is narrower than a concept, and those of itself."""
        own, narrower = documents(id_), [*map(documents, self._vocabulary.narrower(id_))]
        return np.setdiff1d(np.concatenate(narrower), own) if narrower else own[:0], own


class _Shown(NamedTuple):
    """The concepts that may be shown, kind after kind, as ids and names.

    ``places`` are where they stand, ``ends`` where each kind ends. ``lists`` are those that each
    document speaks of.
    """

    concepts: list[tuple[str, str]]
    places: dict[str, int]
    ends: Numbers
    lists: kernels.ConceptLists
    rarity: NDArray[np.float64]
