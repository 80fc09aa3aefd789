"""What a reader has switched off of all that a search adds to the words that were typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from search.results import LEARNED, NARROWER

if TYPE_CHECKING:
    from collections.abc import Collection

    from index.concepts.vocabulary import Vocabulary
    from search.results import Expansion

UNKNOWN_NAMED = 3
"""How many of the unknown names a note gives."""

LONGEST_NAMED = 60
"""Characters; no id is as long."""


class Switches:
    """Reads ``off``: the id of a concept, or the id with ``.narrower``.

    The id leaves the reader's words as typed; with ``.narrower`` the concept is searched for and
    the more special ones are not. What abstracts define without being a concept has an id that
    begins with ``short.``.
    """

    def __init__(self, off: Collection[str], vocabulary: Vocabulary) -> None:
        self._off = frozenset(off)
        self._known = vocabulary.concepts

    def is_off(self, concept: str) -> bool:
        """Whether its words are searched as typed."""
        return concept in self._off

    def narrower_off(self, concept: str) -> bool:
        """Whether what is more special is left out."""
        return bool(self._off) and f"{concept}{NARROWER}" in self._off

    def marked(self, expansion: Expansion) -> Expansion:
        """The same with what of it is switched off."""
        if not self._off:
            return expansion
        concept = expansion.concept
        return replace(
            expansion, is_off=self.is_off(concept), narrower_off=self.narrower_off(concept)
        )

    def notes(self) -> list[str]:
        """Says what of ``off`` names nothing in the vocabulary, if anything."""
        if not self._off:
            return []
        unknown = [
            name[:LONGEST_NAMED].encode("utf-8", "replace").decode("utf-8")
            for name in sorted(self._off)
            if name.removesuffix(NARROWER) not in self._known and not name.startswith(LEARNED)
        ]
        if not unknown:
            return []
        named = ", ".join(f"“{name}”" for name in unknown[:UNKNOWN_NAMED])
        more = len(unknown) - UNKNOWN_NAMED
        others = f" and {more} more" if more > 0 else ""
        return [f"Nothing here is called {named}{others}; that was not switched off."]
