"""Where a hit matched: spans for marks, passages for snippets, receipts for readers.

Everything comes from the rows and offsets that the index keeps; no text is analysed anew. All hits
of a page are looked through at once, as arrays.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.codec.layout import CONCEPTS, EXACT, STEMS
from index.codec.lexicon import ABSENT
from index.kernels import address, mark
from index.schema import TEXT_FIELDS, names
from index.tokens import tokenize
from search.clauses import Between, Leaf, Name, Sequence, Terms, bits_of, parts
from search.results import Match, Snippet, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as Many

    from numpy.typing import NDArray

    from index.codec.store import Store
    from search.postings import Postings
    from search.results import Passage, Stored

    Numbers = NDArray[Any]

MOST_SNIPPETS = 3
LONGEST_SNIPPET = 320
"""Characters; a longer sentence is cut at white space around its matches."""


class Found(NamedTuple):
    """A leaf in a field of a hit: ``field[start:end]`` is what it matched."""

    leaf: Leaf
    field: str
    start: int
    end: int


_new_found = partial(tuple.__new__, Found)
_GROUPS = {EXACT: 0, STEMS: 1, CONCEPTS: 2}

ROOM = 64
"""Matches in a document for which there is room at once; more take a second call."""


@dataclass(frozen=True)
class Highlighter:
    """Finds where the leaves of a query match in documents of one index."""

    postings: Postings

    def find(self, leaves: Iterable[Leaf], documents: Many[int]) -> dict[int, list[Found]]:
        """All matches in title and abstract of some documents, in the order of the text."""
        asked = dict.fromkeys(leaf for leaf in leaves if isinstance(leaf, Terms | Sequence))
        found: dict[int, list[Found]] = {document: [] for document in documents}
        for segment in self.postings.segments:
            inside = [one for one in documents if segment.first <= one < segment.end]
            if inside and asked:
                wanted = _Wanted(segment.store, asked)
                local = np.array(inside, np.int64) - segment.first
                for nth, later, start, end, leaf in wanted.marks(local).tolist():
                    one = (wanted.leaves[leaf], TEXT_FIELDS[later], start, end)
                    found[inside[nth]].append(_new_found(one))
        return found


class _Wanted:
    """The terms of leaves in one segment, numbered in the order in which they are asked for."""

    def __init__(self, store: Store, asked: Iterable[Terms | Sequence]) -> None:
        self._store = store
        self.leaves: list[Terms | Sequence] = []
        self._fields: list[int] = []
        self._terms: list[tuple[int, int, int]] = []
        self._rows: list[int] = []
        self._numbers: list[int] = []
        for leaf in asked:
            if isinstance(leaf, Sequence):
                self._add_row(leaf, leaf)
            else:
                self._add(leaf)
                for phrase in leaf.phrases:
                    self._add_row(leaf, phrase)

    def _add(self, leaf: Terms) -> None:
        found = parts(leaf)
        if found is None:
            return
        for text, _ in found.terms:
            number = self._number(found.layer, text)
            if number != ABSENT:
                self._terms.append((_GROUPS[found.layer], number, len(self.leaves)))
                self._ask(leaf, found.fields)

    def _add_row(self, leaf: Terms | Sequence, phrase: Sequence) -> None:
        numbers = [self._number(phrase.layer, form) for form in phrase.forms]
        if numbers and ABSENT not in numbers:
            self._rows += (_GROUPS[phrase.layer], len(self.leaves), len(numbers))
            self._numbers += numbers
            self._ask(leaf, phrase.fields)

    def _ask(self, leaf: Terms | Sequence, fields: Many[str]) -> None:
        self.leaves.append(leaf)
        self._fields.append(bits_of(fields))

    def marks(self, documents: Numbers) -> Numbers:
        """A row for each match: which of the documents, field, start, end, and leaf."""
        terms = sorted(self._terms)
        room = ROOM * len(documents)
        while True:
            found = np.empty((room, 5), np.int64)
            count = mark(
                self._store.stream,
                len(documents),
                address(documents),
                len(terms),
                _packed(chain.from_iterable(terms)),
                len(self._rows) // 3,
                _packed(self._rows),
                _packed(self._numbers),
                _packed(self._fields),
                room,
                address(found),
            )
            if count < 0:
                raise MemoryError
            if count <= room:
                return found[:count]
            room = count

    def _number(self, layer: str, text: str) -> int:
        """The number of a term, that of the stream for an exact one."""
        number = self._store.lexicon(layer).find(text)
        return self._store.word(number) if layer == EXACT and number != ABSENT else number


def spans(
    found: Iterable[Found], field: str, start: int = 0, end: int | None = None
) -> tuple[Span, ...]:
    """The marks of a field between two offsets, counted from the first of them.

    They are in order and do not overlap; matches that touch words in common are one mark.
    """
    return _merged(
        sorted(
            (first - start, last - start)
            for _, name, first, last in found
            if name == field and first >= start and (end is None or last <= end)
        )
    )


def _merged(places: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in the order of their starts, without what they have in common."""
    merged: list[Span] = []
    last = -1
    for start, end in places:
        if start >= last:
            merged.append((start, end))
            last = end
        elif end > last:
            merged[-1] = (merged[-1][0], end)
            last = end
    return tuple(merged)


