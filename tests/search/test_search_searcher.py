"""From a reader's string to a page: the whole way, on the bundled page and on small documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from engine_parts import engine_of
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Abstract, Author, Section
from index import Concept, Vocabulary
from search import AbstractNotFound, Searcher
from search.local.facets import KINDS
from search.request import DEEPEST, MOST_PER_PAGE
from search.weights import FeedbackWeights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ALL = {
    *("14598048", "12962026", "12910072", "12559498", "14760960", "15451222"),
    *("15539773", "15949496", "16042226", "15955273", "15902390", "16998754"),
}
PAGE_KEYS = {
    *("query", "page", "per_page", "pages", "total", "notes", "expansions", "suggestion"),
    *("took_ms", "generation", "hits", "facets"),
}
HIT_KEYS = {
    *("pmid", "score", "title", "title_spans", "authors", "group_author", "journal", "year"),
    *("citation", "snippets", "matches"),
}


def pmids(searcher: Searcher, query: str, *off: str) -> set[str]:
    page = searcher.search(query, per_page=100, off=off)
    assert page.total == len(page.hits)
    return {hit.pmid for hit in page.hits}


# The object that the API and the command line give


def test_a_page_has_the_documented_keys_and_is_json(searcher: Searcher) -> None:
    page = searcher.search("IVIG relapse zebra", page=2, per_page=5)
    given = json.loads(json.dumps(page.to_dict()))
    assert set(given) == PAGE_KEYS
    assert given["total"] == 12
    assert (given["page"], given["per_page"], given["pages"]) == (2, 5, 3)
    assert given["generation"] == searcher.manifest.id
    assert given["took_ms"] > 0
    assert len(given["hits"]) == 5
    for hit in given["hits"]:
        assert set(hit) == HIT_KEYS
        assert hit["snippets"]
        for snippet in hit["snippets"]:
            assert set(snippet) == {"section", "text", "spans", "cut_before", "cut_after"}
            assert all(len(span) == 2 for span in snippet["spans"])
        for match in hit["matches"]:
            assert set(match) == {"query", "text", "field"}
    for expansion in given["expansions"]:
        assert set(expansion) == {
            *("query", "concept", "name", "plain", "variants", "narrower"),
            *("is_off", "narrower_off"),
        }
    for kind, facets in given["facets"].items():
        assert kind in KINDS
        for facet in facets:
            assert set(facet) == {"concept", "name", "count"}


def test_a_hit_is_what_was_indexed(searcher: Searcher) -> None:
    [hit] = searcher.search("pmid:16042226").hits
    assert hit.title.startswith("MRI Results From The European Study")
    assert hit.abstract.group_author == "ESIMS"
    assert (hit.abstract.journal, hit.abstract.year) == ("Mult Scler", 2005)
    assert str(hit.abstract.authors[0]) == "Fazekas F"


def test_a_better_match_comes_first_and_scores_more(searcher: Searcher) -> None:
    hits = searcher.search("interferon beta", per_page=100).hits
    scores = [hit.score for hit in hits]
    assert hits[0].pmid == "15539773"
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


def test_a_spelling_is_told_with_those_that_the_abstracts_use(searcher: Searcher) -> None:
    [told] = searcher.search("ivig").expansions
    assert (told.query, told.concept) == ("ivig", "ivig")
    assert {"IntraVenous ImmunoGlobulin", "I.V. ImmuneGlobulins"} & set(told.variants)
    assert "ivig" not in {variant.casefold() for variant in told.variants}


def test_ranking_alone_gives_the_same_order(searcher: Searcher) -> None:
    page = searcher.search("relapse MRI placebo", per_page=100)
    assert searcher.rank("relapse MRI placebo") == [(hit.pmid, hit.score) for hit in page.hits]


def test_facets_that_nobody_looks_at_are_not_counted(searcher: Searcher) -> None:
    with_facets = searcher.search("IVIG placebo")
    without = searcher.search("IVIG placebo", facets=False)
    assert with_facets.facets
    assert without.facets == {}
    assert [hit[:6] for hit in without.hits] == [hit[:6] for hit in with_facets.hits]


def test_feedback_can_be_set_when_an_index_is_opened(index_dir: Path, searcher: Searcher) -> None:
    query = "placebo relapse treatment trial"
    plain = dict(searcher.rank(query))  # of so few abstracts no term is rare enough to be added
    with Searcher.open(index_dir, feedback=FeedbackWeights(commonest=1.0)) as opened:
        raised = dict(opened.rank(query))
    assert raised.keys() == plain.keys()
    assert all(raised[pmid] >= score for pmid, score in plain.items())
    assert raised != plain


# The language


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("author:sorensen", {"14598048", "12559498", "15451222", "15949496", "16042226"}),
        ('author:"Sorensen PS"', {"14598048", "12559498", "15451222", "15949496", "16042226"}),
        ('author:"PS Sorensen"', set()),
        ("author:O'Connor", {"15451222", "16042226"}),
        ("author:ESIMS", {"16042226"}),
        ("author:(sorensen fazekas)", {"15451222", "16042226"}),
        ("author:(kalanie OR visser)", {"15539773", "14760960"}),
        ("author:kala*", {"15539773"}),
        ("author:sorensen -author:hommes", {"14598048", "12559498", "15949496"}),
        ("journal:lancet", {"15451222"}),
        ('journal:"J Neurol Sci"', {"12559498", "15949496"}),
        ("affiliation:graz", {"16042226"}),
        ("affil:iran", {"15539773"}),
        ("topic:ivig", ALL),
        ("topic:nothing", set()),
        ("pmid:15955273", {"15955273"}),
        ("15955273", {"15955273"}),
        ("pmid:15955273 OR pmid:15451222", {"15955273", "15451222"}),
        ("year:2004", {"14760960", "15451222", "15539773"}),
        ("year:2006..", {"16998754"}),
        ("year:..2002", set()),
        ("year:2005..2003", set()),
        ("placebo year:2004", {"14760960", "15451222"}),
        ("IVIG (year:2006 OR journal:lancet)", {"16998754", "15451222"}),
        ("title:EAE", {"15949496"}),
        ("title:MRI", {"16042226"}),
        ("abstract:iran", {"15539773"}),
        ("title:iran -abstract:iran", set()),
        ("EAE", {"15949496"}),
        ("-EAE", ALL - {"15949496"}),
        ("EAE -EAE", set()),
        ("EAE OR visual", {"15949496", "14598048", "12559498"}),
        ("MRI AND EAE", {"15949496"}),
        ("MRI AND NOT EAE", {"14598048", "12962026", "15451222", "16042226"}),
        ("(EAE OR iran) AND IVIG", {"15949496", "15539773"}),
        ('"black hole"', {"16042226"}),
        ('"hole black"', set()),
        ('"relapse rate" "hazard ratio"', {"15451222"}),
        ("theiler*", {"15949496"}),
        ("Thrombo*", {"15451222"}),
    ],
)
def test_what_a_query_finds(query: str, expected: set[str], searcher: Searcher) -> None:
    assert pmids(searcher, query) == expected


@pytest.mark.parametrize("query", ["ivig relapse", "author:sorensen", '"black hole"', "theiler*"])
def test_capitals_make_no_difference(query: str, searcher: Searcher) -> None:
    assert pmids(searcher, query) == pmids(searcher, query.upper()) != set()


def test_a_phrase_does_not_reach_from_one_paragraph_into_the_next(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching("alfa\nbravo", "alfa. Bravo", ("alfa", "bravo"))
    assert pmids(searcher, '"alfa bravo"') == {"2"}


def test_minus_with_a_concept_excludes_all_its_spellings(searcher: Searcher) -> None:
    without = pmids(searcher, "IVIG -SPMS")
    assert without == ALL - pmids(searcher, "Secondary/Progressive")
    assert without


def test_one_concept_is_switched_off_and_the_others_stay(
    searching: Callable[..., Searcher],
) -> None:
    concepts = Vocabulary.of(
        [
            Concept("ab", "alfa bravo", "test", "Two letters.", short=("AB",)),
            Concept("cd", "charlie delta", "test", "Two letters.", short=("CD",)),
        ]
    )
    searcher = searching("alfa bravo", "AB", "charlie delta", "CD", concepts=concepts)
    assert pmids(searcher, "AB CD") == {"1", "2", "3", "4"}
    assert pmids(searcher, "AB CD", "ab") == {"2", "3", "4"}
    assert pmids(searcher, "AB CD", "ab", "cd") == {"2", "4"}
    page = searcher.search("AB CD", off=["ab"])
    assert [told.concept for told in page.expansions if not told.is_off] == ["cd"]
    assert pmids(searcher, "AB CD", "no such concept") == {"1", "2", "3", "4"}
    assert searcher.abstract("1", "AB", off=["ab"]).paragraph_spans == ((),)
    assert searcher.abstract("1", "AB").paragraph_spans == (((0, 10),),)


# No hit


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("", "There was nothing to search for."),
        ("()", "There was nothing to search for."),
        ("zebra", "No abstract has “zebra”."),
        ('"zebra crossing"', "No abstract has “zebra”."),
        ("author:nobody", "No abstract has “author:nobody”."),
        ("pmid:1", "No abstract has “pmid:1”."),
        ("year:1999", "No abstract fulfils all of these conditions; leave one of them out."),
        ("EAE -IVIG", "No abstract fulfils all of these conditions; leave one of them out."),
        ("rituximab", "No abstract speaks of rituximab."),
        ("xyz*", "No word in these abstracts begins with “xyz”."),
    ],
)
def test_no_hit_says_why(query: str, note: str, searcher: Searcher) -> None:
    page = searcher.search(query)
    assert (page.total, page.pages, page.hits) == (0, 0, ())
    assert note in page.notes


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("plasebo", "placebo"),
        ("Theyler", "theilers"),
        ("title:plasebo iran", "title:placebo iran"),
        ('"relapse raet"', '"relapse rate"'),
        ("intravenous imunoglobulin", "intravenous immunoglobulin"),
        ("zzzzzz", None),
        ("placebo", None),
        ("title:myelyn", None),  # myelin stands in no title
        ('"myelyn rate"', None),  # nor before a rate
    ],
)
def test_a_spelling_is_offered_where_it_finds_something(
    query: str, suggestion: str | None, searcher: Searcher
) -> None:
    page = searcher.search(query)
    assert page.suggestion == suggestion
    if suggestion is not None:
        assert searcher.search(suggestion).total
        assert not searcher.search(suggestion).suggestion


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_suggested_has_hits(data: st.DataObject, searcher: Searcher) -> None:
    word = data.draw(st.sampled_from(engine_of(searcher).speller._words))
    place = data.draw(st.integers(0, len(word) - 1))
    slip = word[:place] + data.draw(st.sampled_from("abcxyz")) + word[place + 1 :]
    form = data.draw(st.sampled_from(["{}", '"{}"', "title:{}", "IVIG {}", '"{} rate"', "-{}"]))
    suggestion = searcher.search(form.format(slip)).suggestion
    if suggestion is not None:
        assert searcher.search(suggestion).total > 0


# Notes


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("IVIG the", "Too common to search for: the."),
        ('"IVIG', "A quotation mark without its partner was ignored."),
        ("IVIG)", "A closing bracket without its partner was ignored."),
        ("foo:IVIG", "not a field"),
        ("IVIG " * 80, "Only the first 64 words were read."),
        ("IVIG " * 200, "Only the first 500 characters were read."),
        ("IVIG zebra", "No abstract has “zebra”."),
        ("stangel", "taken as author:stangel"),
        ("15955273", "taken as a PMID"),
    ],
)
def test_what_was_ignored_or_taken_otherwise_is_said(
    query: str, note: str, searcher: Searcher
) -> None:
    page = searcher.search(query)
    assert any(note in sentence for sentence in page.notes), page.notes
    assert page.total


def test_an_ordinary_query_needs_no_notes(searcher: Searcher) -> None:
    for query in ("IVIG", '"relapse rate"', "placebo -EAE", "year:2004", "author:sorensen"):
        assert searcher.search(query).notes == ()


# Pages


@pytest.mark.parametrize(
    ("page", "per_page", "expected", "shown", "notes"),
    [
        (1, 10, (1, 10), 10, 0),
        (2, 10, (2, 10), 2, 0),
        (3, 10, (3, 10), 0, 1),
        (0, 10, (1, 10), 10, 1),
        (-5, 10, (1, 10), 10, 1),
        (1, 0, (1, 1), 1, 1),
        (1, -1, (1, 1), 1, 1),
        (1, 1000, (1, MOST_PER_PAGE), 12, 1),
        (10**9, 10, (DEEPEST // 10, 10), 0, 2),
        (10**30, 10**30, (DEEPEST // MOST_PER_PAGE, MOST_PER_PAGE), 0, 3),
    ],
)
def test_pages_are_brought_into_their_bounds(
    page: int,
    per_page: int,
    expected: tuple[int, int],
    shown: int,
    notes: int,
    searcher: Searcher,
) -> None:
    found = searcher.search("IVIG", page=page, per_page=per_page)
    assert (found.page, found.per_page) == expected
    assert (found.total, len(found.hits), len(found.notes)) == (12, shown, notes)


# One abstract


def test_an_abstract_is_found_by_its_pmid_with_or_without_a_query(searcher: Searcher) -> None:
    found = searcher.abstract("15539773")
    assert found.abstract.copyright == "Copyright (c) 2004 S. Karger AG, Basel."
    assert found.title_spans == ()
    assert found.matches == ()
    assert set(found.paragraph_spans) == {()}
    assert searcher.abstract("15539773", "avonex").matches


@pytest.mark.parametrize("pmid", ["", "1", "x", "1553977", "15539773 ", "\N{GRINNING FACE}", "\0"])
def test_an_unknown_pmid_is_said(pmid: str, searcher: Searcher) -> None:
    with pytest.raises(AbstractNotFound, match="No abstract here has the PMID"):
        searcher.abstract(pmid)


def test_identifiers_keep_their_capitals_and_are_found_in_any(
    searching: Callable[..., Searcher],
) -> None:
    sections = (Section(None, ("alfa",)),)
    searcher = searching(Abstract(pmid="MED-10", title="", sections=sections))
    assert [pmid for pmid, _ in searcher.rank("alfa")] == ["MED-10"]
    for pmid in ("MED-10", "med-10"):
        assert searcher.abstract(pmid).abstract.pmid == "MED-10"
        [hit] = searcher.search(f"pmid:{pmid}").hits
        assert [(match.text, match.field) for match in hit.matches] == [("MED-10", "pmid")]


def test_an_index_of_titles_only_can_be_searched(searching: Callable[..., Searcher]) -> None:
    titles = searching(Abstract(pmid="1", title="alfa", authors=(Author("Gold"),)))
    assert pmids(titles, "alfa") == {"1"}
    assert pmids(titles, "year:2004") == set()


def test_a_closed_searcher_lets_go_and_a_new_one_opens(index_dir: Path) -> None:
    for _ in range(3):
        with Searcher.open(index_dir) as opened:
            assert opened.search("IVIG").total == 12
