"""Sorted tables on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.codec.table import Table, write_table

TEXTS = st.text(st.characters(exclude_categories=[]), max_size=12)


@given(
    st.dictionaries(TEXTS, st.recursive(st.none() | TEXTS, st.lists), max_size=30),
    TEXTS,
)
def test_a_table_gives_back_what_it_was_given(content: dict[str, Any], sought: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        write_table(Path(home), "some", content)
        table: Table[Any] = Table(Path(home), "some")
        assert table == content
        assert list(table) == sorted(content)
        assert (sought in table) == (sought in content)
        assert table.get(sought) == content.get(sought)
        assert table.first_from(sought) == min((k for k in content if k >= sought), default=None)