def snippets(text: str, passages: Many[Passage], found: Iterable[Found]) -> tuple[Snippet, ...]:
    """The passages of an abstract's text that match best, in their order; else the first one.

    A passage is the better the more of the reader's words it holds; repeats count little.
    """
    inside = _inside(passages, found)
    chosen: Iterable[int] = inside or range(min(1, len(passages)))
    if len(inside) > MOST_SNIPPETS:
        best = sorted((-_worth(matches), nth) for nth, matches in inside.items())
        chosen = sorted(nth for _, nth in best[:MOST_SNIPPETS])
    return tuple([_snippet(text, passages[nth], inside.get(nth, ())) for nth in chosen])


def receipts(stored: Stored, asked: Iterable[Leaf], found: Iterable[Found]) -> tuple[Match, ...]:
    """Which part of the query matched which text in which field, each once, in query order.

    ``asked`` are the leaves, each once, that ``found`` has.
    """
    title, text = stored.title, stored.text
    # By far most matches repeat one before them to the letter.
    each_once = dict.fromkeys(
        [
            (id(leaf), field, title[start:end] if field == "title" else text[start:end])
            for leaf, field, start, end in found
        ]
    )
    lines: dict[int, list[tuple[str, str]]] = {}
    for leaf_id, field, written in each_once:
        lines.setdefault(leaf_id, []).append((field, " ".join(written.split())))
    matches: dict[tuple[str, str, str], Match] = {}
    for leaf in asked:
        query = leaf.query
        named = _named(stored, leaf) if isinstance(leaf, Name | Between) else ()
        for field, written in lines.get(id(leaf), named):
            key = (query, field, written.casefold())
            if key not in matches:
                matches[key] = Match(query, written, field)
    return tuple(matches.values())


def _packed(numbers: Iterable[int]) -> bytes:
    return array("q", numbers).tobytes()


def _named(stored: Stored, leaf: Name | Between) -> Iterator[tuple[str, str]]:
    abstract = stored.abstract
    if isinstance(leaf, Between):
        if leaf.holds(abstract.year):
            yield "year", str(abstract.year)
    elif leaf.field == "pmid":
        if leaf.forms == (abstract.pmid.lower(),):
            yield "pmid", abstract.pmid
    else:
        for line in names(abstract)[leaf.field].split("\n"):
            forms = [token.form for token in tokenize(line)]
            if all(form in forms for form in leaf.forms):
                yield leaf.field, line


def _inside(passages: Many[Passage], found: Iterable[Found]) -> dict[int, list[Found]]:
    """By passage the matches that lie within it, both in the order of the text."""
    starts = [passage[0] for passage in passages]
    inside: dict[int, list[Found]] = {}
    for match in found:
        if match[1] == "abstract":
            nth = bisect_right(starts, match[2]) - 1
            if nth >= 0 and match[3] <= passages[nth][1]:
                if nth in inside:
                    inside[nth].append(match)
                else:
                    inside[nth] = [match]
    return inside


def _worth(matches: Many[Found]) -> float:
    if len(matches) == 1:
        return 1.0
    counts: dict[int, int] = {}
    for match in matches:
        counts[id(match[0])] = counts.get(id(match[0]), 0) + 1
    return len(counts) + 0.1 * sum([math.log(count) for count in counts.values() if count > 1])


def _snippet(text: str, passage: Passage, matches: Many[Found]) -> Snippet:
    first, last = passage[0], passage[1]
    marks = _merged([(start - first, end - first) for _, _, start, end in matches])
    section = passage[2] if len(passage) > 2 else None
    if last - first <= LONGEST_SNIPPET:
        return Snippet(section, text[first:last], marks)
    start, end = _window(text, (first, last), marks)
    marks = spans(matches, "abstract", start, end)
    return Snippet(section, text[start:end], marks, start > first, end < last)


def _window(text: str, place: Span, marks: tuple[Span, ...]) -> Span:
    """The part of a long passage with its first matches, cut between words."""
    start, end = place
    first = marks[0] if marks else (0, 0)
    if first[1] > LONGEST_SNIPPET:
        start += max(0, first[0] - LONGEST_SNIPPET // 4)
        space = text.find(" ", start, place[0] + first[0] + 1)
        start = space + 1 if space >= 0 else place[0] + first[0]
    end = min(end, start + LONGEST_SNIPPET)
    if end < place[1]:
        shortest = place[0] + first[1]
        space = text.rfind(" ", max(start, shortest), end + 1)
        end = space if space >= 0 else max(end, shortest)
    return start, end
