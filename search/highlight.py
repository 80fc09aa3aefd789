"""Where a hit matched: spans for marks, passages for snippets, receipts for readers.

Everything comes from the rows and offsets that the index keeps; no text is analysed anew. All hits
of a page are looked through at once.
"""

from __future__ import annotations

import json
from array import array
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
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

BYTES = 4096
"""What is shown of a document has room in at once, as a message; more takes a second call."""

_SHOWN = (*TEXT_FIELDS, "passages", "pmid")


class Excerpt(NamedTuple):
    """What is shown of a document: its title with marks, its best passages, its receipts.

    Marks are in order and do not overlap; matches that touch words in common are one mark.
    """

    pmid: str
    title: str
    title_spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    matches: tuple[Match, ...]


_decoder = msgspec.msgpack.Decoder(list[Excerpt])


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
        queries = list(dict.fromkeys(leaf.query for leaf in asked))
        lines = _packed([queries.index(leaf.query) for leaf in asked])
        named = [leaf for leaf in asked if isinstance(leaf, Name | Between)]
        found: dict[int, Excerpt] = {}
        for segment in self._postings.segments:
            inside = [one for one in stored if segment.first <= one < segment.end]
            if inside:
                matches = self.matches(segment, asked, inside)
                kept = [stored[one].kept for one in inside]
                shown = _excerpted(matches, kept, lines, queries, most, longest)
                found |= zip(inside, shown, strict=True)
        for document, one in found.items():
            if named or not _is_ascii(one, stored[document]):
                found[document] = _completed(one, stored[document], named, queries)
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
    matches: Numbers, kept: Many[Kept], lines: bytes, queries: Many[str], most: int, longest: int
) -> list[Excerpt]:
    """What is shown of documents of a segment, but for names and years."""
    places = kept[0].places
    utf8 = [query.encode("utf-8", "surrogatepass") for query in queries]
    what = (
        len(kept),
        len(places),
        _packed(chain.from_iterable([one.bounds for one in kept])),
        _packed([places[field] for field in _SHOWN]),
        b"".join([one.utf8 for one in kept]),
        len(matches),
        address(matches),
        len(lines) // 8,
        lines,
        b"".join(utf8),
        _packed(accumulate(map(len, utf8), initial=0)),
        most,
        longest,
    )
    room = BYTES * len(kept)
    while True:
        message = np.empty(room, np.uint8)
        size = excerpt(*what, room, address(message))
        if size < 0:
            raise MemoryError
        if size <= room:
            return _decoder.decode(message[:size].data)
        room = size


def _is_ascii(shown: Excerpt, stored: Stored) -> bool:
    """Whether all receipts are: then none say the same in small and capital letters."""
    return stored.kept.utf8.isascii() or all(match.text.isascii() for match in shown.matches)


def _completed(
    shown: Excerpt, stored: Stored, named: Many[Name | Between], queries: Many[str]
) -> Excerpt:
    """With names and years among the receipts, and each text once however it is written."""
    matches = [
        *(one._replace(text=" ".join(one.text.split())) for one in shown.matches),
        *(match for leaf in named for match in _named(stored, leaf)),
    ]
    once = sorted(_once(matches), key=lambda one: queries.index(one.query))
    return shown._replace(matches=tuple(once))


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
