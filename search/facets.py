"""Which concepts the hits of a query speak of, and in how many abstracts.

Every concept has a row of bits, one a document, so that a count over any number of hits is a
bitwise and and a count of ones. A document that speaks of interferon beta-1a counts for interferon
beta as well: the count is that of the hits that are left when the concept is asked for, and that
search finds the narrower ones too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.forward import CONCEPT_SIGN
from search.results import Facet

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from index.forward import Forward
    from index.vocabulary import Vocabulary

    Rows = NDArray[np.uint64]

KINDS = ("treatment", "course", "symptom", "scale", "study")
"""Of which kinds concepts are counted, in the order in which they are shown."""

SHOWN = 6
"""How many concepts of a kind are given."""

_WORD = 64


class Facets:
    """Counts the concepts of one index. Safe to share by threads."""

    def __init__(self, forward: Forward, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._count = len(forward.starts) - 1
        by_concept = _documents(forward)
        self._ids = [
            id_
            for kind in KINDS
            for id_, concept in vocabulary.concepts.items()
            if concept.kind == kind
            and not by_concept.keys().isdisjoint((id_, *vocabulary.narrower(id_)))
        ]
        self._spans = self._spans_of_kinds()
        nowhere = np.empty(0, np.int64)
        # A concept as the texts name it, and with all that is narrower.
        self._named = self._rows([[by_concept.get(id_, nowhere)] for id_ in self._ids])
        self._meant = self._rows(
            [
                [by_concept.get(one, nowhere) for one in (id_, *vocabulary.narrower(id_))]
                for id_ in self._ids
            ]
        )

        self._rarity = np.log1p(self._count / np.maximum(_ones(self._named), 1))

    def of(
        self, documents: NDArray[np.intp], asked: Collection[str] = ()
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow these hits down, by kind, those in most of them first.

        Those are chosen that are named most in these hits, and rarer elsewhere: otherwise the
        broadest and the commonest would always win. What was asked for, and what is broader than
        that, is left out; so is what all hits have.
        """
        left_out = {*asked, *(id_ for one in asked for id_ in self._vocabulary.broader(one))}
        hits = self._bits(documents)
        named, meant = _ones(self._named & hits), _ones(self._meant & hits)
        worth = named * self._rarity
        narrows = (named > 0) & (meant < len(documents))
        found: dict[str, tuple[Facet, ...]] = {}
        for kind, span in self._spans.items():
            useful = span[narrows[span]]
            by_worth = useful[np.argsort(-worth[useful], kind="stable")].tolist()
            chosen = [row for row in by_worth if self._ids[row] not in left_out][:SHOWN]
            if chosen:
                chosen.sort(key=lambda row: -int(meant[row]))
                found[kind] = tuple(self._facet(row, int(meant[row])) for row in chosen)
        return found

    def _facet(self, row: int, count: int) -> Facet:
        id_ = self._ids[row]
        return Facet(id_, self._vocabulary.concepts[id_].name, count)

    def _spans_of_kinds(self) -> dict[str, NDArray[np.intp]]:
        kinds = np.array([self._vocabulary.concepts[id_].kind for id_ in self._ids], dtype=str)
        return {kind: np.flatnonzero(kinds == kind) for kind in KINDS}

    def _rows(self, lists: list[list[NDArray[np.int64]]]) -> Rows:
        rows = np.zeros((len(lists), -(-self._count // _WORD)), np.uint64)
        for row, documents in enumerate(lists):
            rows[row] = self._bits(np.concatenate(documents))
        return rows

    def _bits(self, documents: NDArray[np.signedinteger]) -> Rows:
        """A bit for each document of the index, in whole words."""
        chosen = np.zeros(-(-self._count // _WORD) * _WORD, bool)
        chosen[documents] = True
        return np.packbits(chosen).view(np.uint64)


def _ones(rows: Rows) -> NDArray[np.int64]:
    ones: NDArray[np.int64] = np.bitwise_count(rows).sum(axis=1, dtype=np.int64)
    return ones


def _documents(forward: Forward) -> dict[str, NDArray[np.int64]]:
    """The documents that name each concept."""
    is_concept = np.array([term[:1] == CONCEPT_SIGN for term in forward.lexicon], bool)
    entries = np.flatnonzero(is_concept[forward.terms]) if len(is_concept) else np.empty(0, int)
    numbers = forward.terms[entries]
    documents = np.searchsorted(forward.starts, entries, side="right") - 1
    order = np.argsort(numbers, kind="stable")
    distinct, firsts = np.unique(numbers[order], return_index=True)
    split = np.split(documents[order], firsts[1:])
    return {
        forward.lexicon[number].removeprefix(CONCEPT_SIGN): found
        for number, found in zip(distinct.tolist(), split, strict=False)
    }
