"""BM25F: the documents that match a clause and their scores, exact, a posting list at a time.

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

import threading
from array import array
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.kernels import Scorer, Scratch
from index.schema import NO_YEAR, TEXT_FIELDS
from search.query.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Exclusion,
    Filter,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    YearRange,
    has_reason,
    is_of_words,
)
from search.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from index.segment.reader import IndexReader
    from search.local.plan import Planner

    Mask = NDArray[np.bool_]
    Scores = NDArray[np.float64]
    Numbers = NDArray[np.int32]


class _Found(NamedTuple):
    """The documents that a clause matches, and their scores. The receiver owns both arrays.

    ``ranks`` says whether its scores mean anything beside those of others, ``decides`` whether its
    mask does.
    """

    mask: Mask
    scores: Scores | None = None
    ranks: bool = True
    decides: bool = True

    @property
    def is_reason(self) -> bool:
        """Whether a match alone makes a hit, and ranks it."""
        return self.ranks and self.decides and self.scores is not None


_Weighted = tuple["Synonyms | Phrase", float]
"""A leaf and what it counts."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits of a query: which of all documents they are, and their scores among those of all.

    Best first; ties are broken by the later year, then by the order in which abstracts were
    indexed, at every page in the same way.
    """

    mask: Mask
    scores: Scores
    setting: _Setting

    def __len__(self) -> int:
        """The number of hits."""
        return int(np.count_nonzero(self.mask))

    @property
    def documents(self) -> NDArray[np.intp]:
        """All hits in the order in which they were indexed."""
        return np.flatnonzero(self.mask)

    def best(self, first: int, last: int) -> tuple[NDArray[np.intp], Scores]:
        """The documents from one place in the order up to another, and their scores."""
        documents, scores, _ = self.page(first, last)
        return documents, scores

    def page(self, first: int, last: int) -> tuple[NDArray[np.intp], Scores, int]:
        """The documents and scores of ``best``, and the number of hits."""
        found = np.empty(min(last, len(self.mask)), np.int64)
        count = self.setting.scorer.best(self.scores, self.mask, found)
        documents = found[first:count]
        return documents, self.scores[documents], count if count < last else len(self)


class _Setting:
    """Lengths, scales and years of an index, for scores and ties."""

    def __init__(self, reader: IndexReader, weights: Weights) -> None:
        self._weights = weights
        live = reader.live
        lengths = [_contiguous(reader.column(f"{name}_length")) for name in TEXT_FIELDS]
        scales = [
            self._scales(field, one, live) for field, one in zip(TEXT_FIELDS, lengths, strict=True)
        ]
        self.years = _contiguous(reader.column("year"))
        self.scorer = Scorer(
            (segment.columns for segment in reader.segments),
            count=reader.count,
            k1=weights.k1,
            lengths=lengths,
            scales=scales,
            years=self.years,
            live=live,
        )

    def _scales(self, field: str, lengths: Numbers, live: Mask | None) -> Scores:
        """The factor of a frequency in a field, for every length up to the longest.

        The average is taken over documents that are ``live``.
        """
        weight, b = self._weights.of(field)
        average = _average(lengths if live is None else lengths[live])
        words = np.arange(lengths.max(initial=0) + 1, dtype=np.float64)
        scales: Scores = weight / (1.0 - b + b * words / average)
        return scales


def _contiguous(column: Numbers) -> Numbers:
    return np.ascontiguousarray(column, np.int32)


def _average(lengths: Numbers) -> float:
    return float(lengths.mean()) or 1.0 if len(lengths) else 1.0


class Ranker:
    """Ranks the documents of one index. Safe to share by threads."""

    def __init__(self, planner: Planner, weights: Weights | None = None) -> None:
        self._planner = planner
        self.reader = planner.reader
        self.weights = weights or Weights()
        self._local = threading.local()

    def rank(self, clause: FreeText) -> Ranking:
        """All hits."""
        found = self._ranked(clause.clauses)
        mask = found.mask if self.reader.live is None else found.mask & self.reader.live
        scores = np.zeros(self.reader.size) if found.scores is None else found.scores
        return Ranking(mask, scores, self._setting)

    def with_hints(self, ranking: Ranking, hints: tuple[Hint, ...]) -> Ranking:
        """The ranking with the scores of hints added; the hits stay the same."""
        scores = ranking.scores.copy()
        self._add([(hint.leaf, hint.weight) for hint in hints], 0, scores, ranking.mask)
        return replace(ranking, scores=scores)

    def _is_free(self, clause: Clause) -> bool:
        """Whether a clause is only free words, as in most queries."""
        return not self.weights.all_words_first and is_of_words(clause)

    def _of_words(self, clauses: Iterable[Clause], *, are_all: bool) -> tuple[Mask, Scores]:
        """The documents with any of some words, or with one row of words; and their scores.

        Others have no score unless ``are_all``, when what they have is of no account: where hits
        are few, to give each a zero takes as long as to find them.
        """
        opened = list(_opened(clauses))
        is_plain = are_all and not any(isinstance(one, FreeText) for one in opened)
        total = np.empty(self.reader.size) if is_plain else np.zeros(self.reader.size)
        mask = np.zeros(self.reader.size, bool)
        reasons: list[_Weighted] = []
        hints: list[_Weighted] = []
        for clause in opened:
            match clause:
                case Hint(leaf, weight):
                    hints.append((leaf, weight))
                case FreeText(inner):
                    inside, scores = self._of_words(inner, are_all=has_reason(inner))
                    total += np.where(inside, scores, 0.0)
                    mask |= inside
                case Synonyms() | Phrase():
                    reasons.append((clause, 1.0))
        self._add([*reasons, *hints], len(reasons), total, mask)
        return mask, total

    def _add(self, leaves: Sequence[_Weighted], reasons: int, total: Scores, mask: Mask) -> None:
        """Adds the scores of leaves, and marks what the first ones match, which are reasons."""
        plan = self._planner.plan(leaf for leaf, _ in leaves)
        self._setting.scorer.score(
            plan, array("d", [weight for _, weight in leaves]), reasons, total, mask, self._scratch
        )

    @cached_property
    def _setting(self) -> _Setting:
        return _Setting(self.reader, self.weights)

    @property
    def _scratch(self) -> Scratch:
        """The room that each thread scores in."""
        found: Scratch | None = getattr(self._local, "scratch", None)
        if found is None:
            found = self._local.scratch = Scratch(self.reader.size)
        return found

    def _found(self, clause: Clause) -> _Found:
        match clause:
            case Synonyms() | Phrase():
                return _Found(*self._alone(clause))
            case Hint(leaf, weight):
                return _Found(*self._alone(leaf, weight, is_reason=False), decides=False)
            case Name():
                mask = np.zeros(self.reader.size, bool)
                mask[self.reader.names(clause.field, clause.forms)] = True
                return _Found(mask)
            case YearRange(first=first, last=last):
                return _Found(self._between(first, last))
            case Filter(inner):
                return _Found(self._found(inner).mask)
            case Exclusion(inner):
                return _Found(~self._found(inner).mask)
            case AnyOf(clauses):
                every = [self._found(one) for one in clauses]
                mask = np.logical_or.reduce([one.mask for one in every])
                return _Found(mask, _summed(every))
            case AllOf(clauses):
                every = [self._found(one) for one in clauses]
                mask = np.logical_and.reduce([one.mask for one in every if one.decides])
                ranks = any(one.is_reason for one in every)
                return _Found(mask, _within(mask, _summed(every)), ranks)
            case FreeText(clauses):
                found = self._ranked(clauses)
                return found._replace(scores=_within(found.mask, found.scores))

    def _alone(
        self, leaf: Synonyms | Phrase, weight: float = 1.0, *, is_reason: bool = True
    ) -> tuple[Mask, Scores]:
        mask, scores = np.zeros(self.reader.size, bool), np.zeros(self.reader.size)
        self._add([(leaf, weight)], int(is_reason), scores, mask)
        return mask, scores

    def _ranked(self, clauses: tuple[Clause, ...]) -> _Found:
        if len(clauses) == 1 and isinstance(clauses[0], Phrase):
            return _Found(*self._of_words(clauses, are_all=True))
        free = [clause for clause in clauses if self._is_free(clause)]
        decides = has_reason(free)
        are_all = decides and len(free) == len(clauses)
        words = _Found(*self._of_words(free, are_all=are_all), decides=decides)
        if are_all:
            return words
        others = [clause for clause in clauses if not self._is_free(clause)]
        found = [self._found(clause) for clause in others]
        reasons = [one.mask for one in (words, *found) if one.is_reason]
        mask = np.full(self.reader.size, fill_value=bool(clauses))
        if reasons:
            mask = np.logical_or.reduce(reasons)
        for clause, one in zip(others, found, strict=True):
            if not isinstance(clause, Synonyms | Hint | FreeText):
                mask &= one.mask
        scores = _summed([words, *found])
        if self.weights.all_words_first and len(reasons) > 1 and scores is not None:
            complete = np.logical_and.reduce(reasons)
            scores = scores + complete * (scores.max(initial=0.0) + 1.0)
        return _Found(mask, scores, bool(reasons))

    def _between(self, first: int | None, last: int | None) -> Mask:
        years = self._setting.years
        mask: Mask = years >= max(first or 0, NO_YEAR + 1)
        if last is not None:
            mask &= years <= last
        return mask


def _summed(found: Iterable[_Found]) -> Scores | None:
    """The scores of all that rank, or None."""
    every = [one.scores for one in found if one.ranks and one.scores is not None]
    return reduce(np.add, every) if every else None


def _within(mask: Mask, scores: Scores | None) -> Scores | None:
    """The scores of what a mask marks, and zero for all else."""
    return None if scores is None else np.where(mask, scores, 0.0)


def _opened(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """The clauses without the brackets that hold nothing but reasons: for scores they are none."""
    for clause in clauses:
        inner = tuple(_opened(clause.clauses)) if isinstance(clause, FreeText) else ()
        if inner and all(isinstance(one, Synonyms) for one in inner):
            yield from inner
        else:
            yield clause
