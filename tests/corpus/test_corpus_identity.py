from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Abstract, Author, problems
from corpus.identity import identified, normal_doi, plain

ALFA = Abstract(None, "Alfa", authors=(Author("Gold", "R"),), journal="J Neurol", year=2003)


def test_the_pmid_is_the_id() -> None:
    assert identified(Abstract("11", "Alfa", doi="10.1000/a")).id == "11"


def test_an_id_of_its_own_stays() -> None:
    assert identified(Abstract("11", "Alfa", id="own")).id == "own"


def test_without_pmid_the_doi_makes_the_id() -> None:
    assert identified(replace(ALFA, doi="10.1016/J.x.2019")).id == "doi-10.1016-j.x.2019"


def test_without_both_the_content_makes_it() -> None:
    name = identified(ALFA).id
    assert name.startswith("rec-")
    assert identified(replace(ALFA, title="ALFA.", keywords=("x",))).id == name
    assert identified(replace(ALFA, year=2004)).id != name
    assert identified(replace(ALFA, volume="2")).id != name


@given(st.from_regex(r"10\.\d{4}/\S{1,80}", fullmatch=True), st.text(max_size=5))
def test_an_id_is_always_fit_for_an_address(doi: str, title: str) -> None:
    assert problems(identified(replace(ALFA, doi=doi, title="Alfa" + title))) == []


def test_dois_that_look_alike_have_different_ids() -> None:
    dois = ["10.1000/a/b", "10.1000/a-b", "10.1000/a(b", "10.1000/a_b", "10.1000/ab"]
    assert len({identified(replace(ALFA, doi=doi)).id for doi in dois}) == len(dois)


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1016/S0140-6736(04)17220-8", "10.1016/s0140-6736(04)17220-8"),
        ("https://doi.org/10.1000/AB.", "10.1000/ab"),
        ("doi: 10.1000/ab [doi]", "10.1000/ab"),
        ("(http://dx.doi.org/10.1000/ab)", "10.1000/ab"),
        ("neurintsurg-2017", None),
        ("", None),
        (None, None),
    ],
)
def test_a_doi_is_found_in_a_text(text: str | None, doi: str | None) -> None:
    assert normal_doi(text) == doi


def test_plain_text_has_only_its_words() -> None:
    assert plain("Interférence: ß-1A (Öl)!") == "interference ss 1a ol"
