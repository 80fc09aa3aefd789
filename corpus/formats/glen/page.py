"""Reads the "MS Abstracts" page of The Glen, kept as text.

The page has four parts::

    IntraVenous ImmunoGlobulin (IVIG)          the heading, which is the topic of every entry

      1. A Title In Any Letter Case            the contents list
        Neurol Sci 2003 Oct;24 Suppl 4:S227-30

    #1                                         the entries
                                               (an empty line)
    A title in any letter case
                                               (an empty line)
    A GROUP
    Sorensen PS, Humle Jorgensen S
    Neurol Sci 2003 Oct;24 Suppl 4:S227-30
    Copenhagen University Hospital, Denmark
    PMID# 14598048
    Abstract
                                               (an empty line)
    Methods                                    a label stands directly over its text
    A paragraph.

    Medical Texts                              the footer: navigation, then the notice
    Anatomy | Immune System
    © Copyright 1997 - 2011:
    Permission is granted ...

An entry's text ends at the next entry, at the footer, or at three empty lines. The contents list
only checks the entries: nothing is taken from it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from corpus.abstract import Abstract, Origin
from corpus.errors import MalformedRecord, UnusableFile
from corpus.formats.glen.contents import contents_of, differences, heading_of
from corpus.formats.glen.entry import Line, is_abstract_heading, is_pmid, parse_head, parse_text
from corpus.formats.stream import whole_text
from corpus.labels import resembles_label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.report import Report

GAP = 3
"""So many empty lines end an entry's text."""

_ENTRY = re.compile(r"#\s?([0-9]{1,6})")
_NAVIGATION = re.compile(r"[\w' ]+(?: \| [\w' ]+)+")
_NOTICE = re.compile(r"(?:©|\(c\))\s?Copyright\b.*:|Permission is granted to\b.*", re.IGNORECASE)
_NAVIGATION_LENGTH = 200


def looks_like_glen_page(head: bytes) -> bool:
    """Tell whether a file begins like a page: a "#1" line and, later, "PMID" or "Abstract"."""
    lines = [line.strip() for line in head.replace(b"\r", b"\n").split(b"\n")]
    starts = (at for at, line in enumerate(lines) if re.fullmatch(rb"#\s?[0-9]{1,6}", line))
    first = next(starts, len(lines))
    return any(line == b"Abstract" or line.startswith(b"PMID") for line in lines[first:])


def read_glen_page(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the entries of a page as written; what is amiss goes to the report.

    An entry without PMID or title is rejected; one without text is kept, with a remark.
    Raises ``UnusableFile`` if the page is not UTF-8, too long, or has no entry at all.
    """
    texts = whole_text(stream, source).split("\n")
    lines = [Line(number, " ".join(text.split())) for number, text in enumerate(texts, 1)]
    starts = [at for at, line in enumerate(lines) if _ENTRY.fullmatch(line.text)]
    if not starts:
        raise UnusableFile(source, 'has no entry: no line such as "#1"')
    above = lines[: starts[0]]
    heading = heading_of(above)
    topics = (heading,) if heading else ()
    notice = _notice(lines[starts[-1] :])
    entries = []
    for start, stop in pairwise([*starts, len(lines)]):
        try:
            entry = _entry(lines[start:stop], source, report)
        except MalformedRecord as error:
            report.reject(error.source, error.line, error.reason)
            continue
        entries.append(replace(entry, topics=topics, notice=notice))
        yield entries[-1]
    for number, reason in differences(list(contents_of(above)), entries):
        report.remark(source, number, reason)


def _entry(lines: Sequence[Line], source: str, report: Report) -> Abstract:
    """Return the entry at the head of these lines, or raise ``MalformedRecord``."""
    body = _body(lines)
    end = _end(lines, body, source, report)
    entry = parse_head(lines[:body], source, report)
    sections, copyright_line = parse_text(lines[body:end], source, report)
    if not sections:
        report.remark(source, lines[0].number, "the entry has no abstract text")
    last = max(line.number for line in lines[:end] if line.text)
    return replace(
        entry,
        number=int(lines[0].text.lstrip("# ")),
        sections=sections,
        copyright=copyright_line,
        origin=Origin(source, lines[0].number, last),
    )


def _body(lines: Sequence[Line]) -> int:
    """Return where the text starts: after "Abstract", or else after the PMID."""
    for begins in (is_abstract_heading, is_pmid):
        for at, line in enumerate(lines):
            if begins(line):
                return at + 1
    return len(lines)


def _end(lines: Sequence[Line], body: int, source: str, report: Report) -> int:
    """Return where the text ends, with a remark if more text follows that is no footer."""
    empty = 0
    for at in range(body, len(lines)):
        if _starts_footer(lines[at : at + 2]):
            return at
        if lines[at].text and empty >= GAP:
            reason = f"text after {empty} empty lines belongs to no entry and is left out"
            report.remark(source, lines[at].number, reason)
            return at
        empty = 0 if lines[at].text else empty + 1
    return len(lines)


def _starts_footer(lines: Sequence[Line]) -> bool:
    """Tell whether a line is navigation or notice, or the heading of navigation."""
    if _NOTICE.fullmatch(lines[0].text) or _is_navigation(lines[0].text):
        return True
    return resembles_label(lines[0].text) and _is_navigation(lines[-1].text)


def _is_navigation(text: str) -> bool:
    return len(text) <= _NAVIGATION_LENGTH and _NAVIGATION.fullmatch(text) is not None


def _notice(lines: Sequence[Line]) -> str | None:
    """Return the copyright line and the permission at the page's end, as one line."""
    for at, line in enumerate(lines):
        if _NOTICE.fullmatch(line.text):
            return " ".join(following.text for following in lines[at:] if following.text)
    return None
