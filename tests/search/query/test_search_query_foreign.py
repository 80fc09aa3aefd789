"""What readers paste and type from elsewhere: tags, operators, citations, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Author, Section
from search.query.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

    Searching = Callable[..., Searcher]


def paper(
    pmid: str,
    text: str,
    *authors: tuple[str, str],
    title: str = "",
    journal: str | None = None,
    year: int | None = None,
    citation: str | None = None,
) -> Abstract:
    return Abstract(
        pmid=pmid,
        title=title,
        sections=(Section(None, (text,)),),
        authors=tuple(Author(*one) for one in authors),
        journal=journal,
        year=year,
        citation=citation,
    )


PAPERS = (
    paper("14598048", "natalizumab alfa", ("Smith", "J"), title="bravo", journal="J Neurol"),
    paper("14598049", "interferon bravo", ("Smith", "K"), ("Brown", "J"), journal="Lancet Neurol"),
    paper(
        *("14598050", "charlie alfa", ("Brown", "JP")),
        title="natalizumab",
        journal="Neurol Sci",
        year=2003,
        citation="Neurol Sci 2003 Oct;24 Suppl 4:S227-30",
    ),
    paper(
        *("14598051", "IL-12 and delta echo", ("Hotel", "A")),
        journal="Neurol Sci",
        year=2003,
        citation="Neurol Sci 2003 Nov;25:300-5",
    ),
)
ONE, TWO, THREE, FOUR = (one.pmid for one in PAPERS)


@pytest.fixture
def searcher(searching: Searching) -> Searcher:
    return searching(*PAPERS)


def found(searcher: Searcher, query: str) -> list[str]:
    return [hit.pmid for hit in searcher.search(query).hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("natalizumab[ti]", {THREE}),
        ("natalizumab [Title] ", {THREE}),
        ("alfa AND natalizumab[TIAB]", {ONE, THREE}),
        ("(natalizumab[tiab]) NOT charlie[ab]", {ONE}),
        ("Smith J[au]", {ONE}),
        ("Smith[Author] AND bravo", {ONE, TWO}),
        ('"Neurol Sci"[ta]', {THREE, FOUR}),
        ("2003:2005[dp]", {THREE, FOUR}),
        ("2003[dp] AND alfa", {THREE}),
        ("2003/01/01:2004/12/31[pdat] delta", {FOUR}),
        ("14598048[pmid]", {ONE}),
        ("natalizumab[mh]", {ONE, THREE}),
        ("natalizumab && charlie", {THREE}),
        ("charlie || delta", {THREE, FOUR}),
        ("natalizumab !charlie", {ONE}),
        ("*mab", {ONE, THREE}),
        ("natal*mab", {ONE, THREE}),
        ("IL-1*", {FOUR}),
        ("delta NEAR/1 echo", {FOUR}),
        ('"natalizumab alfa"~0', {ONE}),
        ('"charlie natalizumab"~5', set()),
    ],
)
def test_notations_of_other_programs(searcher: Searcher, query: str, expected: set[str]) -> None:
    assert set(found(searcher, query)) == expected


@pytest.mark.parametrize("tag", ["pt", "la", "MeSH Terms", "majr", "sb"])
def test_a_tag_of_a_field_that_is_not_held_is_explained(searcher: Searcher, tag: str) -> None:
    page = searcher.search(f"alfa[{tag}]")
    assert {hit.pmid for hit in page.hits} == {ONE, THREE}
    [note] = page.notes
    assert "alfa" in note
    assert "free words" in note


@pytest.mark.parametrize("query", ["benzo[a]pyrene", "[11C]PIB", "a [b", "x[]", "[ti]", "[]", "~2"])
def test_other_square_brackets_are_words(searcher: Searcher, query: str) -> None:
    searcher.search(query)
    assert parse(query).notes == ()


@pytest.mark.parametrize(
    "query",
    [
        *("PMID 14598050", "PMID# 14598050", "pmid:14598050", "PMID: 14598050", "14598050"),
        "https://pubmed.ncbi.nlm.nih.gov/14598050/",
        "http://www.ncbi.nlm.nih.gov/pubmed/14598050",
        "Neurol Sci 2003 Oct;24 Suppl 4:S227-30",
        "Neurol Sci. 2003;24 Suppl 4:S227",
    ],
)
def test_the_record_that_is_meant_comes_first(searcher: Searcher, query: str) -> None:
    assert found(searcher, query)[0] == THREE


def test_a_record_is_no_condition_for_the_other_words(searcher: Searcher) -> None:
    assert set(found(searcher, "PMID 14598050 bravo")) == {ONE, TWO, THREE}
    assert found(searcher, "PMID 99999999 delta") == [FOUR]


def test_free_names_rank_and_are_no_condition(searcher: Searcher) -> None:
    assert found(searcher, "Smith J") == [ONE, TWO]
    assert found(searcher, "J Smith")[0] == ONE
    assert set(found(searcher, "Hotel delta charlie")) == {THREE, FOUR}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('author:"J Smith"', {ONE}),
        ('author:"Smith J"', {ONE}),
        ('author:"J. P. Brown"', {THREE}),
        ("author:smith", {ONE, TWO}),
        ('journal:"Lancet Neurology"', {TWO}),
        ('journal:"Journal of Neurology"', {ONE}),
        ('journal:"Neurological Sciences"', {THREE, FOUR}),
        ("journal:lancet", {TWO}),
    ],
)
def test_names_in_their_other_forms(searcher: Searcher, query: str, expected: set[str]) -> None:
    assert set(found(searcher, query)) == expected


def test_an_operator_that_joins_nothing_is_named(searcher: Searcher) -> None:
    page = searcher.search("natalizumab AND")
    assert {hit.pmid for hit in page.hits} == {ONE, THREE}
    assert page.notes == ("“AND” joins nothing there; it was left out.",)
