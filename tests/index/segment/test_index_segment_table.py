"""Sorted tables on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from index.segment.table import Table, write_table


def utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


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
        following = (utf8(key) for key in content if key >= sought)
        assert table.first_from(utf8(sought)) == min(following, default=None)
