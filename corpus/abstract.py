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
    """A person who signs an abstract: ``Author("Sorensen", "PS")``.

    ``forename`` is the name in full, "Per Soelberg"; ``orcid`` is sixteen digits in four groups.
    """

    surname: str
    initials: str = ""
    forename: str | None = None
    orcid: str | None = None
    affiliations: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.surname} {self.initials}".strip()


@dataclass(frozen=True)
class Qualifier:
    """An aspect of a MeSH heading: "diagnostic imaging"; ``ui`` is NLM's number of it."""

    name: str
    is_major: bool = False
    ui: str | None = None


@dataclass(frozen=True)
class MeshHeading:
    """A subject heading of MeSH with its qualifiers, as an indexer of NLM assigned it.

    Major is what the article is mainly about: the heading itself, or some of its qualifiers.
    """

    descriptor: str
    is_major: bool = False
    qualifiers: tuple[Qualifier, ...] = ()
    ui: str | None = None


@dataclass(frozen=True)
class Grant:
    """Money that a work was paid from: "NS012345", "NINDS NIH HHS", "United States"."""

    number: str | None = None
    agency: str | None = None
    country: str | None = None
    acronym: str | None = None


@dataclass(frozen=True)
class Correction:
    """A notice that concerns this record: an erratum, a retraction, a comment.

    ``kind`` is PubMed's ``RefType``: "ErratumIn", "RetractionIn", "CommentOn". ``citation`` says
    where the notice stands.
    """

    kind: str
    citation: str | None = None
    pmid: str | None = None
    note: str | None = None


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

    Only an ``id`` and a title or a text are always there; the rest may be missing. Text is kept as
    written but for Unicode normalization (NFC) and white space.

    ``id`` names the record everywhere. It is the PMID where there is one, and without it empty
    until ``corpus.identity`` makes one of the DOI or the content. A collection may also have its
    own short names, under ``id`` or ``pmid``.

    ``year``, ``month`` and ``day`` are the date of publication, as far as it was understood;
    ``published`` is the same as written where that says more ("2003 Spring"). ``revised`` is the
    day on which the source last changed its record. ``dates`` holds other days by their names:
    ``electronic``, ``completed``, ``created``, ``received``, ``accepted``. Days are ISO 8601, some
    with hour and minute; the second one of a name is ``revised-2``.

    ``journal`` is the name as cited, often short ("Neurol Sci"), and ``journal_title`` the name in
    full where the source has both. ``languages`` are codes of three letters (ISO 639-2/B) where the
    language is known. ``also_in`` names the files in which the same record was read too. ``extra``
    keeps what a format has and the fields have no place for, under the format's name.
    """

    pmid: str | None
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
    id: str = ""
    doi: str | None = None
    pmcid: str | None = None
    languages: tuple[str, ...] = ()
    original_title: str | None = None
    journal_title: str | None = None
    issns: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    mesh: tuple[MeshHeading, ...] = ()
    publication_types: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    published: str | None = None
    revised: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict, hash=False)
    corrections: tuple[Correction, ...] = ()
    also_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.id and self.pmid:
            object.__setattr__(self, "id", self.pmid)

    @property
    def is_retracted(self) -> bool:
        """Tell whether the work was withdrawn: by its type, or by a notice of retraction."""
        kinds = (correction.kind for correction in self.corrections)
        return "Retracted Publication" in self.publication_types or "RetractionIn" in kinds

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
