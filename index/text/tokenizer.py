"""Text to tokens: where the words of a text begin and end, and what each is called in the index.

One function serves documents, queries and vocabulary alike, so that what is written in one can be
found by the other. Every token keeps its place in the text as it was given.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from index.text.cache import Cache

if TYPE_CHECKING:
    from regex import Pattern

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "ϐ": "beta", "ϕ": "phi",
}  # fmt: skip
MICRO = {"μ": "u", "µ": "u"}
# Letters that Unicode does not take apart into a plain letter and an accent.
LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}

# Combining forms: before a hyphen (and, where they are no words themselves, before a space) they
# make one word with what follows, so auto-immune and auto immune are autoimmune.
SPACED_PREFIXES = frozenset(
    "ante anti auto hyper hypo immuno inter intra macro meta micro mono multi neuro non oligo para "
    "peri poly post pre pseudo psycho semi sub supra ultra".split()
)
PREFIXES = SPACED_PREFIXES | frozenset(
    "bi bio cardio co counter cyto de di dys electro encephalo endo epi ex extra glyco haemo hemo "
    "hetero homo infra iso leuco leuko lympho mal mid mis myelo over photo proto re radio retro "
    "socio thrombo trans tri un under uni vaso".split()
)

_GREEK = "[" + "".join(GREEK) + "".join(GREEK).upper().replace("Σ", "", 1) + "]"
# A sharp s that stands for beta, as in Interferon-ß-1a; in Straße and Preuß it is an s.
_SHARP = r"(?:(?<![a-zäöü])ß(?![a-zäöü])|ß(?=-?\d))"
_LETTER = rf"(?:(?!{_GREEK}|{_SHARP})[^\W_])"
_WORD = (
    rf"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"  # I.V., i.e.
    rf"|\d++(?:[.,]\d++){{1,8}}+(?![^\W_]*[.,]\d)"  # 0.4 and 1,149; never in quadratic time
    rf"|{_GREEK}|{_SHARP}"
    rf"|{_LETTER}+(?:['’]{_LETTER}+)*"
)
# Cuts an ASCII text into what is between words, a word, what is between, and so on. There ``re``
# agrees with ``regex`` on what a letter is, and takes a sixth of the time. Nothing but the last
# line of _WORD can match what the first alternative does.
_ASCII_WORD = re.compile(rf"((?=[^\W_])(?:[A-Za-z][A-Za-z0-9]++(?!')|{_WORD}))", re.ASCII)
# No word has a space in it, and none is decided by what stands beyond a space.
_NOT_ASCII = re.compile(r"(?<![^ ])([\x00-\x1f!-\x7f]*+[^\x00-\x7f][^ ]*+)")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_POSSESSIVE = re.compile(r"['’]s$")
_HYPHENS = re.compile(r"[-‐‑‒–—−]?")
_LOOSE = re.compile(r"[^\S\n]*+[-‐‑‒–—−/*'’]*+[^\S\n]*+")


class Gap(IntEnum):
    """The characters between a token and the one before it."""

    HYPHEN = 0  # a hyphen or nothing: IL-17, IFNβ
    SPACE = 1  # white space, a slash: the words may belong together
    BREAK = 2  # other punctuation or a new paragraph: they do not


class Token(NamedTuple):
    """A word: its form in the index, its place in the text, and what stands before it."""

    form: str
    start: int
    end: int
    gap: Gap


class TokenTable(NamedTuple):
    """The tokens of a text, column by column: a fraction of the price of objects, one a word.

    ``betweens`` is what stands before each word, up to the one before it or the start of the text.
    """

    forms: list[str]
    starts: list[int]
    ends: list[int]
    betweens: list[str]


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text`` in order; ``text[token.start:token.end]`` is the word as written.

    >>> [token.form for token in tokenize("I.V. Interferon-ß-1a, 0.4 g/kg")]
    ['iv', 'interferon', 'beta', '1a', '0.4', 'g', 'kg']
    """
    forms, starts, ends, betweens = token_table(text)
    return list(map(Token, forms, starts, ends, map(GAPS.__getitem__, betweens)))


def token_table(text: str) -> TokenTable:
    """The tokens of ``tokenize``, in columns."""
    parts = _ASCII_WORD.split(text) if text.isascii() else _parts(text)
    forms = list(map(_FORMS.__getitem__, parts[1::2]))
    if not all(forms):
        parts = _without_formless(parts, forms)
        forms = list(filter(None, forms))
    places = list(accumulate(map(len, parts)))
    return TokenTable(forms, places[:-1:2], places[1::2], parts[:-1:2])


def pieces(text: str) -> list[str]:
    """A text cut into what is ASCII, what is not, and so on; each can be read by itself."""
    return _NOT_ASCII.split(text)


def fold(word: str) -> str:
    """The form under which a word is indexed: no capitals, accents, dots, apostrophes.

    Greek letters get their names, the sharp s on its own is beta, thousands lose their commas.
    """
    return _FORMS[word]


def folded(word: str) -> str:
    """The form of ``fold``, without its cache."""
    form = _folded(word)
    # Equal forms are one object, at best the word itself: what is looked up by it is near at hand.
    return sys.intern(str(word) if form == word else form)


def _folded(word: str) -> str:
    lowered = word.lower()
    if word.isascii() and word.isalpha():  # as most are
        return lowered
    if lowered == "ß":
        return "beta"
    if lowered in GREEK:
        return GREEK[lowered]
    if _THOUSANDS.fullmatch(lowered):
        lowered = lowered.replace(",", "")
    bare = _POSSESSIVE.sub("", lowered)
    if bare.isascii():
        return bare.replace("'", "").rstrip(".") if bare[:1].isdigit() else _letters(bare)
    # Taken apart first: ǿ is an ø with an accent, and ά an alpha with one.
    plain = unicodedata.normalize("NFKD", bare).casefold()
    spelled = "".join(MICRO.get(letter) or LETTERS.get(letter) or letter for letter in plain)
    form = _letters(spelled)
    return GREEK.get(form, form)


def _letters(word: str) -> str:
    return word if word.isalnum() else "".join(filter(str.isalnum, word))


def _gap(between: str) -> Gap:
    if _HYPHENS.fullmatch(between):
        return Gap.HYPHEN
    return Gap.SPACE if _LOOSE.fullmatch(between) else Gap.BREAK


@lru_cache(maxsize=1)
def _word() -> Pattern[str]:
    """A word in any script. ``regex`` is imported for the first text that is not ASCII."""
    import regex  # noqa: PLC0415 (for that)

    return regex.compile(f"({_WORD})")


def _cut(piece: str) -> list[str]:
    return list(_word().split(piece))


def _parts(text: str) -> list[str]:
    """A text that is not ASCII, cut into gap, word, gap, and so on."""
    parts = [""]
    for place, piece in enumerate(pieces(text)):
        first, *others = _CHUNKS[piece] if place % 2 else _ASCII_WORD.split(piece)
        parts[-1] += first
        parts += others
    return parts


def _without_formless(parts: list[str], forms: list[str]) -> list[str]:
    """The parts of a text where words that have no form belong to what is between words."""
    kept = parts[:1]
    for word, form, between in zip(parts[1::2], forms, parts[2::2], strict=True):
        if form:
            kept += [word, between]
        else:
            kept[-1] += word + between
    return kept


_CHUNKS = Cache(_cut, 1 << 14)
_FORMS = Cache(folded)
GAPS = Cache(_gap, 1 << 12)
"""By what stands between two words, what kind of gap that is."""
