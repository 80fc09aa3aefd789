"""PubMed XML: what efetch answers, and the files of the yearly baseline and of its daily updates.

The elements are those of NLM's document type ``pubmed_250101.dtd``. An update file may also name
records to delete. Elements that have no field of their own are kept as they are in
``extra["pubmed_xml"]``, by the element they stand in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

from lxml import etree

from corpus.abstract import (
    Abstract,
    Author,
    Correction,
    Grant,
    MeshHeading,
    Origin,
    Qualifier,
    Section,
)
from corpus.dates import iso, parse_date
from corpus.formats.elements import Piece, fragment, parsed, pieces
from corpus.identity import normal_doi
from corpus.markup import element_text
from corpus.people import parse_orcid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.report import Report

NAME = "pubmed_xml"
RECORDS = ("PubmedArticle", "PubmedBookArticle", "DeleteCitation", "DeleteDocument")

_SET = re.compile(
    rb"<(?:PubmedArticleSet|PubmedBookArticleSet|MedlineCitationSet|PubmedArticle"
    rb"|PubmedBookArticle|DeleteCitation|MedlineCitation)[\s>]"
)
CITES = "Cites"
"""The ``RefType`` of works that a record refers to: they correct nothing."""

# What is read of each element; the rest is kept.
_READ = {
    "MedlineCitation": {
        *("PMID", "DateCompleted", "DateCreated", "DateRevised", "Article", "MedlineJournalInfo"),
        *("KeywordList", "MeshHeadingList", "CommentsCorrectionsList"),
    },
    "Article": {
        *("Journal", "ArticleTitle", "Pagination", "ELocationID", "Abstract", "AuthorList"),
        *("Language", "GrantList", "PublicationTypeList", "VernacularTitle", "ArticleDate"),
    },
    "Journal": {"ISSN", "JournalIssue", "Title"},
    "JournalIssue": {"Volume", "Issue", "PubDate"},
    "MedlineJournalInfo": {"MedlineTA", "ISSNLinking"},
    "PubmedData": {"History", "ArticleIdList"},
    "BookDocument": {
        *("PMID", "ArticleIdList", "ArticleTitle", "VernacularTitle", "Pagination", "Language"),
        *("AuthorList", "PublicationType", "Abstract", "KeywordList", "GrantList", "DateRevised"),
    },
    "PubmedBookData": {"History", "ArticleIdList"},
}
_ATTRIBUTES = {"MedlineCitation": ("Status", "Owner", "IndexingMethod"), "Article": ("PubModel",)}


def looks_like_pubmed_xml(head: bytes) -> bool:
    """Tell whether a file begins as XML with a set of PubMed's records."""
    return head.lstrip().startswith(b"<") and _SET.search(head) is not None


