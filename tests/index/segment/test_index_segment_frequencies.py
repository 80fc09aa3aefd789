"""Counts in one byte a posting: whatever they are, they come back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segment.arrays import Arrays, ArraysWriter
from index.segment.frequencies import ODD, packed, unpacked

COUNT = st.one_of(st.integers(0, 5), st.sampled_from((62, 63, 64, 254, 255, 256, 70_000)))
ROWS = st.one_of(
    st.lists(st.tuples(COUNT), max_size=20), st.lists(st.tuples(COUNT, COUNT), max_size=20)
)


def columns(rows: list[tuple[int, ...]]) -> list[np.ndarray]:
    fields = len(rows[0]) if rows else 2
    return list(np.array(rows, np.int64).reshape(-1, fields).T)


@given(ROWS, st.data())
def test_all_counts_come_back_from_any_stretch(
    rows: list[tuple[int, ...]], data: st.DataObject
) -> None:
    counts = columns(rows)
    found = packed(counts)
    with tempfile.TemporaryDirectory() as home:
        target = ArraysWriter(Path(home) / "a")
        target.write("g.counts", found.packed)
        target.write("g.odd.postings", found.odd)
        for column, beside in enumerate(found.beside):
            target.write(f"g.odd.counts.{column}", beside.astype(np.uint32))
        target.close()
        arrays = Arrays(Path(home) / "a")
        end = data.draw(st.integers(0, len(rows)))
        span = slice(data.draw(st.integers(0, end)), end)
        for column, wanted in enumerate(counts):
            read = unpacked(arrays, "g", len(counts), column, span)
            assert read.tolist() == wanted[span].tolist()


@pytest.mark.parametrize(
    ("row", "byte"),
    [
        ((0, 1), 0b00_000001),
        ((2, 5), 0b10_000101),
        ((3, 62), 0b11_111110),
        ((0, 63), 0b00_111111),
        ((0, 64), ODD),
        ((4, 0), ODD),
        ((3, 63), ODD),
        ((254,), 254),
        ((255,), ODD),
        ((256,), ODD),
    ],
)
def test_small_counts_share_a_byte_and_others_are_odd(row: tuple[int, ...], byte: int) -> None:
    found = packed(columns([row]))
    assert found.packed.tolist() == [byte]
    assert found.packed.dtype == np.uint8
    assert found.odd.tolist() == ([0] if byte == ODD else [])
    assert [column.tolist() for column in found.beside] == (
        [[count] for count in row] if byte == ODD else [[]] * len(row)
    )
