"""Highlighting: spans for marks, passages for snippets, receipts of the matches.

Everything comes from the rows and offsets that the index keeps; no text is analysed anew. All hits
of a page are looked through at once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
import numpy as np

from index import kernels
from index.record_fields import names
from index.schema import TEXT_FIELDS
from index.segment.stored import StoredStrings
from index.text.tokenizer import tokenize
from search.query.clauses import Leaf, Name, YearRange
from search.results import Match, Snippet, Span, Stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from index.segment.segment import Segment
    from search.local.plan import Planner

    Numbers = NDArray[Any]

MOST_SNIPPETS = 3
LONGEST_SNIPPET = 320
"""Characters; a longer sentence is cut at white space around its matches."""

_SHOWN = (*TEXT_FIELDS, "passages", "pmid", "record")


class Excerpt(NamedTuple):
    """The display of a hit: its title with marks, its best passages, its receipts.

    Marks are in order and do not overlap; matches that touch words in common are one mark.
    ``record`` is kept of it beside the texts (``index.schema.stored``); ``are_ascii`` says whether
    all receipts are.
    """

    pmid: str
    title: str
    title_spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    matches: tuple[Match, ...]
    record: str
    are_ascii: bool


_decoder = msgspec.msgpack.Decoder(list[Excerpt])


class Highlighter:
    """Finds where the leaves of a query match in documents of one index. For any threads."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._reader = planner.reader
        self._kept = [one.store.documents.shown(_SHOWN) for one in self._reader.segments]

    def excerpts(self, asked: Sequence[Leaf], documents: Sequence[int]) -> list[Excerpt]:
        """The excerpts of some documents for the leaves of a query, each leaf once.

        The passages are the ``MOST_SNIPPETS`` that match best, in their order. One is the better
        the more of the reader's words it holds; repeats count little. Where none has a match it is
        the first. Those of more characters than ``LONGEST_SNIPPET`` are cut.
        """
        lines = Lines.of(asked)
        plan = self._planner.plan(asked)
        found: dict[int, Excerpt] = {}
        for place, segment in enumerate(self._reader.segments):
            inside = [one for one in documents if segment.first <= one < segment.end]
            if inside:
                message = kernels.show(
                    segment.columns,
                    place,
                    plan,
                    inside,
                    self._kept[place],
                    lines.packed,
                    most=MOST_SNIPPETS,
                    longest=LONGEST_SNIPPET,
                )
                found |= zip(inside, _decoder.decode(message), strict=True)
        return [self._completed(found[document], document, lines) for document in documents]

    def paragraphs(self, asked: Sequence[Leaf], document: int, stored: Stored) -> Excerpt:
        """A whole document: its passages are its paragraphs, with and without a match."""
        places = [[one.start, one.end] for one in stored.abstract.paragraphs]
        whole = StoredStrings.of({**stored.kept, "passages": json.dumps(places)})
        matches = self.matches(self._reader.segment_of(document), asked, [document])
        lines = Lines.of(asked)
        [shown] = excerpts_of(matches, [whole], lines, most=0, longest=0)
        return self._completed(shown, document, lines)

    def stored(self, document: int, record: str) -> Stored:
        """The stored abstract of a document whose ``record`` is already read."""
        return Stored(record, self._reader.stored_strings, document)

    def matches(self, segment: Segment, asked: Iterable[Leaf], documents: Sequence[int]) -> Numbers:
        """All matches in title and abstract of documents of a segment, in the order of the text.

        A row for each: which of the documents, which of ``TEXT_FIELDS``, start, end, which leaf.
        """
        place = self._reader.segments.index(segment)
        return kernels.mark(segment.columns, place, self._planner.plan(asked), documents)

    def _completed(self, shown: Excerpt, document: int, lines: Lines) -> Excerpt:
        """The excerpt after ``completed``; receipts in ASCII need nothing."""
        if shown.are_ascii and not lines.named:
            return shown
        return completed(shown, self.stored(document, shown.record), lines)


class Lines(NamedTuple):
    """The order of receipts: the queries of leaves, each once, then names and years.

    ``packed`` says by leaf which of the queries it is of.
    """

    queries: list[str]
    named: list[Name | YearRange]
    packed: kernels.Lines

    @classmethod
    def of(cls, asked: Sequence[Leaf]) -> Self:
        """The lines of some leaves."""
        queries = list(dict.fromkeys([leaf.query for leaf in asked]))
        utf8 = [query.encode("utf-8", "surrogatepass") for query in queries]
        lines = [queries.index(leaf.query) for leaf in asked]
        named = [leaf for leaf in asked if isinstance(leaf, Name | YearRange)]
        return cls(queries, named, kernels.Lines(utf8, lines))


def excerpts_of(
    matches: Numbers, kept: Sequence[StoredStrings], lines: Lines, most: int, longest: int
) -> list[Excerpt]:
    """The excerpts of documents of a segment, without names and years.

    As in ``Highlighter.excerpts``, with ``most`` passages or all of them for 0, and of no more
    characters than ``longest``, if it is not 0.
    """
    places = kept[0].places
    message = kernels.excerpt(
        np.array([one.bounds for one in kept], np.int64),
        [places[field] for field in _SHOWN],
        b"".join([one.utf8 for one in kept]),
        matches,
        lines.packed,
        most=most,
        longest=longest,
    )
    return _decoder.decode(message)


def completed(shown: Excerpt, stored: Stored, lines: Lines) -> Excerpt:
    """With names and years among the receipts, and each text once however it is written."""
    matches = [
        *(one._replace(text=" ".join(one.text.split())) for one in shown.matches),
        *(match for leaf in lines.named for match in _named(stored, leaf)),
    ]
    once = sorted(_once(matches), key=lambda one: lines.queries.index(one.query))
    return shown._replace(matches=tuple(once))


def _once(matches: Iterable[Match]) -> Iterable[Match]:
    """The first of all that say the same in small and capital letters."""
    found: dict[tuple[str, str, str], Match] = {}
    for match in matches:
        found.setdefault((match.query, match.field, match.text.casefold()), match)
    return found.values()


def _named(stored: Stored, leaf: Name | YearRange) -> Iterator[Match]:
    if isinstance(leaf, YearRange):
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
