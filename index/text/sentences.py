"""Text to sentences: the passages that snippets are made of.

NLTK's Punkt (Kiss & Strunk 2006) says where they end. It takes about 30 us to decide about one
full stop, so the places that have only one answer are decided here, and those alone that may have
two (an abbreviation, an initial) are put before it. The result is Punkt's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nltk.tokenize.punkt import PunktSentenceTokenizer

# Punkt learns abbreviations from a corpus; medical prose has few enough to name them, and the
# result does not depend on which corpus happens to be indexed.
_ABBREVIATIONS = frozenset(
    "al approx apr aug ca cf cp dec deg dr e.g ed eds eg engl eq esp est etc fig figs feb i.e i.m "
    "i.v ie incl jan jr jul jun m.s mar max med min mr mrs ms.c no nos nov oct ph.d pp prof pt pts "
    "ref refs resp s.c s.d s.e sep sept spp st subsp suppl tab univ viz vol vs".split()
)
_LAST_PARTS = frozenset(abbreviation.rpartition(".")[2] for abbreviation in _ABBREVIATIONS)

# What Punkt takes for the possible end of a sentence: a mark before white space or before one of
# the characters that no word has within it. Of several in a word the last one counts.
_BEFORE = r"""(?=[)";}\]*:@'({\[‘’“”«»?!]| +[^ ])"""
_END = re.compile(rf"[.?!]{_BEFORE}(?:[^ ]*[.?!]{_BEFORE})?")
_CLOSING = frozenset("\"')]}‘’“”«»")  # moved by Punkt to the sentence that they close
_OPENING = frozenset("([“\"'‘")
_LAST_LETTERS = re.compile(r"([A-Za-z]{2,})\.\Z")
_SURE = frozenset(")]%0123456789")  # before a full stop


def sentences(text: str) -> list[tuple[int, int]]:
    """The start and end of each sentence, in order; they do not overlap and miss only white space.

    A sentence begins with a capital, a digit or a bracket; anything else goes on with the one
    before ("i. e., beta-Interferon").
    """
    # In printable text a space is the only white space.
    spans = _cut(text) if text.isprintable() else None
    return _joined(text, _splitter().span_tokenize(text)) if spans is None else spans


def _joined(text: str, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans found, each that is no beginning as a part of the one before."""
    spans: list[tuple[int, int]] = []
    for start, end in found:
        if spans and not _begins(text[start]):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _begins(letter: str) -> bool:
    return letter.isupper() or letter.isdigit() or letter in _OPENING


def _cut(text: str) -> list[tuple[int, int]] | None:
    """The sentences of a text whose white space is spaces; None if it is for Punkt alone."""
    spans = []
    start, moves = 0, False
    for found in _END.finditer(text):
        first, end = found.span()
        if end > first + 1 and text[:first][-1:] in {"", " "}:
            return None  # of "?!" on its own, Punkt looks at both
        following = end
        while text[following] == " ":
            following += 1
        letter = text[following]
        if letter in _CLOSING:
            moves = True
        elif not _begins(letter):
            continue  # whether Punkt cuts here or not, both parts are one sentence
        word = text[text.rfind(" ", 0, first) + 1 : end]
        if _is_sure(word) or _is_end(word + _after(text, end, following)):
            spans.append((start, end))
            start = following
    spans.append((start, len(text.rstrip())))
    return _moved(text, spans) if moves or not spans[-1][1] else spans


def _is_sure(word: str) -> bool:
    """Whether a sentence ends with ``word``, its mark included, before any that begins as one does.

    Numbers are sure because what begins with a small letter is none; some words that are sure are
    not known to be.
    """
    return word[-2:-1] in _SURE or word[-1] != "." or _is_plain(word)


@lru_cache(maxsize=1 << 14)
def _is_plain(word: str) -> bool:
    """Whether a word with a full stop can be no abbreviation, initial or row of dots."""
    letters = _LAST_LETTERS.search(word)
    return letters is not None and letters[1].lower() not in _LAST_PARTS


def _after(text: str, end: int, following: int) -> str:
    """The context behind a mark that Punkt looks at: a character or the next word."""
    if following == end:
        return text[end]
    stop = text.find(" ", following)
    return text[end:stop] if stop > 0 else text[end:]


@lru_cache(maxsize=1 << 14)
def _is_end(context: str) -> bool:
    return bool(_splitter().text_contains_sentbreak(context))


def _moved(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, with brackets and quotation marks moved to the sentence that they close."""
    slices = _splitter()._realign_boundaries(text, (slice(*span) for span in spans))  # noqa: SLF001 (NLTK offers no other way)
    return _joined(text, ((one.start, one.stop) for one in slices))


@lru_cache(maxsize=1)
def _splitter() -> PunktSentenceTokenizer:
    # NLTK takes a second to import, which a process that only searches need not spend.
    from nltk.tokenize.punkt import (  # noqa: PLC0415 (for that)
        PunktParameters,
        PunktSentenceTokenizer,
    )

    parameters = PunktParameters()
    parameters.abbrev_types = set(_ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)
