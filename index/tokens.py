"""Text to tokens: where the words of a text begin and end, and what each is called in the index.

One function serves documents, queries and vocabulary alike, so that what is written in one can be
found by the other. Every token keeps its place in the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from nltk.tokenize import RegexpTokenizer

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
_TOKENIZER = RegexpTokenizer(
    rf"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])\.?"  # I.V., i.e.
    rf"|\d++(?:[.,]\d++){{1,8}}+(?![^\W_]*[.,]\d)"  # 0.4 and 1,149; never in quadratic time
    rf"|{_GREEK}|{_SHARP}"
    rf"|{_LETTER}+(?:['’]{_LETTER}+)*"
)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_POSSESSIVE = re.compile(r"['’]s$")
_HYPHENS = re.compile(r"[-‐‑‒–—−]?")
_LOOSE = re.compile(r"[^\S\n]*+[-‐‑‒–—−/*'’]*+[^\S\n]*+")


class Gap(IntEnum):
    """What stands between a token and the one before it."""

    HYPHEN = 0  # a hyphen or nothing: IL-17, IFNβ
    SPACE = 1  # white space, a slash: the words may belong together
    BREAK = 2  # other punctuation or a new paragraph: they do not


class Token(NamedTuple):
    """A word: its form in the index, its place in the text, and what stands before it."""

    form: str
    start: int
    end: int
    gap: Gap


def tokenize(text: str) -> list[Token]:
    """The tokens of ``text`` in order; ``text[token.start:token.end]`` is the word as written.

    >>> [token.form for token in tokenize("I.V. Interferon-ß-1a, 0.4 g/kg")]
    ['iv', 'interferon', 'beta', '1a', '0.4', 'g', 'kg']
    """
    tokens = []
    last = 0
    for start, end in _TOKENIZER.span_tokenize(text):
        form = fold(text[start:end])
        if form:
            tokens.append(Token(form, start, end, _gap(text[last:start])))
            last = end
    return tokens


@lru_cache(maxsize=1 << 17)
def fold(word: str) -> str:
    """The form under which a word is indexed: no capitals, accents, dots, apostrophes.

    Greek letters get their names, the sharp s on its own is beta, thousands lose their commas.
    """
    lowered = word.lower()
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


@lru_cache(maxsize=1 << 12)
def _gap(between: str) -> Gap:
    if _HYPHENS.fullmatch(between):
        return Gap.HYPHEN
    return Gap.SPACE if _LOOSE.fullmatch(between) else Gap.BREAK
