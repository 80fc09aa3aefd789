"""bm25s: BM25 by precomputed scores in sparse matrices (numpy); it has no snippets or phrases."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import bm25s
from nltk.stem.snowball import SnowballStemmer

from .texts import lines

if TYPE_CHECKING:
    from pathlib import Path

    from .queries import Query

_WORD = re.compile(r"\w+")
_stem = lru_cache(maxsize=1 << 20)(SnowballStemmer("english").stem)


def build(source: Path, target: Path, cores: int) -> None:
    """Indexes a file of texts; it knows no second core."""
    del cores
    titles, words = [], []
    for text in lines(source):
        titles.append(text.title)
        words.append(_stems(f"{text.title} {text.abstract}"))
    index = bm25s.BM25(method="lucene", backend="numpy")
    index.index(words, show_progress=False)
    target.mkdir(parents=True)
    index.save(str(target), show_progress=False)
    (target / "titles.json").write_text(json.dumps(titles), encoding="utf-8")


class Engine:
    """Ranks ten hits by free words."""

    def __init__(self, home: Path) -> None:
        self._index = bm25s.BM25.load(str(home), show_progress=False)
        self._titles = json.loads((home / "titles.json").read_text(encoding="utf-8"))

    def search(self, kind: str, query: Query) -> object:
        """The titles of the ten best."""
        del kind
        known = [stem for stem in _stems(query.words) if stem in self._index.vocab_dict]
        if not known:
            return []
        count = min(10, len(self._titles))
        found = self._index.retrieve(
            [known], k=count, show_progress=False, backend_selection="numpy"
        )
        return [self._titles[place] for place in found.documents[0].tolist()]


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower())]
