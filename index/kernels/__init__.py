"""The inner loops of searching, reading and merging, compiled: the ``.c`` files say what each does.

They read arrays, those of an index where they are mapped, and write into arrays that the caller
made. What they are given as structures is packed by the formats below or by the caller.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

from index.kernels import binding

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIBRARY = Path(str(binding.__file__))
"""The extension that the ``.c`` files are compiled into."""

LEAF = Struct("=4q")
"""How many terms and rows, bits of fields, whether its rows tell what it matches."""

TERM = Struct("=3qd")
"""Segment, group, number, weight."""

ROW = Struct("=3q")
"""Segment, group, how many words."""

SETTING = Struct("=q2d6q")
"""Document numbers, documents, k1, addresses of lengths, of scales, of years, of what is live."""

LEXICON = Struct("=5q")
"""The address of the heads, how many, the column of starts, the address of the terms."""

UNREADABLE = -2
"""What ``show`` returns where it cannot read the file of the strings."""

KEPT = Struct("=10q")
"""The file of the strings, where in it they are, the column of starts, how many a document has, and
which five of them are shown."""

Column = tuple[int, int]
"""The address of an array, and how many bytes each of its numbers takes."""


def column(values: NDArray[Any]) -> Column:
    """An array as the kernels are given it. The caller keeps it alive."""
    return values.__array_interface__["data"][0], values.itemsize


def address(values: NDArray[Any]) -> int:
    """Where the numbers of an array are. The caller keeps it alive."""
    try:
        return ctypes.addressof(_first_byte(values))  # type: ignore[arg-type] # arrays are buffers
    except (TypeError, ValueError):  # read only, or empty: in four times the time
        return int(values.__array_interface__["data"][0])


_first_byte = ctypes.c_char.from_buffer


def _function(name: str, count: int, result: type | None = None, *, is_long: bool = False) -> Any:  # noqa: ANN401 (ctypes)
    """A kernel of so many numbers, addresses or packed structures, all handed on as 64 bits.

    Other threads run while a long one does. For a short one the interpreter is kept: to get it back
    from a busy thread takes milliseconds.
    """
    found = getattr(_parallel if is_long else _brief, name)
    found.argtypes, found.restype = [ctypes.c_void_p] * count, result
    return found


_parallel, _brief = ctypes.CDLL(str(LIBRARY)), ctypes.PyDLL(str(LIBRARY))
find = _function("find", 3, ctypes.c_int64)
score = _function("score", 13, ctypes.c_int64, is_long=True)
best = _function("best", 5, ctypes.c_int64)
mark = _function("mark", 11, ctypes.c_int64)
excerpt = _function("excerpt", 15, ctypes.c_int64)
show = _function("show", 17, ctypes.c_int64)
cut = _function("cut", 6, ctypes.c_int64)
enter = _function("enter", 3)
pairs = _function("pairs", 5, ctypes.c_int64)
stem = _function("stem", 2, ctypes.c_int64)
walk = _function("walk", 4, ctypes.c_int64)
invert = _function("invert", 4, ctypes.c_int64)
facets = _function("facets", 11, ctypes.c_int64)
likely = _function("likely", 13, ctypes.c_int64)
merge_terms = _function("merge_terms", 8, ctypes.c_int64, is_long=True)
merge_lists = _function("merge_lists", 7, is_long=True)
