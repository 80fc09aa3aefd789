"""What a reader switches off, and conditions by ``concept:``."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import bundled_corpus, gather
from corpus.report import Report
from index import Concept, Vocabulary
from search.query.switches import UNKNOWN_NAMED

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher

QUERY = "RRMS IVIG relapse rate interferon placebo"
LETTERS = Vocabulary.of(
    [
        Concept("letter", "early letter", "treatment", "One of the first."),
        Concept("ab", "alfa bravo", "treatment", "Two.", short=("AB",), broader=("letter",)),
        Concept("yz", "yankee zulu", "treatment", "The last."),
        Concept("no", "alfa golf", "other", "A guard."),
    ]
)
TEXTS = ("early letter golf", "alfa bravo golf", "yankee zulu", "letter hotel", "alfa golf")


@pytest.fixture
def letters(searching: Callable[..., Searcher]) -> Searcher:
    return searching(*TEXTS, concepts=LETTERS)


def pmids(searcher: Searcher, query: str, *off: str) -> set[str]:
    return {hit.pmid for hit in searcher.search(query, per_page=100, off=off).hits}


def test_only_the_narrower_can_be_switched_off(letters: Searcher) -> None:
    assert pmids(letters, "early letter") == {"1", "2"}
    assert pmids(letters, "early letter", "letter.narrower") == {"1"}
    assert pmids(letters, "early letter", "letter") == {"1", "4"}
    [told] = letters.search("early letter", off=["letter.narrower"]).expansions
    assert (told.is_off, told.narrower_off, told.narrower) == (False, True, ("alfa bravo",))
    assert told.off == "letter.narrower"


def test_what_is_off_stays_visible_with_all_that_it_would_add(letters: Searcher) -> None:
    on, off = (letters.search("early letter", off=off) for off in ((), ("letter",)))
    [before], [after] = on.expansions, off.expansions
    assert after.is_off
    assert (after.name, after.variants, after.narrower) == (
        before.name,
        before.variants,
        before.narrower,
    )
    assert (on.off, off.off) == ((), ("letter",))


def test_a_switch_without_its_concept_in_the_query_is_not_kept(letters: Searcher) -> None:
    page = letters.search("yankee zulu", off=["ab", "letter.narrower"])
    assert page.off == ()
    assert page.notes == ()


def test_what_adds_nothing_says_so(letters: Searcher) -> None:
    adds = {told.concept: told.adds for told in letters.search("AB yankee zulu").expansions}
    assert adds == {"ab": True, "yz": False}


def test_names_that_nothing_has_are_told_in_one_note(letters: Searcher) -> None:
    off = [f"x{n}" for n in range(9)] + ["letter.narrower.narrower", "", "\ud800", "y" * 999]
    page = letters.search("golf", off=off)
    [note] = page.notes
    assert note.count("“") == UNKNOWN_NAMED
    assert len(note) < 400
    note.encode()
    assert {hit.pmid for hit in page.hits} == pmids(letters, "golf")


ALL = ("rrms", "ivig", "relapse-rate", "interferon", "placebo")


def test_what_abstracts_define_has_its_switch_too(searching: Callable[..., Searcher]) -> None:
    defined = [f"a transient golf attack (TGA) in town {n}" for n in range(6)]
    searcher = searching(*defined, "TGA at night", "transient golf attack by day", "hotel")
    [told] = searcher.search("TGA").expansions
    assert (told.query, told.concept, told.name) == ("TGA", "short.tga", "transient golf attack")
    assert told.adds
    assert "8" in pmids(searcher, "TGA")
    page = searcher.search("TGA", off=["short.tga"])
    assert page.off == ("short.tga",)
    assert page.notes == ()
    assert "8" not in pmids(searcher, "TGA", "short.tga")
    assert "7" in pmids(searcher, "TGA", "short.tga")


def test_one_switch_never_moves_another(searcher: Searcher) -> None:
    told = {one.concept: one for one in searcher.search(QUERY).expansions}
    assert len(told) >= 4
    for count in range(len(told) + 1):
        for off in combinations(told, count):
            found = {one.concept: one for one in searcher.search(QUERY, off=off).expansions}
            assert list(found) == list(told)
            for concept, one in found.items():
                assert one.is_off == (concept in off)
                assert (one.query, one.variants, one.narrower) == (
                    told[concept].query,
                    told[concept].variants,
                    told[concept].narrower,
                )


@settings(max_examples=25)
@given(
    words=st.lists(
        st.sampled_from(["RRMS", "IVIG", "interferon", "relapse", "MRI", "rate", "postpartum"]),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
def test_with_all_off_the_hits_are_those_of_the_plain_words(
    plain: Searcher, searcher: Searcher, words: list[str]
) -> None:
    query = " ".join(words)
    assert pmids(searcher, query, *all_of(searcher, query)) == pmids(
        plain, query, *all_of(plain, query)
    )


def all_of(searcher: Searcher, query: str) -> list[str]:
    return [told.concept for told in searcher.search(query).expansions]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The bundled page, read without any vocabulary."""
    from index.build.builder import write  # noqa: PLC0415
    from index.generations.opened import OpenedGeneration  # noqa: PLC0415
    from search import Searcher  # noqa: PLC0415

    home = tmp_path_factory.mktemp("plain")
    report = Report()
    manifest = write(home, gather([bundled_corpus()], report), Vocabulary(), report)
    return Searcher(OpenedGeneration.read(home, manifest))


