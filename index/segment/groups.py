"""Groups: the fields that share a lexicon and posting lists on disk.

A *group* is fields that share one lexicon and one posting list for each term, which counts the term
in each of the fields. Title and abstract share a group a layer; every other field is its own.
"""

from __future__ import annotations

from typing import NamedTuple

from index.analyzer import LAYERS
from index.schema import NAME_FIELDS, TEXT_FIELDS, field_of

EXACT, STEMS, CONCEPTS = "exact", "stems", "concepts"
LAYER_GROUPS = (EXACT, STEMS, CONCEPTS)
"""The groups of title and abstract, in the order in which ``index.kernels`` numbers them."""

NAMES = (*NAME_FIELDS, "pmid")
"""Fields of no layer, each a group of its own."""

GROUPS: dict[str, tuple[str, ...]] = {
    layer: tuple(field_of(field, layer) for field in TEXT_FIELDS) for layer in LAYERS
} | {name: (name,) for name in NAMES}
"""The fields of each group."""


class Place(NamedTuple):
    """The group of a field's postings, and the column of its counts."""

    group: str
    column: int


PLACES = {
    field: Place(group, column)
    for group, fields in GROUPS.items()
    for column, field in enumerate(fields)
}

BORDER = 0
"""The value in the stream of a row without a word."""

RARE = 0xFFFF
"""The value in the stream where the number of a word does not fit."""
