"""The contents list of a Glen page: what it names, and where its entries say otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.citation import parse_citation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus.abstract import Abstract
    from corpus.formats.glen.entry import Line

_ITEM = re.compile(r"([0-9]{1,6})\. (.+)")


@dataclass(frozen=True)
class Listed:
    """An item of the contents list and the line it starts at, counted from 1."""

    number: int
    title: str
    citation: str | None
    line: int


def heading_of(lines: Iterable[Line]) -> str | None:
    """Return the first line with text above the entries, unless the contents list starts there."""
    first = next((line.text for line in lines if line.text), None)
    return None if first is None or _ITEM.fullmatch(first) else first


def contents_of(lines: Sequence[Line]) -> Iterator[Listed]:
    """Yield the items of the list; a title may run over several lines."""
    for at, line in enumerate(lines):
        match = _ITEM.fullmatch(line.text)
        if match is None:
            continue
        title, citation = [match[2]], None
        for place in range(at + 1, len(lines)):
            following = lines[place].text
            if not following or _ITEM.fullmatch(following):
                break
            if parse_citation(following):
                citation = following
                break
            title.append(following)
        yield Listed(int(match[1]), " ".join(title), citation, line.number)


def differences(listed: Sequence[Listed], entries: Sequence[Abstract]) -> Iterator[tuple[int, str]]:
    """Yield a line and a reason for each place where list and entries differ.

    Titles may differ in letter case. A missing list is one difference, on line 1.
    """
    if not listed:
        yield 1, "there is no contents list to check the entries against"
        return
    by_number = {entry.number: entry for entry in entries}
    for item in listed:
        entry = by_number.get(item.number)
        if entry is None:
            yield item.line, f"the contents list names #{item.number}, but no such entry was read"
            continue
        if item.title.casefold() != entry.title.casefold():
            yield item.line, f"the contents list gives #{item.number} another title: {item.title}"
        if item.citation != entry.citation:
            given = item.citation or "none"
            yield item.line, f"the contents list gives #{item.number} another citation: {given}"
    named = {item.number for item in listed}
    for entry in entries:
        if entry.number not in named and entry.origin:
            yield entry.origin.first_line, f"#{entry.number} is not in the contents list"
