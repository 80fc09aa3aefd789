"""The postings of some abstracts as columns, inverted by sorting numbers.

All words of a document stand in rows of the *stream*: those of its title, a border, those of its
abstract, a border. A row is a position. Borders and the gaps between paragraphs are rows without a
word, so words in neighbouring rows are neighbours in the text. Terms of
several words, compounds and concepts, are kept beside the stream by their first and last row.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.segment.groups import CONCEPTS, EXACT, NAMES, STEMS
from index.text.fast_tokenizer import InternedForms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from index.analyzer import AnalysedText

    Numbers = NDArray[Any]

NO_TERM = int(np.iinfo(np.uint32).max)
"""The value in the stream of a row without a word, and in ``stem_of`` of a word without a stem."""

SEEN_BITS = 23
"""``InvertedBatch.seen`` counts in documents above this bit."""


class Inverted(NamedTuple):
    """The postings of one group.

    Those of term *t* are ``documents[starts[t]:starts[t + 1]]``, ascending, with the frequencies in
    each of the group's fields in ``counts``. ``positions[position_starts[t]:...]`` are the rows of
    its occurrences, counted from their document's first; empty where the group does not keep them.
    """

    terms: list[bytes]
    starts: Numbers
    documents: Numbers
    counts: tuple[Numbers, ...]
    positions: Numbers
    position_starts: Numbers


class MultiWordTerms(NamedTuple):
    """Terms of several words, compounds and concepts: those of *d* at ``starts[d]:starts[d + 1]``.

    ``firsts`` and ``lasts`` are rows, counted from the document's first.
    """

    starts: Numbers
    terms: Numbers
    firsts: Numbers
    lasts: Numbers


class Stream(NamedTuple):
    """The words of documents in their order.

    Document *d* has the rows ``starts[d]:starts[d + 1]``; its abstract begins ``abstracts[d]`` rows
    after its title. ``words`` are terms of the exact group; ``offsets`` and ``widths`` say where
    they stand in their field, in characters; ``stem_of`` is the stem of each exact term.
    """

    starts: Numbers
    abstracts: Numbers
    words: Numbers
    offsets: Numbers
    widths: Numbers
    stem_of: Numbers
    wide: dict[str, MultiWordTerms]


@dataclass(frozen=True)
class InvertedBatch:
    """The postings of ``count`` documents, numbered from 0.

    ``seen`` tells for the terms of stems and concepts where they were met first: reading documents
    one after the other, of each the title's stems and concepts, then those of the abstract.
    """

    count: int
    groups: dict[str, Inverted]
    stream: Stream
    seen: dict[str, Numbers]


class _Terms(dict[str, int]):
    """Numbers terms in the order in which they are met."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number

    def sorted(self) -> tuple[list[bytes], Numbers]:
        """The terms in the order of their UTF-8, and by number the place of each."""
        order = sorted(self)  # by characters, which is the same order
        places = np.empty(len(order), np.uint32)
        places[[self[term] for term in order]] = np.arange(len(order), dtype=np.uint32)
        return [term.encode("utf-8", "surrogatepass") for term in order], places


class _Sorted(NamedTuple):
    """Rows and the words that stand there; ``places`` says by its number where a term is now."""

    terms: list[bytes]
    places: Numbers
    rows: Numbers
    words: Numbers


class _Rows:
    """Rows of words, where each document's begin, and what stands in them."""

    def __init__(self) -> None:
        self.names = _Terms()
        self.starts = array("I", [0])
        self.end = 0
        self._words = array("I")
        self._shared: list[str] = []
        self._numbers = array("I")  # in ``_shared``, of the words that follow
        self._positions = array("I")
        self._texts = array("I")  # where each of them begins, and how many words it has

    def add(self, terms: Sequence[str], positions: Sequence[int]) -> None:
        """Words at positions that ascend from the present end."""
        if not terms:
            return
        self._texts.extend((self.end, len(terms)))
        self._positions.extend(positions)
        self.end += positions[-1] + 1
        if not isinstance(terms, InternedForms):
            self._number()
            self._words.extend(map(self.names.__getitem__, terms))
            return
        if terms.names is not self._shared:
            self._number()
            self._shared = terms.names
        self._numbers.extend(terms.numbers)

    def border(self) -> None:
        """A row without a word."""
        self.end += 1

    def finish(self) -> None:
        """The end of a document."""
        self.border()
        self.starts.append(self.end)

    def sorted(self) -> _Sorted:
        """All words so far, by terms in their order."""
        self._number()
        terms, places = self.names.sorted()
        firsts, sizes = _numbers(self._texts).reshape(-1, 2).T
        rows = np.repeat(firsts, sizes) + _numbers(self._positions)
        return _Sorted(terms, places, rows, places[_numbers(self._words)])

    def _number(self) -> None:
        """Numbers the words that were only known by their numbers in a list of all."""
        if not self._numbers:
            return
        numbers = _numbers(self._numbers)
        own = np.zeros(len(self._shared), np.uint32)
        own[numbers] = 1
        met = np.flatnonzero(own)
        own[met] = [self.names[self._shared[number]] for number in met.tolist()]
        self._words.frombytes(own[numbers].tobytes())
        self._numbers = array("I")


