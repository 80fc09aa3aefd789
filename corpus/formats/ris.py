"""RIS, as reference managers and databases write it.

A record is lines such as ``TI  - A title`` from ``TY`` to ``ER``. Vendors use the tags differently;
the exports of PubMed, Embase, Scopus, Web of Science, Ovid (PsycINFO), ProQuest, Zotero, EndNote
and Rayyan were tried on real files, the shapes of Mendeley, Dimensions and Lens only on files made
by hand. Tags without a field of their own are kept in ``extra["ris"]``.

The parser is our own: rispy reads a file as a whole, drops a last record without ``ER`` and all but
the first value of some tags, and knows no lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from corpus.abstract import Abstract, Author, Origin
from corpus.dates import parse_date
from corpus.formats.lines import Tagged, tagged_records, text_lines
from corpus.identity import normal_doi
from corpus.issn import issns_in
from corpus.labels import sections_of
from corpus.languages import language
from corpus.markup import plain_text
from corpus.people import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.report import Report

NAME = "ris"

_TAG = re.compile(r"\s?([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)$")
_BEGINNING = re.compile(rb"(?:^|[\r\n])[ \t]*TY {1,2}- *[A-Z]{3,}")
_TRAILING = {"NL"}
"""Ovid writes these after ``ER``."""

_FULL_NAMES = ("T2", "JF", "JO", "BT", "T3")
_SHORT_NAMES = ("J2", "JA", "JI", "NL")
_READ = frozenset(
    {
        *("TI", "T1", "AU", "A1", "AB", "N2", "DO", "DI", "PY", "Y1", "DA", "VL", "IS", "SP", "EP"),
        *("SN", "KW", "LA", "AD"),
    }
)
_PMID = re.compile(r"(?<![A-Za-z])PMID:? *(\d{1,8})\b")
_PMCID = re.compile(r"\bPMC\d{3,9}\b")
_DOI_LINK = re.compile(r"https?://(?:dx\.)?doi\.org/")
_PUBMED = re.compile(r"\b(?:NLM|PubMed|MEDLINE)\b", re.IGNORECASE)
_NO_PAGES = ("No", "Specified")
_JOURNAL = "JOUR"


def looks_like_ris(head: bytes) -> bool:
    """Tell whether a file has a line such as ``TY  - JOUR``."""
    return _BEGINNING.search(head) is not None


def read_ris(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the records of a stream."""
    for record in tagged_records(text_lines(stream, source, report), _TAG, _begins, end="ER"):
        if record.is_too_long:
            report.reject(source, record.first_line, "the record has no end")
        else:
            yield _abstract(record, source)


def _begins(tag: str, record: Tagged | None, is_over: bool) -> bool:  # noqa: FBT001
    return tag == "TY" or (is_over and tag not in _TRAILING) or (record is None and tag != "ID")


def _abstract(record: Tagged, source: str) -> Abstract:
    journal, journal_title, names = _journal(record)
    title = record.first("TI", "T1", "CT", "BT") or ""
    text = record.first("AB", "N2") or ""
    published = _published(record)
    year, month, day = parse_date(published or "")
    extra = record.others(_READ | names)
    if extra.get("TY") == [_JOURNAL]:
        del extra["TY"]
    # Two tags for one thing: what the second one says otherwise is kept.
    for tag, shown in (("N2", text), ("T1", title)):
        if others := [one for one in record.all(tag) if one != shown]:
            extra[tag] = others
    types = record.all("M3") if record.first("DB") in {"Embase", "Scopus"} else []
    if types:
        del extra["M3"]
    issns = issns_in(record.all("SN"))
    if record.all("SN") and not issns:
        extra["SN"] = record.all("SN")
    return Abstract(
        pmid=_pmid(record),
        title=_line(title),
        sections=sections_of(_line(text)),
        authors=tuple(_authors(record)),
        affiliation="; ".join(map(_line, record.all("AD"))) or None,
        journal=journal,
        journal_title=journal_title,
        year=year,
        month=month,
        day=day,
        published=published,
        volume=record.first("VL"),
        issue=record.first("IS"),
        pages=_pages(record),
        doi=_doi(record),
        pmcid=_pmcid(record),
        languages=tuple(map(language, record.all("LA"))),
        issns=issns,
        keywords=tuple(_keywords(record)),
        publication_types=tuple(types),
        origin=Origin(source, record.first_line, record.last_line),
        extra={NAME: extra} if extra else {},
    )


def _journal(record: Tagged) -> tuple[str | None, str | None, set[str]]:
    """Return the journal's short name, or its only one, its full name, and the tags of both."""
    used = set()
    names = []
    for tags in (_SHORT_NAMES, _FULL_NAMES):
        name = None
        for tag in tags:
            if value := record.first(tag):
                name = name or _line(value)
                if _line(value) == name:
                    used.add(tag)
        names.append(name)
    short, full = names
    if short and full and short.casefold() != full.casefold():
        return short, full, used
    return full or short, None, used


def _authors(record: Tagged) -> Iterator[Author]:
    for tag in ("AU", "A1"):
        for value in record.all(tag):
            for name in re.split(r"[;\n]", value):
                if name.strip():
                    yield parse_name(name)


def _published(record: Tagged) -> str | None:
    """Return the date as written; ``DA`` may hold all of it or only month and day."""
    year, date = record.first("PY", "Y1"), record.first("DA")
    if date is None or year is None:
        return year or date
    if parse_date(date)[0] is not None:
        return date
    return f"{year.rstrip('/')} {date}"


def _pages(record: Tagged) -> str | None:
    first, last = record.first("SP"), record.first("EP")
    if (first, last) == _NO_PAGES:
        return None
    if first and last and "-" not in first and first != last:
        return f"{first}-{last}"
    return first or record.first("C7")


def _pmid(record: Tagged) -> str | None:
    database = record.first("DB") or ""
    tag = {"Scopus": "C2", "Embase": "C5"}.get(database)
    number = record.first(tag) if tag else None
    if number is None and any(map(_PUBMED.search, [database, *record.all("DP")])):
        number = record.first("AN")
    if number and number.isdigit() and len(number) <= 8:
        return number
    named = (_PMID.search(value) for value in record.all("N1", "AN", "M1", "C2"))
    return next((match[1] for match in named if match), None)


def _pmcid(record: Tagged) -> str | None:
    found = (_PMCID.search(value) for value in record.all("C2", "N1", "AN"))
    return next((match[0] for match in found if match), None)


def _doi(record: Tagged) -> str | None:
    links = [value for value in record.all("L3", "UR", "L2", "M3") if _DOI_LINK.match(value)]
    return next(filter(None, map(normal_doi, [*record.all("DO", "DI"), *links])), None)


def _keywords(record: Tagged) -> Iterator[str]:
    for value in record.all("KW"):
        for keyword in re.split(r"[;\n]", plain_text(value)):
            yield keyword.strip().removeprefix("*")


def _line(value: str) -> str:
    return plain_text(value.replace("\n", " "))
