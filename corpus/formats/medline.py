"""MEDLINE display format, as PubMed's ``.nbib`` files and "PubMed" text downloads have it.

A record is lines such as ``TI  - A title``, ended by an empty line; a line that begins with six
spaces goes on with the one before. NLM describes the tags in "MEDLINE/PubMed Data Element (Field)
Descriptions".
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from corpus.abstract import Abstract, Author, Correction, Grant, Origin
from corpus.dates import iso, parse_date
from corpus.formats.lines import Tagged, tagged_records, text_lines
from corpus.identity import normal_doi
from corpus.labels import sections_of
from corpus.mesh import parse_heading
from corpus.people import parse_name, parse_orcid, parse_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.report import Report

NAME = "medline"

CORRECTIONS = {
    "AACR": "AssociatedCorrection",
    "CIN": "CommentIn",
    "CON": "CommentOn",
    "CRI": "CorrectedandRepublishedIn",
    "CRF": "CorrectedandRepublishedFrom",
    "DDIN": "DatasetDescribedIn",
    "DRIN": "DatasetIn",
    "DUIN": "DatasetUseReportedIn",
    "ECF": "ExpressionOfConcernFor",
    "ECI": "ExpressionOfConcernIn",
    "EFR": "ErratumFor",
    "EIN": "ErratumIn",
    "ORI": "OriginalReportIn",
    "PRIN": "PartialRetractionIn",
    "PROF": "PartialRetractionOf",
    "RIN": "RetractionIn",
    "ROF": "RetractionOf",
    "RPF": "RepublishedFrom",
    "RPI": "RepublishedIn",
    "RRF": "RetractedandRepublishedFrom",
    "RRI": "RetractedandRepublishedIn",
    "SPIN": "SummaryForPatientsIn",
    "UIN": "UpdateIn",
    "UOF": "UpdateOf",
}
"""PubMed's ``RefType`` of each tag that names another record."""

DAYS = {"DCOM": "completed", "DA": "created", "DEP": "electronic"}
_PEOPLE = ("FAU", "AU", "AUID", "AD", "CN")
_KNOWN = frozenset(
    {
        *("PMID", "TI", "BTI", "TT", "AB", "LA", "IS", "VI", "IP", "PG", "DP", "TA", "JT", "MH"),
        *("OT", "PT", "GR", "PMC", "CI", "LR", "SO", "PHST"),
        *_PEOPLE,
        *CORRECTIONS,
        *DAYS,
    }
)
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_BEGINNING = re.compile(rb"(?:^|[\r\n])PMID ?- {0,2}\d+[ \t]*[\r\n]+[A-Z]{2,4} *- ")
COUNTRIES = frozenset(
    """
    Argentina; Australia; Austria; Belgium; Brazil; Canada; Chile; China; Colombia; Croatia; Cyprus;
    Czech Republic; Denmark; England; Estonia; Finland; France; Germany; Greece; Hong Kong; Hungary;
    Iceland; India; International; Ireland; Israel; Italy; Japan; Korea (South); Luxembourg;
    Malaysia; Mexico; Netherlands; New Zealand; Norway; Poland; Portugal; Romania; Russia; Scotland;
    Serbia; Singapore; Slovenia; South Africa; Spain; Sweden; Switzerland; Taiwan; Turkey;
    United Kingdom; United States; Wales
    """.replace("\n    ", " ")
    .strip()
    .split("; ")
)
"""Which last parts of a grant are its country; else the last part is the agency."""

_ACRONYM = re.compile(r"[A-Z]{2,4}_?")
_HISTORY = re.compile(r"(.*?)\s*\[([\w-]+)\]")
_TIME = re.compile(r"\d\d:\d\d")
_NOTE = re.compile(r"(?P<citation>.*?)\.?\s*PMID: *(?P<pmid>\d+)\s*(?P<note>.*)")


def looks_like_medline(head: bytes) -> bool:
    """Tell whether a file has a ``PMID-`` line with another tag under it."""
    return _BEGINNING.search(head) is not None