class _MultiWordTerms:
    """Terms wider than a word, with their first and last rows in the stream."""

    def __init__(self) -> None:
        self.names = _Terms()
        self.starts = array("I", [0])
        self.terms = array("I")
        self.firsts = array("I")
        self.lasts = array("I")

    def add(self, term: str, first: int, last: int) -> None:
        self.terms.append(self.names[term])
        self.firsts.append(first)
        self.lasts.append(last)


class Inverter:
    """Gathers the postings of documents, one after the other.

    ``stem`` tells the stem of a word, or None if it is not to be found by its stem.
    """

    def __init__(self, stem: Callable[[str], str | None]) -> None:
        self._stem = stem
        self._stream = _Rows()
        self._offsets = array("I")
        self._ends = array("I")
        self._abstracts = array("I")
        self._wides = {STEMS: _MultiWordTerms(), CONCEPTS: _MultiWordTerms()}
        self._names = {group: _Rows() for group in NAMES}

    def __len__(self) -> int:
        return len(self._abstracts)

    def add(
        self,
        title: AnalysedText,
        abstract: AnalysedText,
        names: Mapping[str, tuple[list[str], list[int]]],
    ) -> None:
        """The next document; ``names`` are the terms and positions of its other fields."""
        stream = self._stream
        first = stream.end
        self._text(title, first)
        stream.border()
        self._abstracts.append(stream.end - first)
        self._text(abstract, first)
        stream.finish()
        for wides in self._wides.values():
            wides.starts.append(len(wides.terms))
        for group, rows in self._names.items():
            if group in names:
                rows.add(*names[group])
            rows.finish()

    def _text(self, text: AnalysedText, first: int) -> None:
        """The next text of the document whose first row is ``first``."""
        positions = text.positions
        shift = self._stream.end - first
        self._stream.add(text.forms, positions)
        self._offsets.extend(text.starts)
        self._ends.extend(text.ends)
        for place, stem in text.joined:
            last = shift + positions[place + 1]
            self._wides[STEMS].add(stem, shift + positions[place], last)
        for mention in text.mentions:
            last = shift + positions[mention.last]
            self._wides[CONCEPTS].add(mention.concept, shift + positions[mention.first], last)

    def finish(self) -> InvertedBatch:
        """The run of all documents so far."""
        terms, places, standing, words = self._stream.sorted()
        stems = self._wides[STEMS].names
        found = map(self._stem, self._stream.names)
        stem_of = np.empty(len(terms), np.uint32)
        stem_of[places] = [NO_TERM if stem is None else stems[stem] for stem in found]
        space = _Space.of(self._stream, _numbers(self._abstracts))
        sorted_names = {group: wides.names.sorted() for group, wides in self._wides.items()}
        stem_of = _renumbered(stem_of, sorted_names[STEMS][1])
        groups = {EXACT: space.inverted(terms, words, standing, is_positional=True)}
        wide: dict[str, MultiWordTerms] = {}
        seen: dict[str, Numbers] = {}
        for group, wides in self._wides.items():
            group_terms, group_places = sorted_names[group]
            beside = MultiWordTerms(
                _numbers(wides.starts),
                group_places[_numbers(wides.terms)],
                _numbers(wides.firsts),
                _numbers(wides.lasts),
            )
            wide[group] = beside
            rows = space.rows(beside)
            numbers = beside.terms
            keys = space.multi_word_keys(beside, rows, is_concept=group == CONCEPTS)
            if group == STEMS:
                plain = stem_of[words]
                kept = np.flatnonzero(plain != NO_TERM)
                plain_rows = standing[kept]
                between = np.searchsorted(plain_rows, rows)
                rows = np.insert(plain_rows, between, rows)
                numbers = np.insert(plain[kept], between, numbers)
                keys = np.insert(space.keys(plain_rows), between, keys)
            groups[group] = space.inverted(group_terms, numbers, rows, is_positional=False)
            first_seen = np.full(len(group_terms), np.iinfo(np.uint64).max, np.uint64)
            np.minimum.at(first_seen, numbers, keys)
            seen[group] = first_seen
        for group, rows_ in self._names.items():
            names, _, rows, words_ = rows_.sorted()
            groups[group] = _Space.of(rows_).inverted(names, words_, rows, is_positional=True)
        offsets = _numbers(self._offsets)
        stream = Stream(
            space.starts,
            _numbers(self._abstracts),
            self._column(standing, words, NO_TERM),
            self._column(standing, offsets),
            self._column(standing, _numbers(self._ends) - offsets),
            stem_of,
            wide,
        )
        return InvertedBatch(len(self), groups, stream, seen)

    def _column(self, standing: Numbers, values: Numbers, empty: int = 0) -> Numbers:
        """Values of words by their rows."""
        column = np.full(self._stream.end, empty, np.uint32)
        column[standing] = values
        return column


