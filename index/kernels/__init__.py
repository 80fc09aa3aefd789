"""The inner loops of a search, compiled: the ``.c`` files say what each does.

They read the arrays of an index where they are mapped and write into arrays that the caller made.
What they are given as structures is packed by the formats below. The interpreter is free meanwhile,
so threads search side by side.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIBRARY = Path(__file__).with_name("kernels.so")
"""What ``compilation.py`` makes of the ``.c`` files."""

POSTING_LIST = Struct("=8qd")
"""Three columns (documents, frequencies in title and abstract), size, first document, weight."""

LEAF = Struct("=4qd")
"""How many lists, how many of them decide what matches, bits of fields, is it a reason, weight."""

SETTING = Struct("=q2d3q")
"""Document numbers, documents, k1, the addresses of the fields' scales, and of what is live."""

Column = tuple[int, int]
"""The address of an array, and how many bytes each of its numbers takes."""


def column(values: NDArray[Any]) -> Column:
    """An array as the kernels are given it. The caller keeps it alive."""
    return values.__array_interface__["data"][0], values.itemsize


def address(values: NDArray[Any]) -> int:
    """Where the numbers of an array are. The caller keeps it alive."""
    return int(values.__array_interface__["data"][0])


def _loaded() -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(LIBRARY))
    except OSError as error:
        raise ImportError(
            f"{LIBRARY.name} is missing or of another machine; “make serve” compiles it."
        ) from error


def _function(name: str, count: int, result: type | None = None) -> Any:  # noqa: ANN401 (ctypes)
    """A kernel of so many numbers, addresses or packed structures."""
    found = getattr(_library, name)
    found.argtypes, found.restype = [_Argument] * count, result
    return found


class _Argument:
    """Numbers, addresses and bytes are all handed on as 64 bits."""

    @staticmethod
    def from_param(value: int | bytes) -> ctypes.c_void_p | ctypes.c_char_p:
        return ctypes.c_char_p(value) if isinstance(value, bytes) else ctypes.c_void_p(value)


_library = _loaded()
score = _function("score", 7)
best = _function("best", 6, ctypes.c_int64)
mark = _function("mark", 10, ctypes.c_int64)
excerpt = _function("excerpt", 9, ctypes.c_int64)
