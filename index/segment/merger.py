"""Runs to a segment: the postings of many small indexes merged into those of one.

Runs and segments are the same arrays. A run is written whole; a segment is merged from runs a range
of terms at a time, so that memory is bounded however many abstracts there are. The documents of a
run follow those of the run before.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.kernels import ListMerger, TermMerger
from index.segment.arrays import smallest
from index.segment.frequencies import packed
from index.segment.groups import BORDER, CONCEPTS, EXACT, GROUPS, NAMES, RARE, STEMS
from index.segment.inverter import NO_TERM, SEEN_BITS
from index.segment.lexicon import Terms, write_lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from index.segment.arrays import Arrays, ArraysWriter
    from index.segment.inverter import InvertedBatch

    Numbers = NDArray[Any]

BATCH = 1 << 22
"""Postings that are merged at a time: 4 to 16 MB."""

TERMS = 1 << 16
"""Terms that are merged at a time: about 10 MB."""

BYTES = 1 << 20
"""Bytes of terms that are merged at a time, unless a single term is longer."""

_POSITIONAL = (EXACT, *NAMES)


def write_batch(run: InvertedBatch, arrays: ArraysWriter) -> None:
    """Writes the arrays of a run, each as small as can be: ``_widest`` counts on it."""
    for group, inverted in run.groups.items():
        arrays.write_strings(f"{group}.terms", inverted.terms)
        _write(arrays, f"{group}.starts", inverted.starts)
        _write(arrays, f"{group}.documents", inverted.documents)
        counted = packed(inverted.counts)
        arrays.write(f"{group}.counts", counted.packed)
        _write_odd(counted.odd, counted.beside, group, arrays)
        for column, counts in enumerate(inverted.counts):
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


def _write_odd(odd: Numbers, beside: Iterable[Numbers], group: str, arrays: ArraysWriter) -> None:
    _write(arrays, f"{group}.odd.postings", odd)
    for column, counts in enumerate(beside):
        _write(arrays, f"{group}.odd.counts.{column}", counts)


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


def _concatenate(name: str, runs: Sequence[Arrays], target: ArraysWriter) -> None:
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
    merger = _Merger(parts, group, numbers, size)
    columns = {"documents": smallest(documents), "counts": np.uint8}
    merger.merge_odd(merger.merge("starts", columns, target), target)
    if group in _POSITIONAL:
        positions = _widest(f"{group}.positions", runs)
        merger.merge("position_starts", {"positions": positions}, target)
    for field in GROUPS[group]:
        _concatenate(f"length.{field}", runs, target)
    return numbers


def _merged_terms(runs: Sequence[Arrays], name: str, numbers: Sequence[Numbers]) -> Iterator[Terms]:
    """The terms of all runs in their order, each once and some at a time, to be used at once.

    Into ``numbers`` goes by run the number of each of its terms among all.
    """
    merger = TermMerger(
        (run[name], run[f"{name}.starts"], own) for run, own in zip(runs, numbers, strict=True)
    )
    longest = max((_most(np.diff(run[f"{name}.starts"])) for run in runs), default=0)
    utf8, lengths = np.empty(max(BYTES, longest), np.uint8), np.empty(TERMS, np.int64)
    known = 0
    while count := merger.next(known, utf8, lengths):
        known += count
        found = lengths[:count].copy()
        yield Terms(utf8[: found.sum()], found)
        for run in runs:
            run.forget()


class _Merger(NamedTuple):
    """Merges columns that are ordered by term, and within a term by document."""

    parts: Sequence[_Part]
    group: str
    numbers: list[Numbers]
    size: int

    def merge(self, starts: str, columns: dict[str, Any], target: ArraysWriter) -> Numbers:
        """Writes some columns, and where in them the lists start; returns that."""
        runs = [part.arrays for part in self.parts]
        totals = np.zeros(self.size, np.int64)
        for numbers, run in zip(self.numbers, runs, strict=True):
            totals[numbers] += np.diff(run[f"{self.group}.{starts}"])
        merged: Numbers = np.concatenate([[0], np.cumsum(totals)])
        target.write(f"{self.group}.{starts}", merged.astype(smallest(int(merged[-1]))))
        borders = np.searchsorted(merged, np.arange(0, max(merged[-1], 1), BATCH), "right") - 1
        ranges = list(itertools.pairwise([*borders.tolist(), self.size]))
        for name, kind in columns.items():
            lists = self._lists(starts, name)
            with target.array(f"{self.group}.{name}", kind) as file:
                for first, end in ranges:
                    batch = np.empty(merged[end] - merged[first], kind)
                    cursor = merged[first:end] - merged[first]
                    lists.merge(first, end, cursor, batch)
                    file.write(batch.data)
                    for run in runs:
                        run.forget()
        return merged

    def merge_odd(self, merged: Numbers, target: ArraysWriter) -> None:
        """Writes the odd postings by their numbers among all, whose lists start at ``merged``."""
        runs = [part.arrays for part in self.parts]
        reached, moved = merged.copy(), []
        for run, numbers in zip(runs, self.numbers, strict=True):
            starts, odd = run[f"{self.group}.starts"], run[f"{self.group}.odd.postings"]
            terms = np.searchsorted(starts, odd, "right") - 1
            moved.append(reached[numbers[terms]] + odd - starts[terms])
            reached[numbers] += np.diff(starts)
        postings = np.concatenate(moved)
        order = np.argsort(postings)
        names = [f"{self.group}.odd.counts.{column}" for column in range(len(GROUPS[self.group]))]
        beside = (np.concatenate([run[name] for run in runs])[order] for name in names)
        _write_odd(postings[order], beside, self.group, target)

    def _lists(self, starts: str, name: str) -> ListMerger:
        """A column of all runs."""
        return ListMerger(
            (
                numbers,
                part.arrays[f"{self.group}.{starts}"],
                part.arrays[f"{self.group}.{name}"],
                part.base if name == "documents" else 0,
            )
            for part, numbers in zip(self.parts, self.numbers, strict=True)
        )


def _merge_seen(
    parts: Sequence[_Part], numbers: dict[str, list[Numbers]], target: ArraysWriter
) -> None:
    """Writes the order in which the terms of stems and concepts are met first."""
    keys = []
    for group in (STEMS, CONCEPTS):
        first = np.full(_count(numbers[group]), np.iinfo(np.uint64).max, np.uint64)
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
        widths[words[own]] = _characters(part.arrays, "exact.terms")
    target.write("stream.stem_of", stem_of)
    _write_forms(stem_of[words], _count(numbers[STEMS]), target)
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
        _concatenate(f"stream.{name}", runs, target)
    _concatenate_starts("stream.starts", runs, target)
    for group in (STEMS, CONCEPTS):
        _concatenate_starts(f"wide.{group}.starts", runs, target)
        kind = smallest(max((_most(one) for one in numbers[group]), default=0))
        with target.array(f"wide.{group}.terms", kind) as file:
            for part, own in zip(parts, numbers[group], strict=True):
                file.write(own[part.arrays[f"wide.{group}.terms"]].astype(kind).data)
        for name in ("firsts", "lasts"):
            _concatenate(f"wide.{group}.{name}", runs, target)


def _count(numbers: Sequence[Numbers]) -> int:
    """The number of terms, by the new numbers of the terms of each run."""
    return 1 + max((_most(own) for own in numbers if len(own)), default=-1)


def _by_frequency(parts: Sequence[_Part], numbers: list[Numbers]) -> Numbers:
    """The words' numbers in the stream: from 1 on, as 0 is the border."""
    count = _count(numbers)
    totals = np.zeros(count, np.int64)
    for part, own in zip(parts, numbers, strict=True):
        begins = part.arrays["exact.position_starts"].astype(np.int64)
        totals[own] += begins[1:] - begins[:-1]
    words = np.empty(count, np.uint32)
    words[np.argsort(-totals, kind="stable")] = np.arange(1, count + 1, dtype=np.uint32)
    return words


