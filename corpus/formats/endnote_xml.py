"""EndNote XML, as EndNote itself, JabRef, Mendeley and Zotero export it.

EndNote wraps each text in ``style`` elements, which say only how it looked. Elements that have no
field of their own are kept as they are in ``extra["endnote_xml"]``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from corpus.abstract import Abstract, Author, Origin
from corpus.dates import parse_date
from corpus.formats.elements import Piece, fragment, parsed, pieces
from corpus.identity import normal_doi
from corpus.issn import issns_in
from corpus.labels import sections_of
from corpus.languages import language
from corpus.markup import plain_text
from corpus.people import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from corpus.report import Report

NAME = "endnote_xml"

_BEGINNING = re.compile(
    rb"<records\s*>\s*(?:<record[\s>].{0,20000}?<(?:ref-type|titles|database)\b|</records>|$)",
    re.DOTALL,
)
_READ = {
    *("contributors/authors", "titles/title", "titles/secondary-title", "titles/alt-title"),
    *("periodical/full-title", "periodical/abbr-1", "pages", "volume", "number", "abstract"),
    *("keywords", "dates/year", "dates/month", "dates/day", "dates/pub-dates", "language", "isbn"),
    *("electronic-resource-num", "auth-address", "secondary-title"),
}
_PARTED = {"contributors", "titles", "periodical", "dates"}
_PMCID = re.compile(r"PMC\d{3,9}")


def looks_like_endnote_xml(head: bytes) -> bool:
    """Tell whether a file begins as XML with records of EndNote's."""
    return head.lstrip().startswith(b"<") and _BEGINNING.search(head) is not None


def read_endnote_xml(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the records of a stream; one that cannot be parsed is rejected."""
    for piece in pieces(stream, ("record",)):
        if piece.fault:
            report.reject(source, piece.first_line, piece.fault)
            continue
        try:
            record = parsed(piece.content)
        except ValueError as error:
            report.reject(source, piece.first_line, str(error))
            continue
        yield _abstract(record, piece, source)


def _abstract(record: etree._Element, piece: Piece, source: str) -> Abstract:
    full = _one(record, "periodical/full-title", "titles/secondary-title", "secondary-title")
    short = _one(record, "periodical/abbr-1", "titles/alt-title")
    is_short = bool(full and short and full.casefold() != short.casefold())
    published, day = _published(record)
    numbers = _one(record, "isbn") or ""
    extra = _others(record)
    if numbers and not issns_in([numbers]):
        extra["isbn"] = [numbers]
    return Abstract(
        pmid=_pmid(record),
        title=_one(record, "titles/title") or "",
        sections=sections_of(_one(record, "abstract") or ""),
        authors=tuple(_authors(record)),
        affiliation=_one(record, "auth-address"),
        journal=short if is_short else full or short,
        journal_title=full if is_short else None,
        year=day[0],
        month=day[1],
        day=day[2],
        published=published,
        volume=_one(record, "volume"),
        issue=_one(record, "number"),
        pages=(_one(record, "pages") or "").replace("--", "-") or None,
        doi=normal_doi(_one(record, "electronic-resource-num")),
        pmcid=next(iter(_PMCID.findall(_one(record, "custom2") or "")), None),
        languages=tuple(map(language, filter(None, [_one(record, "language")]))),
        issns=issns_in([numbers]),
        keywords=tuple(_text(one).removeprefix("*") for one in record.iterfind("keywords/keyword")),
        origin=Origin(source, piece.first_line, piece.last_line),
        extra={NAME: extra} if extra else {},
    )


def _authors(record: etree._Element) -> Iterator[Author]:
    for author in record.iterfind("contributors/authors/author"):
        if name := _text(author):
            yield parse_name(name.removesuffix(","))


def _published(record: etree._Element) -> tuple[str | None, tuple[int | None, ...]]:
    year, date = _one(record, "dates/year"), _one(record, "dates/pub-dates/date")
    month, day = _one(record, "dates/month"), _one(record, "dates/day")
    if month and month.isdigit():
        numbers = "-".join(filter(None, (year, month, day)))
        return numbers or None, parse_date(numbers)
    written = (
        date if parse_date(date or "")[0] else " ".join(filter(None, (year, date, month, day)))
    )
    return written or None, parse_date(written or "")


def _pmid(record: etree._Element) -> str | None:
    number = _one(record, "accession-num") or ""
    provider = _one(record, "remote-database-provider", "remote-database-name") or ""
    is_pubmed = re.search(r"\b(?:NLM|PubMed|MEDLINE)\b", provider, re.IGNORECASE)
    return number if is_pubmed and number.isdigit() and len(number) <= 8 else None


def _others(record: etree._Element) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = {}
    for child in record:
        name = str(child.tag)
        parts = [(f"{name}/{part.tag}", part) for part in child] if name in _PARTED else []
        for path, element in parts or [(name, child)]:
            if path not in _READ and (len(element) or _text(element)):
                kept.setdefault(path, []).append(fragment(element))
    return kept


def _one(record: etree._Element, *paths: str) -> str | None:
    """Return the text of the first of these elements that has one."""
    found = (record.find(path) for path in paths)
    return next((text for one in found if one is not None and (text := _text(one))), None)


def _text(element: etree._Element) -> str:
    return " ".join(plain_text("".join(map(str, element.itertext()))).split())
