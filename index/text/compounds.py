"""Compounds with a suspended hyphen: in "pre- and post-treatment" stands pretreatment as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.text.stemmer import stem
from index.text.tokenizer import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

CONJUNCTIONS = frozenset({"and", "or"})

_SHORTEST = 4
"""Letters that are left at least of a word without its prefix."""


def suspended(forms: Sequence[str], joined: dict[int, str]) -> dict[int, str]:
    """The compounds of a text, by the number of their first word, with suspended ones in place.

    ``joined`` has the stem of a word and the next written as one. Where the next is "and" or "or"
    and the one after it begins with a prefix too, the stem is that of the compound meant.
    """
    found = {
        place: whole
        for place in joined
        if forms[place + 1] in CONJUNCTIONS and (whole := _whole(forms, joined, place))
    }
    return joined | found if found else joined


def _whole(forms: Sequence[str], joined: dict[int, str], place: int) -> str | None:
    """The stem of the compound that begins at ``place``: pre- and post-treatment, postoperative."""
    prefix, other = forms[place], place + 2
    if prefix not in PREFIXES or other >= len(forms):
        return None
    word = forms[other]
    if word in PREFIXES:
        return stem(prefix + forms[other + 1]) if other in joined else None
    for length in range(len(word) - _SHORTEST, 1, -1):
        if word[:length] in PREFIXES:
            return stem(prefix + word[length:])
    return None
