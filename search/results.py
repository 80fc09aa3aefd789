"""What a search returns: a page of hits with snippets and receipts, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from index.record_fields import restored, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from corpus import Abstract
    from index.segment.segment import ConceptMention
    from index.segment.stored import StoredStrings

Span = tuple[int, int]
"""Start and end of a match, counted in characters of the text that it stands in."""


class Stored:
    """What the index keeps of an abstract (``index.schema.stored``).

    Its ``record`` is at hand; the rest is read when it is asked for.
    """

    def __init__(
        self, record: str, read: Callable[[int], StoredStrings], document: int = 0
    ) -> None:
        self._record = record
        self._read = read
        self._document = document

    @classmethod
    def of(cls, kept: StoredStrings) -> Self:
        """All of it, that was read before."""
        return cls(kept["record"], lambda _: kept)

    @cached_property
    def kept(self) -> StoredStrings:
        """All its strings."""
        return self._read(self._document)

    @property
    def pmid(self) -> str:
        """The PMID of the abstract."""
        return self.kept["pmid"]

    @property
    def title(self) -> str:
        """The title of the abstract."""
        return self.kept["title"]

    @property
    def text(self) -> str:
        """The text of the abstract, which ``Abstract.text`` says too."""
        return self.kept["abstract"]

    @property
    def year(self) -> int | None:
        """The year of the abstract."""
        year: int | None = self.signature["year"]
        return year

    @cached_property
    def signature(self) -> dict[str, Any]:
        """Who wrote the abstract, where and when (``index.schema.signature``)."""
        return signature(self._record)

    @cached_property
    def abstract(self) -> Abstract:
        """The whole abstract."""
        return restored(self.kept)


class Snippet(NamedTuple):
    """A passage of an abstract: ``text[start:end]`` is a match for every span.

    ``section`` is the label of the section it was taken from. The passage is exactly as written; an
    ellipsis is for the display to add where ``cut_before`` or ``cut_after`` says so.
    """

    section: str | None
    text: str
    spans: tuple[Span, ...]
    cut_before: bool = False
    cut_after: bool = False


class Match(NamedTuple):
    """A receipt: which part of the query matched which text in which field."""

    query: str
    text: str
    field: str


class Hit(NamedTuple):
    """An abstract that matched, why, and how well; a higher score is a better match."""

    score: float
    pmid: str
    title: str
    title_spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    matches: tuple[Match, ...]
    stored: Stored

    @property
    def abstract(self) -> Abstract:
        """The whole abstract."""
        return self.stored.abstract

    def to_dict(self) -> dict[str, Any]:
        """The hit as the API and the command line give it."""
        return {
            "pmid": self.pmid,
            "score": round(self.score, 6),
            "title": self.title,
            "title_spans": self.title_spans,
            **self.stored.signature,
            "snippets": [snippet._asdict() for snippet in self.snippets],
            "matches": [match._asdict() for match in self.matches],
        }


NARROWER = ".narrower"
"""What is added to a concept's id to switch off only the more special concepts below it."""


LEARNED = "short."
"""How the ids begin of what is no concept, but a short or long form that the abstracts define."""


@dataclass(frozen=True)
class Expansion:
    """A concept that the reader's words were taken for, or another form that abstracts define.

    ``query`` is what the reader wrote; ``variants`` are the other spellings that the indexed
    abstracts use, the commonest first; ``narrower`` are the names of the more special concepts that
    these abstracts speak of. Both were searched for as well, unless the reader switched that off:
    ``is_off`` says that the words were searched as typed, ``narrower_off`` that the more special
    concepts were left out.
    """

    query: str
    concept: str
    name: str
    plain: str
    variants: tuple[str, ...]
    narrower: tuple[str, ...]
    is_off: bool = False
    narrower_off: bool = False

    @property
    def adds(self) -> bool:
        """Whether there is anything else to find by it than what the reader wrote."""
        return bool(self.variants or self.narrower or self.concept.startswith(LEARNED))

    @property
    def is_told(self) -> bool:
        """Whether a reader has to see it: it adds something, or would if it were not off."""
        return self.adds or self.off is not None

    @property
    def off(self) -> str | None:
        """What ``off`` says of it, if anything."""
        if self.is_off:
            return self.concept
        return f"{self.concept}{NARROWER}" if self.narrower_off else None


@dataclass(frozen=True)
class Facet:
    """A concept in the hits: ``count`` abstracts are left if it is asked for as well."""

    concept: str
    name: str
    count: int


@dataclass(frozen=True)
class SearchPage:
    """One page of the hits for a query, best first, and how the query was understood.

    ``total`` counts all hits, and ``facets`` the concepts in all of them, by kind, the commonest
    first. ``notes`` say in sentences what was ignored, cut or taken otherwise
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
    facets: dict[str, tuple[Facet, ...]] = field(default_factory=dict)

    @property
    def off(self) -> tuple[str, ...]:
        """What of this query is switched off, as ``Searcher.search`` takes it."""
        return _off(self.expansions)

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
            "expansions": [{**vars(expansion)} for expansion in self.expansions],
            "facets": {
                kind: [{**vars(facet)} for facet in facets] for kind, facets in self.facets.items()
            },
            "suggestion": self.suggestion,
            "took_ms": round(self.took_ms, 3),
            "generation": self.generation,
            "hits": [hit.to_dict() for hit in self.hits],
        }


class MarkedText(NamedTuple):
    """A whole abstract as an engine returns it: the matches of a query, and its concepts.

    Spans are those of the title and of each paragraph; ``mentions`` stand in the order of the text.
    """

    abstract: Abstract
    title_spans: tuple[Span, ...]
    paragraph_spans: tuple[tuple[Span, ...], ...]
    matches: tuple[Match, ...]
    mentions: tuple[ConceptMention, ...]


@dataclass(frozen=True)
class ConceptInText:
    """A concept that an abstract speaks of, and how often, in which spellings.

    ``is_asked`` says that the query asks for it, or for something broader.
    """

    concept: str
    name: str
    kind: str
    plain: str
    spellings: tuple[str, ...]
    count: int
    is_asked: bool


@dataclass(frozen=True)
class MarkedAbstract:
    """A whole abstract with the matches of a query: spans in its title and in each paragraph.

    ``concepts`` are those that it speaks of: what the query asks for first, then the most frequent.
    ``expansions`` say how the query was understood, as in a ``SearchPage``.
    """

    abstract: Abstract
    title_spans: tuple[Span, ...]
    paragraph_spans: tuple[tuple[Span, ...], ...]
    matches: tuple[Match, ...]
    concepts: tuple[ConceptInText, ...] = ()
    expansions: tuple[Expansion, ...] = ()

    @property
    def off(self) -> tuple[str, ...]:
        """What of the query is switched off."""
        return _off(self.expansions)

    def to_dict(self) -> dict[str, Any]:
        """What there is beside the abstract itself, as the API and the command line give it."""
        return {
            "matches": [match._asdict() for match in self.matches],
            "concepts": [{**vars(concept)} for concept in self.concepts],
        }


def _off(expansions: Iterable[Expansion]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, (expansion.off for expansion in expansions))))
