"""The index the other way round: which terms each abstract has, and how often.

Kept beside Whoosh's files as plain arrays that are mapped from disk, so that the terms of a few
abstracts are had without reading their texts again. Terms are stems, and concepts as ``#id``.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from index.analysis import Analysis

CONCEPT_SIGN = "#"
MOST_COUNTED = np.iinfo(np.uint8).max
_LEXICON = "forward_lexicon.json"


@dataclass(frozen=True)
class Forward:
    """The terms of all documents.

    Those of document *d* are ``terms[starts[d]:starts[d + 1]]``, numbers of ``lexicon``, with their
    frequencies in ``counts``; ``documents[t]`` tells in how many documents term *t* occurs.
    """

    lexicon: list[str]
    documents: NDArray[np.int32]
    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.uint8]

    @classmethod
    def read(cls, home: Path) -> Forward:
        """The arrays in a generation's folder, mapped, not loaded."""
        lexicon = json.loads((home / _LEXICON).read_text(encoding="utf-8"))
        arrays = (
            np.load(home / _file(name), mmap_mode="r", allow_pickle=False) for name in _ARRAYS
        )
        return cls(lexicon, *arrays)


class ForwardWriter:
    """Gathers the terms of documents in the order in which they are indexed."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._documents = array("i")
        self._starts = array("q", [0])
        self._terms = array("i")
        self._counts = array("B")

    def add(self, texts: Iterable[str], analysis: Analysis) -> None:
        """The next document, which consists of some texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(found.term for found in analysis.layer(text, "stems"))
            counts.update(
                f"{CONCEPT_SIGN}{found.term}" for found in analysis.layer(text, "concepts")
            )
        for term, count in counts.items():
            number = self._numbers.setdefault(term, len(self._numbers))
            if number == len(self._documents):
                self._documents.append(0)
            self._documents[number] += 1
            self._terms.append(number)
            self._counts.append(min(count, MOST_COUNTED))
        self._starts.append(len(self._terms))

    def write(self, home: Path) -> None:
        """Writes the files that ``Forward.read`` reads."""
        content = json.dumps(list(self._numbers), ensure_ascii=False)
        (home / _LEXICON).write_text(content, encoding="utf-8")
        gathered = (self._documents, self._starts, self._terms, self._counts)
        for (name, kind), values in zip(_ARRAYS.items(), gathered, strict=True):
            np.save(home / _file(name), np.asarray(values, dtype=kind), allow_pickle=False)


_ARRAYS = {"documents": np.int32, "starts": np.int64, "terms": np.int32, "counts": np.uint8}


def _file(name: str) -> str:
    return f"forward_{name}.npy"
