"""The id of a record: its PMID, else a stable name made of its DOI or of its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from unicodedata import combining, normalize

if TYPE_CHECKING:
    from corpus.abstract import Abstract

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_SLUG = 44
"""An id has at most 64 characters, ``doi-`` and a digest of ten with its hyphen included."""


def identified(abstract: Abstract) -> Abstract:
    """Return the abstract with an id; one that has an id or a PMID is returned itself.

    The id of a record without PMID is ``doi-`` and its DOI, or ``rec-`` and a digest of where it
    was published, by whom and under which title. It stays the same from file to file as long as
    these do.
    """
    if abstract.id:
        return abstract
    return replace(abstract, id=_of_doi(abstract.doi) if abstract.doi else content_id(abstract))


def normal_doi(text: str | None) -> str | None:
    """Return the DOI in a text in lower case, or None: "https://doi.org/10.1/X." is "10.1/x"."""
    match = _DOI.search(text) if text else None
    if match is None:
        return None
    doi = match[0].lower().rstrip(".,;:'\"")
    while doi.endswith((")", "]", ">")) and doi.count(doi[-1]) > doi.count(_OPENING[doi[-1]]):
        doi = doi[:-1].rstrip(".,;:'\"")
    return doi


_OPENING = {")": "(", "]": "[", ">": "<"}


def plain(text: str) -> str:
    """Return the letters and digits of a text in one case, without accents, words by spaces."""
    text = text.casefold()
    if not text.isascii():
        text = normalize("NFKD", text).translate(_LETTERS)
        text = "".join(one for one in text if not combining(one))
    return " ".join(_WORD.findall(text))


def _of_doi(doi: str) -> str:
    slug = re.sub(r"[^a-z0-9.]+", "-", doi.lower()).strip("-")
    # What the characters left out would not tell apart, a digest does.
    if slug.replace("-", "/", 1) != doi.lower() or len(slug) > _LONGEST_SLUG:
        slug = f"{slug[:_LONGEST_SLUG]}-{_digest(doi.lower())[:10]}"
    return f"doi-{slug}"


def content_id(abstract: Abstract) -> str:
    """Return an id made of title, year, first author and place of publication."""
    parts = [
        plain(abstract.title) or plain(abstract.text),
        str(abstract.year or ""),
        plain(abstract.authors[0].surname if abstract.authors else abstract.group_author or ""),
        plain(abstract.journal or ""),
        plain(abstract.volume or ""),
        plain(abstract.pages or ""),
    ]
    return f"rec-{_digest(chr(10).join(parts))[:20]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