def _write_forms(stem_of: Numbers, stems: int, target: ArraysWriter) -> None:
    """Writes by stem, of which there are so many, the exact terms that have it."""
    forms = np.argsort(stem_of, kind="stable")
    starts = np.searchsorted(stem_of[forms], np.arange(stems + 1))
    target.write("stems.forms", forms[: starts[-1]].astype(np.uint32))
    target.write("stems.form_starts", starts.astype(smallest(int(starts[-1]))))


def _concatenate_starts(name: str, runs: Sequence[Arrays], target: ArraysWriter) -> None:
    shifts = np.cumsum([0, *(int(run[name][-1]) for run in runs)])
    moved = [run[name][:-1].astype(np.int64) + by for run, by in zip(runs, shifts, strict=False)]
    whole = np.concatenate([*moved, shifts[-1:]])
    target.write(name, whole.astype(smallest(int(whole[-1]))))


def _renumbered(words: Numbers, numbers: Numbers, otherwise: int) -> Numbers:
    """The numbers of words; ``NO_TERM``, which is larger than any word, becomes ``otherwise``."""
    with_otherwise = np.append(numbers, np.uint32(otherwise))
    found: Numbers = with_otherwise[np.minimum(words, len(numbers))]
    return found


def _characters(run: Arrays, name: str) -> Numbers:
    """The number of characters of each string: the bytes of UTF-8 that begin one."""
    before = np.zeros(len(run[name]) + 1, np.int64)
    np.cumsum(run[name] & 0xC0 != 0x80, out=before[1:])
    found: Numbers = np.diff(before[run[f"{name}.starts"]])
    return found
