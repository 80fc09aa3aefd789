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
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from cachetools import LRUCache

from index.codec.arrays import smallest
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
    parts,
)
from search.scores import LeafScores, Ranking
from search.segments import NOWHERE, Counts

if TYPE_CHECKING:
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


CACHE_BYTES = 16 << 20
LISTS_KEPT = 48
"""How much memory the scores of leaves may take that are kept: so much, or in large indexes that of
so many scores for every document."""

_DENSE = 2
"""A leaf that one in so many documents match is kept as an array of all documents."""

_TABLED = 15
"""Up to which frequency scores are looked up."""


class _Found(NamedTuple):
    """What a clause matches.

    ``ranks`` says whether its scores mean anything, ``decides`` whether its mask does.
    """

    mask: Mask
    scores: Scores
    ranks: bool = True
    decides: bool = True


class Ranker:
    """Ranks the documents of one index. Safe to share by threads."""

    def __init__(self, postings: Postings, weights: Weights | None = None) -> None:
        self.postings = postings
        self.weights = weights or Weights()
        self._years = postings.column("year")
        self._turn = threading.Lock()
        most = max(CACHE_BYTES, LISTS_KEPT * 8 * postings.size)
        self._kept: LRUCache[object, LeafScores] = LRUCache(most, _size)
        self._norms: dict[str, Scores] = {}

    def rank(self, clause: Ranked, raised_by: tuple[Hint, ...] = ()) -> Ranking:
        """All hits; ``raised_by`` are hints that count as if they were the clause's own."""
        if self._is_plain(clause.clauses):
            documents, scores = self._of_words(clause.clauses, raised_by)
        else:
            found = self._ranked((*clause.clauses, *raised_by))
            mask = found.mask if self.postings.live is None else found.mask & self.postings.live
            documents = np.flatnonzero(mask)
            scores = found.scores[documents]
        return Ranking(documents, scores, self._years)

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

    def _of_words(
        self, clauses: tuple[Clause, ...], raised_by: tuple[Hint, ...] = ()
    ) -> tuple[NDArray[np.intp], Scores]:
        """The documents with any of some words, ascending, and their scores."""
        total = np.zeros(self.postings.size)
        mask = np.zeros(self.postings.size, bool)
        for clause in clauses:
            match clause:
                case Hint(leaf, weight):
                    self.scores(leaf).add_to(total, weight)
                case Ranked(inner):
                    documents, scores = self._of_words(inner)
                    total[documents] += scores
                    mask[documents] = True
                case Terms():
                    _add(self.scores(clause), total, mask)
        if raised_by:
            self._raise(total, raised_by)
        documents = np.flatnonzero(mask)
        return documents, total[documents]

    def _raise(self, total: Scores, hints: tuple[Hint, ...]) -> None:
        """Adds the scores of hints of one term each at once: they are many, and seldom again."""
        lists = [
            self.postings.counts(term.layer, term.term) for term in (h.leaf.terms[0] for h in hints)
        ]
        sizes = np.array([len(counts.documents) for counts in lists])
        together = Counts(*map(np.concatenate, zip(*lists, strict=True)))
        weights = np.repeat(self._idf(sizes) * [hint.weight for hint in hints], sizes)
        np.add.at(total, together.documents, weights * self._saturation(together))

    def _idf(self, matching: int | NDArray[np.signedinteger]) -> Scores:
        idf: Scores = np.log1p((self.postings.count - matching + 0.5) / (matching + 0.5))
        return idf

    def _saturated(self, x: Scores) -> Scores:
        k1 = self.weights.k1
        saturated: Scores = x * (k1 + 1.0) / (x + k1)
        return saturated

    def scores(self, leaf: Terms | Sequence) -> LeafScores:
        """The documents that match a leaf, and how well."""
        with self._turn:
            found = self._kept.get(leaf)
        if found is None:
            found = self._scored(leaf)
            if _size(found) <= self._kept.maxsize:
                with self._turn:
                    self._kept[leaf] = found
        return found

    def _scored(self, leaf: Terms | Sequence) -> LeafScores:
        found = parts(leaf) if isinstance(leaf, Terms) and not leaf.phrases else None
        if found and len(found.terms) == 1 and len(found.fields) == len(TEXT_FIELDS):
            counts = self.postings.counts(found.layer, found.terms[0][0])
            documents, matching = counts.documents, len(counts.documents)
            y = self._saturation(counts)
        else:
            documents, matching, x = self._summed_up(leaf)
            y = self._saturated(x)
        scores = self._idf(matching) * y
        if _DENSE * len(documents) < self.postings.size:
            return LeafScores(documents.astype(smallest(self.postings.size)), scores)
        dense = np.zeros(self.postings.size)
        dense[documents] = scores
        return LeafScores(None, dense)

    def _summed_up(self, leaf: Terms | Sequence) -> tuple[NDArray[np.intp], int, Scores]:
        """The documents that match a leaf, n(c), and x(c, d)."""
        documents, x = self._weighted(leaf)
        matching = len(documents)
        if isinstance(leaf, Terms) and leaf.phrases:
            dense = np.zeros(self.postings.size)
            dense[documents] = x
            for phrase in leaf.phrases:
                there, more = self._weighted(phrase)
                dense[there] += more
            documents = np.flatnonzero(dense)
            x = dense[documents]
        return documents, matching, x

    def _saturation(self, counts: Counts) -> Scores:
        """The score but for idf, looked up by frequency and length where a text holds the term.

        Frequencies are small and lengths few: to look up is half the work of the formula.
        """
        table, lengths = self._table
        frequencies = np.minimum(counts.abstract, _TABLED)
        places = frequencies.astype(np.intp) * table.shape[1] + lengths[counts.documents]
        y: Scores = table.take(places)
        others = np.flatnonzero((counts.title > 0) | (counts.abstract > _TABLED))
        some = Counts(*(column[others] for column in counts))
        y[others] = self._saturated(self._frequency(some, TEXT_FIELDS))
        return y

    @cached_property
    def _table(self) -> tuple[Scores, NDArray[np.signedinteger]]:
        """The score but for idf by frequency and length of the text, and the lengths."""
        lengths = self.postings.column("abstract_length")
        weight, b = self.weights.of("abstract")
        norms = 1.0 - b + b * np.arange(lengths.max(initial=0) + 1) / self._average("abstract")
        with np.errstate(divide="ignore", invalid="ignore"):
            x = weight * np.arange(_TABLED + 1.0)[:, None] / norms
            table: Scores = self._saturated(x)
        return table, lengths

    def _weighted(self, leaf: Terms | Sequence) -> tuple[NDArray[np.intp], Scores]:
        """The documents that match a leaf, and x(c, d)."""
        if isinstance(leaf, Sequence):
            return self._x(self.postings.phrase(leaf.layer, leaf.forms), leaf.fields)
        found = parts(leaf)
        if found is None:
            return self._x(NOWHERE, ())
        return self._x(self.postings.counts_of_all(found.layer, found.terms), found.fields)

    def _x(self, counts: Counts, fields: tuple[str, ...]) -> tuple[NDArray[np.intp], Scores]:
        x = self._frequency(counts, fields)
        if len(fields) < len(TEXT_FIELDS):
            matching = np.flatnonzero(x)
            return counts.documents[matching], x[matching]
        return counts.documents, x

    def _frequency(self, counts: Counts, fields: tuple[str, ...]) -> Scores:
        x = np.zeros(len(counts.documents))
        if "abstract" in fields:
            norms = self._norm("abstract")[counts.documents]
            x += self.weights.of("abstract")[0] * counts.abstract / norms
        if "title" in fields:
            # Few of the documents that have a term have it in the title.
            there = np.flatnonzero(counts.title)
            norms = self._norm("title")[counts.documents[there]]
            x[there] += self.weights.of("title")[0] * counts.title[there] / norms
        return x

    def _norm(self, name: str) -> Scores:
        """What the frequencies in each document's field are divided by."""
        norm = self._norms.get(name)
        if norm is None:
            b = self.weights.of(name)[1]
            lengths = self.postings.column(f"{name}_length").astype(np.float64)
            norm = self._norms[name] = 1.0 - b + b * lengths / self._average(name)
        return norm

    def _average(self, name: str) -> float:
        lengths = self.postings.column(f"{name}_length")
        live = lengths if self.postings.live is None else lengths[self.postings.live]
        return float(live.mean()) if live.any() else 1.0

    def _found(self, clause: Clause) -> _Found:
        match clause:
            case Terms() | Sequence():
                mask, scores = np.zeros(self.postings.size, bool), np.zeros(self.postings.size)
                _add(self.scores(clause), scores, mask)
                return _Found(mask, scores)
            case Hint(leaf, weight):
                scores = np.zeros(self.postings.size)
                self.scores(leaf).add_to(scores, weight)
                return _Found(np.zeros(self.postings.size, bool), scores, decides=False)
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


def _add(found: LeafScores, total: Scores, mask: Mask) -> None:
    found.add_to(total)
    found.mark(mask)


def _size(found: LeafScores) -> int:
    documents = 0 if found.documents is None else found.documents.nbytes
    return documents + found.scores.nbytes + 200
