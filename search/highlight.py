"""Where a hit matched: spans for marks, passages for snippets, receipts for readers.

Everything comes from the rows and offsets that the index keeps; no text is analysed anew. All hits
of a page are looked through at once.
"""

from __future__ import annotations

import json
from array import array
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.codec.documents import Kept
from index.kernels import address, excerpt, mark
from index.schema import TEXT_FIELDS, names
from index.tokens import tokenize
from search.asked import Asked
from search.clauses import Between, Leaf, Name
from search.results import Match, Snippet, Span, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Sequence as Many

    from numpy.typing import NDArray

    from search.postings import Postings
    from search.segments import Segment

    Numbers = NDArray[Any]

MOST_SNIPPETS = 3
LONGEST_SNIPPET = 320
"""Characters; a longer sentence is cut at white space around its matches."""

ROOM = 64
"""Matches in a document for which there is room at once; more take a second call."""

_SHOWN = (*TEXT_FIELDS, "passages")


class Passage(NamedTuple):
    """``text[start:end]``, the label of its section, and its marks, counted from its start."""

    start: int
    end: int
    label: str | None
    spans: tuple[Span, ...]


class Excerpt(NamedTuple):
    """What is shown of a document: the marks of its title, its best passages, its receipts.

    Marks are in order and do not overlap; matches that touch words in common are one mark.
    """

    title_spans: tuple[Span, ...]
    passages: tuple[Passage, ...]
    matches: tuple[Match, ...]


_new_passage = partial(tuple.__new__, Passage)
_new_match = partial(tuple.__new__, Match)


