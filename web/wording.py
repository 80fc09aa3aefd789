"""Abstracts and results in words, as both the pages and the terminal show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus import Abstract
    from search.results import Match

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
