"""Posting lists as arrays, read from Whoosh's index and kept.

Whoosh's readers are not safe to share by threads, and its matchers answer one document at a time.
So this is the only place that touches the reader: it takes turns, and turns a term's postings into
arrays once. The arrays are never changed, so any number of threads may compute with them.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from cachetools import LRUCache
from whoosh.reading import TermNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from whoosh.matching import Matcher
    from whoosh.reading import IndexReader

CACHE_BYTES = 64 << 20
"""How much memory the posting lists kept may take."""


class PostingList(NamedTuple):
    """The documents that hold a term, ascending, and how often each holds it."""

    documents: NDArray[np.int32]
    frequencies: NDArray[np.float32]


class Place(NamedTuple):
    """Where a term occurs in a document's field: which word, from and to which character."""

    position: int
    start: int
    end: int


class Occurrences(NamedTuple):
    """Where a term, or words in a row, occur: four parallel arrays, by document and position."""

    documents: NDArray[np.int64]
    positions: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def at(self, chosen: NDArray[Any]) -> Occurrences:
        """Some of them, by mask or by index."""
        return Occurrences(*(column[chosen] for column in self))

    def within(self, documents: NDArray[Any]) -> Occurrences:
        """Those in some documents, given in ascending order."""
        return self.at(np.isin(self.documents, documents))


Places = Mapping[int, tuple[Place, ...]]
"""Occurrences by document."""

EMPTY = PostingList(np.empty(0, np.int32), np.empty(0, np.float32))
_NOWHERE: Places = MappingProxyType({})
_RARE = 8
"""A list is decoded whole unless fewer than one in so many of its documents are asked for."""


class Postings:
    """The postings of one index. Safe to share by threads."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._turn = threading.Lock()
        self._lists: LRUCache[tuple[str, str], PostingList] = LRUCache(CACHE_BYTES, _size)
        self._occurrences: LRUCache[tuple[str, str], Occurrences] = LRUCache(CACHE_BYTES, _size)
        self.count: int = reader.doc_count_all()

    def of(self, field: str, term: str) -> PostingList:
        """The documents with a term; ``EMPTY`` if there are none."""
        key = (field, term)
        with self._turn:
            found = self._lists.get(key)
            if found is None:
                found = self._read(field, term)
                if _size(found) <= CACHE_BYTES:
                    self._lists[key] = found
        return found

    def has(self, field: str, term: str) -> bool:
        """Whether any document has the term in the field."""
        with self._turn:
            return (field, term) in self._reader

    def places(self, field: str, term: str, documents: Iterable[int]) -> Places:
        """Where a term occurs in some documents, given in ascending order."""
        with self._turn:
            matcher = self._matcher(field, term)
            return dict(_places(matcher, documents)) if matcher else _NOWHERE

    def occurrences(self, field: str, term: str, documents: NDArray[Any]) -> Occurrences:
        """Where a term occurs in some documents that all have it, given in ascending order."""
        key = (field, term)
        asked = documents.tolist()
        with self._turn:
            whole = self._occurrences.get(key)
            if whole is None:
                matcher = self._matcher(field, term)
                if matcher is None or len(asked) * _RARE < self._reader.doc_frequency(*key):
                    return _gathered(_places(matcher, asked)) if matcher else _gathered(())
                whole = _gathered(_all_places(matcher))
                if _size(whole) <= CACHE_BYTES:
                    self._occurrences[key] = whole
        return whole.within(documents)

    def starting(self, field: str, prefix: str) -> dict[str, int]:
        """The terms of a field that begin with ``prefix``, and how many documents have each."""
        with self._turn:
            return {
                term.decode(): self._reader.doc_frequency(field, term)
                for term in self._reader.expand_prefix(field, prefix)
            }

    def lexicon(self, field: str) -> dict[str, int]:
        """All terms of a field with the number of documents that have each."""
        with self._turn:
            return {
                term.decode(): self._reader.doc_frequency(field, term)
                for term in self._reader.lexicon(field)
            }

    def record(self, document: int) -> str:
        """What is stored of a document."""
        with self._turn:
            record: str = self._reader.stored_fields(document)["record"]
        return record

    def column(self, field: str) -> NDArray[np.int32]:
        """The values of a numeric column, one a document."""
        with self._turn:
            column = self._reader.column_reader(field)
            return np.fromiter((column[n] for n in range(self.count)), np.int32, self.count)

    def _read(self, field: str, term: str) -> PostingList:
        matcher = self._matcher(field, term)
        if matcher is None:
            return EMPTY
        documents, frequencies = [], []
        while matcher.is_active():
            documents.append(matcher.id())
            frequencies.append(matcher.weight())
            matcher.next()
        return PostingList(np.array(documents, np.int32), np.array(frequencies, np.float32))

    def _matcher(self, field: str, term: str) -> Matcher | None:
        try:
            return self._reader.postings(field, term)
        except TermNotFound:
            return None


def _places(matcher: Matcher, documents: Iterable[int]) -> Iterator[tuple[int, tuple[Place, ...]]]:
    for document in documents:
        if not matcher.is_active():
            return
        matcher.skip_to(document)
        if matcher.is_active() and matcher.id() == document:
            found = matcher.value_as("characters")
            yield document, tuple(Place(position, start, end) for position, start, end in found)


def _all_places(matcher: Matcher) -> Iterator[tuple[int, Iterable[tuple[int, int, int]]]]:
    while matcher.is_active():
        yield matcher.id(), matcher.value_as("characters")
        matcher.next()


def _gathered(places: Iterable[tuple[int, Iterable[tuple[int, int, int]]]]) -> Occurrences:
    rows = [(document, *place) for document, found in places for place in found]
    return Occurrences(*np.array(rows, np.int64).reshape(len(rows), 4).T)


def _size(found: PostingList | Occurrences) -> int:
    return sum(column.nbytes for column in found) + 100
