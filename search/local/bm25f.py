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
from functools import cached_property, lru_cache, reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.kernels import Scorer, Scratch
from index.schema import NO_YEAR, TEXT_FIELDS
from search.query.clauses import (
    AllOf,
    AnyOf,
    Clause,
    Elsewhere,
    Exclusion,
    Filter,
    FreeText,
    Hint,
    Name,
    Phrase,
    Synonyms,
    Typed,
    YearRange,
    has_reason,
    is_of_words,
    names_of,
    words_of,
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


ROOM = 1 << 8
"""Documents with words near each other for which there is room at once."""

NEAR_CACHED = 1 << 6
"""Leaves whose documents with words near each other are cached: 1 MB as a rule."""

BELOW = 0.99
"""The score of the best hit by words near each other, by that of the worst other hit."""


class _Found(NamedTuple):
    """The documents that a clause matches, and their scores. The receiver owns both arrays.

    ``ranks`` says whether its scores mean anything beside those of others, ``decides`` whether its
    mask does. ``near`` marks the matches by nothing but words near each other.
    """

    mask: Mask
    scores: Scores | None = None
    ranks: bool = True
    decides: bool = True
    near: Mask | None = None

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
    words: int = 0
    """The number of words of the query that rank."""
    complete: Mask | None = None
    """The hits with all of these words; None where all hits have them."""
    near: Mask | None = None
    """The hits that have the words of a concept near each other, and match nothing else."""

    def __len__(self) -> int:
        """The number of hits."""
        return int(np.count_nonzero(self.mask))

    @property
    def total_all(self) -> int:
        """How many hits have all words of the query."""
        return len(self) if self.complete is None else int(np.count_nonzero(self.complete))

    def of_complete(self) -> Ranking:
        """The hits with all words of the query alone."""
        if self.complete is None:
            return self
        return replace(self, mask=self.complete, complete=None)

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
        # Asked for by the ranking, the count of complete hits and the marks of one query.
        self.near = lru_cache(maxsize=NEAR_CACHED)(self._find_near)

    def rank(self, clause: FreeText) -> Ranking:
        """All hits."""
        found = self._ranked(clause.clauses)
        mask = found.mask if self.reader.live is None else found.mask & self.reader.live
        scores = np.zeros(self.reader.size) if found.scores is None else found.scores
        words, names = words_of(clause), names_of(clause)
        is_one = len(words) == 1 and is_of_words(clause)
        complete = self._complete(words, mask) if (words or names) and not is_one else None
        if complete is not None:
            for one in names:
                complete &= self._found(one).mask
        near = None if found.near is None else found.near & mask
        return Ranking(mask, scores, self._setting, len(words) + len(names), complete, near)

    def ordered(self, ranking: Ranking) -> Ranking:
        """The same hits: those by words near each other last, of a short query the complete first.

        Scores are moved so that they agree with the order.
        """
        if ranking.near is not None:
            firm = ranking.scores.min(initial=np.inf, where=ranking.mask & ~ranking.near)
            best = ranking.scores.max(initial=0.0, where=ranking.near)
            if best > 0.0 and np.isfinite(firm):
                scores = ranking.scores.copy()
                np.multiply(scores, BELOW * firm / best, out=scores, where=ranking.near)
                ranking = replace(ranking, scores=scores)
        complete = ranking.complete
        if complete is None or ranking.words > self.weights.complete_first:
            return ranking
        best = ranking.scores.max(initial=0.0, where=ranking.mask)
        scores = ranking.scores.copy()
        np.add(scores, best, out=scores, where=complete)  # others may have none
        return replace(ranking, scores=scores)

    def _complete(self, words: Sequence[Synonyms], hits: Mask) -> Mask:
        """The hits that match all of some words."""
        counts = np.zeros(self.reader.size, np.uint8)
        for number, leaves in _parted(words):
            plan = self._planner.plan(leaves)
            self._setting.scorer.together(plan, number, counts)
            if leaves[-1].near:
                beside = self.near(leaves[-1])
                last = number + len(leaves) - 1
                counts[beside] += (counts[beside] == last).astype(np.uint8)
        complete: Mask = counts == len(words)
        complete &= hits
        return complete

    def with_hints(self, ranking: Ranking, hints: tuple[Hint, ...]) -> Ranking:
        """The ranking with the scores of hints added; the hits stay the same."""
        scores = ranking.scores.copy()
        self._add([(hint.leaf, hint.weight) for hint in hints], 0, scores, ranking.mask)
        return replace(ranking, scores=scores)

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

    def _find_near(self, leaf: Synonyms) -> NDArray[np.int64]:
        plan = self._planner.plan_near(leaf)
        window = leaf.near.window if leaf.near else 0
        found = []
        for place in range(len(self.reader.segments)):
            count, room = ROOM, 0
            while count > room:
                room = count
                counts = np.zeros(self.reader.size, np.uint8)
                numbers = np.empty(room, np.int64)
                count = self._setting.scorer.near(place, plan, window, counts, numbers)
            found.append(numbers[:count])
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def _with_near(self, words: _Found, free: Sequence[Clause]) -> _Found:
        """The matches of words, and those that only have the words of a concept near each other."""
        beside = [self.near(leaf) for leaf in words_of(FreeText(tuple(free))) if leaf.near]
        only = np.zeros(self.reader.size, bool)
        for documents in beside:
            only[documents] = True
        only &= ~words.mask
        if not only.any():
            return words
        scores = np.zeros(self.reader.size)
        self._add(
            [(one.leaf, one.weight) for one in free if isinstance(one, Hint)], 0, scores, only
        )
        if words.scores is not None:
            scores = np.where(words.mask, words.scores, scores)
        return words._replace(mask=words.mask | only, scores=scores, near=only)

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

    def _found(self, clause: Clause) -> _Found:  # noqa: C901 (a case a kind)
        match clause:
            case Synonyms():
                found = _Found(*self._alone(clause))
                return self._with_near(found, [clause]) if clause.near else found
            case Phrase():
                return _Found(*self._alone(clause))
            case Hint(leaf, weight):
                return _Found(*self._alone(leaf, weight, is_reason=False), decides=False)
            case Name():
                mask = np.zeros(self.reader.size, bool)
                mask[self.reader.names(clause.field, clause.forms)] = True
                return _Found(mask)
            case Typed(inner):
                return self._found(inner)
            case Elsewhere(names=names, weight=weight):
                mask = np.logical_or.reduce([self._found(name).mask for name in names])
                matching = np.count_nonzero(mask)
                worth = weight * np.log1p((self.reader.count - matching + 0.5) / (matching + 0.5))
                return _Found(mask, np.where(mask, worth, 0.0))
            case YearRange(first=first, last=last):
                return _Found(self._between(first, last))
            case Filter(inner):
                return _Found(self._found(inner).mask)
            case Exclusion(inner):
                return _Found(~self._found(inner).mask)
            case AnyOf(clauses):
                every = [self._found(one) for one in clauses]
                mask = np.logical_or.reduce([one.mask for one in every])
                return _Found(mask, _summed(every), near=_only_near(mask, every))
            case AllOf(clauses):
                every = [self._found(one) for one in clauses]
                mask = np.logical_and.reduce([one.mask for one in every if one.decides])
                ranks = any(one.is_reason for one in every)
                near = _any(one.near for one in every)
                near = None if near is None else near & mask
                return _Found(mask, _within(mask, _summed(every)), ranks, near=near)
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
        free = [clause for clause in clauses if is_of_words(clause)]
        decides = has_reason(free)
        are_all = decides and len(free) == len(clauses)
        words = _Found(*self._of_words(free, are_all=are_all), decides=decides)
        if any(leaf.near for leaf in words_of(FreeText(tuple(free)))):
            words = self._with_near(words, free)
        if are_all:
            return words
        others = [clause for clause in clauses if not is_of_words(clause)]
        found = [self._found(clause) for clause in others]
        reasons = [one.mask for one in (words, *found) if one.is_reason]
        mask = np.full(self.reader.size, fill_value=bool(clauses))
        if reasons:
            mask = np.logical_or.reduce(reasons)
        for clause, one in zip(others, found, strict=True):
            if not isinstance(clause, Synonyms | Hint | FreeText | Elsewhere | Typed):
                mask &= one.mask
        near = _only_near(mask, [one for one in (words, *found) if one.is_reason])
        return _Found(mask, _summed([words, *found]), bool(reasons), near=near)

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


def _parted(words: Sequence[Synonyms]) -> Iterator[tuple[int, Sequence[Synonyms]]]:
    """Words in parts, each up to a word that has units, with the place of its first."""
    first = 0
    for place, word in enumerate(words):
        if word.near or place + 1 == len(words):
            yield first, words[first : place + 1]
            first = place + 1


def _any(masks: Iterable[Mask | None]) -> Mask | None:
    """The documents of any of some masks, or None where there is no mask."""
    there = [mask for mask in masks if mask is not None]
    return np.logical_or.reduce(there) if there else None


def _only_near(mask: Mask, found: Sequence[_Found]) -> Mask | None:
    """The documents of a mask that match only by words near each other."""
    near = _any(one.near for one in found)
    if near is None:
        return None
    near &= mask
    for one in found:
        near &= ~one.mask if one.near is None else ~one.mask | one.near
    return near


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
