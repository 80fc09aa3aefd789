"""The arrays of one segment by name: terms, postings, rows of words, stored strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.segment.arrays import Arrays
from index.segment.frequencies import unpacked
from index.segment.groups import EXACT, GROUPS, LAYER_GROUPS, PLACES, RARE, STEMS
from index.segment.lexicon import ABSENT, Lexicon
from index.segment.stored import Documents

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from whoosh.reading import IndexReader as WhooshReader

    Numbers = NDArray[Any]

POSTINGS, DOCUMENTS = "postings", "documents"
"""The two parts of a segment."""


class Occurrence(NamedTuple):
    """The position of a term in a field, and its first and last character."""

    position: int
    start: int
    end: int


class SegmentArrays:
    """The arrays of one segment. Safe to share by threads: nothing in it ever changes."""

    def __init__(self, folder: Path, segment: str) -> None:
        self.postings = Arrays(folder / f"{segment}.{POSTINGS}")
        self.documents = Documents(Arrays(folder / f"{segment}.{DOCUMENTS}"))
        self._lexicons: dict[str, Lexicon] = {}

    def lexicon(self, group: str) -> Lexicon:
        """The terms of a group."""
        found = self._lexicons.get(group)
        if found is None:
            found = self._lexicons[group] = Lexicon(self.postings, group)
        return found

    def span(self, group: str, term: int) -> slice:
        """The slice of a term's postings."""
        starts = self.postings.view(f"{group}.starts")
        return slice(starts[term], starts[term + 1])

    def counts(self, group: str, span: slice) -> tuple[Numbers, ...]:
        """The frequencies of some postings in each field of their group."""
        return tuple(self._counts(group, column, span) for column in range(len(GROUPS[group])))

    def field_postings(self, field: str, term: int) -> tuple[Numbers, Numbers]:
        """The documents that have a term in one field, and how often."""
        group, column = PLACES[field]
        span = self.span(group, term)
        documents = self.postings[f"{group}.documents"][span]
        counts = self._counts(group, column, span)
        if len(GROUPS[group]) == 1:
            return documents, counts
        there = counts > 0
        return documents[there], counts[there]

    def holds(self, field: str, term: str) -> bool:
        """Whether any document has a term in a field."""
        number = self.lexicon(PLACES[field].group).find(term)
        return number != ABSENT and self.frequency(field, number) > 0

    def frequencies(self, field: str, numbers: range, live: Numbers | None = None) -> Numbers:
        """In how many documents each of some terms stands in a field, or in how many ``live``."""
        group, column = PLACES[field]
        arrays = self.postings
        starts = arrays[f"{group}.starts"][numbers.start : numbers.stop + 1].astype(np.int64)
        if len(starts) < 2:
            return np.zeros(0, np.int64)
        if len(GROUPS[group]) == 1 and live is None:
            return starts[1:] - starts[:-1]
        span = slice(int(starts[0]), int(starts[-1]))
        counted = self._counts(group, column, span) > 0
        if live is not None:
            counted &= live[arrays[f"{group}.documents"][span]]
        before = np.zeros(len(counted) + 1, np.int64)
        np.cumsum(counted, out=before[1:])
        ends: Numbers = before[starts - starts[0]]
        return ends[1:] - ends[:-1]

    def frequency(self, field: str, number: int, live: Numbers | None = None) -> int:
        """The document frequency of one term, in a fifth of the time of ``frequencies``."""
        group, column = PLACES[field]
        span = self.span(group, number)
        if len(GROUPS[group]) == 1 and live is None:
            return int(span.stop - span.start)
        counted = self._counts(group, column, span) > 0
        if live is not None:
            counted &= live[self.postings[f"{group}.documents"][span]]
        return int(np.count_nonzero(counted))

    def terms(self, field: str) -> int:
        """The number of terms of a field."""
        numbers = range(len(self.lexicon(PLACES[field].group)))
        return int(np.count_nonzero(self.frequencies(field, numbers)))

    def length(self, field: str) -> Numbers:
        """The number of terms of each document in a field."""
        return self.postings[f"length.{field}"]

    def occurrences(self, field: str, term: int, document: int) -> list[Occurrence]:
        """The places of a term in a field of one document, for Whoosh."""
        group, column = PLACES[field]
        if group in LAYER_GROUPS:
            return self._in_stream(group, column, term, document)
        starts = self.postings.view(f"{group}.position_starts")
        span = self.span(group, term)
        [counts] = self.counts(group, span)
        nth = int(np.searchsorted(self.postings[f"{group}.documents"][span], document))
        first = starts[term] + int(counts[:nth].sum())
        rows = self.postings[f"{group}.positions"][first : first + int(counts[nth])]
        return [Occurrence(row, 0, 0) for row in rows.tolist()]

    def _counts(self, group: str, column: int, span: slice) -> Numbers:
        return unpacked(self.postings, group, len(GROUPS[group]), column, span)

    def _in_stream(self, group: str, column: int, term: int, document: int) -> list[Occurrence]:
        arrays = self.postings
        first, end = arrays.view("stream.starts")[document : document + 2]
        border = arrays.view("stream.abstracts")[document]
        words = self.words(np.arange(first, end))
        spans = []
        if group == EXACT:
            spans = [(row, row) for row in np.flatnonzero(words == self.word(term)).tolist()]
        elif group == STEMS:
            spans = [(row, row) for row in np.flatnonzero(self.stems(words) == term).tolist()]
        if group != EXACT:
            low, high = arrays.view(f"wide.{group}.starts")[document : document + 2]
            of_term = arrays[f"wide.{group}.terms"][low:high] == term
            firsts = arrays[f"wide.{group}.firsts"][low:high][of_term].tolist()
            lasts = arrays[f"wide.{group}.lasts"][low:high][of_term].tolist()
            spans = sorted([*spans, *zip(firsts, lasts, strict=True)])
        inside = np.array([span for span in spans if (span[0] >= border) is bool(column)], np.int64)
        firsts_, lasts_ = inside.reshape(-1, 2).T
        shift = border if column else 0
        columns = (firsts_ - shift, self.begins(firsts_ + first), self.ends(lasts_ + first))
        return list(map(Occurrence, *(one.tolist() for one in columns)))

    def word(self, term: int) -> int:
        """The number in the stream of an exact term."""
        number: int = self.postings.view("exact.words")[term]
        return number

    def words(self, rows: Numbers) -> Numbers:
        """The words in some rows of the stream, ``BORDER`` where there is none."""
        arrays = self.postings
        found = arrays["stream.words"][rows]
        if len(arrays["stream.rare.rows"]):
            rare = np.flatnonzero(found == RARE)
            if len(rare):
                found = found.astype(np.uint32)
                at = np.searchsorted(arrays["stream.rare.rows"], rows[rare])
                found[rare] = arrays["stream.rare.values"][at]
        return found

    def stems(self, words: Numbers) -> Numbers:
        """The stems of words of the stream, ``NO_TERM`` where there is none."""
        found: Numbers = self.postings["stream.stem_of"][words]
        return found

    def begins(self, rows: Numbers) -> Numbers:
        """The characters of their field at which the words in some rows begin."""
        found: Numbers = self.postings["stream.offsets"][rows].astype(np.int64)
        return found

    def ends(self, rows: Numbers) -> Numbers:
        """The characters of their field before which the words in some rows end."""
        arrays = self.postings
        widths = arrays["stream.width_of"][self.words(rows)].astype(np.int64)
        odd = arrays["stream.odd.rows"]
        at = np.minimum(np.searchsorted(odd, rows), len(odd) - 1)
        if len(odd):
            is_odd = np.flatnonzero(odd[at] == rows)
            widths[is_odd] = arrays["stream.odd.values"][at[is_odd]]
        return self.begins(rows) + widths


def arrays_of(leaf: WhooshReader) -> SegmentArrays:
    """The store that a reader of one segment, opened by our codec, reads."""
    store: SegmentArrays = leaf._terms.store  # noqa: SLF001 (Whoosh has no way to ask for it)
    return store
