"""What leaves ask of an index, as ``index.kernels`` is told."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from index.kernels import LEAF, ROW, TERM
from index.segment.groups import LAYER_GROUPS
from index.segment.lexicon import ABSENT
from search.clauses import Sequence, Terms, bits_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as Many

    from index.segment.segment import Segment
    from search.clauses import Leaf

_NUMBERS = {group: number for number, group in enumerate(LAYER_GROUPS)}


class Asked(NamedTuple):
    """Some leaves, each with its terms, its rows of words, and the numbers of these words.

    A leaf of names or years asks for nothing here.
    """

    leaves: bytes = b""
    terms: bytes = b""
    rows: bytes = b""
    numbers: bytes = b""

    @classmethod
    def together(cls, some: Iterable[Asked]) -> Asked:
        """Leaves one after the other."""
        some = list(some)
        if len(some) == 1:
            return some[0]
        return cls(*map(b"".join, zip(*some, strict=True)))

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.leaves) // LEAF.size


def asked_of(segments: Many[Segment], leaf: Leaf) -> Asked:
    """What a leaf asks of some segments."""
    if isinstance(leaf, Sequence):
        rows, numbers = _rows(segments, (leaf,))
        return Asked(_counted((), rows, leaf.fields, is_row=True), b"", b"".join(rows), numbers)
    if not isinstance(leaf, Terms):
        return Asked(LEAF.pack(0, 0, 0, 0))
    terms: list[bytes] = []
    group = _NUMBERS[leaf.layer]
    for place, segment in enumerate(segments):
        find = segment.store.lexicon(leaf.layer).find
        for text, weight in leaf.terms:
            if (number := find(text)) != ABSENT:
                terms.append(TERM.pack(place, group, number, weight))
    rows, numbers = _rows(segments, leaf.phrases) if leaf.phrases else ([], b"")
    packed = _counted(terms, rows, leaf.fields, is_row=False)
    return Asked(packed, b"".join(terms), b"".join(rows), numbers)


def _counted(
    terms: Many[bytes], rows: Many[bytes], fields: tuple[str, ...], *, is_row: bool
) -> bytes:
    return LEAF.pack(len(terms), len(rows), bits_of(fields), is_row)


def _rows(segments: Many[Segment], phrases: Many[Sequence]) -> tuple[list[bytes], bytes]:
    """The rows of words of phrases in the segments that have all of them, and their numbers."""
    rows: list[bytes] = []
    numbers = array("q")
    for phrase in phrases:
        for place, segment in enumerate(segments):
            if found := segment.numbers(phrase.layer, phrase.forms):
                rows.append(ROW.pack(place, _NUMBERS[phrase.layer], len(found)))
                numbers.extend(found)
    return rows, numbers.tobytes()
