"""Which documents match a clause, and how well: BM25F, exact, a whole posting list at a time.

For a leaf *c* and a document *d*, after Robertson and Zaragoza, "The Probabilistic Relevance
Framework: BM25 and Beyond" (2009), equations 3.16-3.19 with Lucene's never negative idf:

    x(c, d)     = Σ_f  w_f · tf(c, d, f) / (1 - b_f + b_f · length(d, f) / average_length(f))
    idf(c)      = ln(1 + (N - n(c) + 0.5) / (n(c) + 0.5))
    score(c, d) = idf(c) · x · (k1 + 1) / (x + k1)

*f* runs over title and abstract, whose lengths are counted in words; *n(c)* is the number of
documents that match the leaf in any of its fields. A leaf stands for all spellings of a concept, so
these share one frequency and one idf. Phrases that stand for a word add to its frequency, not to
*n(c)*: how telling a word is stays that of the word as typed (counted in, they cost .008 of nDCG@10
on Cystic Fibrosis). The score of a document is the sum over its leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.schema import NAME_FIELDS, NO_YEAR, TEXT_FIELDS, field_of
from search.clauses import (
    Any,
    Between,
    Clause,
    Every,
    Hint,
    Name,
    Only,
    Ranked,
    Sequence,
    Terms,
    Without,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from search.postings import Occurrences, Postings

    Mask = NDArray[np.bool_]
    Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """The settings of the ranking, each with its evidence (``tests/bench/relevance.py``)."""

    k1: float = 1.6
    title: float = 2.0
    abstract: float = 1.0
    title_b: float = 0.75
    abstract_b: float = 0.75
    narrower: float = 0.8
    """What a mention of a narrower concept counts. On the collections of the README weights from 1
    to .3 changed nDCG@10 by .0007 at most, none significantly, so common sense decides: over 45,372
    abstracts .8 lifts those that name the broader concept itself and keeps 9 or 10 of the first ten
    hits of a dozen broad queries; .5 keeps 4 of ten for "disease-modifying therapy", where whole
    studies of fingolimod give way to passing words."""

    hint: float = 0.3
    all_words_first: bool = False

    def of(self, field: str) -> tuple[float, float]:
        """The weight and the length normalization of a field."""
        return (self.title, self.title_b) if field == "title" else (self.abstract, self.abstract_b)


class Ranking(NamedTuple):
    """The hits of a query, best first, and their scores."""

    documents: NDArray[np.intp]
    scores: Scores


@dataclass(frozen=True)
class _Found:
    """What a clause matches.

    ``ranks`` says whether its scores mean anything, ``decides`` whether its mask does.
    """

    mask: Mask
    scores: Scores
    ranks: bool = True
    decides: bool = True


Memo = dict[Clause, _Found]
"""What clauses were found to match, to be computed once."""


class Ranker:
    """Ranks the documents of one index. Safe to share by threads."""

    def __init__(self, postings: Postings, weights: Weights | None = None) -> None:
        self.postings = postings
        self.weights = weights or Weights()
        self._norms = {name: self._norm(name) for name in TEXT_FIELDS}
        self._years = postings.column("year")

    def rank(self, clause: Clause, memo: Memo | None = None) -> Ranking:
        """All hits, best first.

        Ties are broken by the later year, then by the order in which abstracts were indexed. A
        ``memo`` that is passed again spares what was computed for the same clauses before.
        """
        found = self._found(clause, {} if memo is None else memo)
        documents = np.flatnonzero(found.mask)
        scores = found.scores[documents]
        order = np.lexsort((documents, -self._years[documents], -scores))
        return Ranking(documents[order], scores[order])

    def frequencies(self, leaf: Terms | Sequence) -> Iterator[tuple[str, Scores]]:
        """How often each document holds a leaf, by field."""
        match leaf:
            case Terms():
                yield from self._term_frequencies(leaf)
            case Sequence():
                yield from self._sequence_frequencies(leaf)

    def _found(self, clause: Clause, memo: Memo) -> _Found:
        if clause not in memo:
            memo[clause] = self._computed(clause, memo)
        return memo[clause]

    def _computed(self, clause: Clause, memo: Memo) -> _Found:
        match clause:
            case Terms() | Sequence():
                return self._scored(clause)
            case Hint(inner, weight):
                nowhere = np.zeros(self.postings.count, bool)
                scores = weight * self._found(inner, memo).scores
                return _Found(nowhere, scores, decides=False)
            case Name():
                return self._unscored(self._named(clause))
            case Between(first=first, last=last):
                return self._unscored(self._between(first, last))
            case Only(inner):
                return self._unscored(self._found(inner, memo).mask)
            case Without(inner):
                return self._unscored(~self._found(inner, memo).mask)
            case Any(clauses):
                found = [self._found(one, memo) for one in clauses]
                mask = np.logical_or.reduce([one.mask for one in found])
                return _Found(mask, self._summed(found), any(one.ranks for one in found))
            case Every(clauses):
                found = [self._found(one, memo) for one in clauses]
                mask = np.logical_and.reduce([one.mask for one in found if one.decides])
                scores = np.where(mask, self._summed(found), 0.0)
                return _Found(mask, scores, any(one.ranks and one.decides for one in found))
            case Ranked(clauses):
                return self._ranked(clauses, memo)

    def _ranked(self, clauses: tuple[Clause, ...], memo: Memo) -> _Found:
        found = [self._found(clause, memo) for clause in clauses]
        mask = np.full(self.postings.count, fill_value=bool(found))
        ranking = [one for one in found if one.ranks and one.decides]
        if ranking:
            mask = np.logical_or.reduce([one.mask for one in ranking])
        for clause, one in zip(clauses, found, strict=True):
            if not isinstance(clause, Terms | Hint | Ranked):
                mask = mask & one.mask
        scores = self._summed(found)
        if self.weights.all_words_first and len(ranking) > 1:
            complete = np.logical_and.reduce([one.mask for one in ranking])
            scores = scores + complete * (scores.max(initial=0.0) + 1.0)
        return _Found(mask, np.where(mask, scores, 0.0), bool(ranking))

    def _summed(self, found: list[_Found]) -> Scores:
        total = np.zeros(self.postings.count)
        for one in found:
            if one.ranks:
                total += one.scores
        return total

    def _unscored(self, mask: Mask) -> _Found:
        return _Found(mask, np.zeros(self.postings.count), ranks=False)

    def _scored(self, leaf: Terms | Sequence) -> _Found:
        x = self._weighted(leaf)
        matching = int(np.count_nonzero(x))
        for phrase in leaf.phrases if isinstance(leaf, Terms) else ():
            x = x + self._weighted(phrase)
        idf = np.log1p((self.postings.count - matching + 0.5) / (matching + 0.5))
        k1 = self.weights.k1
        return _Found(x > 0.0, idf * x * (k1 + 1.0) / (x + k1))

    def _weighted(self, leaf: Terms | Sequence) -> Scores:
        x = np.zeros(self.postings.count)
        for name, frequencies in self.frequencies(leaf):
            x += self.weights.of(name)[0] * frequencies / self._norms[name]
        return x

    def _term_frequencies(self, leaf: Terms) -> Iterator[tuple[str, Scores]]:
        by_field: dict[str, Scores] = {}
        for name, layer, term, weight in leaf.terms:
            documents, counts = self.postings.of(field_of(name, layer), term)
            if len(documents):
                total = by_field.setdefault(name, np.zeros(self.postings.count))
                total[documents] += weight * counts
        yield from by_field.items()

    def _sequence_frequencies(self, leaf: Sequence) -> Iterator[tuple[str, Scores]]:
        for name in leaf.fields:
            found = self.sequences(field_of(name, leaf.layer), leaf.forms)
            counts = np.bincount(found.documents, minlength=self.postings.count)
            yield name, counts.astype(np.float64)

    def sequences(
        self, index_field: str, forms: tuple[str, ...], among: NDArray[np.int32] | None = None
    ) -> Occurrences:
        """Where words stand in this order, with the span of all of them."""
        lists = [self.postings.of(index_field, form).documents for form in forms]
        together = sorted([*lists, among] if among is not None else lists, key=len)
        documents = reduce(partial(np.intersect1d, assume_unique=True), together)
        found = self.postings.occurrences(index_field, forms[0], documents)
        for form in forms[1:]:
            following = self.postings.occurrences(index_field, form, documents)
            found = _continued(found, following)
        return found

    def _named(self, leaf: Name) -> Mask:
        mask = np.zeros(self.postings.count, bool)
        if leaf.field in NAME_FIELDS:
            mask[self.sequences(leaf.field, leaf.forms).documents] = True
        else:
            mask[self.postings.of(leaf.field, leaf.forms[0]).documents] = True
        return mask

    def _between(self, first: int | None, last: int | None) -> Mask:
        years = self._years
        mask: Mask = years != NO_YEAR
        if first is not None:
            mask = mask & (years >= first)
        if last is not None:
            mask = mask & (years <= last)
        return mask

    def _norm(self, name: str) -> Scores:
        b = self.weights.of(name)[1]
        lengths = self.postings.column(f"{name}_length").astype(np.float64)
        average = lengths.mean() if lengths.any() else 1.0
        return 1.0 - b + b * lengths / average


def _continued(found: Occurrences, following: Occurrences) -> Occurrences:
    """Those of ``found`` that the next word continues, each now reaching to the end of it."""
    before, after = _keys(found.documents, found.positions + 1), _keys(*following[:2])
    _, kept, continuing = np.intersect1d(before, after, assume_unique=True, return_indices=True)
    return found.at(kept)._replace(
        positions=following.positions[continuing], ends=following.ends[continuing]
    )


def _keys(documents: NDArray[np.int64], positions: NDArray[np.int64]) -> NDArray[np.int64]:
    return documents << 32 | positions
