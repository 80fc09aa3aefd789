"""What a search returns, as plain data."""

from __future__ import annotations

import json

import pytest

from corpus import Abstract, Author, Section
from index.record_fields import stored
from index.segment.stored import StoredStrings
from search import Expansion, Facet, Hit, Match, SearchPage, Snippet
from search.results import Stored

PAPER = Abstract(
    pmid="1",
    title="Alfa",
    authors=(Author("Gold", "R"),),
    journal="Lancet",
    year=2004,
    citation="Lancet 2004",
    sections=(Section("Methods", ("An alfa. Another one.",)), Section("Results", ("None.",))),
)
STRINGS = stored(PAPER)
HIT = Hit(
    pmid="1",
    score=1.23456789,
    title="Alfa",
    title_spans=((0, 4),),
    snippets=(Snippet("Methods", "an alfa", ((3, 7),), cut_before=True),),
    matches=(Match("alfa", "Alfa", "title"),),
    stored=Stored.of(StoredStrings.of(STRINGS)),
)


def page(total: int, per_page: int = 10) -> SearchPage:
    return SearchPage(
        query="alfa",
        page=1,
        per_page=per_page,
        total=total,
        hits=(HIT,),
        notes=("A note.",),
        expansions=(Expansion("alfa", "a", "alfa", "A letter.", ("ALFA",), ()),),
        suggestion=None,
        took_ms=1.23456,
        generation="g",
        facets={"test": (Facet("b", "bravo", 3),)},
    )


@pytest.mark.parametrize(
    ("total", "per_page", "pages"), [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (5, 1, 5)]
)
def test_pages_are_as_many_as_are_needed(total: int, per_page: int, pages: int) -> None:
    assert page(total, per_page).pages == pages


def test_a_page_as_plain_data_is_what_the_interfaces_give() -> None:
    assert json.loads(json.dumps(page(11).to_dict())) == {
        "query": "alfa",
        "page": 1,
        "per_page": 10,
        "pages": 2,
        "total": 11,
        "notes": ["A note."],
        "expansions": [
            {
                "query": "alfa",
                "concept": "a",
                "name": "alfa",
                "plain": "A letter.",
                "variants": ["ALFA"],
                "narrower": [],
                "is_off": False,
                "narrower_off": False,
            }
        ],
        "facets": {"test": [{"concept": "b", "name": "bravo", "count": 3}]},
        "suggestion": None,
        "took_ms": 1.235,
        "generation": "g",
        "hits": [
            {
                "pmid": "1",
                "score": 1.234568,
                "title": "Alfa",
                "title_spans": [[0, 4]],
                "authors": ["Gold R"],
                "group_author": None,
                "journal": "Lancet",
                "year": 2004,
                "citation": "Lancet 2004",
                "snippets": [
                    {
                        "section": "Methods",
                        "text": "an alfa",
                        "spans": [[3, 7]],
                        "cut_before": True,
                        "cut_after": False,
                    }
                ],
                "matches": [{"query": "alfa", "text": "Alfa", "field": "title"}],
            }
        ],
    }


def test_what_is_stored_of_an_abstract_is_all_of_it() -> None:
    assert HIT.abstract == HIT.stored.abstract == PAPER
    assert (HIT.stored.pmid, HIT.stored.title, HIT.stored.text) == ("1", "Alfa", PAPER.text)
    passages = json.loads(HIT.stored.kept["passages"])
    cut = [(PAPER.text[start:end], label) for start, end, label in passages]
    assert cut == [("An alfa.", "Methods"), ("Another one.", "Methods"), ("None.", "Results")]


def test_a_stored_abstract_is_made_whole_once_and_only_when_asked_for() -> None:
    kept = Stored.of(StoredStrings.of(STRINGS | {"record": "no JSON"}))
    assert kept.text == PAPER.text
    with pytest.raises(ValueError, match="Expecting value"):
        _ = kept.abstract
    kept = Stored.of(StoredStrings.of(STRINGS))
    assert kept.abstract is kept.abstract
