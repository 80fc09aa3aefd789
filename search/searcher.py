"""From a reader's string to a page of ranked, highlighted, explained hits."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from index.errors import DamagedIndex
from index.generations.manifest import REBUILD
from index.generations.opened import OpenedGeneration
from search.assist.spelling import Speller
from search.local.backend import LocalBackend
from search.query.clauses import is_of_words, leaves
from search.query.concepts import concepts_in
from search.query.expand import Expander
from search.query.parser import parse
from search.request import SearchRequest
from search.results import MarkedAbstract, SearchPage
from search.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Unpack

    from index.generations.manifest import Manifest
    from search.query.expand import Expanded
    from search.query.syntax import Query
    from search.request import SearchOptions
    from search.weights import FeedbackWeights


# What arrays raise that do not fit together, though each is as long as it says.
_NONSENSE = (IndexError, KeyError, ValueError, TypeError, OverflowError, msgspec.MsgspecError)


@contextmanager
def _fitting(manifest: Manifest) -> Iterator[None]:
    """Raises ``DamagedIndex`` where the arrays of an index do not fit together."""
    try:
        yield
    except _NONSENSE as error:
        raise DamagedIndex(
            f"The arrays of generation {manifest.id} do not fit together. {REBUILD}"
        ) from error


class Searcher:
    """Searches one generation. Safe to share by threads; close it when no thread uses it.

    >>> with Searcher.open("index-directory") as searcher:  # doctest: +SKIP
    ...     page = searcher.search("RRMS", page=1, per_page=10)
    """

    def __init__(
        self,
        published: OpenedGeneration,
        weights: Weights | None = None,
        feedback: FeedbackWeights | None = None,
    ) -> None:
        self._published = published
        with _fitting(published.manifest):
            self._backend = LocalBackend(published, weights, feedback)
            self._expander = Expander(published, self._backend.terms, weights or Weights())
            self._speller = Speller(self._backend.terms)

    @classmethod
    def open(
        cls,
        index_dir: Path | str,
        *,
        weights: Weights | None = None,
        feedback: FeedbackWeights | None = None,
    ) -> Self:
        """A searcher of the live generation of an index directory.

        Raises ``NoIndex``, ``DamagedIndex`` or ``OutdatedIndex`` of ``index.errors``.
        """
        return cls(OpenedGeneration.open(Path(index_dir)), weights, feedback)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the index's files."""
        self._published.close()

    @property
    def manifest(self) -> Manifest:
        """The contents and the date of the searched generation."""
        return self._published.manifest

    def search(self, query: SearchRequest | str, **options: Unpack[SearchOptions]) -> SearchPage:
        """One page of the hits for a reader's string, best first.

        Takes a ``SearchRequest``, or its text and its other fields by name. Never raises for what a
        reader typed: page and hits a page are brought into their bounds, with a note. Raises
        ``DamagedIndex`` where the arrays of the index do not fit together.
        """
        asked = SearchRequest.of(query, **options)
        with _fitting(self.manifest):
            return self._search(asked)

    def _search(self, asked: SearchRequest) -> SearchPage:
        began = time.perf_counter()
        request, bounds = asked.bounded()
        parsed = parse(request.text)
        expanded = self._expander.expand(parsed, off=request.off)
        ranking = self._backend.rank(expanded.clause)
        hits, total = self._backend.page(expanded.clause, ranking, request.first, request.end)
        facets = self._backend.facets(ranking, total, expanded.concepts) if request.facets else {}
        return SearchPage(
            query=parsed.text,
            page=request.page,
            per_page=request.per_page,
            total=total,
            hits=hits,
            notes=_notes(parsed, expanded, bounds, request, total),
            expansions=tuple(expanded.expansions.values()),
            facets=facets,
            suggestion=self._suggestion(parsed.text, expanded, request.off),
            took_ms=1000 * (time.perf_counter() - began),
            generation=self.manifest.id,
        )

    def rank(self, text: str) -> list[tuple[str, float]]:
        """The PMIDs of all hits for a string with their scores, best first: for measurements."""
        with _fitting(self.manifest):
            expanded = self._expander.expand(parse(text))
            return self._backend.scores(self._backend.rank(expanded.clause))

    def abstract(self, pmid: str, query: str = "", *, off: Collection[str] = ()) -> MarkedAbstract:
        """A whole abstract with the matches of a query marked.

        Raises ``AbstractNotFound``, and ``DamagedIndex`` as ``search`` does.
        """
        with _fitting(self.manifest):
            return self._abstract(pmid, query, off)

    def _abstract(self, pmid: str, query: str, off: Collection[str]) -> MarkedAbstract:
        expanded = self._expander.expand(parse(query), off=off)
        marked = self._backend.spans(expanded.clause, pmid)
        vocabulary = self._published.analyzer.vocabulary
        return MarkedAbstract(
            abstract=marked.abstract,
            title_spans=marked.title_spans,
            paragraph_spans=marked.paragraph_spans,
            matches=marked.matches,
            concepts=concepts_in(vocabulary, marked, leaves(expanded.clause)),
            expansions=tuple(expanded.expansions.values()),
        )

    def _suggestion(self, text: str, expanded: Expanded, off: Collection[str]) -> str | None:
        """The query in better spelling, where that finds anything."""
        better = self._speller.better(text, expanded.missing)
        # Of free words one is enough, and the better word is in some abstract.
        if better is None or is_of_words(expanded.clause):
            return better
        corrected = self._expander.expand(parse(better), off=off)
        return better if len(self._backend.rank(corrected.clause)) else None


def _notes(
    parsed: Query, expanded: Expanded, bounds: list[str], request: SearchRequest, total: int
) -> tuple[str, ...]:
    """How the request was understood, and why there are no hits or fewer than expected."""
    notes = [*parsed.notes, *expanded.notes, *bounds]
    if 0 < total <= request.first:
        notes.append(f"The last page is page {-(-total // request.per_page)}.")
    absent = [f"No abstract has “{word}”." for word in dict.fromkeys(expanded.missing)]
    if not expanded.clause.clauses:
        absent.append("There was nothing to search for.")
    elif not total and not absent:
        absent.append("No abstract fulfils all of these conditions; leave one of them out.")
    return (*notes, *absent)
