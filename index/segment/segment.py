"""One segment of an index: what its arrays say of terms, words in a row and documents.

Everything is given by the numbers that documents have in the whole index, without deleted ones.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index import kernels
from index.schema import TEXT_FIELDS
from index.segment.groups import CONCEPTS, STEMS
from index.segment.layout import arrays_of
from index.segment.lexicon import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from whoosh.reading import IndexReader as WhooshReader

    from index.analyzer import Layer
    from index.segment.layout import SegmentArrays

    Numbers = NDArray[Any]


class PostingList(NamedTuple):
    """The documents that hold a term, ascending, and how often each holds it."""

    documents: NDArray[np.intp]
    frequencies: Numbers


class Counts(NamedTuple):
    """The documents that hold a term, ascending, and how often in title and in abstract."""

    documents: NDArray[np.intp]
    title: Numbers
    abstract: Numbers


EMPTY = PostingList(np.empty(0, np.intp), np.empty(0, np.uint8))
NOWHERE = Counts(*EMPTY, EMPTY.frequencies)


class GroupTerm(NamedTuple):
    """A term of the group of stems or of that of concepts."""

    group: str
    text: str


class Likely(NamedTuple):
    """A term of some documents, by its number: how many of them hold it, how likely it is.

    Stems are numbered before concepts.
    """

    number: int
    holders: int
    likelihood: float


class ConceptMention(NamedTuple):
    """A concept in a field of a document: ``field[start:end]`` is what was written."""

    concept: str
    field: str
    start: int
    end: int


class Segment:
    """A segment: its arrays, its first document and one past its last, and which are not deleted.

    ``live`` is None if all are there.
    """

    def __init__(self, leaf: WhooshReader, first: int) -> None:
        self.store = arrays_of(leaf)
        self.first = first
        self.size: int = leaf.doc_count_all()
        self.end = first + self.size
        self.live: NDArray[np.bool_] | None = None
        if leaf.has_deletions():
            self.live = np.ones(self.size, bool)
            self.live[list(leaf.deleted_docs_set)] = False
        self.columns = kernels.Segment(self.store.postings, first)
        """The arrays as the kernels read them."""

    def numbers(self, group: str, forms: Iterable[str]) -> list[int]:
        """The numbers of terms of a group; none where one of them is not there."""
        found = list(map(self.store.lexicon(group).find, forms))
        return [] if ABSENT in found else found

    def field(self, field: str, number: int) -> PostingList:
        """The documents with a term in a field."""
        return PostingList(*self._moved(*self.store.field_postings(field, number)))

    def counts(self, layer: Layer, number: int) -> Counts:
        """The documents with a term in a layer of title or abstract."""
        span = self.store.span(layer, number)
        documents = self.store.postings[f"{layer}.documents"][span]
        return Counts(*self._moved(documents, *self.store.counts(layer, span)))

    def frequencies(self, field: str, numbers: range) -> Numbers:
        """In how many documents each of some terms stands in a field."""
        return self.store.frequencies(field, numbers, self.live)

    def frequency(self, field: str, number: int) -> int:
        """In how many documents one term stands in a field."""
        return self.store.frequency(field, number, self.live)

    def named(self, field: str, numbers: list[int]) -> NDArray[np.intp]:
        """The documents with words in a row in a field of names."""
        if len(numbers) == 1:
            span = self.store.span(field, numbers[0])
            documents = self.store.postings[f"{field}.documents"][span]
        else:
            found, *others = (
                _places(self.store, field, number) - nth for nth, number in enumerate(numbers)
            )
            for other in others:
                found = np.intersect1d(found, other)
            documents = np.unique(found >> 32)
        moved: NDArray[np.intp] = self._moved(documents)[0]
        return moved

    def mentions(self, document: int) -> Iterator[ConceptMention]:
        """The concepts that a document speaks of, in the order of its text."""
        local = document - self.first
        arrays = self.store.postings
        lexicon = self.store.lexicon(CONCEPTS)
        low, high = arrays.view("wide.concepts.starts")[local : local + 2]
        firsts = arrays["wide.concepts.firsts"][low:high].astype(np.int64)
        lasts = arrays["wide.concepts.lasts"][low:high].astype(np.int64)
        row = arrays.view("stream.starts")[local]
        columns = (
            arrays["wide.concepts.terms"][low:high],
            firsts >= arrays.view("stream.abstracts")[local],
            self.store.begins(firsts + row),
            self.store.ends(lasts + row),
        )
        for term, later, start, end in zip(*(one.tolist() for one in columns), strict=True):
            yield ConceptMention(lexicon[term], TEXT_FIELDS[later], start, end)

    def likely(
        self, documents: Numbers, shares: NDArray[np.float64], shared_by: int, frequencies: range
    ) -> Iterator[Likely]:
        """The stems and concepts of some documents, the likeliest first, of equals the first met.

        The likelihood of a term is Σ_d share(d) · tf(t, d) / length(d). Returned are the terms that
        ``shared_by`` of the documents hold, with a document frequency within ``frequencies``,
        deleted ones included.
        """
        local = np.ascontiguousarray(documents - self.first, np.int64)
        found = kernels.likeliest(
            self.columns,
            local,
            shares,
            shared_by=shared_by,
            fewest=frequencies.start,
            most=frequencies.stop - 1,
        )
        return map(Likely, *(one.tolist() for one in found))

    def term(self, number: int) -> GroupTerm:
        """The stem or concept that is meant by a number of ``Likely``."""
        if number < self._stems:
            return GroupTerm(STEMS, self.store.lexicon(STEMS)[number])
        return GroupTerm(CONCEPTS, self.store.lexicon(CONCEPTS)[number - self._stems])

    @cached_property
    def _stems(self) -> int:
        return len(self.store.lexicon(STEMS))

    def _moved(self, documents: Numbers, *columns: Numbers) -> tuple[Numbers, ...]:
        """Documents by their numbers in the index, with columns, without what is deleted."""
        if self.live is None:
            return documents.astype(np.intp) + self.first, *columns
        kept = self.live[documents]
        moved = documents[kept].astype(np.intp) + self.first
        return moved, *(column[kept] for column in columns)


def _places(store: SegmentArrays, field: str, number: int) -> Numbers:
    """Document and position of every occurrence of a name, as one number."""
    arrays = store.postings
    span = store.span(field, number)
    documents = arrays[f"{field}.documents"][span].astype(np.int64)
    owners = np.repeat(documents, *store.counts(field, span))
    starts = arrays.view(f"{field}.position_starts")
    positions = arrays[f"{field}.positions"][starts[number] : starts[number + 1]]
    return owners << 32 | positions.astype(np.int64) + (1 << 31)
