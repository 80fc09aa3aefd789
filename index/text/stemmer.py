"""Forms to stems: the spellings and inflections of one word meet in one stem.

Snowball's English stemmer (Porter 2001) does most of it. What medical English needs beyond it:
British and American spelling are one, short words and numbers stay as they are, and the endings
-ory and -sis lead to the same stem as their relatives (inflammatory, inflammation; diagnoses,
diagnosis).
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from index import kernels
from index.text.cache import Cache

if TYPE_CHECKING:
    from nltk.stem.snowball import SnowballStemmer

SHORTEST = 4
"""Words of fewer letters are never stemmed: MS, AMS, gas."""

_IRREGULAR = {
    "analyses": "analysis", "bacterium": "bacteria", "children": "child", "criterion": "criteria",
    "feet": "foot", "foci": "focus", "ganglion": "ganglia", "gangliones": "ganglia",
    "indices": "index", "men": "man", "mice": "mouse", "neuritides": "neuritis",
    "nuclei": "nucleus", "phenomenon": "phenomena", "pregnancy": "pregnant",
    "pregnancies": "pregnant", "stimuli": "stimulus", "teeth": "tooth", "vertebrae": "vertebra",
    "viruses": "virus", "women": "woman",
}  # fmt: skip
# What the list of pairs leaves out, and what is regular in medical words.
_BRITISH = (
    (re.compile("isation"), "ization"),
    (re.compile("aem(?=i)|(?<=h)aem"), "em"),
    (re.compile("oed(?=em)"), "ed"),
    (re.compile("^oe(?=s)"), "e"),
    (re.compile("^leuco"), "leuko"),
    (re.compile("^paed(?=i)"), "ped"),
    (re.compile("^foet"), "fet"),
)  # fmt: skip
# Where none of these stands, none of the above does.
_MAYBE_BRITISH = re.compile("isation|aem|oed|^oes|^leuco|^paed|^foet")
_ENDINGS = (
    (re.compile("(?<=[a-z]{3})atori$"), ""),
    (re.compile("(?<=[a-z]{2}[ieu]t)ori$"), ""),
    (re.compile("(?<=[a-z]{3}s)i$"), ""),
    (re.compile("(?<=[a-z]{3}m)m$"), ""),
    (re.compile("(?<=[a-z]{2}em)ia$"), ""),
)
_LAST_LETTERS = ("i", "m", "a")  # of the endings
_WHOLE = frozenset({"laboratori", "territori"})
_SHORT_FORMS = frozenset({"inos"})  # that would meet another one: INO
_LONGEST = 100  # letters that the kernel has room for
_FOREIGN = re.compile("[^a-z]")  # to Snowball a consonant like any other


@lru_cache(maxsize=1)
def british_spellings() -> dict[str, str]:
    """British forms and what they are in American spelling (see ``data/NOTICE.md``)."""
    source = files("index") / "data" / "british_spellings.json"
    pairs: dict[str, str] = json.loads(source.read_text(encoding="utf-8"))
    return pairs


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Forms too common to tell abstracts apart; they count in phrases only."""
    source = files("index") / "data" / "stop_words.txt"
    return frozenset(source.read_text(encoding="utf-8").split())


def stem(form: str) -> str:
    """The stem of a form as ``tokens.fold`` gives it; short words and numbers are their own.

    >>> stem("inflammatory") == stem("inflammation"), stem("randomised") == stem("randomized")
    (True, True)
    """
    return STEMS[form]


def _stem(form: str) -> str:
    stemmed = _stemmed(form)
    return form if stemmed == form else sys.intern(stemmed)


def _stemmed(form: str) -> str:
    if len(form) < SHORTEST or not form.isalpha() or form in _SHORT_FORMS:
        return form
    stemmed = snowball(american(_IRREGULAR.get(form, form)))
    if not stemmed.endswith(_LAST_LETTERS) or stemmed in _WHOLE:
        return stemmed
    for ending, kept in _ENDINGS:
        stemmed = ending.sub(kept, stemmed)
    return stemmed


def snowball(form: str) -> str:
    """The stem that NLTK's English Snowball stemmer gives, for letters in a tenth of its time.

    >>> snowball("generously"), snowball("dying")
    ('generous', 'die')
    """
    if not (2 < len(form) <= _LONGEST and form.isalpha() and form == form.lower()):
        stemmed: str = _nltk().stem(form)
        return stemmed
    letters = form if form.isascii() else _FOREIGN.sub(".", form)
    found = kernels.stem(letters.encode())
    added = found >> 8
    kept = form[: found & 0xFF]
    return kept + added.to_bytes(4, "little").rstrip(b"\0").decode() if added else kept


@lru_cache(maxsize=1)
def _nltk() -> SnowballStemmer:
    """NLTK's stemmer, imported for the first word that needs it: that takes most of a second."""
    from nltk.stem.snowball import SnowballStemmer  # noqa: PLC0415 (for that)

    return SnowballStemmer("english")


def american(form: str) -> str:
    """The American spelling of a form, or the form itself."""
    known = british_spellings().get(form)
    if known is not None:
        return known
    if not _MAYBE_BRITISH.search(form):
        return form
    for british, spelled in _BRITISH:
        form = british.sub(spelled, form)
    return form


STEMS = Cache(_stem)
"""Forms and their stems, for many at a time: ``map(STEMS.__getitem__, forms)``."""
