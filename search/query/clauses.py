"""What a query asks of the index: clauses that match, score and mark documents.

Leaves name terms of the index; the others combine them. Every leaf keeps the reader's own words,
so that a match can be traced back to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.schema import TEXT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.analyzer import Layer

LEAVES_KEPT = 1 << 12
"""How many words' leaves and how many hints are kept: 4 MB at most."""


class Term(NamedTuple):
    """A term of the index; ``weight`` multiplies its frequency."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Any of some terms that mean the same to the reader: one word, one concept, one prefix.

    ``terms`` are of one layer, and each is looked for in each of the fields. ``phrases`` are words
    in a row that mean the same as well.
    """

    query: str
    terms: tuple[Term, ...]
    layer: Layer = "stems"
    fields: tuple[str, ...] = TEXT_FIELDS
    concept: str | None = None
    phrases: tuple[Phrase, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Hashed once: a broad concept has dozens of terms, and a ranking looks it up many times.
        asked = (self.query, self.terms, self.layer, self.fields, self.concept, self.phrases)
        object.__setattr__(self, "_hash", hash(asked))

    def __hash__(self) -> int:
        return self._hash


@lru_cache(maxsize=1 << 4)
def bits_of(fields: tuple[str, ...]) -> int:
    """Text fields as bits, the first of ``TEXT_FIELDS`` the lowest, for ``index.kernels``."""
    return sum(1 << TEXT_FIELDS.index(name) for name in fields)


@dataclass(frozen=True, slots=True)
class Hint:
    """What raises the score of a hit, but is no reason for one and is never marked."""

    leaf: Synonyms
    weight: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, in any of some fields: as written, or their stems."""

    query: str
    forms: tuple[str, ...]
    fields: tuple[str, ...]
    layer: Layer = "exact"


@dataclass(frozen=True, slots=True)
class Name:
    """Words in this order in a field that is not ranked: an author, a journal, a PMID."""

    query: str
    field: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearRange:
    """Years from ``first`` to ``last``, both included."""

    query: str
    first: int | None
    last: int | None

    def holds(self, year: int | None) -> bool:
        """Whether a year lies in the range."""
        if year is None:
            return False
        return (self.first or year) <= year <= (self.last or year)


@dataclass(frozen=True, slots=True)
class Filter:
    """What must match, and neither ranks nor makes the other words of a query any less needed."""

    leaf: Synonyms


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What must not match."""

    clause: Clause


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One at least must match."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """All must match."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class FreeText:
    """Free words rank; all else must match. What matches none of the words is no hit."""

    clauses: tuple[Clause, ...]


@lru_cache(maxsize=LEAVES_KEPT)
def word_of(query: str, stems: tuple[str, ...], fields: tuple[str, ...]) -> Synonyms:
    """A word with its stems in some fields: the same leaf for the same word, while it is kept."""
    return Synonyms(query, tuple(map(Term, stems)), fields=fields)


@lru_cache(maxsize=LEAVES_KEPT)
def with_phrases(word: Synonyms, phrases: tuple[Phrase, ...]) -> Synonyms:
    """A word, or any of some rows of words that mean the same; it is kept as ``word_of`` is."""
    # In a quarter of the time of ``dataclasses.replace``.
    return Synonyms(word.query, word.terms, word.layer, word.fields, word.concept, phrases)


@lru_cache(maxsize=LEAVES_KEPT)
def hint_of(query: str, stem: str, fields: tuple[str, ...], weight: float) -> Hint:
    """A word that raises the score; it is kept as ``word_of`` is."""
    return Hint(word_of(query, (stem,), fields), weight)


Leaf = Synonyms | Phrase | Name | YearRange
Clause = Leaf | Hint | Filter | Exclusion | AnyOf | AllOf | FreeText


def leaves(clause: Clause) -> list[Leaf]:
    """All leaves that can be the reason of a match, in the order of the query."""
    match clause:
        case Exclusion() | Hint():
            return []
        case AnyOf(inner) | AllOf(inner) | FreeText(inner):
            return [leaf for one in inner for leaf in leaves(one)]
        case Filter(inner):
            return [inner]
        case _:
            return [clause]


def is_of_words(clause: Clause) -> bool:
    """Whether a clause asks for any of some words, in brackets or not, and for nothing else."""
    match clause:
        case Synonyms() | Hint():
            return True
        case FreeText(inner):
            return all(map(is_of_words, inner)) and has_reason(inner)
        case _:
            return False


def has_reason(clauses: Iterable[Clause]) -> bool:
    """Whether any of some clauses of words can be the reason of a hit."""
    return any(not isinstance(clause, Hint) for clause in clauses)
