"""What an abstract is: one record of the literature, every part kept as it was written."""

from __future__ import annotations

from collections.abc import Mapping  # which msgspec needs to know the type of a field
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Author:
    """A person who signs an abstract: ``Author("Sorensen", "PS")``."""

    surname: str
    initials: str = ""

    def __str__(self) -> str:
        return f"{self.surname} {self.initials}".strip()


@dataclass(frozen=True)
class Section:
    """A part of an abstract: its label ("Methods"), or none, and its paragraphs."""

    label: str | None
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with the label of its section and where it starts in ``Abstract.text``."""

    label: str | None
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the paragraph ends in ``Abstract.text``."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Origin:
    """Where a record was read: a file's name and its first and last line, counted from 1."""

    source: str
    first_line: int
    last_line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.first_line}"


@dataclass(frozen=True)
class Abstract:
    """One abstract, with what its source says of it.

    Only ``pmid`` and a title or a text are always there; the rest may be missing. Text is kept as
    written but for Unicode normalization (NFC) and white space. ``pmid`` is the identifier in the
    collection: a PubMed number, or another short name where a collection has its own.
    """

    pmid: str
    title: str
    sections: tuple[Section, ...] = ()
    number: int | None = None
    authors: tuple[Author, ...] = ()
    group_author: str | None = None
    journal: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    volume: str | None = None
    issue: str | None = None
    supplement: str | None = None
    pages: str | None = None
    citation: str | None = None
    affiliation: str | None = None
    copyright: str | None = None
    topics: tuple[str, ...] = ()
    notice: str | None = None
    origin: Origin | None = field(default=None, compare=False)
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """All paragraphs in order, with their places in ``text``."""
        return tuple(self._placed())

    @cached_property
    def text(self) -> str:
        """The paragraphs joined by line ends: what is indexed and what spans are counted in."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    def _placed(self) -> Iterator[Paragraph]:
        start = 0
        for section in self.sections:
            for text in section.paragraphs:
                yield Paragraph(section.label, text, start)
                start += len(text) + 1
