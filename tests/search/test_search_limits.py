"""Limits of a query met exactly are fine; one step beyond each is told in one note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from search.query.expand import MOST_FORMS, MOST_FORMS_TOGETHER
from search.query.parser import MOST_CHARACTERS, MOST_LEVELS, MOST_WORDS
from search.query.switches import UNKNOWN_NAMED
from search.request import DEEPEST, MOST_PER_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher
    from search.results import SearchPage

TEXTS = ("alfa bravo", "alfa", "bravo", "auto-immune india golf", "golf")


@pytest.fixture
def small(searching: Callable[..., Searcher]) -> Searcher:
    return searching(*TEXTS)


def pmids(page: SearchPage) -> set[str]:
    return {hit.pmid for hit in page.hits}


def nested(text: str, levels: int) -> str:
    return "(" * levels + text + ")" * levels


def test_as_many_brackets_as_may_be_are_read_without_a_note(small: Searcher) -> None:
    page = small.search(f"{nested('alfa -bravo', MOST_LEVELS)} golf")
    assert page.notes == ()
    assert pmids(page) == {"2", "4", "5"}


@pytest.mark.parametrize("beyond", [1, 2, 200])
def test_deeper_brackets_are_told_once_and_their_words_kept(small: Searcher, beyond: int) -> None:
    page = small.search(nested("alfa", MOST_LEVELS + beyond))
    assert page.notes == (f"Brackets deeper than {MOST_LEVELS} levels were ignored.",)
    assert pmids(page) == {"1", "2"}


def test_after_a_bracket_that_is_too_deep_its_level_goes_on(small: Searcher) -> None:
    page = small.search(f"{nested('(alfa) AND bravo', MOST_LEVELS)} -golf")
    assert page.notes == (f"Brackets deeper than {MOST_LEVELS} levels were ignored.",)
    assert pmids(page) == {"1"}


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("(" * (MOST_LEVELS + 1) + "alfa" + ")" * MOST_LEVELS, "left open"),
        ("(" * MOST_LEVELS + "alfa" + ")" * (MOST_LEVELS + 1), "without its partner"),
    ],
)
def test_a_bracket_without_its_partner_is_told_at_any_depth(
    small: Searcher, query: str, note: str
) -> None:
    page = small.search(query)
    assert sum(note in sentence for sentence in page.notes) == 1
    assert pmids(page) == {"1", "2"}


def test_as_many_unknown_names_as_are_listed_are_no_more(small: Searcher) -> None:
    names = [f"x{number}" for number in range(UNKNOWN_NAMED)]
    [note] = small.search("golf", off=names).notes
    assert note == "Nothing here is called “x0”, “x1”, “x2”; that was not switched off."
    [note] = small.search("golf", off=[*names, "y"]).notes
    assert note == "Nothing here is called “x0”, “x1”, “x2” and 1 more; that was not switched off."


def test_a_query_as_long_as_may_be_is_read_to_its_end(small: Searcher) -> None:
    filler = "x" * (MOST_CHARACTERS - len(" bravo"))
    page = small.search(f"{filler} bravo")
    assert page.notes == (f"No abstract has “{filler}”.",)
    assert pmids(page) == {"1", "3"}
    page = small.search(f"{filler}x bravo")
    assert page.notes[0] == f"Only the first {MOST_CHARACTERS} characters were read."
    assert pmids(page) == set()


def test_as_many_words_as_may_be_are_all_read(small: Searcher) -> None:
    words = ["golf"] * (MOST_WORDS - 1)
    page = small.search(" ".join([*words, "alfa"]))
    assert page.notes == ()
    assert pmids(page) == {"1", "2", "4", "5"}
    page = small.search(" ".join([*words, "golf", "alfa"]))
    assert page.notes == (f"Only the first {MOST_WORDS} words were read.",)
    assert pmids(page) == {"4", "5"}


def test_spaces_do_not_count_up_to_four_times_the_limit(small: Searcher) -> None:
    spaces = " " * (4 * MOST_CHARACTERS - len("golf alfa") + 1)
    page = small.search(f"golf{spaces}alfa")
    assert page.notes == ()
    assert pmids(page) == {"1", "2", "4", "5"}


def test_a_beginning_of_two_letters_is_long_enough(small: Searcher) -> None:
    page = small.search("br*")
    assert page.notes == ()
    assert pmids(page) == {"1", "3"}


def words_from(first: str, count: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join(f"{first}q{letters[n // 26]}{letters[n % 26]}" for n in range(count))


def test_as_many_forms_as_may_be_are_searched_without_a_note(
    searching: Callable[..., Searcher],
) -> None:
    searcher = searching(words_from("a", MOST_FORMS), words_from("b", MOST_FORMS + 1))
    assert searcher.search("aq*").notes == ()
    most = f"the {MOST_FORMS} commonest were searched"
    assert searcher.search("bq*").notes == (f"“bq*” begins {MOST_FORMS + 1} words; {most}.",)


def test_beginnings_share_what_forms_there_may_be(searching: Callable[..., Searcher]) -> None:
    whole = MOST_FORMS_TOGETHER // MOST_FORMS
    searcher = searching(*(words_from(letter, MOST_FORMS) for letter in "abcdefghij"[:whole]), "zq")
    every = " ".join(f"{letter}q*" for letter in "abcdefghij"[:whole])
    page = searcher.search(every)
    assert page.notes == ()
    assert page.total == whole
    page = searcher.search(f"{every} zq*")
    assert page.notes == ("“zq*” begins 1 words; the 0 commonest were searched.",)
    assert page.total == whole


def test_the_largest_page_and_the_last_one_are_no_matter_for_a_note(small: Searcher) -> None:
    assert small.search("golf", per_page=MOST_PER_PAGE).notes == ()
    assert small.search("golf", per_page=1).notes == ()
    [note] = small.search("golf", per_page=MOST_PER_PAGE + 1).notes
    assert note == f"A page holds 1 to {MOST_PER_PAGE} hits; {MOST_PER_PAGE} are shown."
    last = DEEPEST // 10
    assert small.search("golf", page=last).notes == ("The last page is page 1.",)
    assert small.search("golf", page=last + 1).notes == (
        f"Only the first {DEEPEST} hits can be paged through.",
        "The last page is page 1.",
    )


def test_exactly_one_page_of_hits_has_no_second(small: Searcher) -> None:
    assert small.search("golf", per_page=2).notes == ()
    page = small.search("golf", page=2, per_page=2)
    assert (page.pages, page.hits) == (1, ())
    assert page.notes == ("The last page is page 1.",)


@pytest.mark.parametrize("query", ["auto-immune india golf", "auto-immune golf india"])
def test_the_words_after_a_compound_are_searched_too(small: Searcher, query: str) -> None:
    page = small.search(query)
    assert page.notes == ()
    assert pmids(page) == {"4", "5"}
    asked = {match.query for hit in page.hits if hit.pmid == "4" for match in hit.matches}
    assert asked == {"auto-immune", "india", "golf"}


def test_a_word_after_a_compound_that_no_abstract_has_is_told(small: Searcher) -> None:
    assert small.search("auto-immune zebra").notes == ("No abstract has “zebra”.",)
    assert small.search("auto-immune the golf").notes == ("Too common to search for: the.",)
