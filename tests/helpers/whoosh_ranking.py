"""The ranking once more, by Whoosh: its readers and matchers, one document at a time, plain floats.

Our clauses become Whoosh's queries. Terms are Whoosh's ``Term``, summed over the fields by its
``Or`` and scored by a weighting that knows the length of the fields; a query around them saturates
the sum by the formula of ``search.local.bm25f``. Filters are Whoosh's ``And``, ``Or`` and ``Not``,
and its ``TopCollector`` looks at every document. Nothing here reads an array of ours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from whoosh.collectors import TopCollector
from whoosh.matching import ListMatcher, NullMatcher, WrappingMatcher
from whoosh.query import And, AndMaybe, Not, Or, Query, Term
from whoosh.query import Every as EveryDocument
from whoosh.query.wrappers import WrappingQuery
from whoosh.scoring import BaseScorer, WeightingModel
from whoosh.searching import Searcher

from index.schema import NO_YEAR, TEXT_FIELDS, field_of
from search.query import clauses
from search.query.clauses import (
    AllOf,
    Exclusion,
    Filter,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    YearRange,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from whoosh.reading import IndexReader as WhooshReader

    from search.query.clauses import Clause
    from search.weights import Weights


class Oracle:
    """Ranks the documents of one Whoosh index."""

    def __init__(self, reader: WhooshReader, weights: Weights) -> None:
        self.reader = reader
        self.weights = weights
        self.live = list(reader.all_doc_ids())
        self.averages = {name: self._average(name) for name in TEXT_FIELDS}
        self.searcher = Searcher(reader, weighting=Lengths(self))
        self._kept: dict[Synonyms | Phrase, Query] = {}
        self._places: dict[tuple[WhooshReader, str, str], dict[int, set[int]]] = {}

    def rank(self, clause: FreeText, limit: int | None = None) -> list[tuple[int, float]]:
        """The documents that match with their scores, the best first; at most ``limit``."""
        if not clause.clauses:
            return []
        collector = TopCollector(limit or self.reader.doc_count_all(), usequality=False, replace=0)
        # A matcher that has to keep its place does not gather all scores before it begins.
        context = self.searcher.context(needs_current=True)
        self.searcher.search_with_collector(self.scored(clause), collector, context)
        return [(document, score) for score, document in collector.results().top_n]

    def norm(self, field: str, length: int) -> float:
        """What a frequency is divided by in a field so long."""
        b = self.weights.of(field)[1]
        return 1 - b + b * length / self.averages[field]

    def _average(self, field: str) -> float:
        column = self.reader.column_reader(f"{field}_length")
        lengths = [column[document] for document in self.live]
        return sum(lengths) / len(lengths) if any(lengths) else 1.0

    def matching(self, clause: Clause) -> Query:
        """The documents that fulfil a clause."""
        match clause:
            case Synonyms() | Phrase():
                return self.leaf(clause)
            case Filter(leaf):
                return self.leaf(leaf)
            case Name(_, field, forms):
                return Listed(
                    lambda reader: [(one, 0.0) for one in self.in_a_row(reader, field, forms)]
                )
            case YearRange(_, first, last):
                return Listed(lambda reader: years(reader, first, last))
            case Exclusion(inner):
                # By itself, Whoosh's ``Not`` may give the last document though it is deleted.
                return And([EveryDocument(), Not(self.matching(inner))])
            case clauses.AnyOf(inner):
                return Or([self.matching(one) for one in inner])
            case AllOf(inner):
                return And([self.matching(one) for one in inner if not isinstance(one, Hint)])
            case FreeText(inner):
                return self._matching_any(inner)
            case _:
                raise AssertionError(clause)

    def _matching_any(self, inner: tuple[Clause, ...]) -> Query:
        """Any of what ranks is enough, but what is not free has to be fulfilled."""
        reasons = [self.matching(one) for one in inner if is_reason(one)]
        needed = [
            self.matching(one) for one in inner if not isinstance(one, Synonyms | Hint | FreeText)
        ]
        return And([*([Or(reasons)] if reasons else []), *needed])

    def scored(self, clause: Clause) -> Query:
        """The documents that fulfil a clause, with their scores."""
        match clause:
            case Synonyms() | Phrase():
                return self.leaf(clause)
            case Hint(leaf, weight):
                return Scaled(self.leaf(leaf), weight)
            case clauses.AnyOf(inner):
                return Or([self.scored(one) for one in inner if ranks(one)])
            case AllOf(inner) | FreeText(inner):
                filters = Scaled(self.matching(clause), 0.0)
                scores = [self.scored(one) for one in inner if ranks(one)]
                return AndMaybe(filters, Or(scores)) if scores else filters
            case _:
                raise AssertionError(clause)

    def leaf(self, leaf: Synonyms | Phrase) -> Query:
        """What matches a leaf, scored by the formula; looked through once."""
        if leaf not in self._kept:
            query = self._saturated(leaf)
            self._kept[leaf] = Listed(lambda reader: self._collected(query, reader))
        return self._kept[leaf]

    def _collected(self, query: Query, reader: WhooshReader) -> Iterator[tuple[int, float]]:
        searcher = next(one for one, _ in self.searcher.leaf_searchers() if one.reader() is reader)
        matcher = query.matcher(searcher, self.searcher.context(needs_current=True))
        while matcher.is_active():
            yield matcher.id(), matcher.score()
            matcher.next()

    def _saturated(self, leaf: Synonyms | Phrase) -> Query:
        frequencies = self._frequencies(leaf)
        if not frequencies:
            return Or([])
        whole = alone = Or(frequencies)
        if isinstance(leaf, Synonyms) and leaf.phrases:
            whole = Or([*frequencies, *(Or(self._frequencies(one)) for one in leaf.phrases)])
        count = sum(1 for _ in self.searcher.docs_for_query(alone))
        idf = math.log(1 + (len(self.live) - count + 0.5) / (count + 0.5))
        return Saturated(whole, idf, self.weights.k1)

    def _frequencies(self, leaf: Synonyms | Phrase) -> list[Query]:
        """Frequencies by the length of their fields."""
        if isinstance(leaf, Synonyms):
            return [
                Term(field_of(field, leaf.layer), term, boost=self.weights.of(field)[0] * weight)
                for field in leaf.fields
                for term, weight in leaf.terms
            ]
        return [self._row(field, leaf) for field in leaf.fields]

    def _row(self, field: str, leaf: Phrase) -> Query:
        def found(reader: WhooshReader) -> Iterator[tuple[int, float]]:
            lengths = reader.column_reader(f"{field}_length")
            rows = self.in_a_row(reader, field_of(field, leaf.layer), leaf.forms)
            for document, count in rows.items():
                norm = self.norm(field, lengths[document])
                yield document, self.weights.of(field)[0] * count / norm

        return Listed(found)

    def in_a_row(self, reader: WhooshReader, field: str, forms: tuple[str, ...]) -> dict[int, int]:
        """In which documents of a segment words stand one after the other, and how often."""
        places = [self._places_of(reader, field, form) for form in forms]
        together = set.intersection(*map(set, places))
        counts = {
            document: sum(
                all(first + step in its[document] for step, its in enumerate(places))
                for first in places[0][document]
            )
            for document in sorted(together)
        }
        return {document: count for document, count in counts.items() if count}

    def _places_of(self, reader: WhooshReader, field: str, form: str) -> dict[int, set[int]]:
        """By document where a word stands; where no positions are kept, there is but one."""
        key = reader, field, form
        if key not in self._places:
            found = self._places[key] = {}
            matcher = reader.postings(field, form) if (field, form) in reader else NullMatcher()
            while matcher.is_active():
                is_kept = matcher.supports("positions")
                found[matcher.id()] = set(matcher.value_as("positions")) if is_kept else {0}
                matcher.next()
        return self._places[key]


def ranks(clause: Clause) -> bool:
    """Whether the score of a clause counts: what can be no reason for a hit adds nothing to it."""
    return isinstance(clause, Hint) or is_reason(clause)


def is_reason(clause: Clause) -> bool:
    """Whether a clause ranks, and is reason enough for a hit."""
    match clause:
        case Synonyms() | Phrase():
            return True
        case clauses.AnyOf(inner) | AllOf(inner) | FreeText(inner):
            return any(is_reason(one) for one in inner)
        case _:
            return False


def years(reader: WhooshReader, first: int | None, last: int | None) -> Iterator[tuple[int, float]]:
    """The documents of some years."""
    column = reader.column_reader("year")
    for document in reader.all_doc_ids():
        year = column[document]
        if year != NO_YEAR and (first or year) <= year <= (last or year):
            yield document, 0.0


class Lengths(WeightingModel):  # type: ignore[misc] # whoosh has no types
    """Scores a term by its frequency and the length of its field."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle

    def scorer(
        self,
        searcher: Searcher,
        fieldname: str,
        text: str | bytes,  # noqa: ARG002 (Whoosh's protocol)
        qf: float = 1,  # noqa: ARG002
    ) -> BaseScorer:
        field = fieldname.split("_", maxsplit=1)[0]
        lengths = searcher.reader().column_reader(f"{field}_length")
        return LengthScorer(lambda document: self._oracle.norm(field, lengths[document]))


