"""What a query asks of the index: clauses that match, score and mark documents.

Leaves name terms of the index; the others combine them. Every leaf keeps the reader's own words,
so that a match can be traced back to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from index.analysis import Layer


class FieldTerm(NamedTuple):
    """A term in a layer of a text field; ``weight`` multiplies its frequency."""

    field: str
    layer: Layer
    term: str
    weight: float = 1.0


@dataclass(frozen=True)
class Terms:
    """Any of some terms that mean the same to the reader: one word, one concept, one prefix.

    ``phrases`` are words in a row that mean the same as well.
    """

    query: str
    terms: tuple[FieldTerm, ...]
    concept: str | None = None
    phrases: tuple[Sequence, ...] = ()


@dataclass(frozen=True)
class Hint:
    """What raises the score of a hit, but is no reason for one and is never marked."""

    leaf: Terms
    weight: float


@dataclass(frozen=True)
class Sequence:
    """Words in this order, in any of some fields: as written, or their stems."""

    query: str
    forms: tuple[str, ...]
    fields: tuple[str, ...]
    layer: Layer = "exact"


@dataclass(frozen=True)
class Name:
    """Words in this order in a field that is not ranked: an author, a journal, a PMID."""

    query: str
    field: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """Years from ``first`` to ``last``, both included."""

    query: str
    first: int | None
    last: int | None

    def holds(self, year: int | None) -> bool:
        """Whether a year lies in the range."""
        if year is None:
            return False
        return (self.first or year) <= year <= (self.last or year)


@dataclass(frozen=True)
class Only:
    """What must match, and neither ranks nor makes the other words of a query any less needed."""

    leaf: Terms


@dataclass(frozen=True)
class Without:
    """What must not match."""

    clause: Clause


@dataclass(frozen=True)
class Any:
    """One at least must match."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Every:
    """All must match."""

    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Ranked:
    """Free words rank; all else must match. What matches none of the words is no hit."""

    clauses: tuple[Clause, ...]


Leaf = Terms | Sequence | Name | Between
Clause = Leaf | Hint | Only | Without | Any | Every | Ranked


def leaves(clause: Clause) -> list[Leaf]:
    """All leaves that can be the reason of a match, in the order of the query."""
    match clause:
        case Without() | Hint():
            return []
        case Any(inner) | Every(inner) | Ranked(inner):
            return [leaf for one in inner for leaf in leaves(one)]
        case Only(inner):
            return [inner]
        case _:
            return [clause]
