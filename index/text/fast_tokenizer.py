"""The words of a corpus as numbers: a compiled loop cuts a text and looks up all its words.

Each spelling is folded once. The loop knows ASCII only; the few other words are read in Python. The
result equals that of ``word_table``.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from index.kernels import WordTable as KnownWords
from index.kernels import pairs
from index.text.cache import MOST_CACHED, Cache
from index.text.stemmer import STEMS
from index.text.tokenizer import SPACED_PREFIXES, folded, pieces, token_table
from index.text.words import GAP_BITS, PARAGRAPH_GAP, WordTable, positions_of, word_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 1 << 16
"""Characters of the longest text that is cut by the loop, which keeps 21 bytes for each."""

MOST_PIECES = 1 << 14
"""Pieces that are not ASCII whose words are cached."""

_WIDTH = array("I").itemsize
_DIGITS, _PREFIX = 1, 2  # as in kernels/words.c
_POSITIONS, _PLACES = 3, 4  # columns of its; those before are numbers, starts and ends


class InternedForms(Sequence[str]):
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


class FastTokenizer:
    """Cuts texts and numbers their words. Safe to share by threads.

    Past ``most`` words it begins anew; texts that were read before keep the names that they had.
    """

    def __init__(self, most: int = MOST_CACHED) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._scratch = _Scratch(0)
        self._page: _Page | None = None

    def read(self, text: str) -> WordTable:
        """The ``word_table`` of a text, with ``InternedForms``."""
        table = word_table(text) if len(text) > LONGEST else None
        with self._lock:
            page = self._page
            if page is None or len(page) >= self._most:
                page = self._page = _Page(self._most + LONGEST)
            if table is not None:
                return page.numbered(table)
            read = page.cut if text.isascii() else page.cut_in_pieces
            return read(text, self._room(len(text)))

    def _room(self, characters: int) -> _Scratch:
        if self._scratch.room < characters:
            self._scratch = _Scratch(max(4096, 2 * characters))
        return self._scratch


class _Scratch:
    """Room for the columns that the loops write for a text of up to ``room`` characters."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.columns = np.empty((5, room), np.uint32)
        self.gaps = np.empty(room, np.uint8)
        self._each = [memoryview(column).cast("B") for column in self.columns]  # type: ignore[arg-type] # numpy arrays are buffers
        self._gaps = memoryview(self.gaps)  # type: ignore[arg-type] # same
        self.places = self.columns[_PLACES]

    def column(self, number: int, size: int) -> array[int]:
        """A column of a text of so many words."""
        found = array("I")
        found.frombytes(self._each[number][: _WIDTH * size])
        return found

    def gaps_of(self, size: int) -> array[int]:
        """The gap before each word."""
        found = array("B")
        found.frombytes(self._gaps[:size])
        return found


class _Page:
    """The words met so far: as written, and as indexed."""

    def __init__(self, most: int) -> None:
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._kinds = array("B")
        self._known = KnownWords(most)

    def __len__(self) -> int:
        return max(len(self._names), len(self._known))

    def cut(self, text: str, scratch: _Scratch) -> WordTable:
        """The words of a text in ASCII."""
        numbers, starts, ends, gaps = self._columns(text, 0, scratch)
        positions = scratch.column(_POSITIONS, len(numbers))
        return self._table(text, (numbers, starts, ends, positions), gaps, scratch)

    def cut_in_pieces(self, text: str, scratch: _Scratch) -> WordTable:
        """The words of any text: the few that stand beside other characters are read plainly."""
        numbers, starts, ends, gaps = array("I"), array("I"), array("I"), array("B")
        begin = 0
        for place, piece in enumerate(pieces(text)):
            first, last = len(starts), ends[-1] if ends else 0
            if place % 2:
                for form, start, end in _TOKENS[piece]:
                    numbers.append(self._number(form))
                    starts.append(begin + start)
                    ends.append(begin + end)
                    gaps.append(GAP_BITS[text[last : begin + start]])
                    last = begin + end
            else:
                found = self._columns(piece, begin, scratch)
                for column, more in zip((numbers, starts, ends, gaps), found, strict=True):
                    column.extend(more)
                if len(starts) > first:
                    gaps[first] = GAP_BITS[text[last : starts[first]]]
            begin += len(piece)
        positions = positions_of(text, starts, ends)
        return self._table(text, (numbers, starts, ends, positions), gaps, scratch)

    def numbered(self, table: WordTable) -> WordTable:
        """The same words with numbers."""
        numbers = array("I", map(self._number, table.forms))
        return table._replace(forms=InternedForms(numbers, self._names))

    def _columns(self, text: str, shift: int, scratch: _Scratch) -> tuple[array[int], ...]:
        """Numbers, starts, ends and gaps of a piece in ASCII that begins at ``shift``."""
        size, unknowns = self._known.cut(
            text.encode("ascii"),
            shift=shift,
            step=PARAGRAPH_GAP,
            columns=scratch.columns,
            gaps=scratch.gaps,
        )
        numbers, starts, ends = (scratch.column(number, size) for number in range(3))
        if unknown := scratch.column(_PLACES, unknowns):
            words = [text[starts[place] - shift : ends[place] - shift] for place in unknown]
            known = self._enter(dict.fromkeys(words))
            for place, word in zip(unknown, words, strict=True):
                numbers[place] = known[word]
        return numbers, starts, ends, scratch.gaps_of(size)

    def _table(
        self, text: str, columns: tuple[array[int], ...], gaps: array[int], scratch: _Scratch
    ) -> WordTable:
        numbers, starts, ends, positions = columns
        count = pairs(self._kinds, numbers, gaps, scratch.places)
        names = self._names
        joined = {
            place: STEMS[names[numbers[place]] + names[numbers[place + 1]]]
            for place in scratch.column(_PLACES, count)
        }
        return WordTable(text, InternedForms(numbers, names), starts, ends, positions, gaps, joined)

    def _enter(self, words: Iterable[str]) -> dict[str, int]:
        """Lets the loop find words, and tells their numbers. One in ASCII always has a form."""
        known = {}
        for word in words:
            number = known[word] = self._number(folded(word))
            self._known.add(word.encode("ascii"), number)
        return known

    def _number(self, form: str) -> int:
        number = self._numbers.get(form)
        if number is None:
            number = self._numbers[form] = len(self._names)
            self._names.append(form)
            self._kinds.append(_DIGITS * form.isdigit() | _PREFIX * (form in SPACED_PREFIXES))
        return number


def _tokens(piece: str) -> list[tuple[str, int, int]]:
    forms, starts, ends, _ = token_table(piece)
    return list(zip(forms, starts, ends, strict=True))


_TOKENS = Cache(_tokens, MOST_PIECES)
