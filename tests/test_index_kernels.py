"""The compiled loops: what they write, beside the same in plain Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.kernels import LIBRARY, address, best, column

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPILATION = LIBRARY.with_name("compilation.py")


def best_of(
    scores: NDArray[np.float64], hits: NDArray[np.bool_], years: NDArray[np.int32], most: int
) -> list[int]:
    found = np.empty(most, np.int64)
    count = best(len(hits), *map(address, (scores, hits, years)), most, address(found))
    return [int(document) for document in found[:count]]


@given(
    documents=st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.5]), st.booleans(), st.integers(2000, 2002)),
        max_size=70,
    ),
    most=st.integers(0, 80),
)
def test_the_best_hits_stand_by_score_then_year_then_number(
    documents: list[tuple[float, bool, int]], most: int
) -> None:
    order = sorted(
        (-score, -year, number) for number, (score, hit, year) in enumerate(documents) if hit
    )
    scores, hits, years = (
        np.array([row[place] for row in documents], kind)
        for place, kind in enumerate((np.float64, np.bool_, np.int32))
    )
    assert best_of(scores, hits, years, most) == [number for *_, number in order][:most]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.int64])
def test_a_column_says_where_its_numbers_are_and_how_wide(kind: type) -> None:
    values = np.arange(5, dtype=kind)
    assert column(values) == (address(values), values.itemsize)
    assert column(values[2:]) == (address(values) + 2 * values.itemsize, values.itemsize)


def compiling(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    copy = tmp_path / COMPILATION.name
    copy.write_bytes(COMPILATION.read_bytes())
    (tmp_path / "kernels.c").write_text("int one(void) { return 1; }")
    command = [sys.executable, str(copy)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )


@pytest.mark.parametrize("compiler", ["nothing-of-this-name", "false"])
def test_without_a_working_compiler_a_sentence_says_so_and_nothing_is_left(
    tmp_path: Path, compiler: str
) -> None:
    ended = compiling(tmp_path, CC=compiler, PATH="/usr/bin:/bin")
    assert ended.returncode == 1
    assert ended.stderr.startswith(compiler)
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("*.so")) + list(tmp_path.glob("*.partial"))
