"""The protocol of an engine: a searcher asks this of its index, and of nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from index.analyzer import Layer
    from index.segment.reader import CommonestTerms
    from search.query.clauses import FreeText
    from search.results import Facet, Hit, MarkedText


class TermIndex(Protocol):
    """The terms of an index, and how many documents have each."""

    def has(self, field: str, term: str) -> bool:
        """Whether any document has a term in a field."""

    def has_in_layer(self, layer: Layer, term: str) -> bool:
        """Whether title or abstract of any document has a term of a layer."""

    def document_frequency(self, field: str, term: str) -> int:
        """The number of documents that have a term in a field."""

    def document_frequency_bound(self, layer: Layer, term: str) -> int:
        """At most so many documents have a term of a layer; cheaper than to count them."""

    def commonest_with_prefix(
        self, fields: Sequence[str], prefix: str, most: int
    ) -> CommonestTerms:
        """The commonest terms with a prefix in fields of one group, and how many there are."""

    def guessable_words(self) -> dict[str, int]:
        """The words that a spelling suggestion may name, with the number of texts of each."""


class Ranking(Protocol):
    """The hits of a query, best first. An engine reads its own rankings only."""

    def __len__(self) -> int:
        """The number of hits."""


class HitPage(NamedTuple):
    """Some hits of a ranking, and how many it has in all."""

    hits: tuple[Hit, ...]
    total: int


class Backend(Protocol):
    """An engine that ranks, shows and counts abstracts. Safe to share by threads.

    ``rank`` comes first; what it returns goes into the other calls.
    """

    @property
    def terms(self) -> TermIndex:
        """The terms of the index."""

    def rank(self, clause: FreeText) -> Ranking:
        """All hits of a query, feedback included."""

    def page(self, clause: FreeText, ranking: Ranking, first: int, end: int) -> HitPage:
        """The hits from one place up to another, with their snippets, marks and receipts."""

    def scores(self, ranking: Ranking) -> list[tuple[str, float]]:
        """The PMIDs of all hits with their scores, best first."""

    def facets(
        self, ranking: Ranking, total: int, asked: Collection[str]
    ) -> dict[str, tuple[Facet, ...]]:
        """The concepts that narrow the hits down, by kind; not those that were asked for."""

    def spans(self, clause: FreeText, pmid: str) -> MarkedText:
        """A whole abstract with the matches of a query, and the concepts that it mentions.

        Raises ``AbstractNotFound``.
        """
