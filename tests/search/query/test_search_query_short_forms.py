"""Learned short forms in queries: what they find, what readers are told and can switch off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Concept, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher
    from search.results import SearchPage

DOCUMENTS = (
    "Alfa bravo crane (ABC) is rare.",
    "The alfa bravo crane (ABC) grows.",
    "ABC alone.",
    "Two alfa bravo cranes.",
    "Crane met an alfa.",
    "delta",
)


def hits(page: SearchPage) -> set[str]:
    return {hit.pmid for hit in page.hits}


def receipts(page: SearchPage, pmid: str) -> set[tuple[str, str]]:
    hit = next(hit for hit in page.hits if hit.pmid == pmid)
    return {(match.query, match.text) for match in hit.matches}


def told(page: SearchPage) -> list[str]:
    return [one.plain for one in page.expansions if "so defined in" in one.plain]


@pytest.mark.parametrize("query", ["ABC", "abc"])
def test_a_short_form_finds_its_long_form(query: str, searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS).search(query)
    assert hits(page) == {"1", "2", "3", "4"}
    assert receipts(page, "4") == {(query, "alfa bravo cranes")}
    assert receipts(page, "3") == {(query, "ABC")}
    (note,) = told(page)
    assert note.startswith(f"“{query}” was taken for alfa bravo crane too")
    assert "so defined in 2 abstracts" in note


def test_the_long_form_is_marked_as_a_whole(searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS).search("ABC")
    snippet = next(hit for hit in page.hits if hit.pmid == "4").snippets[0]
    assert [snippet.text[start:end] for start, end in snippet.spans] == ["alfa bravo cranes"]


def test_a_long_form_finds_its_short_form(searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS).search("alfa bravo crane")
    assert hits(page) == {"1", "2", "3", "4", "5"}
    assert {text for _, text in receipts(page, "3")} == {"ABC"}
    assert told(page)[0].startswith("“alfa bravo crane” was searched for as ABC too")


@pytest.mark.parametrize("query", ["alfa, bravo crane", "alfa crane", "crane bravo alfa"])
def test_its_words_in_another_way_are_plain_words(
    query: str, searching: Callable[..., Searcher]
) -> None:
    page = searching(*DOCUMENTS).search(query)
    assert "3" not in hits(page)
    assert told(page) == []


def test_quotes_take_it_as_typed(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*DOCUMENTS)
    assert hits(searcher.search('"ABC"')) == {"1", "2", "3"}
    assert hits(searcher.search('"alfa bravo crane"')) == {"1", "2"}
    assert told(searcher.search('"ABC"')) == []


def test_it_can_be_switched_off(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*DOCUMENTS)
    switches = [one.concept for one in searcher.search("ABC").expansions]
    page = searcher.search("ABC", off=switches)
    assert hits(page) == {"1", "2", "3"}
    assert [one.is_off for one in page.expansions] == [True]


def test_what_is_excluded_is_taken_as_typed(searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS).search("alfa -ABC")
    assert hits(page) == {"4", "5"}
    assert told(page) == []


def test_it_holds_in_a_field_and_in_alternatives(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*DOCUMENTS)
    assert hits(searcher.search("abstract:ABC")) == {"1", "2", "3", "4"}
    assert hits(searcher.search("delta OR ABC")) == {"1", "2", "3", "4", "6"}
    assert hits(searcher.search("ABC AND grows")) == {"2"}


def test_one_definition_is_not_enough(searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS[1:]).search("ABC")
    assert hits(page) == {"1", "2"}
    assert told(page) == []


def test_nor_are_two_that_differ(searching: Callable[..., Searcher]) -> None:
    page = searching(*DOCUMENTS, "An apple blossom cake (ABC).").search("ABC")
    assert "4" not in hits(page)
    assert told(page) == []


def test_a_word_of_the_language_is_a_short_form_in_capitals_only(
    searching: Callable[..., Searcher],
) -> None:
    defined = ["Calm and rapid eating (CARE) helps."] * 2
    searcher = searching(*defined, *["We care."] * 40, "Calm and rapid eating.")
    assert told(searcher.search("care")) == []
    assert told(searcher.search("CARE")) != []
    assert "43" in hits(searcher.search("CARE", per_page=100))
    assert told(searcher.search("TAKE CARE OF CALM")) == []
    assert told(searcher.search("calm and rapid eating")) == []


def test_a_stop_word_is_no_short_form(searching: Callable[..., Searcher]) -> None:
    searcher = searching(*["Sequence old rabbits end (MORE) here."] * 3, "more")
    assert told(searcher.search("more rabbits")) == []


def test_the_word_as_typed_says_how_telling_it_is(searching: Callable[..., Searcher]) -> None:
    plain = ["alfa bravo crane"] * 20
    with_long = searching(*DOCUMENTS, *plain).search("ABC").hits[0].score
    without = searching(*DOCUMENTS, *["alfa delta bravo"] * 20).search("ABC").hits[0].score
    assert with_long == pytest.approx(without, rel=0.05)


QUERIES = st.lists(
    st.sampled_from(["ABC", "abc", "alfa", "bravo", "crane", "delta", "grows", "Two"]),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(QUERIES)
def test_no_hit_is_lost(searching: Callable[..., Searcher], query: str) -> None:
    searcher = _searcher(searching)
    plain = " OR ".join(f'"{word}"' for word in query.split())
    assert hits(searcher.search(plain, per_page=100)) <= hits(searcher.search(query, per_page=100))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(QUERIES)
def test_every_receipt_is_a_word_or_the_other_form(
    searching: Callable[..., Searcher], query: str
) -> None:
    for hit in _searcher(searching).search(query, per_page=100).hits:
        assert hit.matches
        for match in hit.matches:
            assert match.query in query
            same = match.text.casefold().startswith(match.query.casefold())
            assert same or "abc" in {match.text.casefold(), match.query.casefold()}


_opened: dict[int, Searcher] = {}


def _searcher(searching: Callable[..., Searcher]) -> Searcher:
    return _opened.setdefault(id(searching), searching(*DOCUMENTS))


def test_what_the_vocabulary_knows_is_never_learned(
    searching: Callable[..., Searcher],
) -> None:
    alfa = Concept("alfa", "alfa bravo crane", "test", "A bird.", short=("ABC",))
    guard = Concept("guard", "ABC ABC", "other", "Something else.")
    searcher = searching(*DOCUMENTS, concepts=Vocabulary.of([alfa, guard]))
    assert told(searcher.search("ABC ABC")) == []


def test_the_longest_form_is_taken_and_its_words_only_once(
    searching: Callable[..., Searcher],
) -> None:
    longer = ["Alfa bravo crane delta (ABCD) too."] * 2
    searcher = searching(*DOCUMENTS, *longer)
    [told_of] = searcher.search("alfa bravo crane delta").expansions
    assert (told_of.query, told_of.name) == ("alfa bravo crane delta", "ABCD")
    [told_of] = searcher.search("alfa bravo crane golf").expansions
    assert (told_of.query, told_of.name) == ("alfa bravo crane", "ABC")
    assert told(searcher.search("alfa bravo")) == []
    names = [one.name for one in searcher.search("ABC alfa bravo crane").expansions]
    assert names == ["alfa bravo crane", "ABC"]


def test_a_short_form_of_several_words_is_found_where_no_space_parts_them(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching(*["The alfa bravo crane (AB-C) is rare."] * 2)
    for query in ("AB-C", "ab/c", "the AB-C grows"):
        assert [one.name for one in searcher.search(query).expansions] == ["alfa bravo crane"]
    assert searcher.search("AB C").expansions == ()
