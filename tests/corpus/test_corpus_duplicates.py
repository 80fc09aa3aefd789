from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, Origin, Section
from corpus.duplicates import Collection, are_same, merge
from corpus.identity import identified

ALFA = Abstract(
    None,
    "Alfa in relapsing multiple sclerosis",
    authors=(Author("Sørensen", "PE"),),
    year=2018,
    volume="24",
    pages="335-9",
)
LONG = "Alfa in relapsing multiple sclerosis"


def alfa(**changes: Any) -> Abstract:  # noqa: ANN401
    return identified(replace(ALFA, **changes))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"pmid": "1"}, {"pmid": "1", "title": "Quite another"}),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": LONG + ": a trial", "year": 2019}),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "[Alfa hos patienter]"}),
        ({}, {"title": "ALFA in relapsing multiple-sclerosis."}),
        ({}, {"authors": (Author("Sorensen", "P"),), "pages": "335"}),
        ({"doi": "10.1/a"}, {"pmid": "1"}),
        ({"pages": None, "volume": None}, {"journal": "Another name"}),
        ({"title": "Editorial"}, {"title": "Editorial"}),
    ],
)
def test_records_of_one_work_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert are_same(alfa(**one), alfa(**other)) is True
    assert are_same(alfa(**other), alfa(**one)) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"pmid": "1"}, {"pmid": "2"}),
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}),
        ({"doi": "10.1/a", "pmid": "1"}, {"doi": "10.1/a", "pmid": "2"}),
        (
            {"doi": "10.1/a"},
            {"doi": "10.1/a", "title": "Quite another", "pages": "340"},
        ),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "Correction: " + LONG, "pages": "1"}),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "multiple sclerosis", "pages": "1"}),
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "Two of one page and author"}),
        ({}, {"year": 2019, "volume": "25"}),
        ({}, {"pages": "340-9"}),
        ({}, {"volume": "25"}),
        ({}, {"authors": (Author("Hotel", "J"),)}),
        ({}, {"title": "Alfa in progressive multiple sclerosis"}),
        (
            {"title": "Editorial", "volume": None, "pages": None},
            {"title": "Editorial", "journal": "x"},
        ),
        ({"authors": ()}, {"authors": (), "journal": "x"}),
    ],
)
def test_what_speaks_against_it_keeps_records_apart(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert are_same(alfa(**one), alfa(**other)) is False
    assert are_same(alfa(**other), alfa(**one)) is False


def test_the_newer_record_is_kept_and_filled_from_the_other() -> None:
    old = alfa(pmid="1", revised="2018-01-01", doi="10.1/a", keywords=("a",), extra={"ris": 1})
    new = alfa(pmid="1", revised="2019-01-01", title="Alfa", keywords=("b",), extra={"csv": 2})
    for merged in (merge(old, new), merge(new, old)):
        assert (merged.title, merged.keywords, merged.doi) == ("Alfa", ("b",), "10.1/a")
        assert merged.extra == {"ris": 1, "csv": 2}


def test_else_the_fuller_record_is_kept_and_the_pmid_becomes_the_id() -> None:
    title_only = alfa(pmid="1", origin=Origin("a.ris", 1, 1))
    full = alfa(doi="10.1/a", sections=(Section(None, ("bravo",)),), journal="J")
    merged = merge(full, title_only)
    assert (merged.id, merged.pmid, merged.text) == ("1", "1", "bravo")
    assert merged.also_in == ("a.ris",)


def test_a_date_is_not_put_together_of_two() -> None:
    full = alfa(journal="J", doi="10.1/a", issue="1")
    merged = merge(full, alfa(year=2017, month=5, day=3))
    assert (merged.year, merged.month, merged.day) == (2018, None, None)


def collected(*abstracts: Abstract) -> list[Abstract]:
    with Collection() as collection:
        for number, abstract in enumerate(abstracts, start=1):
            collection.add(abstract, 0, number)
        return list(collection)


def test_a_record_that_joins_two_makes_them_one_where_the_first_stood() -> None:
    one, two = alfa(doi="10.1/a", title="Alpha in relapsing multiple sclerosis"), alfa(pmid="1")
    other = Abstract("2", "Bravo")
    joining = alfa(pmid="1", doi="10.1/a")
    merged, last = collected(one, other, two, joining)
    assert (merged.pmid, merged.doi) == ("1", "10.1/a")
    assert last == other


def test_a_deleted_record_is_gone_until_it_comes_again() -> None:
    with Collection() as collection:
        collection.add(Abstract("1", "Alfa"), 0, 1)
        collection.add(Abstract("2", "Bravo"), 0, 2)
        assert collection.delete("1") == 0
        assert collection.delete("3") is None
        assert [one.id for one in collection] == ["2"]
        collection.add(Abstract("1", "Alfa"), 1, 1)
        assert [one.id for one in collection] == ["2", "1"]


@pytest.mark.parametrize("extra", [{"a": 2**100}, {"a": "\ud800"}])
def test_what_no_message_holds_is_kept_too(extra: dict[str, Any]) -> None:
    abstract = Abstract("1", "Alfa", extra=extra, origin=Origin("a", 1, 2))
    (kept,) = collected(abstract)
    assert kept == abstract
    assert kept.origin == abstract.origin


def test_records_that_differ_have_different_ids() -> None:
    abstracts = [
        alfa(doi="10.1/a"),
        alfa(doi="10.1/a", title="Quite another", pages="1"),
        alfa(doi="10.1/a", title="A third one", pages="2"),
        Abstract(None, "Editorial", (Section(None, ("a",)),)),
        Abstract(None, "Editorial", (Section(None, ("b",)),)),
        Abstract(None, "Editorial", (Section(None, ("b",)),)),
    ]
    kept = collected(*map(identified, abstracts))
    assert len({one.id for one in kept}) == len(kept) == 5


ids = st.none() | st.sampled_from(["1", "2", "3"])
some = st.builds(
    lambda pmid, doi, title, year: alfa(pmid=pmid, doi=doi, title=title, year=year),
    ids,
    ids.map(lambda name: name and f"10.1/{name}"),
    st.sampled_from([LONG, LONG + " again", "Bravo"]),
    st.sampled_from([2018, 2019]),
)


@given(st.lists(some, max_size=12))
def test_no_two_records_of_a_collection_have_one_pmid(abstracts: list[Abstract]) -> None:
    kept = collected(*abstracts)
    pmids = [one.pmid for one in kept if one.pmid]
    assert len(set(pmids)) == len(pmids) == len({one.pmid for one in abstracts if one.pmid})
    assert {one.doi for one in kept if one.doi} <= {one.doi for one in abstracts}
