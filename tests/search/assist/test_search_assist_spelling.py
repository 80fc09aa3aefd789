"""Better spelling: the nearest word that some abstract has, or none."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from engine_parts import engine_of
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from index.text.tokenizer import fold
from search.assist.spelling import Speller, _letters, _replaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from search import Searcher
    from search.backend import TermIndex


@pytest.fixture
def speller(searching: Callable[..., Searcher]) -> Speller:
    texts = ("placebo placebo relapse", "placebo relapsed", "Sjögren interleukin-10 gait 2004")
    return Speller(engine_of(searching(*texts)).reader)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plasebo", "placebo"),  # another letter
        ("placbo", "placebo"),  # one too few
        ("placeebo", "placebo"),  # one too many
        ("palcebo", "placebo"),  # two swapped
        ("PLASEBO", "placebo"),
        ("interlukins", "interleukin"),  # two edits in a long word
        ("gate", None),  # three edits in a short word
        ("giat", "gait"),
        ("sjogrem", "sjogren"),
        ("zzzzzz", None),
        ("gai", None),  # too short to be guessed
        ("2005", None),  # numbers are never guessed
        ("il10", None),
        ("", None),
        ("\N{GRINNING FACE}", None),
    ],
)
def test_the_nearest_word_of_the_index(written: str, meant: str | None, speller: Speller) -> None:
    assert speller.nearest(written) == meant


def test_of_equally_near_words_the_one_of_more_abstracts_is_meant(
    searching: Callable[..., Searcher],
) -> None:
    speller = Speller(engine_of(searching("lesion", "legion", "lesion", "legion", "lesion")).reader)
    assert speller.nearest("leyion") == "lesion"


def test_the_first_letter_is_seldom_mistyped(searching: Callable[..., Searcher]) -> None:
    speller = Speller(engine_of(searching("mouse", "house house", "house")).reader)
    assert speller.nearest("mouze") == "mouse"
    assert speller.nearest("moouse") == "mouse"


def test_only_the_missing_words_are_replaced_and_all_else_stays_as_written(
    speller: Speller,
) -> None:
    better = speller.better('"Relapse  plasebo" -PLASEBO title:plasebo plasebos', ["plasebo"])
    assert better == '"Relapse  placebo" -placebo title:placebo plasebos'
    assert speller.better("relapse zzzzzz", ["zzzzzz"]) is None
    assert speller.better("relapse", []) is None
    assert speller.better("title:PLACEBO", ["PLACEBO"]) is None  # which other fields have


def test_what_looks_like_a_pattern_is_only_text(speller: Speller) -> None:
    assert speller.better(r"plasebo (.*)\1", ["plasebo"]) == r"placebo (.*)\1"
    assert speller.better("a+b", ["a+b", "(", "\\"]) is None


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_one_slip_in_a_word_of_the_page_leads_to_a_word_of_the_page(
    data: st.DataObject, searcher: Searcher
) -> None:
    speller = engine_of(searcher).speller
    word = data.draw(st.sampled_from([word for word in speller._words if len(word) > 5]))
    place = data.draw(st.integers(1, len(word) - 2))
    slip = data.draw(
        st.sampled_from(
            [
                word[:place] + word[place + 1 :],
                word[:place] + "x" + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
    )
    nearest = speller.nearest(slip)
    assert nearest is not None
    assert nearest in speller._words
    assert fold(nearest) == nearest


@settings(max_examples=50, deadline=None)
@given(query=st.text(max_size=80), missing=st.lists(st.text(max_size=12), max_size=4))
def test_no_text_is_too_strange_to_be_looked_up(
    query: str, missing: list[str], searcher: Searcher
) -> None:
    better = engine_of(searcher).speller.better(query, missing)
    assert better is None or better != query


LETTERS = "abcdeéα\N{CYRILLIC SMALL LETTER A}"


@settings(max_examples=200, deadline=None)
@given(
    words=st.lists(st.text(LETTERS, min_size=4, max_size=12), unique=True, max_size=30),
    form=st.text(LETTERS, min_size=4, max_size=12),
    edits=st.integers(1, 3),
)
def test_no_word_that_is_near_is_left_out(words: list[str], form: str, edits: int) -> None:
    speller = Speller(
        cast("TermIndex", SimpleNamespace(guessable_words=lambda: dict.fromkeys(words, 1)))
    )
    near = speller._near(form, most=3)
    within = {speller._words[place] for place in near.within(edits)}
    assert {word for word in words if OSA.distance(word, form) <= edits} <= within


def test_of_equally_near_words_the_one_of_most_abstracts_is_meant() -> None:
    forms = {"relapsed": 2, "relapser": 7, "relapses": 7, "delapse": 90}
    speller = Speller(cast("TermIndex", SimpleNamespace(guessable_words=lambda: forms)))
    assert speller.nearest("relapsex") == "relapser"
    assert (
        Speller(cast("TermIndex", SimpleNamespace(guessable_words=dict))).nearest("relapse") is None
    )


@settings(max_examples=200, deadline=None)
@given(
    words=st.lists(st.text("abc", min_size=4, max_size=9), unique=True, min_size=1, max_size=30),
    form=st.text("abc", min_size=4, max_size=9),
)
@example(words=["aacb", "abcb"], form="abcb")
def test_the_nearest_of_all_words_is_found(words: list[str], form: str) -> None:
    speller = Speller(
        cast("TermIndex", SimpleNamespace(guessable_words=lambda: dict.fromkeys(words, 1)))
    )
    least = min(OSA.distance(word, form) for word in words)
    nearest = speller.nearest(form)
    if least > min(3, 1 + len(form) // 6):
        assert nearest is None
    else:
        assert nearest is not None
        assert OSA.distance(nearest, form) == least


def test_letters_are_bits_and_those_that_come_again_are_other_bits() -> None:
    assert _letters("") == 0
    assert _letters("ab") == _letters("ba") == 0b110
    assert _letters("aba") == _letters("abaa") == 0b110 | 0b10 << 32


@given(
    st.text("aAb -_'(", max_size=12),
    st.text("aAb-'", min_size=1, max_size=3),
)
def test_a_word_is_replaced_where_it_stands_by_itself(query: str, word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    assert _replaced(query, word, "better") == pattern.sub("better", query)


def test_letters_that_are_two_in_small_ones_do_not_move_a_word() -> None:
    assert _replaced("İ plasebo", "plasebo", "placebo") == "İ placebo"
    assert _replaced("alfa", "", "placebo") == "alfa"