def read_pubmed_xml(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the records of a stream; the PMIDs that it deletes go to the report, in their place.

    An element that cannot be parsed, or has no end, is rejected, and the others go on.
    """
    for piece in pieces(stream, RECORDS, ("MedlineCitation",)):
        if piece.fault:
            report.reject(source, piece.first_line, piece.fault)
            continue
        try:
            root = parsed(piece.content)
        except ValueError as error:
            report.reject(source, piece.first_line, str(error))
            continue
        if piece.name.startswith("Delete"):
            for pmid in root.iter("PMID"):
                report.delete(source, _text(pmid))
            continue
        yield _record(root, piece, source)


def _record(root: etree._Element, piece: Piece, source: str) -> Abstract:
    origin = Origin(source, piece.first_line, piece.last_line)
    book = root.find("BookDocument")
    if book is not None:
        return _book(book, root.find("PubmedBookData"), origin)
    citation = root if root.tag == "MedlineCitation" else _within(root, "MedlineCitation")
    return _article(citation, root.find("PubmedData"), origin)


def _article(citation: etree._Element, data: etree._Element | None, origin: Origin) -> Abstract:
    article = _within(citation, "Article")
    journal = _within(article, "Journal")
    issue = _within(journal, "JournalIssue")
    title = _one(journal, "Title")
    short = _one(citation, "MedlineJournalInfo/MedlineTA") or _one(journal, "ISOAbbreviation")
    corrections = list(citation.iterfind("CommentsCorrectionsList/CommentsCorrections"))
    cites = [one for one in corrections if one.get("RefType") == CITES]
    kept = _kept(citation) | _kept(article) | _kept(data) | _kept(journal) | _kept(issue)
    kept |= _kept(citation.find("MedlineJournalInfo"))
    if cites:
        kept["CommentsCorrectionsList"] = [fragment(one) for one in cites]
    pages = article.find("Pagination")
    return Abstract(
        pmid=_one(citation, "PMID"),
        journal=short or title,
        journal_title=title if short else None,
        volume=_one(issue, "Volume"),
        issue=_one(issue, "Issue"),
        issns=tuple(_issns(journal, citation)),
        pages=_one(article, "Pagination/MedlinePgn") or _pages(pages),
        revised=_day(citation.find("DateRevised")),
        mesh=tuple(map(_heading, citation.iterfind("MeshHeadingList/MeshHeading"))),
        corrections=tuple(_correction(one) for one in corrections if one not in cites),
        publication_types=tuple(
            map(_text, article.iterfind("PublicationTypeList/PublicationType"))
        ),
        languages=tuple(map(_text, article.iterfind("Language"))),
        origin=origin,
        **_date(issue.find("PubDate")),
        **_common(article, citation, data, kept),
    )


def _book(document: etree._Element, data: etree._Element | None, origin: Origin) -> Abstract:
    book = _within(document, "Book")
    title, pages = _one(book, "BookTitle"), document.find("Pagination")
    fields = _common(document, document, data, _kept(document) | _kept(data))
    fields["title"] = fields["title"] or title or ""
    fields["doi"] = fields["doi"] or _doi(document.iterfind("ArticleIdList/ArticleId"))
    return Abstract(
        pmid=_one(document, "PMID"),
        journal=title,
        pages=_one(document, "Pagination/MedlinePgn") or _pages(pages),
        revised=_day(document.find("DateRevised")),
        publication_types=tuple(map(_text, document.iterfind("PublicationType"))),
        languages=tuple(map(_text, document.iterfind("Language"))),
        origin=origin,
        **_date(book.find("PubDate")),
        **fields,
    )


def _common(
    article: etree._Element,
    citation: etree._Element,
    data: etree._Element | None,
    kept: dict[str, Any],
) -> dict[str, Any]:
    """Return the fields that articles and chapters of books have alike."""
    for element in (citation, article):
        names = _ATTRIBUTES.get(str(element.tag), ())
        if attributes := {name: element.get(name) for name in names if element.get(name)}:
            kept[f"{element.tag}@"] = attributes
    authors, groups = _people(article)
    ids = list(data.iterfind("ArticleIdList/ArticleId")) if data is not None else []
    locations = list(article.iterfind("ELocationID"))
    others = [one for one in [*locations, *ids] if _kind(one) not in {"doi", "pubmed", "pmc"}]
    if others:
        kept["ids"] = [fragment(one) for one in others]
    pmc = [_text(one) for one in ids if _kind(one) == "pmc"]
    return {
        "title": element_text(article.find("ArticleTitle")),
        "original_title": element_text(article.find("VernacularTitle")) or None,
        "sections": tuple(_sections(article.find("Abstract"))),
        "copyright": _one(article, "Abstract/CopyrightInformation"),
        "authors": authors,
        "group_author": "; ".join(groups) or None,
        "doi": _doi(locations) or _doi(ids),
        "pmcid": pmc[0] if pmc else None,
        "keywords": tuple(element_text(one) for one in citation.iterfind("KeywordList/Keyword")),
        "grants": tuple(map(_grant, article.iterfind("GrantList/Grant"))),
        "dates": _dates(article, citation, data),
        "extra": {NAME: kept} if kept else {},
    }


def _sections(abstract: etree._Element | None) -> Iterator[Section]:
    if abstract is None:
        return
    for part in abstract.iterfind("AbstractText"):
        if text := element_text(part).strip():
            yield Section(part.get("Label") or None, (text,))


def _people(article: etree._Element) -> tuple[tuple[Author, ...], list[str]]:
    people, groups = [], []
    for one in article.iterfind("AuthorList/Author"):
        if group := element_text(one.find("CollectiveName")):
            groups.append(group)
            continue
        suffix = _one(one, "Suffix")
        initials = " ".join(filter(None, (_one(one, "Initials"), suffix)))
        ids = (_text(known) for known in one.iterfind("Identifier[@Source='ORCID']"))
        places = (element_text(place) for place in one.iterfind("AffiliationInfo/Affiliation"))
        people.append(
            Author(
                element_text(one.find("LastName")),
                initials,
                _one(one, "ForeName"),
                next(filter(None, map(parse_orcid, ids)), None),
                tuple(filter(None, places)),
            )
        )
    return tuple(people), groups


def _heading(heading: etree._Element) -> MeshHeading:
    descriptor = _within(heading, "DescriptorName")
    qualifiers = (
        Qualifier(_text(one), one.get("MajorTopicYN") == "Y", one.get("UI"))
        for one in heading.iterfind("QualifierName")
    )
    major = descriptor.get("MajorTopicYN") == "Y"
    return MeshHeading(_text(descriptor), major, tuple(qualifiers), descriptor.get("UI"))


def _grant(grant: etree._Element) -> Grant:
    names = ("GrantID", "Agency", "Country", "Acronym")
    return Grant(*(_one(grant, name) for name in names))


def _correction(one: etree._Element) -> Correction:
    source, pmid, note = (_one(one, name) for name in ("RefSource", "PMID", "Note"))
    return Correction(one.get("RefType") or "", source, pmid, note)


def _issns(journal: etree._Element, citation: etree._Element) -> Iterator[str]:
    for issn in journal.iterfind("ISSN"):
        kind = issn.get("IssnType")
        yield f"{_text(issn)} ({kind})" if kind else _text(issn)
    if linking := _one(citation, "MedlineJournalInfo/ISSNLinking"):
        yield f"{linking} (Linking)"


def _doi(ids: Iterable[etree._Element]) -> str | None:
    return next((normal_doi(_text(one)) for one in ids if _kind(one) == "doi"), None)


def _kind(one: etree._Element) -> str | None:
    return one.get("EIdType") or one.get("IdType")


def _pages(pagination: etree._Element | None) -> str | None:
    pages = [_one(pagination, name) for name in ("StartPage", "EndPage")]
    return "-".join(filter(None, pages)) or None


def _date(date: etree._Element | None) -> dict[str, Any]:
    if date is None:
        return {}
    published = " ".join(_text(part) for part in date)
    year, month, day = _numbered(date) or parse_date(published)
    return {"year": year, "month": month, "day": day, "published": published or None}


def _numbered(date: etree._Element) -> tuple[int | None, int | None, int | None] | None:
    """Return a date whose month is a number, which ``parse_date`` would not know in a text."""
    parts = [_one(date, name) or "" for name in ("Year", "Month", "Day")]
    return parse_date("-".join(filter(None, parts))) if parts[1].isdigit() else None


def _day(date: etree._Element | None) -> str | None:
    """Return a date of three elements as ISO 8601 has it, with its time if it has one."""
    if date is None:
        return None
    parts = (_one(date, name) for name in ("Year", "Month", "Day"))
    day = iso("-".join(part for part in parts if part))
    hour, minute = _one(date, "Hour"), _one(date, "Minute")
    if day and hour and minute and hour.isdigit() and minute.isdigit():
        return f"{day} {int(hour):02}:{int(minute):02}"
    return day


def _dates(
    article: etree._Element, citation: etree._Element, data: etree._Element | None
) -> dict[str, str]:
    named = [("completed", citation.find("DateCompleted"))]
    named += [("created", citation.find("DateCreated"))]
    named += [("electronic", one) for one in article.iterfind("ArticleDate")]
    if data is not None:
        history = data.iterfind("History/PubMedPubDate")
        named += [(one.get("PubStatus") or "history", one) for one in history]
    dates: dict[str, str] = {}
    for name, element in named:
        if day := _day(element):
            number = sum(known.partition("-")[0] == name for known in dates) + 1
            dates[name if number == 1 else f"{name}-{number}"] = day
    return dates


def _kept(element: etree._Element | None) -> dict[str, list[str]]:
    """Return the children that nothing is read of, as they are, by the name of the element."""
    if element is None:
        return {}
    read = _READ[str(element.tag)]
    kept = [fragment(child) for child in element if child.tag not in read]
    return {str(element.tag): kept} if kept else {}


def _within(element: etree._Element, name: str) -> etree._Element:
    """Return a child, or an empty one where it is missing."""
    found = element.find(name)
    return etree.Element(name) if found is None else found


def _one(element: etree._Element | None, path: str) -> str | None:
    return element_text(element.find(path)).strip() or None if element is not None else None


def _text(element: etree._Element) -> str:
    return element_text(element).strip()
