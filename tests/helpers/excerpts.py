"""Excerpts of made-up matches, by the kernel and by the plain words of its rules."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.segment.stored import StoredStrings
from search.local.highlight import Excerpt, Lines, completed, excerpts_of
from search.results import Match, Snippet, Stored

if TYPE_CHECKING:
    from collections.abc import Sequence

    from search.query.clauses import Leaf
    from search.results import Span


PMID = "1"
RECORD = "{}"


class Found(NamedTuple):
    """A match: the place of its leaf among those asked for, 1 for the abstract, and its span."""

    leaf: int
    field: int
    start: int
    end: int


class Paper(NamedTuple):
    """What an excerpt is made of."""

    title: str
    text: str
    passages: Sequence[Sequence[object]]
    found: Sequence[Found]


def excerpts(
    papers: Sequence[Paper], asked: Sequence[Leaf], most: int = 3, longest: int = 0
) -> list[Excerpt]:
    """What the kernel says of them all at once; the matches are brought into their order."""
    rows = [
        (nth, one.field, one.start, one.end, one.leaf)
        for nth, paper in enumerate(papers)
        for one in in_order(paper.found)
    ]
    matches = np.array(rows, np.int64).reshape(-1, 5)
    kept, lines = [StoredStrings.of(_strings(paper)) for paper in papers], Lines.of(asked)
    shown = excerpts_of(matches, kept, lines, most, longest)
    return [completed(one, Stored.of(its), lines) for one, its in zip(shown, kept, strict=True)]


def plainly(paper: Paper, asked: Sequence[Leaf], most: int = 3, longest: int = 0) -> Excerpt:
    """The same in the words of the rules."""
    found = in_order(paper.found)
    title = [one for one in found if not one.field]
    inside: list[list[Found]] = [[] for _ in paper.passages]
    for one in found:
        for place, (start, end, *_) in reversed(list(enumerate(paper.passages))):
            if one.field and one.start >= start:
                inside[place] += [one] if one.end <= end else []
                break
    ranked = sorted((-_worth(some), nth) for nth, some in enumerate(inside) if some)
    chosen = sorted(nth for _, nth in ranked[:most]) or list(range(len(paper.passages)))[:1]
    if not most:
        chosen = list(range(len(paper.passages)))
    snippets = [
        _snippet(paper.text, paper.passages[nth], marks(inside[nth], 0), longest) for nth in chosen
    ]
    receipts = _receipts(paper, asked, found)
    are_ascii = all(one.text.isascii() for one in receipts)
    return Excerpt(PMID, paper.title, marks(title, 0), tuple(snippets), receipts, RECORD, are_ascii)


def in_order(found: Sequence[Found]) -> list[Found]:
    """Matches as they are in a text, the title first."""
    return sorted(found, key=lambda one: (one.field, one.start, one.leaf))


def marks(found: Sequence[Found], start: int) -> tuple[Span, ...]:
    """Spans without what they have in common."""
    merged: list[Span] = []
    for _, _, first, last in sorted(found, key=lambda one: (one.start, one.end)):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple((first - start, last - start) for first, last in merged)


def _snippet(
    text: str, passage: Sequence[object], spans: tuple[Span, ...], longest: int
) -> Snippet:
    first, last, *label = passage
    assert isinstance(first, int)
    assert isinstance(last, int)
    start, end = _window(text, (first, last), spans, longest) if longest else (first, last)
    kept = [(one - start, other - start) for one, other in spans if start <= one and other <= end]
    named = str(label[0]) if label else None
    return Snippet(named, text[start:end], tuple(kept), start > first, end < last)


def _window(text: str, passage: Span, spans: tuple[Span, ...], longest: int) -> Span:
    """From a word not far before the first mark to one that is whole, and no mark cut in two."""
    start, last = passage
    if last - start <= longest:
        return passage
    first = spans[0] if spans else (start, start)
    if first[1] - start > longest:
        start = max(start, first[0] - longest // 4)
        space = text.find(" ", start, first[0] + 1)
        start = space + 1 if space >= 0 else first[0]
    end = min(last, start + longest)
    if end < last:
        end = next((one for one, other in spans[1:] if one < end < other), end)
        space = text.rfind(" ", max(start, first[1]), end + 1)
        end = space if space >= 0 else max(end, first[1])
    return start, end


def _worth(found: Sequence[Found]) -> float:
    counts = Counter(one.leaf for one in found)
    return len(counts) + 0.1 * math.log(math.prod(counts.values()))


def _receipts(paper: Paper, asked: Sequence[Leaf], found: list[Found]) -> tuple[Match, ...]:
    order = [leaf.query for leaf in asked]
    once: dict[tuple[str, str, str], Match] = {}
    for leaf, field, start, end in sorted(found, key=lambda one: order.index(order[one.leaf])):
        written = " ".join((paper.text if field else paper.title)[start:end].split())
        match = Match(order[leaf], written, "abstract" if field else "title")
        once.setdefault((match.query, match.field, match.text.casefold()), match)
    return tuple(once.values())


def _strings(paper: Paper) -> dict[str, str]:
    passages = json.dumps(paper.passages, ensure_ascii=False, separators=(",", ":"))
    kept = {"title": paper.title, "passages": passages, "abstract": paper.text}
    return {"pmid": PMID, **kept, "record": RECORD}
