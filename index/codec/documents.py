"""What is kept by document: stored strings and columns of numbers."""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from index.codec.merge import concatenate_strings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from index.codec.arrays import Arrays, ArraysWriter

    Numbers = NDArray[Any]


STRINGS, FIELDS, COLUMN = "strings", "fields", "column."
"""The arrays: all strings document by document, the names of their fields, and the columns."""


class DocumentsWriter:
    """Gathers what is kept of documents, one after the other."""

    def __init__(self, stored: Sequence[str], columns: Sequence[str]) -> None:
        self._fields = sorted(stored)
        self._strings: list[bytes] = []
        self._columns = {name: array("i") for name in columns}

    def add(self, values: Mapping[str, str], numbers: Mapping[str, int]) -> None:
        """The next document; what is not given is an empty string, or 0."""
        self._strings += [
            values.get(name, "").encode("utf-8", "surrogatepass") for name in self._fields
        ]
        for name, column in self._columns.items():
            column.append(numbers.get(name, 0))

    def write(self, target: ArraysWriter) -> None:
        """Writes the arrays."""
        target.write(FIELDS, np.frombuffer(json.dumps(self._fields).encode(), np.uint8))
        target.write_strings(STRINGS, self._strings)
        for name, column in self._columns.items():
            target.write(f"{COLUMN}{name}", np.asarray(column, np.int32))


def merge_documents(runs: Sequence[Arrays], target: ArraysWriter) -> None:
    """Writes what is kept of the documents of all runs, which keep the same fields."""
    target.write(FIELDS, runs[0][FIELDS])
    concatenate_strings(STRINGS, runs, target)
    for name in runs[0].names():
        if name.startswith(COLUMN):
            target.write(name, np.concatenate([run[name] for run in runs]))


class Documents:
    """What is kept by document. Safe to share by threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._fields: list[str] = json.loads(arrays[FIELDS].tobytes())
        self._places = {name: place for place, name in enumerate(self._fields)}

    def strings(self, document: int) -> dict[str, str]:
        """All strings of a document, by field."""
        count = len(self._fields)
        first, *ends = self._starts[document * count : (document + 1) * count + 1].tolist()
        read = self._arrays.read(STRINGS, first, ends[-1] if ends else first)
        found = {}
        start = 0
        for name, end in zip(self._fields, ends, strict=True):
            found[name] = read[start : end - first].decode("utf-8", "surrogatepass")
            start = end - first
        return found

    def string(self, field: str, document: int) -> str:
        """One of them."""
        place = document * len(self._fields) + self._places[field]
        start, end = self._starts[place : place + 2]
        return self._arrays.read(STRINGS, start, end).decode("utf-8", "surrogatepass")

    def column(self, field: str) -> Numbers:
        """The numbers of a column, by document."""
        return self._arrays[f"{COLUMN}{field}"]

    def has_column(self, field: str) -> bool:
        """Whether there is such a column."""
        return f"{COLUMN}{field}" in self._arrays

    @property
    def _starts(self) -> memoryview:
        return self._arrays.view(f"{STRINGS}.starts")
