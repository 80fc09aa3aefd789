"""The learned short forms of a generation, as tables on disk."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from index.abbreviations.keys import fold_long, fold_short
from index.abbreviations.learned import LearnedShortForms, Meaning, ShortForm
from index.segment.table import Table, write_table

if TYPE_CHECKING:
    from pathlib import Path

_SHORT, _LONG = "short_forms", "long_forms"


class StoredShortForms(LearnedShortForms):
    """The short forms of a generation; a form is read when it is looked up.

    It also knows the way back, from long forms to short ones. Safe to share by threads.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.by_key = Table(folder, _SHORT, _short_form)
        self._longs: Table[list[str]] = Table(folder, _LONG)

    def shorts_for(self, long: str) -> tuple[ShortForm, ...]:
        """The short forms agreed to stand for a long form, which is given by its ``fold_long``."""
        return tuple(self.by_key[key] for key in self._longs.get(long, ()))

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The first words of all learned long forms, by ``fold_long``: some thousands."""
        return frozenset(long.partition(" ")[0] for long in self._longs)

    def begins_long(self, words: str) -> bool:
        """Whether any learned long form begins with these words, given by ``fold_long``."""
        sought = words.encode("utf-8", "surrogatepass")
        first = self._longs.first_from(sought)
        return first is not None and (first == sought or first.startswith(sought + b" "))


def write_short_forms(folder: Path, learned: LearnedShortForms) -> None:
    """Writes the tables of ``StoredShortForms`` into a folder."""
    longs: defaultdict[str, list[str]] = defaultdict(list)
    for one in learned:
        if one.agreed:
            longs[fold_long(one.agreed.long)].append(fold_short(one.short))
    write_table(folder, _LONG, longs)
    forms = {
        key: [one.short, {meaning.long: meaning.abstracts for meaning in one.meanings}]
        for key, one in learned.by_key.items()
    }
    write_table(folder, _SHORT, forms)


def _short_form(entry: Any) -> ShortForm:  # noqa: ANN401 (parsed JSON)
    short, meanings = entry
    return ShortForm(short, tuple(Meaning(long, count) for long, count in meanings.items()))
