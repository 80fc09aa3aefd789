"""Concepts as a reader meets them: what a query names, what an abstract speaks of.

An abstract's concepts come from what the index keeps; no text is analysed anew.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING

from index.text.tokenizer import fold
from search.query.clauses import Synonyms, Term
from search.results import LEARNED, ConceptInText, Expansion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.analyzer import Analyzer
    from index.concepts.vocabulary import Vocabulary
    from index.generations.opened import OpenedGeneration
    from search.query.clauses import Leaf
    from search.query.switches import Switches
    from search.results import MarkedText

ANSWERS_CACHED = 1 << 10
"""Of each kind; those of the concepts with most spellings take 2 kB each."""


def concept_called(analyzer: Analyzer, text: str) -> str | None:
    """The concept with an id, or with a name in any of its spellings."""
    written = text.casefold()
    known = analyzer.vocabulary.concepts.get(written)
    if known is not None:
        return None if known.is_guard else written
    words, mentions, _ = analyzer.query(text)
    whole = [mention for mention in mentions if mention.last - mention.first + 1 == len(words)]
    return whole[0].concept if whole else None


class ConceptExpander:
    """What one generation says of concepts that queries name. Safe to share by threads.

    Each answer is kept for the words that it was given to: a broad concept has dozens of spellings
    and of narrower ones to go through, and the same concepts are asked for again and again.
    """

    def __init__(self, published: OpenedGeneration) -> None:
        self._vocabulary = published.analyzer.vocabulary
        self._found = published.spellings
        self._described = lru_cache(maxsize=ANSWERS_CACHED)(self._describe)
        self.expansion = lru_cache(maxsize=ANSWERS_CACHED)(self._expansion)
        self.synonyms = lru_cache(maxsize=ANSWERS_CACHED)(self._synonyms)

    def _expansion(self, written: str, id_: str) -> Expansion:
        """What a reader is told of a concept that was recognized in a query."""
        concept = self._vocabulary.concepts[id_]
        spellings, narrower = self._described(id_)
        typed = written.casefold()
        return Expansion(
            query=written,
            concept=id_,
            name=concept.name,
            plain=concept.plain,
            variants=tuple(one for folded, one in spellings.items() if folded != typed),
            narrower=narrower,
        )

    def _describe(self, id_: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """How abstracts spell a concept, and the names of the narrower ones that they speak of."""
        spellings = _by_folded(spelling for spelling, _ in self._found.get(id_, ()))
        narrower = (one for one in self._vocabulary.narrower(id_) if one in self._found)
        return spellings, tuple(self._vocabulary.concepts[one].name for one in narrower)

    def _synonyms(
        self, written: str, id_: str, weight: float | None, fields: tuple[str, ...]
    ) -> Synonyms:
        """What speaks of a concept, or of a narrower one, which counts ``weight`` or not at all."""
        ids = [(id_, 1.0)]
        if weight is not None:
            ids += [(narrower, weight) for narrower in self._vocabulary.narrower(id_)]
        return Synonyms(written, tuple(starmap(Term, ids)), "concepts", fields, id_)


def learned(switches: Switches, written: str, others: tuple[str, ...], note: str) -> Expansion:
    """What a reader is told of a short or a long form that the abstracts define."""
    id_ = LEARNED + re.sub(r"[\s,]+", "-", fold(written))
    return Expansion(
        query=written,
        concept=id_,
        name=", ".join(others),
        plain=note,
        variants=(),
        narrower=(),
        is_off=switches.is_off(id_),
    )


def concepts_in(
    vocabulary: Vocabulary, marked: MarkedText, asked: Iterable[Leaf]
) -> tuple[ConceptInText, ...]:
    """The concepts of a document: what is asked for first, then the most frequent."""
    wanted = _wanted(asked)
    by_concept: dict[str, list[str]] = {}
    for mention in marked.mentions:
        abstract = marked.abstract
        text = abstract.title if mention.field == "title" else abstract.text
        written = " ".join(text[mention.start : mention.end].split())
        by_concept.setdefault(mention.concept, []).append(written)
    found = []
    for id_, spellings in by_concept.items():
        concept = vocabulary.concepts.get(id_)
        if concept is not None:
            found.append(
                ConceptInText(
                    concept=id_,
                    name=concept.name,
                    kind=concept.kind,
                    plain=concept.plain,
                    spellings=tuple(_by_folded(spellings).values()),
                    count=len(spellings),
                    is_asked=id_ in wanted,
                )
            )
    return tuple(sorted(found, key=lambda one: (not one.is_asked, -one.count, one.name)))


def _by_folded(written: Iterable[str]) -> dict[str, str]:
    """Each spelling once, whatever its capitals, as it stands first."""
    found: dict[str, str] = {}
    for text in written:
        found.setdefault(text.casefold(), text)
    return found


def _wanted(asked: Iterable[Leaf]) -> set[str]:
    return {
        term.text
        for leaf in asked
        if isinstance(leaf, Synonyms) and leaf.layer == "concepts"
        for term in leaf.terms
    }
