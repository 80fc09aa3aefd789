"""Named arrays in one file: plain numbers that are mapped, not loaded.

The arrays stand one after the other, each from a multiple of 64 bytes on; behind them stands a
directory in JSON, which says where each is and of what type, and its length in eight bytes. Opening
reads only that. All processes on a machine share one copy of what they touch.
"""

from __future__ import annotations

import json
import mmap
import os
import weakref
from contextlib import contextmanager
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    Numbers = NDArray[Any]

_ALIGNED = 64
_LENGTH = 8


class _Entry(NamedTuple):
    """The offset of an array in bytes, its number of items, and their numpy type."""

    offset: int
    size: int
    type: str


class ArraysWriter:
    """Writes arrays into a new file, each in one piece or in several, one after the other."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._entries: dict[str, _Entry] = {}

    def write(self, name: str, values: Numbers) -> None:
        """Writes a whole array."""
        with self.array(name, values.dtype) as file:
            file.write(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).data)

    def write_strings(self, name: str, texts: Iterable[bytes]) -> None:
        """Writes strings end to end, and where each begins."""
        texts = list(texts)
        starts = np.zeros(len(texts) + 1, np.uint64)
        np.cumsum([len(text) for text in texts], out=starts[1:])
        self.write(name, np.frombuffer(b"".join(texts), np.uint8))
        self.write(f"{name}.starts", starts.astype(smallest(int(starts[-1]))))

    @contextmanager
    def array(self, name: str, kind: np.dtype[Any] | type) -> Iterator[BinaryIO]:
        """A file to write the bytes of an array to, piece by piece."""
        dtype = np.dtype(kind).newbyteorder("<")
        self._file.write(b"\0" * (-self._file.tell() % _ALIGNED))
        offset = self._file.tell()
        yield self._file
        count = (self._file.tell() - offset) // dtype.itemsize
        self._entries[name] = _Entry(offset, count, dtype.str)

    def close(self) -> None:
        """Writes the directory, and ends writing."""
        directory = json.dumps(self._entries).encode()
        self._file.write(directory + len(directory).to_bytes(_LENGTH, "little"))
        self._file.close()


class Arrays:
    """The arrays of one file. Safe to share by threads."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._bytes = mmap.mmap(self._file, 0, access=mmap.ACCESS_READ)
        length = int.from_bytes(self._bytes[-_LENGTH:], "little")
        directory = json.loads(self._bytes[-_LENGTH - length : -_LENGTH])
        self._entries = {name: _Entry(*entry) for name, entry in directory.items()}
        self._arrays: dict[str, Numbers] = {}
        self._views: dict[str, memoryview] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> Numbers:
        """An array, read only."""
        found = self._arrays.get(name)
        if found is None:
            offset, size, kind = self._entries[name]
            found = self._arrays[name] = np.frombuffer(self._bytes, kind, size, offset)
        return found

    def view(self, name: str) -> memoryview:
        """An array for single numbers: a memoryview gives Python's numbers several times faster."""
        found = self._views.get(name)
        if found is None:
            found = self._views[name] = memoryview(self[name])  # type: ignore[arg-type] # numpy arrays are buffers
        return found

    def names(self) -> list[str]:
        """The names of all arrays."""
        return list(self._entries)

    def read(self, name: str, start: int, end: int) -> bytes:
        """Bytes of an array of bytes, read from the file and not mapped.

        Where few are wanted here and there, the system would map 64 kB around each.
        """
        return os.pread(self._file, end - start, self._entries[name].offset + start)

    def place(self, name: str) -> tuple[int, int, int]:
        """The file of an array of bytes, where in it the array begins, and how many bytes it has.

        The file stays open as long as this object.
        """
        offset, size, _ = self._entries[name]
        return self._file, offset, size

    def forget(self) -> None:
        """Gives back the memory that reading took; what is read again comes from the file again."""
        self._bytes.madvise(mmap.MADV_DONTNEED)


class Strings:
    """Strings kept end to end: the ``name`` of ``Arrays``. None is decoded before it is used."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._arrays = arrays
        self._name = name

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> str:
        starts = self._starts
        return str(self._bytes[starts[number] : starts[number + 1]], "utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        """All of them, in a fifth of the time that it takes to ask for each."""
        every = bytes(self._bytes)
        for start, end in pairwise(self._starts.tolist()):
            yield every[start:end].decode("utf-8", "surrogatepass")

    def utf8(self, number: int) -> bytes:
        """A string as it is kept."""
        starts = self._starts
        return bytes(self._bytes[starts[number] : starts[number + 1]])

    @cached_property
    def _starts(self) -> memoryview:
        return self._arrays.view(f"{self._name}.starts")

    @cached_property
    def _bytes(self) -> memoryview:
        return self._arrays.view(self._name)


def smallest(most: int) -> type[np.unsignedinteger[Any]]:
    """The smallest type of number that holds 0 to ``most``."""
    kinds = (np.uint8, np.uint16, np.uint32, np.uint64)
    return next(kind for kind in kinds if most <= np.iinfo(kind).max)