# concept:


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("concept:letter", {"1", "2"}),
        ("concept:LETTER", {"1", "2"}),
        ('concept:"early letter"', {"1", "2"}),
        ('concept:"Alfa-Bravo"', {"2"}),
        ("concept:AB", {"2"}),
        ("concept:(alfa bravo)", {"2"}),
        ("golf concept:ab", {"2"}),
        ("concept:ab golf", {"2"}),
        ("concept:ab hotel", set()),
        ("golf -concept:ab", {"1", "5"}),
        ("concept:ab OR concept:yz", {"2", "3"}),
        ("concept:(ab OR yz)", {"2", "3"}),
        ("hotel OR concept:yz", {"3", "4"}),
        ("golf AND concept:letter", {"1", "2"}),
        ("golf (concept:ab)", {"2"}),
        ("concept:letter -concept:ab", {"1"}),
        ("concept:letter concept:ab", {"2"}),
    ],
)
def test_a_condition_leaves_what_speaks_of_a_concept(
    letters: Searcher, query: str, expected: set[str]
) -> None:
    assert pmids(letters, query) == expected
    assert pmids(letters, query, "letter", "ab", "ab.narrower", "letter.narrower") == expected
    assert letters.search(query).notes == () or not expected


@pytest.mark.parametrize("query", ["concept:xyz", "concept:no", 'concept:"alfa bravo golf"'])
def test_what_is_no_concept_is_taken_as_words_and_told(letters: Searcher, query: str) -> None:
    name = query.partition(":")[2].strip('"')
    assert f"“{name}” is no concept here; it was taken as plain words." in (
        letters.search(query).notes
    )
    assert pmids(letters, query) == pmids(letters, name)


def test_a_condition_is_marked_and_has_its_receipt(letters: Searcher) -> None:
    [hit] = letters.search("golf concept:ab").hits
    assert [(match.query, match.text) for match in hit.matches] == [
        ("golf", "golf"),
        ("concept:ab", "alfa bravo"),
    ]


def test_a_condition_brings_first_what_speaks_most_of_it(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching("golf golf AB hotel", "AB AB AB golf", concepts=LETTERS)
    assert [hit.pmid for hit in searcher.search("concept:ab").hits] == ["2", "1"]


# Broader and narrower


def test_the_narrower_stand_below_the_same_text_with_the_broader(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching("golf AB hotel", "golf early letter", "india", "juliett", concepts=LETTERS)
    hits = searcher.search("early letter").hits
    assert [hit.pmid for hit in hits] == ["2", "1"]
    texts = ("AB in golf", "yankee zulu in golf", "early letter", "golf", "india")
    assert pmids(searching(*texts, concepts=LETTERS), "AB") == {"1"}


@pytest.mark.parametrize(
    ("broad", "narrow"),
    [
        ("disease-modifying therapy", "glatiramer acetate"),
        ("interferon", "interferon beta-1a"),
        ("anti-CD20 therapy", "ocrelizumab"),
        ("progressive MS", "primary progressive MS"),
    ],
)
def test_the_narrower_are_found_a_little_lower_and_never_the_broader(
    broad: str, narrow: str, vocabulary: Vocabulary, searching: Callable[..., Searcher]
) -> None:
    frame = "we treated or saw forty people with {} in one year"
    filler = ["a study of mice", "the weather in spring", "a letter to the editor"]
    texts = [frame.format(narrow), frame.format(broad), *filler]
    searcher = searching(*texts, concepts=vocabulary)
    hits = searcher.search(broad).hits
    assert [hit.pmid for hit in hits] == ["2", "1"]
    assert 0.0 < hits[1].score < hits[0].score
    assert "2" not in pmids(searcher, f'concept:"{narrow}"')
    assert searcher.search(narrow).expansions[0].narrower == ()
