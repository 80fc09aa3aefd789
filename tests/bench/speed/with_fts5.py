"""SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from .texts import lines

if TYPE_CHECKING:
    from pathlib import Path

    from .queries import Query

_SELECT = """
    SELECT pmid, title, snippet(texts, 1, '[', ']', '…', 12), snippet(texts, 2, '[', ']', '…', 30)
    FROM texts WHERE texts MATCH ? {condition} ORDER BY rank LIMIT 10
"""
_RANKED = _SELECT.format(condition="")
_IN_YEARS = _SELECT.format(condition="AND year BETWEEN ? AND ?")


def build(source: Path, target: Path, cores: int) -> None:
    """Indexes a file of texts; it knows no second core."""
    del cores
    target.mkdir(parents=True)
    with _opened(target) as database:
        database.execute(
            "CREATE VIRTUAL TABLE texts USING fts5"
            "(pmid UNINDEXED, title, abstract, year UNINDEXED, tokenize='porter unicode61')"
        )
        database.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", lines(source))
        database.execute("INSERT INTO texts(texts) VALUES ('optimize')")
    database.close()


class Engine:
    """Ranks ten hits by ``bm25()`` and cuts snippets."""

    def __init__(self, home: Path) -> None:
        self._database = _opened(home)

    def search(self, kind: str, query: Query) -> object:
        """The ten best with title and marked snippets."""
        words = query.words.split()
        if kind == "years":
            values: tuple[object, ...] = (f'"{words[0]}"', query.first_year, query.last_year)
            return self._database.execute(_IN_YEARS, values).fetchall()
        if kind.endswith("phrase"):
            asked = f'"{query.words}"'
        elif kind == "prefix":
            asked = f'"{query.words}" *'
        else:
            asked = " OR ".join(f'"{word}"' for word in words)
        return self._database.execute(_RANKED, (asked,)).fetchall()


def _opened(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(home / "texts.sqlite")
