"""An index whose arrays are nonsense gives results or a sentence, never a crash."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from damage import Damaged, search_damaged, small_index

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20261201
TWENTIETH = 20


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    return small_index(tmp_path_factory.mktemp("index"), SEED)


@pytest.mark.parametrize("part", range(4))
def test_searching_an_index_of_nonsense_ends_with_results_or_a_sentence(
    part: int, index: Damaged, tmp_path: Path
) -> None:
    some = random.Random(SEED).sample(index.damages, len(index.damages) // TWENTIETH)
    for damage in some[part::4]:
        how = search_damaged(index, damage, tmp_path, 50, SEED)
        assert how in {"results", "sentence"}, damage
