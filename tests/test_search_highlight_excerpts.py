"""Excerpts: marks, best passages and receipts of matches, as the rules say in plain words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.clauses import Terms
from search.highlight import Excerpt, Passage
from search.results import Match, Span

sys.path.append(str(Path(__file__).parent / "helpers"))
from excerpts import Found, Paper, excerpts, plainly

ALFA, BRAVO, ALSO = Terms("alfa", ()), Terms("bravo", ()), Terms("alfa", (), "a")
ASKED = (BRAVO, ALFA, ALSO)

LETTERS = st.sampled_from('aAbB  \t\n."\\ßÉé1β\U0001f9e0')
TEXTS = st.text(LETTERS, max_size=40)


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    title, text = draw(TEXTS), draw(TEXTS)
    borders = draw(st.lists(st.integers(0, len(text)), max_size=12, unique=True).map(sorted))
    pairs = list(zip(borders[::2], borders[1::2], strict=False))
    labels = draw(
        st.lists(st.none() | TEXTS.filter(bool), min_size=len(pairs), max_size=len(pairs))
    )
    passages = [
        [*pair, label] if label else pair for pair, label in zip(pairs, labels, strict=True)
    ]
    found = []
    for field, whole in enumerate((title, text)):
        if whole:
            starts = st.integers(0, len(whole) - 1)
            for start in draw(st.lists(starts, max_size=12)):
                end = draw(st.integers(start + 1, len(whole)))
                # As with words, no match begins or ends with white space.
                if whole[start:end] == whole[start:end].strip():
                    found.append(Found(draw(st.integers(0, len(ASKED) - 1)), field, start, end))
    return Paper(title, text, passages, found)


def as_shown(excerpt: Excerpt) -> tuple[object, ...]:
    """Of receipts the texts without capitals: which of several equal ones is shown is no matter."""
    said = [(one.query, one.field, one.text.casefold()) for one in excerpt.matches]
    return excerpt.title_spans, excerpt.passages, said


@given(st.lists(papers(), max_size=4), st.sampled_from([0, 1, 3]))
def test_the_kernel_shows_what_the_rules_say(some: list[Paper], most: int) -> None:
    shown = excerpts(some, ASKED, most)
    assert list(map(as_shown, shown)) == [as_shown(plainly(one, ASKED, most)) for one in some]


def paper(*places: Span, text: str = "alfa bravo", field: int = 1) -> Paper:
    found = [Found(1, field, start, end) for start, end in places]
    return Paper("" if field else text, text if field else "", [(0, len(text))], found)


@pytest.mark.parametrize("field", [0, 1])
@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], ()),
        ([(5, 9), (0, 4)], ((0, 4), (5, 9))),
        ([(0, 4), (0, 4)], ((0, 4),)),
        ([(0, 10), (3, 5)], ((0, 10),)),
        ([(0, 6), (5, 9)], ((0, 9),)),
        ([(0, 4), (4, 8)], ((0, 4), (4, 8))),
    ],
)
def test_spans_are_in_order_and_share_no_letter(
    places: list[Span], expected: tuple[Span, ...], field: int
) -> None:
    [shown] = excerpts([paper(*places, field=field)], ASKED)
    assert (shown.passages[0].spans if field else shown.title_spans) == expected


def test_the_marks_of_a_passage_lie_whole_within_it_and_are_counted_from_it() -> None:
    found = [Found(1, 1, start, end) for start, end in [(0, 4), (8, 12), (10, 14), (18, 22)]]
    [shown] = excerpts([Paper("", "x" * 30, [(0, 6), (8, 20, "Aims")], found)], ASKED)
    assert shown.passages == (
        Passage(0, 6, None, ((0, 4),)),
        Passage(8, 20, "Aims", ((0, 6),)),
    )


def test_the_passages_with_most_of_what_is_asked_are_shown_in_their_order() -> None:
    places = [(start, start + 10) for start in range(0, 50, 10)]
    found = [
        *[Found(1, 1, start, start + 1) for start in (0, 10, 11, 30, 40, 41)],
        *[Found(0, 1, start, start + 1) for start in (20, 42)],
    ]
    [shown] = excerpts([Paper("", "x" * 50, places, found)], ASKED)
    assert [one.start for one in shown.passages] == [0, 10, 40]
    [shown] = excerpts([Paper("", "x" * 50, places, found)], ASKED, most=1)
    assert [one.start for one in shown.passages] == [40]


def test_without_a_match_the_first_passage_is_shown_or_none_where_there_is_none() -> None:
    [shown, empty] = excerpts([Paper("", "One. Two.", [(0, 4), (5, 9)], []), paper(text="")], ASKED)
    assert shown.passages == (Passage(0, 4, None, ()),)
    assert empty == Excerpt((), (Passage(0, 0, None, ()),), ())
    assert excerpts([Paper("", "", [], [])], ASKED) == [Excerpt((), (), ())]
    assert excerpts([], ASKED) == []


def test_all_passages_are_shown_if_asked_for_with_and_without_a_match() -> None:
    places = [(0, 4), (5, 9), (10, 14), (15, 19)]
    [shown] = excerpts([Paper("", "One. Two. One. Two.", places, [Found(1, 1, 5, 8)])], ASKED, 0)
    assert [one.start for one in shown.passages] == [0, 5, 10, 15]
    assert [one.spans for one in shown.passages] == [(), ((0, 3),), (), ()]


def test_each_text_that_matched_is_listed_once_in_query_order_title_first() -> None:
    text = "An alfa,\nALFA and al\n  fa, AL Fa."
    found = [
        *[Found(2, 0, 0, 4), Found(0, 1, 0, 2), Found(1, 1, 3, 7), Found(2, 1, 9, 13)],
        *[Found(1, 1, 18, 25), Found(1, 1, 27, 32)],
    ]
    [shown] = excerpts([Paper("Alfa", text, [(0, len(text))], found)], ASKED)
    assert shown.matches == (
        Match("bravo", "An", "abstract"),
        Match("alfa", "Alfa", "title"),
        Match("alfa", "alfa", "abstract"),
        Match("alfa", "al fa", "abstract"),
    )


def test_letters_of_several_bytes_count_as_one_and_capitals_do_not_count() -> None:
    text = "Éa éA ß\U0001f9e0β"
    found = [Found(1, 1, 0, 2), Found(1, 1, 3, 5), Found(1, 1, 7, 9)]
    [shown] = excerpts([Paper("β", text, [(0, 9, "É")], [*found, Found(1, 0, 0, 1)])], ASKED)
    assert [one.text for one in shown.matches] == ["β", "Éa", "\U0001f9e0β"]
    assert shown.passages == (Passage(0, 9, "É", ((0, 2), (3, 5), (7, 9))),)


def test_many_passages_and_matches_take_more_memory_and_are_all_there() -> None:
    text = "alfa " * 3000
    places = [(start, start + 4) for start in range(0, len(text), 5)]
    found = [Found(1, 1, start, end) for start, end in places]
    [shown] = excerpts([Paper("", text, places, found)], ASKED, most=0)
    assert len(shown.passages) == 3000
    assert {one.spans for one in shown.passages} == {((0, 4),)}
    assert shown.matches == (Match("alfa", "alfa", "abstract"),)
