"""A reader's request: one object from the page, the command line and the library to the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_PER_PAGE = 100
DEEPEST = 10_000
"""The last hit that can be paged to."""


class SearchOptions(TypedDict, total=False):
    """The fields of a ``SearchRequest`` beside its text."""

    page: int
    per_page: int
    off: Collection[str]
    facets: bool


@dataclass(frozen=True)
class SearchRequest:
    """A search as a reader asks for it.

    ``off`` lists expansions to leave out: the id of a concept leaves its words as typed, the id
    with ``.narrower`` leaves out the narrower concepts. ``facets`` says whether concepts in the
    hits are counted.
    """

    text: str
    page: int = 1
    per_page: int = 10
    off: Collection[str] = ()
    facets: bool = True

    @classmethod
    def of(cls, query: SearchRequest | str, **options: Unpack[SearchOptions]) -> SearchRequest:
        """A request itself, or that of a reader's string."""
        return cls(query, **options) if isinstance(query, str) else replace(query, **options)

    def bounded(self) -> tuple[SearchRequest, list[str]]:
        """The request with page and hits a page within their bounds, and a note for each change."""
        notes: list[str] = []
        per_page = min(max(self.per_page, 1), MOST_PER_PAGE)
        if per_page != self.per_page:
            notes.append(f"A page holds 1 to {MOST_PER_PAGE} hits; {per_page} are shown.")
        last = DEEPEST // per_page
        if self.page < 1:
            notes.append("The first page is shown; there is none before it.")
        elif self.page > last:
            notes.append(f"Only the first {DEEPEST} hits can be paged through.")
        return replace(self, page=min(max(self.page, 1), last), per_page=per_page), notes

    @property
    def first(self) -> int:
        """The place of the first hit of the page, counted from 0."""
        return (self.page - 1) * self.per_page

    @property
    def end(self) -> int:
        """The place after the last hit of the page."""
        return min(self.first + self.per_page, DEEPEST)
