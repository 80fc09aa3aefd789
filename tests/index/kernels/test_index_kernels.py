"""The compiled loops: what they write, beside the same in plain Python."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_arguments import scorer

import index.kernels
from index.kernels import ConceptLists, facets

if TYPE_CHECKING:
    from numpy.typing import NDArray

KERNELS = Path(index.kernels.__file__).parent


def best_of(
    scores: NDArray[np.float64], hits: NDArray[np.bool_], years: NDArray[np.int32], most: int
) -> list[int]:
    found = np.empty(most, np.int64)
    count = scorer(years).best(scores, hits, found)
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


def narrowing(
    documents: list[tuple[bool, set[int]]], rarity: list[float], ends: list[int], most: int
) -> list[list[tuple[int, int]]]:
    """By kind what the kernel chooses: the concepts and how many hits each leaves."""
    hits = np.array([hit for hit, _ in documents], bool)
    starts = np.cumsum([0, *(len(entries) for _, entries in documents)]).astype(np.uint32)
    entries = np.array([one for _, few in documents for one in sorted(few)], np.uint32)
    found = facets(
        ConceptLists(starts, entries, len(rarity)),
        hits,
        np.array(rarity),
        np.array(ends, np.int64),
        total=int(hits.sum()),
        most=most,
    )
    rows = iter(
        zip(found[len(ends) :: 2].tolist(), found[len(ends) + 1 :: 2].tolist(), strict=True)
    )
    return [[next(rows) for _ in range(size)] for size in found[: len(ends)].tolist()]


@given(
    documents=st.lists(
        st.tuples(st.booleans(), st.dictionaries(st.integers(0, 11), st.booleans(), max_size=6)),
        max_size=40,
    ),
    rarity=st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=12, max_size=12),
    border=st.integers(0, 12),
    most=st.integers(0, 4),
)
def test_concepts_that_narrow_are_chosen_by_their_worth(
    documents: list[tuple[bool, dict[int, bool]]], rarity: list[float], border: int, most: int
) -> None:
    hits = [concepts for hit, concepts in documents if hit]
    worth = [rarity[c] * sum(one.get(c, False) for one in hits) for c in range(12)]
    leaves = [sum(c in one for one in hits) for c in range(12)]
    telling = [c for c in range(12) if worth[c] > 0 and leaves[c] < len(hits)]
    chosen = sorted(telling, key=lambda c: -worth[c])
    kinds = (range(border), range(border, 12))
    entries = [(hit, {2 * c + named for c, named in one.items()}) for hit, one in documents]
    assert narrowing(entries, rarity, [border, 12], most) == [
        [(c, leaves[c]) for c in chosen if c in kind][:most] for kind in kinds
    ]


@pytest.mark.parametrize("source", sorted(KERNELS.glob("*.c")), ids=lambda source: source.name)
def test_a_kernel_compiles_without_a_warning(source: Path, tmp_path: Path) -> None:
    strict = ("-std=c99", "-O3", "-Wall", "-Wextra", "-Werror", "-c", "-o", str(tmp_path / "o"))
    subprocess.run([*compiler(), *strict, str(source)], check=True)


def compiler() -> list[str]:
    """The command of the compiler that ``make`` takes."""
    if given := os.environ.get("CC"):
        return shlex.split(given)
    return ["cc"] if shutil.which("cc") else [sys.executable, "-m", "ziglang", "cc"]
