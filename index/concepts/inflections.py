"""Words without their inflections, as spellings of concepts are compared.

The stemmer of free words brings too much together for concepts: memory and memorial, definite and
definition, progression and progressive. Here only plurals, the endings -ed and -ing, British
spelling and a few regular pairs (inflammation, inflammatory; spastic, spasticity) are one. Names
are compared as they stand: Devic is no device, and Graves' disease is not grave.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from index.text.cache import Cache
from index.text.stemmer import american
from index.text.tokenizer import PREFIXES, SPACED_PREFIXES, Gap, fold, token_table
from index.text.words import GAP_BITS, KIND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHORTEST = 4
"""Words of fewer letters have no inflections here: MS, gas."""

_IRREGULAR = {
    "analyses": "analysis", "bacterium": "bacteria", "children": "child", "criterion": "criteria",
    "feet": "foot", "foci": "focus", "ganglion": "ganglia", "gangliones": "ganglia",
    "indices": "index", "men": "man", "mice": "mouse", "neuritides": "neuritis",
    "nuclei": "nucleus", "phenomenon": "phenomena", "pregnancies": "pregnancy", "stimuli":
    "stimulus", "teeth": "tooth", "thrombi": "thrombus", "vertebrae": "vertebra", "women": "woman",
}  # fmt: skip
_VOWEL = re.compile("[aeiouy]")
_SHORT_ROOT = re.compile("[^aeiouy][aeiou][^aeiouywx]")
_SILENT_E = re.compile("(?<=[^aeio])e$")
_DOUBLED = re.compile(r"([bdgmnprt])\1$|(?<=[a-z]{4}l)l$")
_MADE = re.compile("(?<=[a-z]{3}iz)at(?:ion)?$")
_NOUN = re.compile(
    "(?<=[a-z]{4}at)(?:ion|ive|ory)$|(?<=[a-z]{3}ic)ity$|(?<=[a-z]olog)(?:y|ic|ical)$"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?:\d+|i{1,3})[ab]?")


def base(form: str) -> str:
    """The form of a word without its inflection; words that share it are one word inflected.

    >>> base("scleroses") == base("sclerosis"), base("relapsing") == base("relapse")
    (True, True)
    >>> base("memorial") == base("memory"), base("definition") == base("definite")
    (False, False)
    """
    if len(form) < SHORTEST or not form.isalpha():
        return form
    word = _IRREGULAR.get(form)
    word = _singular(american(form)) if word is None else word
    word = _NOUN.sub("", _MADE.sub("", _without_ending(word)))
    if len(word) <= SHORTEST:
        return word
    return word.removesuffix("is") if word.endswith("sis") else _SILENT_E.sub("", word)


class Inflections:
    """The terms by which the spellings of one vocabulary are compared. Safe to share by threads.

    A word written with a capital among words in small letters, and never without, is a name.
    Short forms have no inflections but a plural.
    """

    def __init__(self, spellings: Iterable[str] = (), short_forms: Iterable[str] = ()) -> None:
        written = [_LETTERS.findall(spelling) for spelling in spellings]
        words = {word for one in written for word in one if word.islower()}
        names = {fold(name) for one in written for name in _names(one)}
        names |= {form for form in map(fold, short_forms) if len(form) >= SHORTEST}
        self._names = frozenset(names - words)
        self.terms = Cache(self._term)
        """Forms and their terms, for many at a time: ``map(terms.__getitem__, forms)``."""

    def rows(self, spelling: str) -> Iterator[list[str]]:
        """The rows of terms that a spelling is recognized by; spellings that share one are one."""
        forms, _, _, betweens = token_table(spelling)
        terms = list(map(self.terms.__getitem__, forms))
        gaps = [GAP_BITS[between] & KIND for between in betweens]
        prefixes = {
            place
            for place, form in enumerate(forms[:-1])
            if (form in PREFIXES and gaps[place + 1] == Gap.HYPHEN)
            or (form in SPACED_PREFIXES and gaps[place + 1] == Gap.SPACE)
        }
        row = []
        place = 0
        while place < len(forms):
            is_prefix = place in prefixes
            row.append(self.terms[forms[place] + forms[place + 1]] if is_prefix else terms[place])
            place += 1 + is_prefix
        if row:
            yield row
        for place, (form, following) in enumerate(pairwise(forms)):
            if place in prefixes or (_is_number(form) and _is_number(following)):
                continue
            whole = self.terms[form + following]
            # "Vitamin E" as one word has the term of vitamin.
            if whole != terms[place]:
                yield [*terms[:place], whole, *terms[place + 2 :]]

    def _term(self, form: str) -> str:
        if form in self._names:
            return f"={form}"
        if form.endswith("s") and form[:-1] in self._names:
            return f"={form[:-1]}"
        return base(form)


def _names(written: Sequence[str]) -> Iterator[str]:
    """The words of a spelling that begin with a capital, where others are in small letters."""
    if len(written) == 1 or any(word.islower() and len(word) > 2 for word in written):
        for word in written:
            if word.istitle() and len(word) >= SHORTEST:
                yield word


def _singular(word: str) -> str:
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y" if len(word) > SHORTEST else word[:-1]
    if word.endswith(("sses", "xes", "ches", "shes", "zzes", "uses")):
        return word[:-2]
    return word[:-1]


def _without_ending(word: str) -> str:
    """A word without -ed or -ing, where a vowel stands before it."""
    if word.endswith("ied"):
        return f"{word[:-3]}y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and not word.endswith("eed"):
            root = word.removesuffix(ending)
            if _SHORT_ROOT.fullmatch(root):
                return f"{root}e"
            if len(root) > 2 and _VOWEL.search(root):
                return _DOUBLED.sub(lambda found: found[1] or "", root)
    return word


def _is_number(form: str) -> bool:
    """Whether a form is a number, so that it never makes one word with another: phase I/II."""
    return _NUMBER.fullmatch(form) is not None
