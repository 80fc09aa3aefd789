"""Where a hit matched: spans for marks, passages for snippets, receipts for readers.

Everything comes from the rows and offsets that the index keeps; no text is analysed anew. All hits
of a page are looked through at once.
"""

from __future__ import annotations

import json
from array import array
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from index.codec.documents import Kept
from index.kernels import address, excerpt, mark
from index.schema import TEXT_FIELDS, names
from index.tokens import Remembered, tokenize
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
_LABELS: Remembered[str] = Remembered(json.loads, 1 << 10)
"""Labels of sections as they stand in JSON, and as they are."""


class Excerpt(NamedTuple):
    """What is shown of a document: the marks of its title, its best passages, its receipts.

    Marks are in order and do not overlap; matches that touch words in common are one mark.
    """

    title_spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    matches: tuple[Match, ...]


_new_snippet = partial(tuple.__new__, Snippet)
_new_match = partial(tuple.__new__, Match)


class Highlighter:
    """Finds where the leaves of a query match in documents of one index. For any threads."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def excerpts(
        self,
        asked: Many[Leaf],
        stored: Mapping[int, Stored],
        most: int = MOST_SNIPPETS,
        longest: int = LONGEST_SNIPPET,
    ) -> dict[int, Excerpt]:
        """What is shown of some documents for leaves, each of which is asked for once.

        The passages are the ``most`` that match best, in their order, or all of them for 0. One is
        the better the more of the reader's words it holds; repeats count little. Where none has a
        match it is the first. Those of more characters than ``longest``, if it is not 0, are cut.
        """
        order = {leaf.query: nth for nth, leaf in reversed(list(enumerate(asked)))}
        lines = _packed(order[leaf.query] for leaf in asked)
        found: dict[int, Excerpt] = {}
        for segment in self._postings.segments:
            inside = [one for one in stored if segment.first <= one < segment.end]
            if inside:
                matches = self.matches(segment, asked, inside)
                kept = [stored[one].kept for one in inside]
                reader = _Reader(_excerpted(matches, kept, lines, most, longest), asked, order)
                found |= {document: reader.excerpt(stored[document]) for document in inside}
        return found

    def paragraphs(self, asked: Many[Leaf], document: int, stored: Stored) -> Excerpt:
        """A whole document: its passages are its paragraphs, with and without a match."""
        places = [[one.start, one.end] for one in stored.abstract.paragraphs]
        whole = Stored(Kept.of({**stored.kept, "passages": json.dumps(places)}))
        return self.excerpts(asked, {document: whole}, most=0, longest=0)[document]

    def matches(self, segment: Segment, asked: Iterable[Leaf], documents: Many[int]) -> Numbers:
        """All matches in title and abstract of documents of a segment, in the order of the text.

        A row for each: which of the documents, which of ``TEXT_FIELDS``, start, end, which leaf.
        """
        wanted = Asked.together(map(self._postings.asked, asked))
        place = self._postings.segments.index(segment)
        numbers = _packed(documents)
        room = ROOM * len(documents)
        while True:
            found = np.empty((room, 5), np.int64)
            leaves = (wanted.size, *wanted)
            where = (segment.place, place, *leaves, len(documents), numbers)
            count = mark(*where, room, address(found))
            if count < 0:
                raise MemoryError
            if count <= room:
                return found[:count]
            room = count


def _excerpted(
    matches: Numbers, kept: Many[Kept], lines: bytes, most: int, longest: int
) -> list[int]:
    """What ``index.kernels.excerpt`` writes of documents of a segment: ``_Reader`` reads it."""
    places = kept[0].places
    passages = most * len(kept) or sum(one["passages"].count("[") for one in kept)
    found = np.empty(6 * len(matches) + 7 * passages + 3 * len(kept), np.int64)
    count = excerpt(
        len(kept),
        len(places),
        _packed(chain.from_iterable([one.bounds for one in kept])),
        _packed([places[field] for field in _SHOWN]),
        b"".join([one.utf8 for one in kept]),
        len(matches),
        address(matches),
        len(lines) // 8,
        lines,
        most,
        longest,
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
        self._sevens = zip(every, every, every, every, every, every, every, strict=True)
        self._asked = asked
        self._order = order
        self._named = [leaf for leaf in asked if isinstance(leaf, Name | Between)]

    def excerpt(self, stored: Stored) -> Excerpt:
        """The next document, which is known."""
        title, text = stored.title, stored.text
        title_spans = tuple(islice(self._pairs, next(self._numbers)))
        snippets = self._snippets(stored.kept, text)
        matches = self._matches(title, text)
        if not (title.isascii() and text.isascii()):
            matches = list(_once(matches))
        if self._named:
            named = (match for leaf in self._named for match in _named(stored, leaf))
            matches = sorted([*matches, *_once(named)], key=lambda one: self._order[one.query])
        return Excerpt(title_spans, snippets, tuple(matches))

    def _snippets(self, kept: Kept, text: str) -> tuple[Snippet, ...]:
        pairs = self._pairs
        shown = islice(self._sevens, next(self._numbers))
        return tuple(
            [
                _new_snippet(
                    (
                        _LABELS[kept.part("passages", label, label_end)] if label else None,
                        text[start:end],
                        tuple(islice(pairs, spans)),
                        cut_before > 0,
                        cut_after > 0,
                    )
                )
                for start, end, label, label_end, cut_before, cut_after, spans in shown
            ]
        )

    def _matches(self, title: str, text: str) -> list[Match]:
        asked = self._asked
        return [
            _new_match((asked[line].query, on_one_line, TEXT_FIELDS[field]))
            for line, field, start, end in islice(self._fours, next(self._numbers))
            for written in [(text if field else title)[start:end]]
            for on_one_line in [written if written.isalnum() else " ".join(written.split())]
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


def _packed(numbers: Iterable[int]) -> bytes:
    return array("q", numbers).tobytes()
