"""Concepts as a reader meets them: what a query names, what an abstract speaks of.

An abstract's concepts come from what the index keeps; no text is analysed anew.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.forward import CONCEPT_SIGN
from index.schema import TEXT_FIELDS, field_of
from index.tokens import fold
from search.clauses import Terms
from search.results import LEARNED, ConceptInText, Expansion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus import Abstract
    from index.analysis import Analysis
    from index.published import Published
    from search.clauses import Leaf
    from search.postings import Postings
    from search.switches import Switches


def concept_called(analysis: Analysis, text: str) -> str | None:
    """The concept with an id, or with a name in any of its spellings."""
    written = text.casefold()
    known = analysis.vocabulary.concepts.get(written)
    if known is not None:
        return None if known.is_guard else written
    words, mentions = analysis.query(text)
    whole = [mention for mention in mentions if mention.last - mention.first + 1 == len(words)]
    return whole[0].concept if whole else None


def told(published: Published, switches: Switches, written: str, concept_id: str) -> Expansion:
    """What a reader is told of a concept that was recognized in a query."""
    vocabulary = published.analysis.vocabulary
    concept = vocabulary.concepts[concept_id]
    found = published.spellings
    spellings = _distinct(spelling for spelling, _ in found.get(concept_id, ()))
    narrower = vocabulary.narrower(concept_id)
    return Expansion(
        query=written,
        concept=concept_id,
        name=concept.name,
        plain=concept.plain,
        variants=tuple(one for one in spellings if one.casefold() != written.casefold()),
        narrower=tuple(vocabulary.concepts[id_].name for id_ in narrower if id_ in found),
        is_off=switches.is_off(concept_id),
        narrower_off=switches.narrower_off(concept_id),
    )


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
    published: Published,
    postings: Postings,
    document: int,
    abstract: Abstract,
    asked: Iterable[Leaf],
) -> tuple[ConceptInText, ...]:
    """The concepts of a document: what is asked for first, then the most frequent."""
    forward = published.forward
    wanted = _wanted(asked)
    terms = forward.terms[forward.starts[document] : forward.starts[document + 1]].tolist()
    names = (forward.lexicon[number] for number in terms)
    ids = [name.removeprefix(CONCEPT_SIGN) for name in names if name.startswith(CONCEPT_SIGN)]
    found = []
    for id_ in ids:
        concept = published.analysis.vocabulary.concepts.get(id_)
        written = _written(postings, document, abstract, id_)
        if concept is not None and written:
            found.append(
                ConceptInText(
                    concept=id_,
                    name=concept.name,
                    kind=concept.kind,
                    plain=concept.plain,
                    spellings=_distinct(written),
                    count=len(written),
                    is_asked=id_ in wanted,
                )
            )
    return tuple(sorted(found, key=lambda one: (not one.is_asked, -one.count, one.name)))


def _distinct(written: Iterable[str]) -> tuple[str, ...]:
    """Each spelling once, whatever its capitals, as it stands first."""
    found: dict[str, str] = {}
    for text in written:
        found.setdefault(text.casefold(), text)
    return tuple(found.values())


def _wanted(asked: Iterable[Leaf]) -> set[str]:
    return {
        term.term
        for leaf in asked
        if isinstance(leaf, Terms)
        for term in leaf.terms
        if term.layer == "concepts"
    }


def _written(postings: Postings, document: int, abstract: Abstract, concept: str) -> list[str]:
    """The spellings of a concept in a document, in the order of the text, repeats included."""
    texts = {"title": abstract.title, "abstract": abstract.text}
    return [
        " ".join(texts[field][place.start : place.end].split())
        for field in TEXT_FIELDS
        for place in postings.places(field_of(field, "concepts"), concept, [document]).get(
            document, ()
        )
    ]
