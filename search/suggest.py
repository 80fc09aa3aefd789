"""Better spelling for words that no abstract has: the nearest word that some abstract has."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.schema import TEXT_FIELDS, field_of
from index.tokens import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from search.postings import Postings

SHORTEST = 4
_NEAREST = 20


class Speller:
    """Knows the words of one index. Safe to share by threads."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @cached_property
    def _frequencies(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for field in TEXT_FIELDS:
            counts.update(self._postings.lexicon(field_of(field, "exact")))
        return Counter(
            {form: n for form, n in counts.items() if len(form) >= SHORTEST and form.isalpha()}
        )

    @cached_property
    def _words(self) -> list[str]:
        return list(self._frequencies)

    def nearest(self, word: str) -> str | None:
        """The most frequent of the nearest words of the index, or None if none is near.

        Near is one edit in a short word and up to three in a long one; two letters swapped are one
        edit (optimal string alignment, Damerau 1964).
        """
        form = fold(word)
        if len(form) < SHORTEST or not form.isalpha():
            return None
        edits = min(3, 1 + len(form) // 6)
        found = process.extract(
            form, self._words, scorer=OSA.distance, score_cutoff=edits, limit=_NEAREST
        )
        ranked = sorted(
            (distance, candidate[0] != form[0], -self._frequencies[candidate], candidate)
            for candidate, distance, _ in found
        )
        return ranked[0][-1] if ranked else None

    def better(self, query: str, missing: Iterable[str]) -> str | None:
        """The query with its missing words replaced, or None if nothing near is known."""
        better = query
        for word in missing:
            nearest = self.nearest(word)
            if nearest is not None:
                better = re.sub(
                    rf"(?<!\w){re.escape(word)}(?!\w)", nearest, better, flags=re.IGNORECASE
                )
        return better if better != query else None