def read_medline(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the records of a stream; one without title and text is rejected."""
    for record in tagged_records(text_lines(stream, source, report), _TAG, _begins):
        if record.is_too_long:
            report.reject(source, record.first_line, "the record has no end")
        else:
            yield _abstract(record, source)


def _begins(tag: str, record: Tagged | None, is_over: bool) -> bool:  # noqa: FBT001
    return tag == "PMID" or record is None or is_over


def _abstract(record: Tagged, source: str) -> Abstract:
    published = record.first("DP")
    year, month, day = parse_date(published or "")
    authors, groups, affiliations = _people(record)
    extra = record.others(_KNOWN)
    for tag in ("LID", "AID"):
        if others := [value for value in extra.pop(tag, ()) if not value.endswith("[doi]")]:
            extra[tag] = others
    return Abstract(
        pmid=record.first("PMID"),
        title=_line(record.first("TI", "BTI") or ""),
        sections=sections_of(record.first("AB") or ""),
        authors=authors,
        group_author="; ".join(groups) or None,
        affiliation="; ".join(affiliations) or None,
        journal=record.first("TA", "JT"),
        journal_title=record.first("JT") if record.first("TA") else None,
        year=year,
        month=month,
        day=day,
        published=published,
        revised=iso(record.first("LR") or ""),
        dates=_dates(record),
        volume=record.first("VI"),
        issue=record.first("IP"),
        pages=record.first("PG"),
        citation=record.first("SO"),
        copyright=record.first("CI"),
        doi=_doi(record),
        pmcid=record.first("PMC"),
        languages=tuple(record.all("LA")),
        original_title=record.first("TT"),
        issns=tuple(record.all("IS")),
        keywords=tuple(keyword.removeprefix("*") for keyword in record.all("OT")),
        mesh=tuple(map(parse_heading, map(_line, record.all("MH")))),
        publication_types=tuple(record.all("PT")),
        grants=tuple(map(_grant, map(_line, record.all("GR")))),
        corrections=tuple(_corrections(record)),
        origin=Origin(source, record.first_line, record.last_line),
        extra={NAME: extra} if extra else {},
    )


def _doi(record: Tagged) -> str | None:
    ids = (value for value in record.all("LID", "AID") if value.endswith("[doi]"))
    return normal_doi(next(ids, None))


def _people(record: Tagged) -> tuple[tuple[Author, ...], list[str], list[str]]:
    """Return the authors, each with what stands under its name, the groups, and places of none."""
    authors: list[Author] = []
    groups: list[str] = []
    places: list[str] = []
    full: str | None = None
    for tag, value in record.values:
        text = _line(value)
        match tag:
            case "FAU":
                if full is not None:
                    authors.append(parse_name(full))
                full = text
            case "AU":
                forename = parse_name(full).forename if full is not None else None
                authors.append(replace(parse_person(text), forename=forename))
                full = None
            case "AUID" if authors:
                authors[-1] = replace(authors[-1], orcid=parse_orcid(text) or authors[-1].orcid)
            case "AD" if authors and not groups:
                one = authors[-1]
                authors[-1] = replace(one, affiliations=(*one.affiliations, text))
            case "AD":
                places.append(text)
            case "CN":
                groups.append(text)
    if full is not None:
        authors.append(parse_name(full))
    return tuple(authors), groups, places


def _dates(record: Tagged) -> dict[str, str]:
    dates = {}
    for tag, name in DAYS.items():
        if day := iso(record.first(tag) or ""):
            dates[name] = day
    for value in record.all("PHST"):
        match = _HISTORY.fullmatch(value)
        day = iso(match[1]) if match else None
        if match and day:
            time = _TIME.search(match[1])
            number = sum(known.partition("-")[0] == match[2] for known in dates) + 1
            name = match[2] if number == 1 else f"{match[2]}-{number}"
            dates[name] = f"{day} {time[0]}" if time and time[0] != "00:00" else day
    return dates


def _grant(text: str) -> Grant:
    """Return a grant given as number/acronym/agency/country; a number may hold slashes itself."""
    parts = text.split("/")
    country = parts.pop() if len(parts) > 1 and parts[-1].strip() in COUNTRIES else ""
    *rest, agency = parts
    acronym = rest.pop() if rest and _ACRONYM.fullmatch(rest[-1]) else ""
    number = "/".join(filter(None, rest))
    return Grant(number or None, agency or None, country or None, acronym or None)


def _corrections(record: Tagged) -> Iterator[Correction]:
    for tag, value in record.values:
        if tag not in CORRECTIONS:
            continue
        match = _NOTE.fullmatch(_line(value))
        if match:
            note = match["note"] or None
            yield Correction(CORRECTIONS[tag], match["citation"] or None, match["pmid"], note)
        else:
            yield Correction(CORRECTIONS[tag], _line(value))


def _line(value: str) -> str:
    return value.replace("\n", " ")
