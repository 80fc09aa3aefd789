"""The postings of an index: those of its segments, as one.

What is asked for is given as numpy arrays that are never changed, so any number of threads may
compute with them. Documents are numbered through all segments; deleted ones are left out.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.schema import TEXT_FIELDS, field_of
from index.segment.groups import CONCEPTS, EXACT, PLACES
from index.segment.lexicon import ABSENT
from index.segment.segment import EMPTY, NOWHERE, Counts, PostingList, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from whoosh.reading import IndexReader as WhooshReader

    from index.analyzer import Layer
    from index.segment.segment import ConceptMention, GroupTerm
    from index.segment.stored import StoredStrings

    Numbers = NDArray[Any]

TERMS_CACHED = 1 << 14
"""Of how many terms it is remembered how many documents have them: about 2 MB."""

SHORTEST_FORM = 4
"""Letters of a word that can be guessed."""

_NO_NUMBERS = np.empty(0, np.int32)


class CommonestTerms(NamedTuple):
    """Terms that begin alike: the commonest, in that order, and how many there are in all."""

    terms: list[str]
    total: int


class IndexReader:
    """The postings of one index. Safe to share by threads."""

    def __init__(self, reader: WhooshReader) -> None:
        self.segments = tuple(Segment(leaf, first) for leaf, first in reader.leaf_readers())
        self.size = sum(segment.size for segment in self.segments)
        """The number of documents, deleted ones included."""
        self.count: int = reader.doc_count()
        """The number of documents that are not deleted."""
        self.document_frequency = lru_cache(TERMS_CACHED)(self._document_frequency)

    def field_postings(self, field: str, term: str) -> PostingList:
        """The documents with a term in a field; ``EMPTY`` if there are none."""
        group = PLACES[field].group
        found = [one.field(field, number) for one, number in self._numbers(group, term)]
        if not found:
            return EMPTY
        lists = PostingList(*map(np.concatenate, zip(*found, strict=True)))
        return lists if len(lists.documents) else EMPTY

    def has(self, field: str, term: str) -> bool:
        """Whether any document has the term in the field."""
        return self.document_frequency(field, term) > 0

    def has_in_layer(self, layer: Layer, term: str) -> bool:
        """Whether title or abstract of any document has a term of a layer."""
        for one, number in self._numbers(layer, term):
            if one.live is None or len(one.counts(layer, number).documents):
                return True
        return False

    def document_frequency_bound(self, layer: Layer, term: str) -> int:
        """At most so many documents have a term of a layer in title or abstract.

        This is the length of its posting list, deleted documents included; no posting is read.
        """
        spans = [one.store.span(layer, number) for one, number in self._numbers(layer, term)]
        return sum(span.stop - span.start for span in spans)

    def layer_postings(self, layer: Layer, term: str) -> Counts:
        """The documents with a term in a layer of title or abstract; ``NOWHERE`` for none."""
        return _joined([one.counts(layer, number) for one, number in self._numbers(layer, term)])

    def names(self, field: str, forms: tuple[str, ...]) -> NDArray[np.intp]:
        """The documents with words in a row in a field of names."""
        found = [
            one.named(field, numbers)
            for one in self.segments
            if (numbers := one.numbers(field, forms))
        ]
        return np.concatenate(found) if found else EMPTY.documents

    def likely(
        self, documents: Numbers, shares: NDArray[np.float64], shared_by: int, frequencies: range
    ) -> Iterator[tuple[GroupTerm, float]]:
        """The stems and concepts of some documents with how likely they are, the likeliest first.

        See ``Segment.likely``; ``frequencies`` are those of the whole index.
        """
        if len(self.segments) != 1:
            return iter(self._likely_of_all(documents, shares, shared_by, frequencies))
        [segment] = self.segments
        found = segment.likely(documents, shares, shared_by, frequencies)
        return ((segment.term(number), likelihood) for number, _, likelihood in found)

    def mentions(self, document: int) -> Iterator[ConceptMention]:
        """The concepts that a document speaks of, in the order of its text."""
        return self.segment_of(document).mentions(document)

    def with_prefix(self, field: str, prefix: str) -> dict[str, int]:
        """The terms of a field that begin with ``prefix``, and how many documents have each."""
        found: dict[str, int] = {}
        for segment in self.segments:
            lexicon = segment.store.lexicon(PLACES[field].group)
            numbers = lexicon.starting(prefix)
            counts = segment.frequencies(field, numbers)
            for place in np.flatnonzero(counts).tolist():
                term = lexicon[numbers[place]]
                found[term] = found.get(term, 0) + int(counts[place])
        return found

    def commonest_with_prefix(
        self, fields: Sequence[str], prefix: str, most: int
    ) -> CommonestTerms:
        """The terms of fields of one group that begin with ``prefix``, of most documents first."""
        if len(self.segments) != 1:
            forms: Counter[str] = Counter()
            for field in fields:
                forms.update(self.with_prefix(field, prefix))
            ordered = sorted(forms, key=lambda form: (-forms[form], form))
            return CommonestTerms(ordered[:most], len(ordered))
        [segment] = self.segments
        lexicon = segment.store.lexicon(PLACES[fields[0]].group)
        numbers = lexicon.starting(prefix)
        counts = np.sum([segment.frequencies(field, numbers) for field in fields], axis=0)
        there = np.flatnonzero(counts)
        best = there[np.argsort(-counts[there], kind="stable")][:most]
        return CommonestTerms([lexicon[numbers[place]] for place in best.tolist()], len(there))

    def guessable_words(self) -> dict[str, int]:
        """The words of titles and abstracts that can be guessed.

        Each is of at least four letters, with the number of titles and abstracts that have it.
        """
        found: dict[str, int] = {}
        for segment in self.segments:
            lexicon = segment.store.lexicon(EXACT)
            numbers = range(len(lexicon))
            fields = [field_of(name, "exact") for name in TEXT_FIELDS]
            counts = np.sum([segment.frequencies(field, numbers) for field in fields], axis=0)
            for form, count in zip(lexicon, counts.tolist(), strict=True):
                if count and len(form) >= SHORTEST_FORM and form.isalpha():
                    found[form] = found.get(form, 0) + count
        return found

    def stored_strings(self, document: int) -> StoredStrings:
        """The stored strings of a document, by field."""
        segment = self.segment_of(document)
        return segment.store.documents.strings(document - segment.first)

    def pmid(self, document: int) -> str:
        """The PMID of a document."""
        segment = self.segment_of(document)
        return segment.store.documents.string("pmid", document - segment.first)

    def segment_of(self, document: int) -> Segment:
        """The segment that a document is in."""
        if len(self.segments) == 1:
            return self.segments[0]
        return next(segment for segment in self.segments if document < segment.end)

    def column(self, field: str) -> Numbers:
        """The values of a numeric column, one a document."""
        columns = [segment.store.documents.column(field) for segment in self.segments]
        return columns[0] if len(columns) == 1 else np.concatenate([*columns, _NO_NUMBERS])

    @cached_property
    def live(self) -> NDArray[np.bool_] | None:
        """A mask of the documents that are not deleted; None if none is."""
        if all(segment.live is None for segment in self.segments):
            return None
        return np.concatenate(
            [np.ones(one.size, bool) if one.live is None else one.live for one in self.segments]
        )

    def _document_frequency(self, field: str, term: str) -> int:
        """The number of documents that have the term in the field."""
        numbers = self._numbers(PLACES[field].group, term)
        return sum(one.frequency(field, number) for one, number in numbers)

    def _numbers(self, group: str, term: str) -> list[tuple[Segment, int]]:
        return [
            (segment, number)
            for segment in self.segments
            if (number := segment.store.lexicon(group).find(term)) != ABSENT
        ]

    def _likely_of_all(
        self, documents: Numbers, shares: NDArray[np.float64], shared_by: int, frequencies: range
    ) -> list[tuple[GroupTerm, float]]:
        """The likely terms over several segments, each of which numbers terms its own way."""
        holders: Counter[GroupTerm] = Counter()
        likelihoods: dict[GroupTerm, float] = {}
        for segment in self.segments:
            own = np.flatnonzero((documents >= segment.first) & (documents < segment.end))
            found = segment.likely(documents[own], shares[own], 1, range(segment.size + 1))
            for number, count, likelihood in sorted(found):
                term = segment.term(number)
                holders[term] += count
                likelihoods[term] = likelihoods.get(term, 0.0) + likelihood
        good = [
            term
            for term in likelihoods
            if holders[term] >= shared_by and self._layer_frequency(term) in frequencies
        ]
        return [(one, likelihoods[one]) for one in sorted(good, key=lambda t: -likelihoods[t])]

    def _layer_frequency(self, term: GroupTerm) -> int:
        """The number of documents whose title or abstract has a term."""
        layer: Layer = "concepts" if term.group == CONCEPTS else "stems"
        return len(self.layer_postings(layer, term.text).documents)


def _joined(found: list[Counts]) -> Counts:
    if len(found) == 1:
        return found[0]
    return Counts(*map(np.concatenate, zip(*found, strict=True))) if found else NOWHERE