class _Space(NamedTuple):
    """Rows that words stand in: to which document each belongs, and to which of two fields."""

    starts: Numbers
    documents: Numbers
    fields: Numbers | None

    @classmethod
    def of(cls, rows: _Rows, abstracts: Numbers | None = None) -> _Space:
        starts = _numbers(rows.starts)
        documents = np.repeat(np.arange(len(starts) - 1, dtype=np.uint32), np.diff(starts))
        if abstracts is None:
            return cls(starts, documents, None)
        firsts = (starts[:-1] + abstracts)[documents]
        return cls(starts, documents, (np.arange(rows.end) >= firsts).astype(np.uint8))

    def rows(self, wide: MultiWordTerms) -> Numbers:
        """The first rows of wide terms in this space."""
        owners = np.repeat(np.arange(len(wide.starts) - 1), np.diff(wide.starts))
        return self.starts[owners] + wide.firsts

    def keys(self, rows: Numbers) -> Numbers:
        """The order in which words are met: by document, field, then place."""
        documents = self.documents[rows].astype(np.uint64)
        fields = np.zeros(1, np.uint8) if self.fields is None else self.fields[rows]
        places = (rows - self.starts[documents]).astype(np.uint64)
        keys: Numbers = documents << np.uint64(SEEN_BITS) | places << np.uint64(1)
        keys |= fields.astype(np.uint64) << np.uint64(SEEN_BITS - 1)
        return keys

    def multi_word_keys(self, wide: MultiWordTerms, rows: Numbers, *, is_concept: bool) -> Numbers:
        """The order of multi-word terms: compounds after their word, concepts after the stems."""
        if not is_concept:
            return self.keys(rows) + np.uint64(1)
        owners = self.documents[rows].astype(np.int64)
        nth = (np.arange(len(rows)) - wide.starts[owners]).astype(np.uint64)
        in_field = self.keys(rows) >> np.uint64(21) << np.uint64(21)
        return in_field + np.uint64(1 << 21) + (nth << np.uint64(1))

    def inverted(
        self, terms: list[bytes], numbers: Numbers, rows: Numbers, *, is_positional: bool
    ) -> Inverted:
        """The postings of terms that stand in rows, which ascend."""
        # Numbers of 16 bits are sorted in a fifth of the time, and a chunk seldom needs more.
        is_small = len(terms) <= 1 << 16
        order = np.argsort(numbers.astype(np.uint16) if is_small else numbers, kind="stable")
        numbers, rows = numbers[order], rows[order]
        documents = self.documents[rows]
        is_first = np.ones(len(rows), bool)
        is_first[1:] = (np.diff(numbers) != 0) | (np.diff(documents) != 0)
        begins = np.flatnonzero(is_first)
        counts = np.diff(begins, append=len(rows))
        if self.fields is None:
            by_field: tuple[Numbers, ...] = (counts,)
        else:
            later = np.zeros(len(rows) + 1, np.int64)
            np.cumsum(self.fields[rows], out=later[1:])
            in_abstract = later[begins + counts] - later[begins]
            by_field = (counts - in_abstract, in_abstract)
        every = np.arange(len(terms) + 1)
        return Inverted(
            terms,
            np.searchsorted(numbers[begins], every),
            documents[begins],
            by_field,
            rows - self.starts[documents] if is_positional else rows[:0],
            np.searchsorted(numbers, every) if is_positional else every[:0],
        )


def _numbers(values: array[int]) -> Numbers:
    return np.frombuffer(values, np.uint32)


def _renumbered(numbers: Numbers, places: Numbers) -> Numbers:
    """Numbers of terms in their new order; what is no term stays so."""
    is_term = numbers != NO_TERM
    found = np.full(len(numbers), NO_TERM, np.uint32)
    found[is_term] = places[numbers[is_term]]
    return found