class Highlighter:
    """Finds where the leaves of a query match in documents of one index. For any threads."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def excerpts(
        self, asked: Many[Leaf], stored: Mapping[int, Stored], most: int = MOST_SNIPPETS
    ) -> dict[int, Excerpt]:
        """What is shown of some documents for leaves, each of which is asked for once.

        The passages are the ``most`` that match best, in their order, or all of them for 0. One is
        the better the more of the reader's words it holds; repeats count little. Where none has a
        match it is the first.
        """
        order = {leaf.query: nth for nth, leaf in reversed(list(enumerate(asked)))}
        lines = _packed(order[leaf.query] for leaf in asked)
        found: dict[int, Excerpt] = {}
        for segment in self._postings.segments:
            inside = [one for one in stored if segment.first <= one < segment.end]
            if inside:
                matches = self.matches(segment, asked, inside)
                kept = [stored[one].kept for one in inside]
                reader = _Reader(_excerpted(matches, kept, lines, most), asked, order)
                found |= {document: reader.excerpt(stored[document]) for document in inside}
        return found

    def paragraphs(self, asked: Many[Leaf], document: int, stored: Stored) -> Excerpt:
        """A whole document: its passages are its paragraphs, with and without a match."""
        places = [[one.start, one.end] for one in stored.abstract.paragraphs]
        whole = {**stored.kept, "passages": json.dumps(places)}
        return self.excerpts(asked, {document: Stored(Kept.of(whole))}, most=0)[document]

    def matches(self, segment: Segment, asked: Iterable[Leaf], documents: Many[int]) -> Numbers:
        """All matches in title and abstract of documents of a segment, in the order of the text.

        A row for each: which of the documents, which of ``TEXT_FIELDS``, start, end, which leaf.
        """
        wanted = Asked.together(map(self._postings.asked, asked))
        place = self._postings.segments.index(segment)
        numbers = np.array(documents, np.int64)
        room = ROOM * len(documents)
        while True:
            found = np.empty((room, 5), np.int64)
            leaves = (wanted.size, *wanted)
            where = (segment.place, place, *leaves, len(documents), address(numbers))
            count = mark(*where, room, address(found))
            if count < 0:
                raise MemoryError
            if count <= room:
                return found[:count]
            room = count


def _excerpted(matches: Numbers, kept: Many[Kept], lines: bytes, most: int) -> list[int]:
    """What ``index.kernels.excerpt`` writes of documents: ``_Reader`` reads it."""
    places: list[int] = []
    start = passages = 0
    for one in kept:
        for field in _SHOWN:
            first, end = one.bounds(field)
            places += (start + first, start + end)
        start += len(one.utf8)
        passages += most or one["passages"].count("[")
    found = np.empty(6 * len(matches) + 5 * passages + 3 * len(kept), np.int64)
    count = excerpt(
        len(kept),
        _packed(places),
        b"".join([one.utf8 for one in kept]),
        len(matches),
        address(matches),
        len(lines) // 8,
        lines,
        most,
        address(found),
    )
    if count < 0:
        raise MemoryError
    numbers: list[int] = found[:count].tolist()
    return numbers


class _Reader:
    """Reads what ``_excerpted`` gives, document by document."""

    def __init__(self, numbers: list[int], asked: Many[Leaf], order: Mapping[str, int]) -> None:
        self._numbers = every = iter(numbers)
        self._pairs = zip(every, every, strict=True)
        self._fours = zip(every, every, every, every, strict=True)
        self._asked = asked
        self._order = order
        self._named = [leaf for leaf in asked if isinstance(leaf, Name | Between)]

    def excerpt(self, stored: Stored) -> Excerpt:
        """The next document, which is known."""
        title_spans = self._spans()
        passages = tuple([self._passage(stored) for _ in range(next(self._numbers))])
        matches = self._matches(stored.title, stored.text)
        if not (stored.title.isascii() and stored.text.isascii()):
            matches = list(_once(matches))
        if self._named:
            named = (match for leaf in self._named for match in _named(stored, leaf))
            matches = sorted([*matches, *_once(named)], key=lambda one: self._order[one.query])
        return Excerpt(title_spans, passages, tuple(matches))

    def _spans(self) -> tuple[Span, ...]:
        return tuple(islice(self._pairs, next(self._numbers)))

    def _passage(self, stored: Stored) -> Passage:
        start, end, label, label_end = next(self._fours)
        named = json.loads(stored.kept.part("passages", label, label_end)) if label else None
        return _new_passage((start, end, named, self._spans()))

    def _matches(self, title: str, text: str) -> list[Match]:
        asked = self._asked
        return [
            _new_match((asked[line].query, " ".join(written.split()), TEXT_FIELDS[field]))
            for line, field, start, end in islice(self._fours, next(self._numbers))
            for written in [(text if field else title)[start:end]]
        ]


def _once(matches: Iterable[Match]) -> Iterable[Match]:
    """The first of all that say the same in small and capital letters."""
    found: dict[tuple[str, str, str], Match] = {}
    for match in matches:
        found.setdefault((match.query, match.field, match.text.casefold()), match)
    return found.values()


def _named(stored: Stored, leaf: Name | Between) -> Iterator[Match]:
    if isinstance(leaf, Between):
        if leaf.holds(stored.year):
            yield Match(leaf.query, str(stored.year), "year")
    elif leaf.field == "pmid":
        if leaf.forms == (stored.pmid.lower(),):
            yield Match(leaf.query, stored.pmid, "pmid")
    else:
        for line in names(stored.abstract)[leaf.field].split("\n"):
            forms = [token.form for token in tokenize(line)]
            if all(form in forms for form in leaf.forms):
                yield Match(leaf.query, line, leaf.field)


def snippets(text: str, passages: Iterable[Passage]) -> tuple[Snippet, ...]:
    """Passages of a text as they are shown; long ones are cut."""
    return tuple([_snippet(text, passage) for passage in passages])


def _snippet(text: str, passage: Passage) -> Snippet:
    first, last, label, spans = passage
    if last - first <= LONGEST_SNIPPET:
        return Snippet(label, text[first:last], spans)
    start, end = _window(text, passage)
    moved = first - start
    inside = [(one + moved, other + moved) for one, other in spans if start - first <= one]
    spans = tuple([span for span in inside if span[1] <= end - start])
    return Snippet(label, text[start:end], spans, start > first, end < last)


def _window(text: str, passage: Passage) -> Span:
    """The part of a long passage with its first marks, cut between words and between marks."""
    start, end = passage[:2]
    marks = [(passage.start + first, passage.start + last) for first, last in passage.spans]
    first = marks[0] if marks else (start, start)
    if first[1] - start > LONGEST_SNIPPET:
        start += max(0, first[0] - start - LONGEST_SNIPPET // 4)
        space = text.find(" ", start, first[0] + 1)
        start = space + 1 if space >= 0 else first[0]
    end = min(end, start + LONGEST_SNIPPET)
    if end < passage.end:
        end = next((one for one, other in marks[1:] if one < end < other), end)
        space = text.rfind(" ", max(start, first[1]), end + 1)
        end = space if space >= 0 else max(end, first[1])
    return start, end


def _packed(numbers: Iterable[int]) -> bytes:
    return array("q", numbers).tobytes()
