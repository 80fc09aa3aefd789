"""One entry of a Glen page: the lines over its text, and the text in its sections."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from corpus.abstract import Abstract, Author, Section
from corpus.citation import parse_citation
from corpus.errors import MalformedRecord
from corpus.labels import is_label, resembles_label
from corpus.people import parse_people

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.report import Report

_PMID = re.compile(r"PMID\b\s?[#:]*\s?(\S*).*")
_COPYRIGHT = re.compile(r"(?:Copyright\b|©|\(c\)).*\b(?:19|20)\d\d\b.*", re.IGNORECASE)
_COPYRIGHT_LENGTH = 300


class Line(NamedTuple):
    """A line of a page, with single spaces, and its number, counted from 1."""

    number: int
    text: str


def is_abstract_heading(line: Line) -> bool:
    """Tell whether a line says "Abstract" and nothing else."""
    return line.text.casefold().removesuffix(":") == "abstract"


def is_pmid(line: Line) -> bool:
    """Tell whether a line gives a PMID."""
    return _PMID.fullmatch(line.text) is not None


def parse_head(lines: Sequence[Line], source: str, report: Report) -> Abstract:
    """Return an abstract with all that stands between "#1" and its text, but no text yet.

    Raises ``MalformedRecord``, with the first line's number, if there is no PMID or no title.
    """
    title, rest = _split_title(lines[1:])
    pmid_at = next((at for at, line in enumerate(rest) if is_pmid(line)), len(rest))
    head, after = rest[:pmid_at], rest[pmid_at + 1 :]
    match = _PMID.fullmatch(rest[pmid_at].text) if pmid_at < len(rest) else None
    if match is None or not match[1] or not title:
        what = "PMID" if match is None or not match[1] else "title"
        raise MalformedRecord(source, lines[0].number, f"the entry has no {what}")
    for line in after:
        if not is_abstract_heading(line):
            report.remark(source, line.number, f"not understood and left out: {line.text}")
    entry = Abstract(pmid=match[1], title=title)
    cited = next((at for at, line in enumerate(head) if parse_citation(line.text)), None)
    if cited is None:
        report.remark(source, lines[0].number, "the entry has no citation")
        signed = next((at for at, line in enumerate(head) if parse_people(line.text)), -1)
        return _described(entry, head[: signed + 1], head[signed + 1 :])
    entry = _described(entry, head[:cited], head[cited + 1 :])
    return _cited(entry, head[cited], source, report)


def parse_text(
    lines: Sequence[Line], source: str, report: Report
) -> tuple[tuple[Section, ...], str | None]:
    """Return the sections of an entry's text, and the copyright line under it if there is one."""
    sections: list[tuple[str | None, list[str]]] = [(None, [])]
    for block in _blocks(lines):
        if _has_unknown_label(block):
            reason = f"read as text, though it looks like a section's label: {block[0].text}"
            report.remark(source, block[0].number, reason)
        paragraph: list[str] = []
        for at, line in enumerate(block):
            if at + 1 < len(block) and is_label(line.text):
                sections[-1][1].append(" ".join(paragraph))
                sections.append((line.text.removesuffix(":"), []))
                paragraph = []
            else:
                paragraph.append(line.text)
        sections[-1][1].append(" ".join(paragraph))
    last = sections[-1][1]
    copyright_line = last.pop() if last and _is_copyright(last[-1]) else None
    kept = ((label, tuple(filter(None, paragraphs))) for label, paragraphs in sections)
    return tuple(Section(label, text) for label, text in kept if text), copyright_line


def _has_unknown_label(block: Sequence[Line]) -> bool:
    # A line that goes on in lower case is a sentence, broken early.
    if len(block) < 2 or block[1].text[0].islower():
        return False
    return resembles_label(block[0].text) and not is_label(block[0].text)


def _is_copyright(paragraph: str) -> bool:
    return len(paragraph) <= _COPYRIGHT_LENGTH and bool(_COPYRIGHT.fullmatch(paragraph))


def _blocks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the runs of lines that no empty line parts."""
    for filled, block in groupby(lines, key=lambda line: bool(line.text)):
        if filled:
            yield list(block)


def _split_title(lines: Sequence[Line]) -> tuple[str, list[Line]]:
    blocks = list(_blocks(lines))
    if not blocks:
        return "", []
    title, rest = blocks[0], [line for block in blocks[1:] for line in block]
    if any(_is_under_title(line) for line in title):
        # Without an empty line under it, a title is one line long, or not there at all.
        cut = 0 if _is_under_title(title[0]) else 1
        title, rest = title[:cut], title[cut:] + rest
    return " ".join(line.text for line in title), rest


def _is_under_title(line: Line) -> bool:
    return is_pmid(line) or is_abstract_heading(line) or parse_citation(line.text) is not None


def _described(entry: Abstract, signers: Sequence[Line], place: Sequence[Line]) -> Abstract:
    """Return the entry with its people, its group author and its affiliation.

    The people stand last; a list that runs over a line ends in a comma. What is above them and
    names nobody ("ESIMS") is the group.
    """
    above, people = [line.text for line in signers], list[Author]()
    while above and (not people or above[-1].endswith(",")) and parse_people(above[-1]):
        people[:0] = parse_people(above.pop())
    return replace(
        entry,
        authors=tuple(people),
        group_author=" ".join(above) or None,
        affiliation=" ".join(line.text for line in place) or None,
    )


def _cited(entry: Abstract, line: Line, source: str, report: Report) -> Abstract:
    citation = parse_citation(line.text)
    if citation is None:
        return entry
    if not citation.whole:
        report.remark(source, line.number, f"citation not understood to its end: {line.text}")
    return replace(
        entry,
        citation=line.text,
        journal=citation.journal,
        year=citation.year,
        month=citation.month,
        day=citation.day,
        volume=citation.volume,
        issue=citation.issue,
        supplement=citation.supplement,
        pages=citation.pages,
    )
