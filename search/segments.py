"""One segment of an index: what its arrays say of terms, words in a row and documents.

Everything is given by the numbers that documents have in the whole index, without deleted ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.codec.layout import CONCEPTS, STEMS
from index.codec.run import NO_TERM
from index.kernels import address
from index.schema import TEXT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from whoosh.reading import IndexReader

    from index.analysis import Layer
    from index.codec.store import Store

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


class TermsOf(NamedTuple):
    """The stems and concepts of some documents.

    Entry by entry ``owners`` says which of the documents, ``numbers`` which term: ``documents`` is
    how many documents of the index have it, ``seen`` the order in which terms were met first.
    """

    owners: Numbers
    numbers: Numbers
    documents: Numbers
    seen: Numbers
    name: Callable[[int], GroupTerm]

    def counted(self) -> tuple[Numbers, Numbers, Numbers]:
        """Each pair of document and term once, and how often it is there."""
        size = len(self.documents)
        counts = np.bincount(self.owners * size + self.numbers)
        pairs = np.flatnonzero(counts)
        return pairs // size, pairs % size, counts[pairs]


class Mention(NamedTuple):
    """A concept in a field of a document: ``field[start:end]`` is what was written."""

    concept: str
    field: str
    start: int
    end: int


class Segment:
    """A segment: its arrays, its first document and one past its last, and which are not deleted.

    ``live`` is None if all are there.
    """

    def __init__(self, leaf: IndexReader, first: int) -> None:
        self.store: Store = leaf._terms.store  # noqa: SLF001 (Whoosh has no way to ask for it)
        self.first = first
        self.size: int = leaf.doc_count_all()
        self.end = first + self.size
        self.live: NDArray[np.bool_] | None = None
        if leaf.has_deletions():
            self.live = np.ones(self.size, bool)
            self.live[list(leaf.deleted_docs_set)] = False
        self._packed = np.array([*self.store.columns, first], np.int64)
        self.place = address(self._packed)
        """Where it is described to ``index.kernels``."""

    def field(self, field: str, number: int) -> PostingList:
        """The documents with a term in a field."""
        return PostingList(*self._moved(*self.store.field_postings(field, number)))

    def counts(self, layer: Layer, number: int) -> Counts:
        """The documents with a term in a layer of title or abstract."""
        arrays = self.store.postings
        span = self.store.span(layer, number)
        lists = (arrays[f"{layer}.{name}"][span] for name in ("documents", "counts.0", "counts.1"))
        return Counts(*self._moved(*lists))

    def frequencies(self, field: str, numbers: range) -> Numbers:
        """In how many documents each of some terms stands in a field."""
        return self.store.frequencies(field, numbers, self.live)

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

    def mentions(self, document: int) -> Iterator[Mention]:
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
        for term, later, start, end in zip(*(column.tolist() for column in columns), strict=True):
            yield Mention(lexicon[term], TEXT_FIELDS[later], start, end)

    def terms_of(self, owners: Numbers, documents: Numbers) -> TermsOf:
        """The stems and concepts of some documents, which are called ``owners``."""
        arrays = self.store.postings
        local = documents - self.first
        holders, rows = entries(self.store, "stream", owners, local)
        stems = self.store.stems(self.store.words(rows))
        kept = np.flatnonzero(stems != NO_TERM)
        found = [(holders[kept], stems[kept].astype(np.int64))]
        first_concept = len(self.store.lexicon(STEMS))
        for group, shift in ((STEMS, 0), (CONCEPTS, first_concept)):
            holders, places = entries(self.store, f"wide.{group}", owners, local)
            found.append((holders, arrays[f"wide.{group}.terms"][places].astype(np.int64) + shift))
        all_owners, all_terms = map(np.concatenate, zip(*found, strict=True))
        terms, numbers = np.unique(all_terms, return_inverse=True)
        border = int(np.searchsorted(terms, first_concept))
        by_group = ((STEMS, terms[:border]), (CONCEPTS, terms[border:] - first_concept))

        def name(number: int) -> GroupTerm:
            group, shift = (STEMS, 0) if number < border else (CONCEPTS, first_concept)
            return GroupTerm(group, self.store.lexicon(group)[int(terms[number]) - shift])

        return TermsOf(
            all_owners,
            numbers,
            np.concatenate([self._sizes(group, chosen) for group, chosen in by_group]),
            np.concatenate([arrays[f"{group}.seen"][chosen] for group, chosen in by_group]),
            name,
        )

    def _sizes(self, group: str, terms: Numbers) -> Numbers:
        """In how many documents terms stand, deleted ones included."""
        starts = self.store.postings[f"{group}.starts"]
        sizes: Numbers = starts[terms + 1].astype(np.int64) - starts[terms]
        return sizes

    def _moved(self, documents: Numbers, *columns: Numbers) -> tuple[Numbers, ...]:
        """Documents by their numbers in the index, with columns, without what is deleted."""
        if self.live is None:
            return documents.astype(np.intp) + self.first, *columns
        kept = self.live[documents]
        moved = documents[kept].astype(np.intp) + self.first
        return moved, *(column[kept] for column in columns)


def entries(
    store: Store, name: str, owners: Numbers, documents: Numbers
) -> tuple[Numbers, Numbers]:
    """Where the entries of some documents are in the arrays ``name``, each with its owner."""
    starts = store.postings[f"{name}.starts"]
    firsts = starts[documents].astype(np.int64)
    return spread(owners, firsts, starts[documents + 1] - firsts)


def spread(owners: Numbers, firsts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """The numbers from each of ``firsts`` on, as many as ``sizes`` says, with their owners."""
    before = np.cumsum(sizes) - sizes
    return np.repeat(owners, sizes), np.repeat(firsts - before, sizes) + np.arange(sizes.sum())


def _places(store: Store, field: str, number: int) -> Numbers:
    """Document and position of every occurrence of a name, as one number."""
    arrays = store.postings
    span = store.span(field, number)
    documents = arrays[f"{field}.documents"][span].astype(np.int64)
    owners = np.repeat(documents, arrays[f"{field}.counts.0"][span])
    starts = arrays.view(f"{field}.position_starts")
    positions = arrays[f"{field}.positions"][starts[number] : starts[number + 1]]
    return owners << 32 | positions.astype(np.int64) + (1 << 31)