class LengthScorer(BaseScorer):  # type: ignore[misc] # whoosh has no types
    """Scores a posting."""

    def __init__(self, norm: Callable[[int], float]) -> None:
        self._norm = norm

    def score(self, matcher: Any) -> float:  # noqa: ANN401
        weight: float = matcher.weight()
        return weight / self._norm(matcher.id())

    def supports_block_quality(self) -> bool:
        return False


class Listed(Query):  # type: ignore[misc] # whoosh has no types
    """Documents with scores, as a function lists them for a segment."""

    def __init__(self, found: Callable[[WhooshReader], Iterable[tuple[int, float]]]) -> None:
        self._found = found
        self._kept: dict[WhooshReader, tuple[list[int], list[float]]] = {}

    def estimate_size(self, ixreader: WhooshReader) -> int:
        count: int = ixreader.doc_count()
        return count

    def matcher(self, searcher: Searcher, context: object = None) -> ListMatcher:  # noqa: ARG002
        reader = searcher.reader()
        if reader not in self._kept:
            rows = list(self._found(reader))
            self._kept[reader] = [one for one, _ in rows], [score for _, score in rows]
        return ListMatcher(*self._kept[reader])


class Scaled(WrappingQuery):  # type: ignore[misc] # whoosh has no types
    """The same documents with other scores."""

    def __init__(self, child: Query, factor: float) -> None:
        super().__init__(child)
        self._factor = factor

    def matcher(self, searcher: Searcher, context: object = None) -> WrappingMatcher:
        return WrappingMatcher(self.child.matcher(searcher, context), self._factor)


class Saturated(WrappingQuery):  # type: ignore[misc] # whoosh has no types
    """Frequencies as scores: the more there are, the less another one adds."""

    def __init__(self, child: Query, idf: float, k1: float) -> None:
        super().__init__(child)
        self._idf = idf
        self._k1 = k1

    def matcher(self, searcher: Searcher, context: object = None) -> WrappingMatcher:
        matcher = SaturatedMatcher(self.child.matcher(searcher, context))
        matcher.idf, matcher.k1 = self._idf, self._k1
        return matcher


class SaturatedMatcher(WrappingMatcher):  # type: ignore[misc] # whoosh has no types
    """Scores by the formula."""

    idf = k1 = 0.0

    def score(self) -> float:
        x: float = self.child.score()
        return self.idf * x * (self.k1 + 1) / (x + self.k1)
