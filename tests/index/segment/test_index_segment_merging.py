"""The kernels that merge runs, beside Python's own sets and lists."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.kernels import ListMerger, TermMerger

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = (np.uint8, np.uint16, np.uint32, np.uint64)

# Terms that share a head of eight bytes, fill it with zeros, or end within it.
TERMS = st.builds(
    bytes.__add__,
    st.sampled_from([b"", b"a", b"abcdefg", b"abcdefgh", b"\0" * 8, b"\xff" * 8]),
    st.binary(max_size=3),
)
Lists = dict[int, list[int]]


def starts(sizes: list[int], kind: type) -> NDArray[Any]:
    return np.array([*accumulate(sizes, initial=0)], kind)


def merged(
    runs: list[set[bytes]], kind: type, most: int, room: int
) -> tuple[list[bytes], list[list[int]]]:
    """All terms, some at a time, and by run the number of each of its terms."""
    kept = [(b"".join(sorted(run)), starts([*map(len, sorted(run))], kind)) for run in runs]
    joined = [np.frombuffer(terms + b"-", np.uint8) for terms, _ in kept]
    numbers = [np.full(len(run), 77, np.uint32) for run in runs]
    merger = TermMerger(
        (terms, begins, own) for terms, (_, begins), own in zip(joined, kept, numbers, strict=True)
    )
    terms, lengths = np.empty(room, np.uint8), np.empty(most, np.int64)
    found: list[bytes] = []
    while count := merger.next(len(found), terms, lengths):
        assert count <= most
        ends = starts(lengths[:count].tolist(), np.int64).tolist()
        found += [terms[first:end].tobytes() for first, end in pairwise(ends)]
    return found, [own.tolist() for own in numbers]


@given(
    runs=st.lists(st.sets(TERMS, max_size=8), min_size=1, max_size=6),
    kind=st.sampled_from(KINDS),
    most=st.integers(1, 9),
    room=st.sampled_from([11, 12, 25, 1000]),
)
@example([{b"a", b"a\0"}, {b"a\0\0", b"a"}, {b"", b"a\0"}], np.uint8, 1, 11)
@example([set(), set()], np.uint8, 1, 11)
def test_the_terms_of_runs_come_in_order_and_once(
    runs: list[set[bytes]], kind: type, most: int, room: int
) -> None:
    every = sorted(set().union(*runs))
    found, numbers = merged(runs, kind, most, room)
    assert found == every
    assert numbers == [[every.index(term) for term in sorted(run)] for run in runs]


def test_many_runs_are_merged_as_few_are() -> None:
    runs = [{b"%d" % (number * step) for number in range(40)} for step in range(1, 90)]
    every = sorted(set().union(*runs))
    found, numbers = merged(runs, np.uint32, 100, 1 << 10)
    assert found == every
    assert numbers == [[every.index(term) for term in sorted(run)] for run in runs]


def merger_of(runs: list[Lists], kinds: list[type]) -> ListMerger:
    """Some runs, each with a base of its place."""
    return ListMerger(
        (
            np.array(sorted(run), np.uint32),
            starts([len(run[number]) for number in sorted(run)], np.uint16),
            np.array([one for number in sorted(run) for one in run[number]], kind),
            place,
        )
        for place, (run, kind) in enumerate(zip(runs, kinds, strict=True))
    )


@given(
    runs=st.lists(
        st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 200), max_size=9), max_size=7),
        min_size=1,
        max_size=4,
    ),
    kinds=st.lists(st.sampled_from(KINDS), min_size=4, max_size=4),
    target=st.sampled_from(KINDS),
    span=st.tuples(st.integers(0, 7), st.integers(0, 7)).map(sorted),
)
def test_the_list_of_a_term_has_those_of_the_runs_one_after_the_other(
    runs: list[Lists], kinds: list[type], target: type, span: list[int]
) -> None:
    first, end = span
    wanted = [
        [place + one for place, run in enumerate(runs) for one in run.get(number, ())]
        for number in range(first, end)
    ]
    begins = starts([*map(len, wanted)], np.int64)
    cursor, found = begins[:-1].copy(), np.full(begins[-1] + 1, 99, target)
    merger_of(runs, kinds[: len(runs)]).merge(first, end, cursor, found)
    assert found.tolist() == [*(one for some in wanted for one in some), 99]
    assert cursor.tolist() == begins[1:].tolist()


@pytest.mark.parametrize("kind", KINDS[1:])
def test_large_numbers_keep_their_size(kind: type) -> None:
    largest = int(np.iinfo(np.uint32 if kind == np.uint64 else kind).max)
    cursor, found = np.zeros(1, np.int64), np.empty(3, kind)
    merger_of([{0: [largest, 0]}, {0: [largest - 1]}], [kind, kind]).merge(0, 1, cursor, found)
    assert found.tolist() == [largest, 0, largest]
