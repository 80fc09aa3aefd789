"""Where a hit matched: spans for marks, passages for snippets, receipts for readers.

Everything comes from the offsets that the index keeps; no text is analysed anew.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.schema import TEXT_FIELDS, field_of, names
from index.tokens import tokenize
from search.clauses import Between, Leaf, Name, Sequence, Terms
from search.results import Match, Snippet, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus import Abstract
    from corpus.abstract import Paragraph
    from search.ranking import Ranker

MOST_SNIPPETS = 3
LONGEST_SNIPPET = 320
"""Characters; a longer sentence is cut at white space around its matches."""


class Found(NamedTuple):
    """A leaf in a field of a hit: ``field[start:end]`` is what it matched."""

    leaf: Leaf
    field: str
    start: int
    end: int


@dataclass(frozen=True)
class Highlighter:
    """Finds where the leaves of a query match in documents of one index."""

    ranker: Ranker

    def find(self, leaves: Iterable[Leaf], documents: Iterable[int]) -> dict[int, list[Found]]:
        """All matches in title and abstract of some documents, each in the order of the query."""
        wanted = sorted(documents)
        found: dict[int, list[Found]] = defaultdict(list)
        for leaf in dict.fromkeys(leaves):
            for document, match in self._places(leaf, wanted):
                found[document].append(match)
        return found

    def _places(self, leaf: Leaf, wanted: list[int]) -> Iterator[tuple[int, Found]]:
        postings = self.ranker.postings
        if isinstance(leaf, Terms):
            for field, layer, term, _ in leaf.terms:
                places = postings.places(field_of(field, layer), term, wanted)
                for document, found in places.items():
                    for place in found:
                        yield document, Found(leaf, field, place.start, place.end)
            for phrase in leaf.phrases:
                yield from self._rows(leaf, phrase, wanted)
        elif isinstance(leaf, Sequence):
            yield from self._rows(leaf, leaf, wanted)

    def _rows(self, leaf: Leaf, words: Sequence, wanted: list[int]) -> Iterator[tuple[int, Found]]:
        """Where words stand in a row, found for a leaf."""
        among = np.array(wanted, np.int32)
        for field in words.fields:
            rows = self.ranker.sequences(field_of(field, words.layer), words.forms, among)
            columns = (rows.documents, rows.starts, rows.ends)
            for document, start, end in zip(*map(np.ndarray.tolist, columns), strict=True):
                yield document, Found(leaf, field, start, end)


def spans(
    found: Iterable[Found], field: str, start: int = 0, end: int | None = None
) -> tuple[Span, ...]:
    """The marks of a field between two offsets, counted from the first of them.

    They are in order and do not overlap; matches that touch words in common are one mark.
    """
    inside = sorted(
        (match.start - start, match.end - start)
        for match in found
        if match.field == field and match.start >= start and (end is None or match.end <= end)
    )
    merged: list[Span] = []
    for span in inside:
        if merged and span[0] < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(span[1], merged[-1][1]))
        else:
            merged.append(span)
    return tuple(merged)


def snippets(
    abstract: Abstract, passages: Iterable[Span], found: Iterable[Found]
) -> tuple[Snippet, ...]:
    """The passages that match best, in the order of the text; the first one if none matches.

    A passage is the better the more of the reader's words it holds; repeats count little.
    """
    matches = [match for match in found if match.field == "abstract"]
    places = list(passages)
    scored = [(_worth(place, matches), place) for place in places]
    best = sorted((item for item in scored if item[0] > 0), key=lambda item: (-item[0], item[1]))
    chosen = sorted(place for _, place in best[:MOST_SNIPPETS]) or places[:1]
    return tuple(_snippet(abstract, place, matches) for place in chosen)


def receipts(
    abstract: Abstract, leaves: Iterable[Leaf], found: Iterable[Found]
) -> tuple[Match, ...]:
    """Which part of the query matched which text in which field, each once, in query order."""
    texts = {"title": abstract.title, "abstract": abstract.text}
    matches: dict[tuple[str, str, str], Match] = {}
    ordered = sorted(found, key=lambda match: (TEXT_FIELDS.index(match.field), match.start))
    for leaf in dict.fromkeys(leaves):
        lines = (
            [(m.field, texts[m.field][m.start : m.end]) for m in ordered if m.leaf == leaf]
            if isinstance(leaf, Terms | Sequence)
            else _named(abstract, leaf)
        )
        for field, text in lines:
            written = " ".join(text.split())
            matches.setdefault(
                (leaf.query, written.casefold(), field), Match(leaf.query, written, field)
            )
    return tuple(matches.values())


def _named(abstract: Abstract, leaf: Name | Between) -> Iterator[tuple[str, str]]:
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


def _worth(place: Span, matches: Iterable[Found]) -> float:
    counts: dict[Leaf, int] = defaultdict(int)
    for match in matches:
        if place[0] <= match.start and match.end <= place[1]:
            counts[match.leaf] += 1
    return sum(1.0 + 0.1 * math.log(count) for count in counts.values())


def _snippet(abstract: Abstract, place: Span, matches: list[Found]) -> Snippet:
    paragraph = _paragraph_at(abstract, place[0])
    start, end = _window(abstract.text, place, spans(matches, "abstract", *place))
    return Snippet(
        section=paragraph.label,
        text=abstract.text[start:end],
        spans=spans(matches, "abstract", start, end),
        cut_before=start > place[0],
        cut_after=end < place[1],
    )


def _window(text: str, place: Span, marks: tuple[Span, ...]) -> Span:
    """The part of a long passage with its first matches, cut between words."""
    start, end = place
    if end - start <= LONGEST_SNIPPET:
        return place
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


def _paragraph_at(abstract: Abstract, offset: int) -> Paragraph:
    return next(p for p in abstract.paragraphs if p.start <= offset <= p.end)
