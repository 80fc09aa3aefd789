"""Runs to a segment: the postings of many small indexes merged into those of one.

Runs and segments are the same arrays. A run is written whole; a segment is merged from runs a range
of terms at a time, so that memory is bounded however many abstracts there are. The documents of a
run follow those of the run before.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.codec.arrays import smallest
from index.codec.layout import BORDER, CONCEPTS, EXACT, GROUPS, NAMES, RARE, STEMS
from index.codec.lexicon import write_lexicon
from index.codec.run import NO_TERM, SEEN_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from index.codec.arrays import Arrays, ArraysWriter
    from index.codec.run import Run

    Numbers = NDArray[Any]

BATCH = 1 << 22
"""How many postings are merged at a time: about 100 MB while they are."""

TERMS = 1 << 18
"""How many terms of all runs are merged at a time: about 60 MB while they are."""

SAMPLED = 1 << 9
"""Of so many terms of a run one is looked at to find where to part them."""

_POSITIONAL = (EXACT, *NAMES)


def write_run(run: Run, arrays: ArraysWriter) -> None:
    """Writes the arrays of a run, each as small as can be: ``_widest`` counts on it."""
    for group, inverted in run.groups.items():
        arrays.write_strings(f"{group}.terms", inverted.terms)
        _write(arrays, f"{group}.starts", inverted.starts)
        _write(arrays, f"{group}.documents", inverted.documents)
        for column, counts in enumerate(inverted.counts):
            _write(arrays, f"{group}.counts.{column}", counts)
            length = np.bincount(inverted.documents, counts, run.count)
            _write(arrays, f"length.{GROUPS[group][column]}", length)
        if group in _POSITIONAL:
            _write(arrays, f"{group}.positions", inverted.positions)
            _write(arrays, f"{group}.position_starts", inverted.position_starts)
    for group, keys in run.seen.items():
        _write(arrays, f"{group}.seen", keys)
    stream = run.stream
    for name in ("starts", "abstracts", "words", "offsets", "widths", "stem_of"):
        _write(arrays, f"stream.{name}", getattr(stream, name))
    for group, wide in stream.wide.items():
        for name in ("starts", "terms", "firsts", "lasts"):
            _write(arrays, f"wide.{group}.{name}", getattr(wide, name))


def _write(arrays: ArraysWriter, name: str, values: Numbers) -> None:
    arrays.write(name, values.astype(smallest(_most(values))))


class _Part(NamedTuple):
    """A run on its way into a segment: its arrays, and the number of its first document there."""

    arrays: Arrays
    base: int


def merge(runs: Sequence[Arrays], target: ArraysWriter) -> None:
    """Writes the postings of the documents of all runs."""
    counts = [len(run["stream.starts"]) - 1 for run in runs]
    bases = np.cumsum([0, *counts]).tolist()
    parts = [_Part(run, base) for run, base in zip(runs, bases, strict=False)]
    numbers = {group: _merge_group(parts, group, bases[-1], target) for group in GROUPS}
    _merge_seen(parts, numbers, target)
    _merge_stream(parts, numbers, target)


def concatenate(name: str, runs: Sequence[Arrays], target: ArraysWriter) -> None:
    """Writes one array after the other."""
    kind = _widest(name, runs)
    with target.array(name, kind) as file:
        for run in runs:
            file.write(run[name].astype(kind, copy=False).data)
            run.forget()


def _most(values: Numbers) -> int:
    return int(values.max(initial=0))


def _widest(name: str, runs: Sequence[Arrays]) -> np.dtype[Any]:
    """The smallest type for the numbers of all runs, in each of which they have the smallest."""
    return np.result_type(np.uint8, *(run[name].dtype for run in runs))


def _merge_group(
    parts: Sequence[_Part], group: str, documents: int, target: ArraysWriter
) -> list[Numbers]:
    """Merges the postings of a group; returns by run the new number of each of its terms."""
    runs = [part.arrays for part in parts]
    numbers = [np.empty(len(run[f"{group}.starts"]) - 1, np.uint32) for run in runs]
    size = write_lexicon(target, group, _merged_terms(runs, f"{group}.terms", numbers))
    columns: dict[str, Any] = {"documents": smallest(documents)}
    for column in range(len(GROUPS[group])):
        name = f"counts.{column}"
        columns[name] = _widest(f"{group}.{name}", runs)
    merger = _Merger(parts, group, numbers, size)
    merger.merge("starts", columns, target)
    if group in _POSITIONAL:
        positions = _widest(f"{group}.positions", runs)
        merger.merge("position_starts", {"positions": positions}, target)
    for field in GROUPS[group]:
        concatenate(f"length.{field}", runs, target)
    return numbers


def _merged_terms(
    runs: Sequence[Arrays], name: str, numbers: Sequence[Numbers]
) -> Iterator[list[bytes]]:
    """The terms of all runs in their order, each once and some at a time.

    Into ``numbers`` goes by run the number of each of its terms among all.
    """
    every = [_SortedTerms(run, name) for run in runs]
    samples = sorted(itertools.chain.from_iterable(map(_SortedTerms.sample, every)))
    borders = samples[:: max(1, TERMS // SAMPLED)]
    reached = [0] * len(runs)
    count = 0
    for border in [*borders[1:], None]:
        ends = [terms.first_from(border) for terms in every]
        pieces = [
            terms.between(first, end)
            for terms, first, end in zip(every, reached, ends, strict=True)
        ]
        known = sorted(set().union(*pieces))
        places = dict(zip(known, itertools.count(count)))
        for own, piece, first, end in zip(numbers, pieces, reached, ends, strict=True):
            own[first:end] = [places[term] for term in piece]
        reached, count = ends, count + len(known)
        yield known
        for run in runs:
            run.forget()


class _SortedTerms:
    """The terms of a run, as they are mapped."""

    def __init__(self, run: Arrays, name: str) -> None:
        self._starts = run.view(f"{name}.starts")
        self._bytes = run.view(name)
        self._size = len(self._starts) - 1

    def sample(self) -> list[bytes]:
        """Every so many a term."""
        return list(map(self._term, range(0, self._size, SAMPLED)))

    def first_from(self, term: bytes | None) -> int:
        """The number of the first that is not before a term, or how many there are for None."""
        if term is None:
            return self._size
        return bisect_left(range(self._size), term, key=self._term)

    def between(self, first: int, end: int) -> list[bytes]:
        """Those from one number up to another."""
        starts = self._starts[first : end + 1].tolist()
        whole = bytes(self._bytes[starts[0] : starts[-1]])
        return [
            whole[one - starts[0] : other - starts[0]] for one, other in itertools.pairwise(starts)
        ]

    def _term(self, number: int) -> bytes:
        return bytes(self._bytes[self._starts[number] : self._starts[number + 1]])


class _Merger(NamedTuple):
    """Merges columns that are ordered by term, and within a term by document."""

    parts: Sequence[_Part]
    group: str
    numbers: list[Numbers]
    size: int

    def merge(self, starts: str, columns: dict[str, Any], target: ArraysWriter) -> None:
        begins = [part.arrays[f"{self.group}.{starts}"] for part in self.parts]
        totals = np.zeros(self.size, np.int64)
        for numbers, begin in zip(self.numbers, begins, strict=True):
            totals[numbers] += begin[1:] - begin[:-1]
        merged = np.concatenate([[0], np.cumsum(totals)])
        target.write(f"{self.group}.{starts}", merged.astype(smallest(int(merged[-1]))))
        borders = np.searchsorted(merged, np.arange(0, max(merged[-1], 1), BATCH), "right") - 1
        ranges = list(zip(borders, [*borders[1:], self.size], strict=True))
        for name, kind in columns.items():
            with target.array(f"{self.group}.{name}", kind) as file:
                for first, end in ranges:
                    batch = np.empty(merged[end] - merged[first], kind)
                    cursor = merged[first:end] - merged[first]
                    for source, place in self._pieces(name, begins, cursor, int(first), int(end)):
                        batch[place] = source
                    file.write(batch.data)
                    for part in self.parts:
                        part.arrays.forget()

    def _pieces(
        self, name: str, begins: list[Numbers], cursor: Numbers, first: int, end: int
    ) -> Iterator[tuple[Numbers, Numbers]]:
        """What each run has of a range of terms, and where that goes in the batch."""
        for part, numbers, begin in zip(self.parts, self.numbers, begins, strict=True):
            low, high = np.searchsorted(numbers, [first, end])
            own = numbers[low:high].astype(np.int64) - first
            places = begin[low : high + 1].astype(np.int64)
            sizes = np.diff(places)
            source = part.arrays[f"{self.group}.{name}"][places[0] : places[-1]]
            if name == "documents":
                source = source.astype(np.int64) + part.base
            shift = cursor[own] - (places[:-1] - places[0])
            yield source, np.repeat(shift, sizes) + np.arange(len(source))
            cursor[own] += sizes


def _merge_seen(
    parts: Sequence[_Part], numbers: dict[str, list[Numbers]], target: ArraysWriter
) -> None:
    """Writes the order in which the terms of stems and concepts are met first."""
    keys = []
    for group in (STEMS, CONCEPTS):
        count = 1 + max((_most(one) for one in numbers[group] if len(one)), default=-1)
        first = np.full(count, np.iinfo(np.uint64).max, np.uint64)
        for part, own in zip(parts, numbers[group], strict=True):
            met = part.arrays[f"{group}.seen"] + np.uint64(part.base << SEEN_BITS)
            first[own] = np.minimum(first[own], met)
        keys.append(first)
    together = np.concatenate(keys)
    ranks = np.empty(len(together), np.uint32)
    ranks[np.argsort(together, kind="stable")] = np.arange(len(together), dtype=np.uint32)
    for group, own in zip((STEMS, CONCEPTS), np.split(ranks, [len(keys[0])]), strict=True):
        target.write(f"{group}.seen", own)


def _merge_stream(
    parts: Sequence[_Part], numbers: dict[str, list[Numbers]], target: ArraysWriter
) -> None:
    """Writes the stream, whose words are numbered anew, from the most frequent on.

    So all but rare words fit into 16 bits. The others stand beside, and so do the widths of words
    that are not written as they are indexed.
    """
    runs = [part.arrays for part in parts]
    words = _by_frequency(parts, numbers[EXACT])
    target.write("exact.words", words)
    widths = np.zeros(len(words) + 1, np.uint32)
    stem_of = np.full(len(words) + 1, NO_TERM, np.uint32)
    for part, own, stems in zip(parts, numbers[EXACT], numbers[STEMS], strict=True):
        stem_of[words[own]] = _renumbered(part.arrays["stream.stem_of"], stems, NO_TERM)
        forms = _SortedTerms(part.arrays, "exact.terms").between(0, len(own))
        lengths = [len(form.decode("utf-8", "surrogatepass")) for form in forms]
        widths[words[own]] = lengths
    target.write("stream.stem_of", stem_of)
    target.write("stream.width_of", widths.astype(smallest(_most(widths))))
    rare: list[tuple[Numbers, Numbers]] = []
    odd: list[tuple[Numbers, Numbers]] = []
    kind, first = smallest(sum(len(run["stream.words"]) for run in runs)), 0
    with target.array("stream.words", np.uint16) as file:
        for part, own in zip(parts, numbers[EXACT], strict=True):
            row_words = _renumbered(part.arrays["stream.words"], words[own], BORDER)
            file.write(np.minimum(row_words, RARE).astype(np.uint16).data)
            rows = np.flatnonzero(row_words >= RARE)
            rare.append(((rows + first).astype(kind), row_words[rows]))
            row_widths = part.arrays["stream.widths"]
            rows = np.flatnonzero(row_widths != widths[row_words])
            odd.append(((rows + first).astype(kind), row_widths[rows]))
            first += len(row_words)
            part.arrays.forget()
    for name, pairs in (("rare", rare), ("odd", odd)):
        for column, pieces in zip(("rows", "values"), zip(*pairs, strict=True), strict=True):
            smaller = smallest(max(map(_most, pieces)))
            with target.array(f"stream.{name}.{column}", smaller) as file:
                for piece in pieces:
                    file.write(piece.astype(smaller).data)
    for name in ("abstracts", "offsets"):
        concatenate(f"stream.{name}", runs, target)
    _concatenate_starts("stream.starts", runs, target)
    for group in (STEMS, CONCEPTS):
        _concatenate_starts(f"wide.{group}.starts", runs, target)
        kind = smallest(max((_most(one) for one in numbers[group]), default=0))
        with target.array(f"wide.{group}.terms", kind) as file:
            for part, own in zip(parts, numbers[group], strict=True):
                file.write(own[part.arrays[f"wide.{group}.terms"]].astype(kind).data)
        for name in ("firsts", "lasts"):
            concatenate(f"wide.{group}.{name}", runs, target)


def _by_frequency(parts: Sequence[_Part], numbers: list[Numbers]) -> Numbers:
    """The words' numbers in the stream: from 1 on, as 0 is the border."""
    count = 1 + max((_most(own) for own in numbers if len(own)), default=-1)
    totals = np.zeros(count, np.int64)
    for part, own in zip(parts, numbers, strict=True):
        begins = part.arrays["exact.position_starts"].astype(np.int64)
        totals[own] += begins[1:] - begins[:-1]
    words = np.empty(count, np.uint32)
    words[np.argsort(-totals, kind="stable")] = np.arange(1, count + 1, dtype=np.uint32)
    return words


def concatenate_strings(name: str, runs: Sequence[Arrays], target: ArraysWriter) -> None:
    """Writes the strings of one run after those of the other."""
    concatenate(name, runs, target)
    _concatenate_starts(f"{name}.starts", runs, target)


def _concatenate_starts(name: str, runs: Sequence[Arrays], target: ArraysWriter) -> None:
    shifts = np.cumsum([0, *(int(run[name][-1]) for run in runs)])
    moved = [run[name][:-1].astype(np.int64) + by for run, by in zip(runs, shifts, strict=False)]
    whole = np.concatenate([*moved, shifts[-1:]])
    target.write(name, whole.astype(smallest(int(whole[-1]))))


def _renumbered(words: Numbers, numbers: Numbers, otherwise: int) -> Numbers:
    is_term = words != NO_TERM
    found = np.full(len(words), otherwise, np.uint32)
    found[is_term] = numbers[words[is_term]]
    return found
