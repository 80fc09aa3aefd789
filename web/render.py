"""Text and spans to HTML: the one place where markup is made of text that others wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from search.results import NARROWER

if TYPE_CHECKING:
    from flask import Flask

    from corpus import Abstract
    from search.results import Match, Span

AUTHORS_SHOWN = 6

KINDS = {
    "treatment": "Treatments",
    "course": "Courses",
    "symptom": "Symptoms",
    "scale": "Scales and measures",
    "imaging": "Imaging",
    "laboratory": "Laboratory",
    "biology": "Biology",
    "medicine": "Other medicines",
    "disease": "Diseases",
    "care": "Care and daily life",
    "study": "Studies",
}
"""The kinds of concepts as headings, in the order in which they are shown."""

_BINDING = re.compile(r"(?:(?<!\S)(?:OR|AND|NOT|\||[-−])|:)$")


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """The text, escaped, with every span in a ``<mark>``.

    Spans are in order and do not overlap; where they do all the same, text is marked once.
    """
    parts: list[Markup] = []
    at = 0
    for start, end in spans:
        first = max(start, at)
        if first < end <= len(text):
            parts += [escape(text[at:first]), Markup("<mark>%s</mark>") % text[first:end]]
            at = end
    return Markup("").join([*parts, escape(text[at:])])


def by_query(matches: Iterable[Match]) -> dict[str, dict[str, list[str]]]:
    """Receipts by the reader's word, then by the text it matched, with the fields of each."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for match in matches:
        fields = grouped.setdefault(match.query, {}).setdefault(match.text, [])
        if match.field not in fields:
            fields.append(match.field)
    return grouped


def kind(name: str) -> str:
    """A kind of concepts as a heading; a site's own kinds by their own name."""
    return KINDS.get(name, name.capitalize())


def narrowed(query: str, concept: str) -> str:
    """The query for those of its hits that speak of a concept."""
    query = query.strip()
    # What would bind the condition to itself is put in brackets, where it is a plain word.
    return f"{f'({query})' if _BINDING.search(query) else query} concept:{concept}"


def adding(off: Iterable[str], name: str) -> list[str]:
    """What is off after a concept, or only its narrower ones, was switched off too."""
    return sorted({*removing(off, name), name})


def removing(off: Iterable[str], name: str) -> list[str]:
    """What is off after a concept, or only its narrower ones, was switched on again."""
    return [one for one in off if one not in {name, f"{name}{NARROWER}"}]


def short_authors(abstract: Abstract) -> str:
    """The first authors, "et al." if there are more, and the group."""
    names = [str(author) for author in abstract.authors[:AUTHORS_SHOWN]]
    if len(abstract.authors) > AUTHORS_SHOWN:
        names.append("et al.")
    return ", ".join([*names, *filter(None, [abstract.group_author])])


def reference(abstract: Abstract) -> str:
    """The citation as written, or else journal and year."""
    journal = [abstract.journal, str(abstract.year) if abstract.year else None]
    return abstract.citation or ", ".join(filter(None, journal))


def pubmed(pmid: str) -> str | None:
    """The address of a record at PubMed; a collection's own identifiers have none."""
    is_number = pmid.isascii() and pmid.isdigit()
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if is_number else None


def moment(iso: str) -> str:
    """A point in time as people write it: "23 November 2026, 05:14 UTC"."""
    try:
        when = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{when.day} {when:%B %Y, %H:%M} {when:%Z}".strip()


def register(app: Flask) -> None:
    """Makes these functions filters of the templates."""
    texts = (marked, by_query, kind, short_authors, reference, pubmed, moment)
    for function in (*texts, narrowed, adding, removing):
        app.jinja_env.filters[function.__name__] = function
