"""The words of a corpus by numbers: a compiled loop cuts a text and looks all its words up.

What a word is called in the index is asked once for each different one, as it is written. The loop
knows ASCII only; the few other texts are read by ``word_table``, and the result is the same.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from struct import Struct
from typing import TYPE_CHECKING, overload

import numpy as np

from index.kernels import address, cut, enter
from index.stems import STEMS
from index.tokens import MOST_REMEMBERED, SPACED_PREFIXES, folded
from index.words import PARAGRAPH_GAP, WordTable, word_table

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1 << 16
"""Characters of the longest text that is cut by the loop, which keeps 21 bytes for each."""

_DIGITS, _PREFIX = 1, 2  # as in kernels/words.c
_BOOK = Struct("=5q")
_WIDTH = array("I").itemsize


class Numbered(Sequence[str]):
    """Words by their numbers in a list of names that many texts share."""

    __slots__ = ("names", "numbers")

    def __init__(self, numbers: array[int], names: list[str]) -> None:
        self.numbers = numbers
        self.names = names

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return list(map(self.names.__getitem__, self.numbers[place]))
        return self.names[self.numbers[place]]

    def __iter__(self) -> Iterator[str]:
        return map(self.names.__getitem__, self.numbers)


class Book:
    """The words that were met so far, and their numbers. Safe to share by threads.

    Past ``most`` words it begins anew; texts that were read before keep the names that they had.
    """

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._scratch = _Scratch(0)
        self._page: _Page | None = None

    def read(self, text: str) -> WordTable:
        """What ``word_table`` says of a text, its forms ``Numbered``."""
        is_cut = text.isascii() and len(text) <= LONGEST
        table = None if is_cut else word_table(text)
        with self._lock:
            page = self._page
            if page is None or len(page) >= self._most:
                page = self._page = _Page(self._most + LONGEST)
            return page.cut(text, self._room(len(text))) if table is None else page.numbered(table)

    def _room(self, characters: int) -> _Scratch:
        if self._scratch.room < characters:
            self._scratch = _Scratch(max(4096, 2 * characters))
        return self._scratch


class _Scratch:
    """Where the loop writes the columns of a text of up to ``room`` characters."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._columns = np.empty((5, room), np.uint32)
        self._gaps = np.empty(room, np.uint8)
        self._gap_bytes = memoryview(self._gaps)  # type: ignore[arg-type]
        places = [address(column) for column in self._columns]
        self._header = array("q", [*places, address(self._gaps), 0, 0])
        self._bytes = memoryview(self._columns.reshape(-1).view(np.uint8))  # type: ignore[arg-type] # numpy arrays are buffers
        self.header = self._header.buffer_info()[0]

    @property
    def unknown(self) -> int:
        """How many words the book does not have."""
        return self._header[6]

    @property
    def pairs(self) -> int:
        """How many words may be one with the next."""
        return self._header[7]

    def column(self, number: int, size: int) -> array[int]:
        """Numbers, starts, ends, positions, or the words that ``unknown`` or ``pairs`` count."""
        start = number * self.room * _WIDTH
        found = array("I")
        found.frombytes(self._bytes[start : start + size * _WIDTH])
        return found

    def gaps(self, size: int) -> array[int]:
        """What stands before each word."""
        found = array("B")
        found.frombytes(self._gap_bytes[:size])
        return found


class _Page:
    """All that is known of some words: as they are written, and as they are called."""

    def __init__(self, most: int) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._kinds = array("B")
        self._letters = array("B")
        self._entries = array("I")  # offset, length and number of each word as it is written
        self._slots = np.zeros(1 << most.bit_length(), np.uint64)  # not full with ``most`` words
        self._packed = self._pack()

    def __len__(self) -> int:
        return max(len(self._names), len(self._entries) // 3)

    def cut(self, text: str, scratch: _Scratch) -> WordTable:
        """The words of a text in ASCII."""
        letters = text.encode("ascii")
        size = cut(self._packed, letters, len(letters), PARAGRAPH_GAP, scratch.header)
        starts, ends = scratch.column(1, size), scratch.column(2, size)
        if scratch.unknown:
            places = scratch.column(4, scratch.unknown)
            for word in {text[starts[place] : ends[place]]: None for place in places}:
                self._enter(word)
            size = cut(self._packed, letters, len(letters), PARAGRAPH_GAP, scratch.header)
        forms = Numbered(scratch.column(0, size), self._names)
        positions, pairs = scratch.column(3, size), scratch.column(4, scratch.pairs)
        names, numbers = self._names, forms.numbers
        joined = {
            place: STEMS[names[numbers[place]] + names[numbers[place + 1]]] for place in pairs
        }
        return WordTable(text, forms, starts, ends, positions, scratch.gaps(size), joined)

    def numbered(self, table: WordTable) -> WordTable:
        """The same words with numbers."""
        numbers = array("I", map(self._number, table.forms))
        self._packed = self._pack()
        return table._replace(forms=Numbered(numbers, self._names))

    def _enter(self, word: str) -> None:
        """Lets the loop find a word. One in ASCII always has a form."""
        written = word.encode("ascii")
        self._entries.extend((len(self._letters), len(written), self._number(folded(word))))
        self._letters.frombytes(written)
        self._packed = self._pack()
        enter(self._packed, len(self._entries) // 3 - 1)

    def _number(self, form: str) -> int:
        number = self._numbers.get(form)
        if number is None:
            number = self._numbers[form] = len(self._names)
            self._names.append(form)
            self._kinds.append(_DIGITS * form.isdigit() | _PREFIX * (form in SPACED_PREFIXES))
        return number

    def _pack(self) -> bytes:
        columns = (self._entries, self._letters, self._kinds)
        places = [column.buffer_info()[0] for column in columns]
        return _BOOK.pack(address(self._slots), len(self._slots) - 1, *places)
