"""Text to sentences: the passages that snippets are made of."""

from __future__ import annotations

from functools import lru_cache

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

# Punkt (Kiss & Strunk 2006) learns abbreviations from a corpus; medical prose has few enough to
# name them, and the result does not depend on which corpus happens to be indexed.
_ABBREVIATIONS = frozenset(
    "al approx apr aug ca cf cp dec deg dr e.g ed eds eg engl eq esp est etc fig figs feb i.e i.m "
    "i.v ie incl jan jr jul jun m.s mar max med min mr mrs ms.c no nos nov oct ph.d pp prof pt pts "
    "ref refs resp s.c s.d s.e sep sept spp st subsp suppl tab univ viz vol vs".split()
)


@lru_cache(maxsize=1)
def _splitter() -> PunktSentenceTokenizer:
    parameters = PunktParameters()
    parameters.abbrev_types = set(_ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)


def sentences(text: str) -> list[tuple[int, int]]:
    """The start and end of each sentence, in order; they do not overlap and miss only white space.

    A sentence begins with a capital, a digit or a bracket; anything else goes on with the one
    before ("i. e., beta-Interferon").
    """
    spans: list[tuple[int, int]] = []
    for start, end in _splitter().span_tokenize(text):
        if spans and not _begins(text[start]):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _begins(letter: str) -> bool:
    return letter.isupper() or letter.isdigit() or letter in "([“\"'‘"
