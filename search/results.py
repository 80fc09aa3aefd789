"""What a search returns: a page of hits with snippets and receipts, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus import Abstract

Span = tuple[int, int]
"""Start and end of a match, counted in characters of the text that it stands in."""


@dataclass(frozen=True)
class Snippet:
    """A passage of an abstract: ``text[start:end]`` is a match for every span.

    ``section`` is the label of the section it was taken from. The passage is exactly as written; an
    ellipsis is for the display to add where ``cut_before`` or ``cut_after`` says so.
    """

    section: str | None
    text: str
    spans: tuple[Span, ...]
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True)
class Match:
    """A receipt: which part of the query matched which text in which field."""

    query: str
    text: str
    field: str


@dataclass(frozen=True)
class Hit:
    """An abstract that matched, why, and how well; a higher score is a better match."""

    pmid: str
    score: float
    title: str
    title_spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    matches: tuple[Match, ...]
    abstract: Abstract

    def to_dict(self) -> dict[str, Any]:
        """The hit as the API and the command line give it."""
        abstract = self.abstract
        return {
            "pmid": self.pmid,
            "score": round(self.score, 6),
            "title": self.title,
            "title_spans": [list(span) for span in self.title_spans],
            "authors": [str(author) for author in abstract.authors],
            "group_author": abstract.group_author,
            "journal": abstract.journal,
            "year": abstract.year,
            "citation": abstract.citation,
            "snippets": [asdict(snippet) for snippet in self.snippets],
            "matches": [asdict(match) for match in self.matches],
        }


@dataclass(frozen=True)
class Expansion:
    """A concept that the reader's words were taken for.

    ``query`` is what the reader wrote; ``variants`` are the other spellings that the indexed
    abstracts use, the commonest first; ``narrower`` are the names of the more special concepts that
    were found as well.
    """

    query: str
    concept: str
    name: str
    plain: str
    variants: tuple[str, ...]
    narrower: tuple[str, ...]


@dataclass(frozen=True)
class SearchPage:
    """One page of the hits for a query, best first, and how the query was understood.

    ``total`` counts all hits. ``notes`` say in sentences what was ignored, cut or taken otherwise
    than written. ``suggestion`` is a query with better spelling, where there is one.
    """

    query: str
    page: int
    per_page: int
    total: int
    hits: tuple[Hit, ...]
    notes: tuple[str, ...]
    expansions: tuple[Expansion, ...]
    suggestion: str | None
    took_ms: float
    generation: str

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.per_page)

    def to_dict(self) -> dict[str, Any]:
        """The page as the API and the command line give it."""
        return {
            "query": self.query,
            "page": self.page,
            "per_page": self.per_page,
            "pages": self.pages,
            "total": self.total,
            "notes": list(self.notes),
            "expansions": [asdict(expansion) for expansion in self.expansions],
            "suggestion": self.suggestion,
            "took_ms": round(self.took_ms, 3),
            "generation": self.generation,
            "hits": [hit.to_dict() for hit in self.hits],
        }


@dataclass(frozen=True)
class MarkedAbstract:
    """A whole abstract with the matches of a query: spans in its title and in each paragraph."""

    abstract: Abstract
    title_spans: tuple[Span, ...]
    paragraph_spans: tuple[tuple[Span, ...], ...]
    matches: tuple[Match, ...]
