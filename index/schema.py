"""The names of an index's fields and layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.analyzer import Layer

TEXT_FIELDS = ("title", "abstract")
"""Fields that free words are searched in; each has a layer of stems, exact words and concepts."""

NAME_FIELDS = ("author", "journal", "affiliation", "topic")
"""Fields searched by name only, word by word as written."""

COLUMNS = ("year", "title_length", "abstract_length")
"""The numbers that are kept of an abstract; lengths are counted in words."""

STRINGS = ("pmid", "title", "abstract", "passages", "record")
"""The strings that are kept of an abstract."""

NO_YEAR = 0
"""The value in the column of years of an abstract without one."""


def field_of(field: str, layer: Layer) -> str:
    """The Whoosh field of a layer: ``field_of("title", "concepts")`` is ``title_concepts``."""
    return field if layer == "stems" else f"{field}_{layer}"
