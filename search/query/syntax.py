"""A reader's string as a tree: words, phrases, fields, and how they are combined.

The little language: free words are ranked, best match first. ``"…"`` means exactly these words in
this order; ``-word`` or ``NOT word`` excludes; ``a OR b`` needs one of its neighbours; ``a AND b``
needs both sides; brackets group; ``field:`` looks into one field; ``year:2003..2005`` is a range;
``neuro*`` is a beginning of words. ``concept:`` asks for a concept of
the vocabulary in any spelling, by its id or by any of its names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

FIELDS = (
    *("title", "abstract", "author", "journal", "affiliation", "topic", "year", "pmid"),
    "concept",
)


@dataclass(frozen=True, slots=True)
class Words:
    """A run of free words as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these words in this order."""

    text: str


@dataclass(frozen=True, slots=True)
class Prefix:
    """All words that begin so."""

    text: str


@dataclass(frozen=True, slots=True)
class Years:
    """A range of years, both ends included; an open end is None."""

    first: int | None
    last: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Fielded:
    """Something to be found in one field; never ``year``, which is ``Years``."""

    field: str
    item: Node


@dataclass(frozen=True, slots=True)
class Not:
    """What must not match."""

    item: Node


@dataclass(frozen=True, slots=True)
class Or:
    """What stands beside OR: one at least must match."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    """What stands beside AND: all must match."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Items side by side: words rank, everything else is taken at its word."""

    items: tuple[Node, ...]


Node = Words | Phrase | Prefix | Years | Fielded | Not | Or | And | Group


class Query(NamedTuple):
    """What a reader's string means, and in sentences what was ignored, cut or taken otherwise."""

    text: str
    root: Group
    notes: tuple[str, ...] = ()
