"""Makes equal text equal: one Unicode form, single spaces, nothing that cannot be seen.

Spellings stay as written: "ReMyelination", "Interferon-ß" and "Denmarkm" are the source's own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from unicodedata import normalize

from corpus.abstract import Abstract, Author, Correction, Grant, MeshHeading, Qualifier, Section
from corpus.record import LATER_TEXTS, LISTS_OF_TEXTS, TEXTS

# Control characters but for white space, halves of surrogate pairs, soft hyphens, spaces without
# width, marks that turn the direction of writing, byte order marks. Joiners stay: some scripts
# spell with them.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff"
    "\\u00ad\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]"
)


def normalise_text(text: str) -> str:
    """Return text in NFC on one line, with single spaces; doing it twice changes nothing more."""
    # Quick looks that spare most text the slow ones; in printable text a space is the only white
    # space, and plain ASCII is its own normal form.
    if not text.isprintable():
        text = " ".join(_UNSEEN.sub("", text).split())
    elif "  " in text or text[:1] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    return text if text.isascii() else normalize("NFC", text)


def normalise(abstract: Abstract) -> Abstract:
    """Return the abstract with all its text normalised and without its empty parts.

    ``dates``, ``extra`` and ``origin`` stay as they are. What is normal already is returned itself.
    """
    parts: dict[str, Any] = {
        "id": normalise_text(abstract.id),
        "title": normalise_text(abstract.title),
        "sections": _sections(abstract.sections),
        "authors": _authors(abstract.authors),
        "topics": _filled(abstract.topics),
    }
    for name in ("pmid", *TEXTS, *LATER_TEXTS):
        if (text := getattr(abstract, name)) is not None:
            parts[name] = normalise_text(text) or None
    for name in LISTS_OF_TEXTS:
        if texts := getattr(abstract, name):
            parts[name] = tuple(dict.fromkeys(_filled(texts)))
    if abstract.mesh:
        parts["mesh"] = tuple(heading for one in abstract.mesh if (heading := _heading(one)))
    if abstract.grants:
        grants = map(_grant, abstract.grants)
        parts["grants"] = tuple(grant for grant in grants if grant != Grant())
    if abstract.corrections:
        parts["corrections"] = tuple(_correction(one) for one in abstract.corrections)
    changed = {name: part for name, part in parts.items() if part != getattr(abstract, name)}
    return replace(abstract, **changed) if changed else abstract


def _optional(text: str | None) -> str | None:
    return (normalise_text(text) or None) if text else None


def _filled(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([normal for text in texts if (normal := normalise_text(text))])


def _sections(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    pairs = ((_optional(section.label), _filled(section.paragraphs)) for section in sections)
    return tuple(Section(label, paragraphs) for label, paragraphs in pairs if paragraphs)


def _authors(authors: tuple[Author, ...]) -> tuple[Author, ...]:
    people = (
        Author(
            normalise_text(one.surname),
            normalise_text(one.initials),
            _optional(one.forename),
            _optional(one.orcid),
            tuple(dict.fromkeys(_filled(one.affiliations))) if one.affiliations else (),
        )
        for one in authors
    )
    return tuple(one for one in people if one.surname or one.initials)


def _heading(heading: MeshHeading) -> MeshHeading | None:
    qualifiers = (
        Qualifier(normalise_text(one.name), one.is_major, _optional(one.ui))
        for one in heading.qualifiers
    )
    name = normalise_text(heading.descriptor)
    kept = tuple(one for one in qualifiers if one.name)
    return MeshHeading(name, heading.is_major, kept, _optional(heading.ui)) if name else None


def _grant(grant: Grant) -> Grant:
    return Grant(
        _optional(grant.number),
        _optional(grant.agency),
        _optional(grant.country),
        _optional(grant.acronym),
    )


def _correction(one: Correction) -> Correction:
    return Correction(
        normalise_text(one.kind), _optional(one.citation), _optional(one.pmid), _optional(one.note)
    )
