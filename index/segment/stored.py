"""Stored strings and columns of numbers, by document."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from index import kernels
from index.segment.arrays import smallest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from numpy.typing import NDArray

    from index.segment.arrays import Arrays, ArraysWriter

    Numbers = NDArray[Any]


STRINGS, FIELDS, COLUMN = "strings", "fields", "column."
"""The arrays: all strings document by document, the names of their fields, and the columns."""


class DocumentsWriter:
    """Writes what is kept of documents, one after the other; see ``writing``.

    Strings are written as they come, and what else is written at the end is gathered: four bytes a
    string and as many a number.
    """

    def __init__(self, file: BinaryIO, fields: Sequence[str], columns: Iterable[str]) -> None:
        self._file = file
        self._fields = fields
        self._lengths = array("I")
        self._columns = {name: array("i") for name in columns}

    def add(self, values: Mapping[str, str], numbers: Mapping[str, int]) -> None:
        """The next document; what is not given is an empty string, or 0."""
        strings = [_utf8(values.get(name, "")) for name in self._fields]
        self._file.write(b"".join(strings))
        self._lengths.extend(map(len, strings))
        for name, column in self._columns.items():
            column.append(numbers.get(name, 0))

    def add_batch(self, run: Arrays) -> None:
        """The next documents, written before; the same is kept of them."""
        self._file.write(run[STRINGS].data)
        lengths = np.diff(run[f"{STRINGS}.starts"])
        self._lengths.frombytes(lengths.astype(np.uint32).tobytes())
        for name, column in self._columns.items():
            column.frombytes(run[f"{COLUMN}{name}"].tobytes())

    def arrays(self) -> Iterator[tuple[str, Numbers]]:
        """The arrays that are written after the strings."""
        starts = np.zeros(len(self._lengths) + 1, np.uint64)
        np.cumsum(self._lengths, out=starts[1:])
        yield f"{STRINGS}.starts", starts.astype(smallest(int(starts[-1])))
        for name, column in self._columns.items():
            yield f"{COLUMN}{name}", np.asarray(column, np.int32)


@contextmanager
def writing(
    target: ArraysWriter, stored: Iterable[str], columns: Iterable[str]
) -> Iterator[DocumentsWriter]:
    """A writer of documents with the same stored fields and columns."""
    fields = sorted(stored)
    target.write(FIELDS, np.frombuffer(json.dumps(fields).encode(), np.uint8))
    with target.array(STRINGS, np.uint8) as file:
        writer = DocumentsWriter(file, fields, columns)
        yield writer
    for name, values in writer.arrays():
        target.write(name, values)


class StoredStrings(Mapping[str, str]):
    """The strings of a document by field, none of which is decoded before it is asked for.

    ``utf8`` has all of them end to end, ``bounds`` where each of them begins and the last one ends,
    counted from anywhere, and ``places`` which of them a field is.
    """

    __slots__ = ("bounds", "places", "utf8")

    def __init__(self, utf8: bytes, bounds: Sequence[int], places: Mapping[str, int]) -> None:
        self.utf8 = utf8
        self.bounds = bounds
        self.places = places

    @classmethod
    def of(cls, strings: Mapping[str, str]) -> Self:
        """Some strings as if they were kept."""
        encoded = list(map(_utf8, strings.values()))
        bounds = list(accumulate(map(len, encoded), initial=0))
        return cls(b"".join(encoded), bounds, {name: nth for nth, name in enumerate(strings)})

    def __getitem__(self, field: str) -> str:
        bounds, place = self.bounds, self.places[field]
        first = bounds[0]
        string = self.utf8[bounds[place] - first : bounds[place + 1] - first]
        return string.decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return iter(self.places)

    def __len__(self) -> int:
        return len(self.places)


class Documents:
    """The stored strings and columns of a segment. Safe to share by threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._fields: list[str] = json.loads(arrays[FIELDS].tobytes())
        self._places = {name: place for place, name in enumerate(self._fields)}

    def strings(self, document: int) -> StoredStrings:
        """All strings of a document, by field."""
        count = len(self._fields)
        bounds = self._starts[document * count : (document + 1) * count + 1].tolist()
        return StoredStrings(
            self._arrays.read(STRINGS, bounds[0], bounds[-1]), bounds, self._places
        )

    def string(self, field: str, document: int) -> str:
        """One of them."""
        place = document * len(self._fields) + self._places[field]
        start, end = self._starts[place : place + 2]
        return self._arrays.read(STRINGS, start, end).decode("utf-8", "surrogatepass")

    def shown(self, fields: Sequence[str]) -> kernels.Strings:
        """The strings of documents as the kernels read them, of which some fields are shown."""
        arrays = self._arrays
        starts = arrays[f"{STRINGS}.starts"]
        places = [self._places[field] for field in fields]
        return kernels.Strings(*arrays.place(STRINGS), starts, len(self._fields), places)

    def sizes(self, field: str) -> Numbers:
        """The bytes of a string, by document."""
        starts, place, count = np.asarray(self._starts), self._places[field], len(self._fields)
        sizes: Numbers = starts[place + 1 :: count] - starts[place:-1:count]
        return sizes

    def column(self, field: str) -> Numbers:
        """The numbers of a column, by document."""
        return self._arrays[f"{COLUMN}{field}"]

    def has_column(self, field: str) -> bool:
        """Whether there is such a column."""
        return f"{COLUMN}{field}" in self._arrays

    @cached_property
    def _starts(self) -> memoryview:
        return self._arrays.view(f"{STRINGS}.starts")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
