"""Marks: exactly what matched, where it stands, as it is written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from search import MarkedAbstract, Searcher
    from search.results import Span


# The page


def marked(text: str, places: Iterable[Span]) -> list[str]:
    return [text[start:end] for start, end in places]


def marks(marked_abstract: MarkedAbstract) -> list[str]:
    abstract = marked_abstract.abstract
    found = marked(abstract.title, marked_abstract.title_spans)
    for paragraph, places in zip(abstract.paragraphs, marked_abstract.paragraph_spans, strict=True):
        found += marked(paragraph.text, places)
    return found


def hits(searcher: Searcher, query: str) -> list[str]:
    return [hit.pmid for hit in searcher.search(query, per_page=100).hits]


ALL = (
    *("14598048", "12962026", "12910072", "12559498", "14760960", "15451222", "15539773"),
    *("15949496", "16042226", "15955273", "15902390", "16998754"),
)

IVIG = {
    "14598048": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 8},
    "12962026": {"IntraVenous ImmunoGlobulin": 2, "IVIg": 10},
    "12910072": {
        "IntraVenous ImmunoGlobulins": 3,
        "intravenous injections of ImmunoGlobulins": 1,
        "IntraVenous ImmunoGlobulin": 1,
    },
    "12559498": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 11},
    "14760960": {"I.V. ImmuneGlobulins": 1, "IntraVenous ImmunoGlobulins": 1, "IVIg": 4},
    "15451222": {"IntraVenous ImmunoGlobulin": 2, "Intravenous ImmunoGlobulin": 1, "IVIG": 8},
    "15539773": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 6},
    "15949496": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 11},
    "16042226": {"IntraVenous ImmunoGlobulin": 2, "IVIG": 6},
    "15955273": {"IntraVenous ImmunoGlobulins": 2, "IVIG": 4, "IVIg": 2},
    "15902390": {"IntraVenous ImmunoGlobulins": 2, "IVIG": 7, "IVIg": 1},
    "16998754": {"IntraVenous ImmunoGlobulins": 1, "IntraVenous ImmunoGlobulin": 1, "IVIG": 13},
}


@pytest.mark.parametrize("pmid", ALL)
def test_ivig_is_marked_in_every_spelling_as_a_whole(pmid: str, searcher: Searcher) -> None:
    # "ImmunoGlobulin Treatment" is a spelling of its own; both together are one mark.
    found = [
        re.sub(r" (?:Treatment|infusions)$", "", mark)
        for mark in marks(searcher.abstract(pmid, "IVIG"))
    ]
    assert Counter(found) == IVIG[pmid]


@pytest.mark.parametrize("pmid", ALL)
def test_no_ivig_of_the_page_is_left_unmarked(pmid: str, searcher: Searcher) -> None:
    abstract = searcher.abstract(pmid).abstract
    written = re.findall(r"IVI[Gg]", f"{abstract.title}\n{abstract.text}")
    found = marks(searcher.abstract(pmid, "intravenous immunoglobulin"))
    assert sum(mark in {"IVIG", "IVIg"} for mark in found) == len(written)


RR = "Relapsing/Remitting"
TABLE: dict[str, dict[str, dict[str, int]]] = {
    "RRMS": {
        "14598048": {f"{RR} MS": 2},
        "12962026": {f"{RR} MS": 1},
        "12910072": {f"{RR} Multiple Sclerosis": 2},
        "12559498": {f"{RR} MS": 3, RR: 1},
        "15451222": {f"{RR} Multiple Sclerosis": 1},
        "15539773": {f"{RR} Multiple Sclerosis": 1},
        "15949496": {f"{RR} MS": 1},
        "15955273": {f"{RR} disease": 2},
        "15902390": {f"{RR} MS": 1},
        "16998754": {f"{RR} course of MS": 1, "RRMS": 3, f"{RR} disease course": 1},
    },
    "interferon beta": {
        "15539773": {"Interferon-ß-1a": 2, "Avonex": 5},
        "16998754": {"beta-Interferon": 2},
        "12962026": {"Interferon-ß": 1},
        "12559498": {"Interferon-ß": 1},
    },
    "interferon beta-1a": {"15539773": {"Interferon-ß-1a": 2, "Avonex": 5}},
    "PPMS": {
        "12910072": {"Primary/Progressive Diseases": 1},
        "16998754": {"Primary/Progressive MS": 1, "PPMS": 3},
    },
    '"relapse rate"': {
        "15539773": {"relapse rate": 2},
        "15451222": {"relapse rate": 2},
        "14598048": {"relapse rate": 1},
        "15949496": {"relapse rate": 1},
        "12559498": {"relapse rate": 1},
    },
    '"P = 0.81"': {"14760960": {"P = 0.81": 1}},
    '"p=0.009"': {"16042226": {"P=0.009": 1}},
    '"T2 lesion load"': {"15451222": {"T2-lesion load": 1}, "16042226": {"T2-lesion load": 1}},
    '"double blind"': {
        pmid: {"double-blind": 1} for pmid in ("14598048", "12559498", "15451222", "16998754")
    }
    | {"14760960": {"Double-Blind": 1}},
    "remyelination": {
        "14598048": {"ReMyelination": 1},
        "12559498": {"ReMyelination": 1},
        "15949496": {"Myelin repair": 1, "ReMyelinating": 1},
        "15955273": {"ReMyelination": 1},
        "16998754": {"ReMyelination": 1},
    },
    "1.11": {"15451222": {"1.11": 1}},
    "title:iran": {"15539773": {"Iran": 1}},
    "stenosis": {},
}


@pytest.mark.parametrize("query", TABLE)
def test_the_marks_of_the_page_are_exactly_these(query: str, searcher: Searcher) -> None:
    found = {pmid: Counter(marks(searcher.abstract(pmid, query))) for pmid in hits(searcher, query)}
    assert found == TABLE[query]


def test_a_phrase_is_marked_only_where_all_of_it_stands(searcher: Searcher) -> None:
    for pmid in hits(searcher, '"relapse rate"'):
        text = searcher.abstract(pmid).abstract.text
        assert len(re.findall(r"(?i)\b(?:relapse|rate)s?\b", text)) >= 2
    found = [
        mark
        for pmid in ALL
        for mark in marks(searcher.abstract(pmid, '"multiple sclerosis" -"no such"'))
    ]
    assert set(found) == {"Multiple Sclerosis"}


@pytest.mark.parametrize(
    "query", ["IVIG -placebo", "IVIG NOT placebo", "MS -EAE", 'relapse -"double blind"']
)
def test_what_is_excluded_is_never_marked(query: str, searcher: Searcher) -> None:
    without = query.split(" NOT " if "NOT" in query else " -")[1].strip('"')
    excluded = re.compile(re.escape(without).replace(r"\ ", "."), re.IGNORECASE)
    for pmid in ALL:
        assert not any(excluded.search(mark) for mark in marks(searcher.abstract(pmid, query)))
    assert not set(hits(searcher, query)) & set(hits(searcher, without))
