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

import threading
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.kernels import LEAF, POSTING_LIST, SETTING, address, column, score
from index.schema import NO_YEAR, TEXT_FIELDS
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
    bits_of,
    parts,
)
from search.scores import Ranking
from search.segments import Counts

if TYPE_CHECKING:
    from collections.abc import Sequence as Many

    from numpy.typing import NDArray

    from search.postings import Postings

    Mask = NDArray[np.bool_]
    Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """The settings of the ranking, each with its evidence (``ranvier evaluate --ablation``)."""

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


LEAVES_KEPT = 1 << 10
"""Of how many leaves it is kept where their posting lists are."""


class _Found(NamedTuple):
    """What a clause matches.

    ``ranks`` says whether its scores mean anything, ``decides`` whether its mask does.
    """

    mask: Mask
    scores: Scores
    ranks: bool = True
    decides: bool = True


_Weighted = tuple["Terms | Sequence", float, bool]
"""A leaf, its weight, and whether it is a reason for a hit."""


class _Lists(NamedTuple):
    """Posting lists as ``index.kernels`` is given them; ``held`` are the arrays that they name."""

    packed: bytes
    lists: int
    telling: int
    fields: int
    held: tuple[Counts, ...] = ()

    @classmethod
    def of_phrases(
        cls, phrases: Many[Sequence], postings: Postings, fields: Many[str], *, telling: int
    ) -> _Lists:
        """The documents of phrases, which are not in the index."""
        held = tuple(
            Counts(*map(np.ascontiguousarray, postings.phrase(one.layer, one.forms)))
            for one in phrases
        )
        packed = b"".join(
            POSTING_LIST.pack(
                *chain.from_iterable(map(column, counts)), len(counts.documents), 0, 1.0
            )
            for counts in held
        )
        return cls(packed, len(held), telling * len(held), bits_of(fields), held)


