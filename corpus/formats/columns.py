"""The names that databases give to the columns of their tables, and the field that each holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: dict[str, str] = {
    "id": "id",
    "pmid": "pmid; pubmed id; medline pmid; pm",
    "doi": "doi; di; digital object identifier; book doi",
    "pmcid": "pmcid; pmc id; pmc",
    "title": "title; article title; primary title; document title; ti",
    "abstract": "abstract; abstract text; ab",
    "authors": "author full names; authors; author names; author; author s; af; au",
    "group_author": "group authors; group author; ca",
    "journal": (
        "source title; journal book; journal; journaltitle; publication title; secondary title;"
        " journal name; source; so"
    ),
    "journal_short": (
        "journal iso abbreviation; abbreviated source title; journal abbreviation; iso source"
        " abbreviation; ji"
    ),
    "journal_title": "journal title in full",
    "year": "publication year; year; pubyear; year published; py",
    "published": (
        "published; date of publication; publication date; date published; date; pd;"
        " early access date"
    ),
    "month": "month",
    "day": "day",
    "volume": "volume; vl",
    "issue": "issue; number; is",
    "supplement": "supplement; su",
    "first_page": "first page; start page; startpage; page start; bp",
    "last_page": "last page; end page; endpage; page end; ep",
    "pages": "pages; pagination; page range",
    "article_number": "article number; art no; ar",
    "issns": "issn; issns; issn print; sn",
    "eissns": "eissn; issn electronic; ei",
    "languages": "article language; language of original document; languages; language; la",
    "keywords": "author keywords; keywords; keyword; de",
    "mesh": "mesh; mesh terms; mesh headings",
    "publication_types": "document type; publication types; publication type; type; dt",
    "affiliation": "affiliations; author addresses; addresses; affiliation; c1",
    "original_title": "original title",
    "citation": "citation",
    "copyright": "copyright",
    "revised": "revised; date revised",
    "extra": "extra",
}
"""Each field's column names, in any capitals and punctuation; the first that is filled counts."""

_NEEDED = ("title", "abstract", "pmid")
_FEWEST = 2


def normal_name(name: str) -> str:
    """Return a column's name in small letters, with single spaces for all punctuation."""
    return " ".join(re.findall(r"[^\W_]+", name.lower()))


def fields_of(header: Sequence[str], given: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return the places of each field's columns in a header; ``given`` names are the only ones."""
    places: dict[str, int] = {}
    for at, name in enumerate(header):
        places.setdefault(normal_name(name), at)
    found = {}
    for field, names in COLUMNS.items():
        wanted = [given[field]] if field in given else names.split(";")
        columns = [places[name] for name in map(normal_name, wanted) if name in places]
        if columns:
            found[field] = tuple(columns)
    return found


def is_header(cells: Sequence[str], given: Mapping[str, str]) -> bool:
    """Tell whether cells are a header: at least two known names, one a title, text or PMID."""
    fields = fields_of(cells, given)
    return len(fields) >= _FEWEST and any(field in fields for field in _NEEDED)