class Ranker:
    """Ranks the documents of one index. Safe to share by threads."""

    def __init__(self, postings: Postings, weights: Weights | None = None) -> None:
        self.postings = postings
        self.weights = weights or Weights()
        self._years = np.ascontiguousarray(postings.column("year"), np.int32)
        self._kept = lru_cache(maxsize=LEAVES_KEPT)(self._lists)
        self._local = threading.local()

    def rank(self, clause: Ranked) -> Ranking:
        """All hits."""
        if self._is_plain(clause.clauses):
            return Ranking(*self._of_words(clause.clauses), self._years)
        found = self._ranked(clause.clauses)
        mask = found.mask if self.postings.live is None else found.mask & self.postings.live
        return Ranking(mask, found.scores, self._years)

    def raised(self, ranking: Ranking, hints: tuple[Hint, ...]) -> Ranking:
        """The same hits with what hints add to their scores."""
        scores = ranking.scores.copy()
        self._add([(hint.leaf, hint.weight, False) for hint in hints], scores, ranking.mask)
        return replace(ranking, scores=scores)

    def _is_plain(self, clauses: tuple[Clause, ...]) -> bool:
        """Whether all that is asked is that hits have any of some words: most queries are such."""
        return (
            not self.weights.all_words_first
            and all(
                isinstance(one, Terms | Hint)
                or (isinstance(one, Ranked) and self._is_plain(one.clauses))
                for one in clauses
            )
            and any(isinstance(one, Terms | Ranked) for one in clauses)
        )

    def _of_words(self, clauses: tuple[Clause, ...]) -> tuple[Mask, Scores]:
        """The documents with any of some words, and the scores of all."""
        total = np.zeros(self.postings.size)
        mask = np.zeros(self.postings.size, bool)
        leaves: list[_Weighted] = []
        for clause in clauses:
            match clause:
                case Hint(leaf, weight):
                    leaves.append((leaf, weight, False))
                case Ranked(inner):
                    inside, scores = self._of_words(inner)
                    total += np.where(inside, scores, 0.0)
                    mask |= inside
                case Terms():
                    leaves.append((clause, 1.0, True))
        self._add(leaves, total, mask)
        return mask, total

    def _add(self, leaves: Many[_Weighted], total: Scores, mask: Mask) -> None:
        """Adds the scores of leaves, and marks what those match that are reasons."""
        asked = [(self._lists_of(leaf), weight, is_reason) for leaf, weight, is_reason in leaves]
        score(
            self._setting,
            len(asked),
            b"".join(
                LEAF.pack(one.lists, one.telling, one.fields, is_reason, weight)
                for one, weight, is_reason in asked
            ),
            b"".join(one.packed for one, *_ in asked),
            address(total),
            address(mask),
            address(self._sums),
        )

    def _lists_of(self, leaf: Terms | Sequence) -> _Lists:
        # What phrases are found in may be large, so that it is not kept.
        is_small = isinstance(leaf, Terms) and not leaf.phrases
        return self._kept(leaf) if is_small else self._lists(leaf)

    def _lists(self, leaf: Terms | Sequence) -> _Lists:
        """The posting lists of a leaf: those that tell what it matches, then its phrases."""
        if isinstance(leaf, Sequence):
            return _Lists.of_phrases((leaf,), self.postings, leaf.fields, telling=1)
        found = parts(leaf)
        if found is None:
            return _Lists(b"", 0, 0, 0)
        terms = self.postings.lists(found.layer, found.terms)
        also = _Lists.of_phrases(leaf.phrases, self.postings, found.fields, telling=0)
        return also._replace(
            packed=b"".join([*terms, also.packed]),
            lists=len(terms) + also.lists,
            telling=len(terms),
        )

    @cached_property
    def _setting(self) -> bytes:
        live = self.postings.live
        return SETTING.pack(
            self.postings.size,
            self.postings.count,
            self.weights.k1,
            *map(address, self._scales),
            0 if live is None else address(live),
        )

    @cached_property
    def _scales(self) -> tuple[Scores, ...]:
        """For title and abstract what the frequencies in each document are multiplied by."""
        scales = []
        for name in TEXT_FIELDS:
            weight, b = self.weights.of(name)
            lengths = self.postings.column(f"{name}_length").astype(np.float64)
            scales.append(weight / (1.0 - b + b * lengths / self._average(lengths)))
        return tuple(scales)

    def _average(self, lengths: Scores) -> float:
        live = lengths if self.postings.live is None else lengths[self.postings.live]
        return float(live.mean()) or 1.0 if len(live) else 1.0

    @property
    def _sums(self) -> Scores:
        """A zero for every document, which each thread keeps for its searches."""
        found: Scores | None = getattr(self._local, "sums", None)
        if found is None:
            found = self._local.sums = np.zeros(self.postings.size)
        return found

    def _found(self, clause: Clause) -> _Found:
        match clause:
            case Terms() | Sequence():
                return _Found(*self._alone(clause))
            case Hint(leaf, weight):
                mask, scores = self._alone(leaf, weight, is_reason=False)
                return _Found(mask, scores, decides=False)
            case Name():
                mask = np.zeros(self.postings.size, bool)
                mask[self.postings.names(clause.field, clause.forms)] = True
                return self._unscored(mask)
            case Between(first=first, last=last):
                return self._unscored(self._between(first, last))
            case Only(inner):
                return self._unscored(self._found(inner).mask)
            case Without(inner):
                return self._unscored(~self._found(inner).mask)
            case Any(clauses):
                found = [self._found(one) for one in clauses]
                mask = np.logical_or.reduce([one.mask for one in found])
                return _Found(mask, self._summed(found), any(one.ranks for one in found))
            case Every(clauses):
                found = [self._found(one) for one in clauses]
                mask = np.logical_and.reduce([one.mask for one in found if one.decides])
                scores = np.where(mask, self._summed(found), 0.0)
                return _Found(mask, scores, any(one.ranks and one.decides for one in found))
            case Ranked(clauses):
                return self._ranked(clauses)

    def _alone(
        self, leaf: Terms | Sequence, weight: float = 1.0, *, is_reason: bool = True
    ) -> tuple[Mask, Scores]:
        mask, scores = np.zeros(self.postings.size, bool), np.zeros(self.postings.size)
        self._add([(leaf, weight, is_reason)], scores, mask)
        return mask, scores

    def _ranked(self, clauses: tuple[Clause, ...]) -> _Found:
        found = [self._found(clause) for clause in clauses]
        mask = np.full(self.postings.size, fill_value=bool(found))
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
        total = np.zeros(self.postings.size)
        for one in found:
            if one.ranks:
                total += one.scores
        return total

    def _unscored(self, mask: Mask) -> _Found:
        return _Found(mask, np.zeros(self.postings.size), ranks=False)

    def _between(self, first: int | None, last: int | None) -> Mask:
        years = self._years
        mask: Mask = years != NO_YEAR
        if first is not None:
            mask = mask & (years >= first)
        if last is not None:
            mask = mask & (years <= last)
        return mask
