"""Excerpts: marks, best passages and receipts of matches, as the rules say in plain words."""

from __future__ import annotations

import pytest
from excerpts import PMID, RECORD, Found, Paper, excerpts, plainly
from hypothesis import given
from hypothesis import strategies as st

from search.local.highlight import LONGEST_SNIPPET, Excerpt
from search.query.clauses import Synonyms
from search.results import Match, Snippet, Span

NOTHING = Excerpt(PMID, "", (), (), (), RECORD, are_ascii=True)
ALFA, BRAVO, ALSO = Synonyms("alfa", ()), Synonyms("bravo", ()), Synonyms("alfa", (), "a")
ASKED = (BRAVO, ALFA, ALSO)

LETTERS = st.sampled_from('aAbB  \t\n."\\ßÉé1β\U0001f9e0\x01\x1c\u2028')
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
    return excerpt._replace(matches=(), are_ascii=True), said


@given(st.lists(papers(), min_size=1, max_size=4), st.sampled_from([0, 1, 3]), st.integers(0, 20))
def test_the_kernel_shows_what_the_rules_say(some: list[Paper], most: int, longest: int) -> None:
    shown = excerpts(some, ASKED, most, longest)
    expected = [plainly(one, ASKED, most, longest) for one in some]
    assert list(map(as_shown, shown)) == list(map(as_shown, expected))


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
    assert (shown.snippets[0].spans if field else shown.title_spans) == expected


def test_the_marks_of_a_passage_lie_whole_within_it_and_are_counted_from_it() -> None:
    found = [Found(1, 1, start, end) for start, end in [(0, 4), (8, 12), (10, 14), (18, 22)]]
    text = "abcdefghijklmnopqrstuvwxyz"
    [shown] = excerpts([Paper("", text, [(0, 6), (8, 20, "Aims")], found)], ASKED)
    assert shown.snippets == (
        Snippet(None, "abcdef", ((0, 4),)),
        Snippet("Aims", "ijklmnopqrst", ((0, 6),)),
    )


def test_the_passages_with_most_of_what_is_asked_are_shown_in_their_order() -> None:
    places = [(start, start + 10) for start in range(0, 50, 10)]
    found = [
        *[Found(1, 1, start, start + 1) for start in (0, 10, 11, 30, 40, 41)],
        *[Found(0, 1, start, start + 1) for start in (20, 42)],
    ]
    text = "".join(digit * 10 for digit in "01234")
    [shown] = excerpts([Paper("", text, places, found)], ASKED)
    assert [one.text[0] for one in shown.snippets] == ["0", "1", "4"]
    [shown] = excerpts([Paper("", text, places, found)], ASKED, most=1)
    assert [one.text[0] for one in shown.snippets] == ["4"]


def test_without_a_match_the_first_passage_is_shown_or_none_where_there_is_none() -> None:
    [shown, empty] = excerpts([Paper("", "One. Two.", [(0, 4), (5, 9)], []), paper(text="")], ASKED)
    assert shown.snippets == (Snippet(None, "One.", ()),)
    assert empty == Excerpt(PMID, "", (), (Snippet(None, "", ()),), (), RECORD, are_ascii=True)
    assert excerpts([Paper("", "", [], [])], ASKED) == [NOTHING]


def test_places_beyond_a_text_or_in_no_order_are_places_of_nothing() -> None:
    for places in ([(5, 2)], [(90, 99)], [(99, 90)]):
        [shown] = excerpts([Paper("", "alfa bravo", places, [Found(1, 1, 0, 4)])], ASKED)
        assert [one.text for one in shown.snippets] == [""]


def test_all_passages_are_shown_if_asked_for_with_and_without_a_match() -> None:
    places = [(0, 4), (5, 9), (10, 14), (15, 19)]
    [shown] = excerpts([Paper("", "One. Two. Six. Ten.", places, [Found(1, 1, 5, 8)])], ASKED, 0)
    assert [one.text for one in shown.snippets] == ["One.", "Two.", "Six.", "Ten."]
    assert [one.spans for one in shown.snippets] == [(), ((0, 3),), (), ()]


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
    assert shown.snippets == (Snippet("É", text, ((0, 2), (3, 5), (7, 9))),)


def test_many_passages_and_matches_take_more_memory_and_are_all_there() -> None:
    text = "alfa " * 3000
    places = [(start, start + 4) for start in range(0, len(text), 5)]
    found = [Found(1, 1, start, end) for start, end in places]
    [shown] = excerpts([Paper("", text, places, found)], ASKED, most=0)
    assert len(shown.snippets) == 3000
    assert {one.spans for one in shown.snippets} == {((0, 4),)}
    assert shown.matches == (Match("alfa", "alfa", "abstract"),)


def test_a_long_sentence_is_not_cut_within_a_match() -> None:
    text = "alfa " + "lorem " * 51 + "(bravo charlie delta) lorem"
    places = [(text.index(one), text.index(one) + len(one)) for one in ("alfa", "bravo charlie")]
    [shown] = excerpts([paper(*places, text=text)], ASKED, longest=LONGEST_SNIPPET)
    [found] = shown.snippets
    assert places[1][0] < LONGEST_SNIPPET < places[1][1]
    assert (found.text[-5:], found.spans, found.cut_after) == ("lorem", ((0, 4),), True)


def test_half_a_surrogate_pair_is_shown_as_one_character_that_stands_for_it() -> None:
    text = "alfa \ud800 \udfff\ud7ff"
    found = [Found(1, 1, 0, 6), Found(1, 1, 7, 9)]
    [shown] = excerpts([Paper("\ud834!", text, [(0, 9, "\udcff\n")], found)], ASKED)
    assert shown.title == "\ufffd!"
    assert shown.snippets == (Snippet("\ufffd\n", "alfa \ufffd \ufffd\ud7ff", ((0, 6), (7, 9))),)
    assert [one.text for one in shown.matches] == ["alfa \ufffd", "\ufffd\ud7ff"]


@pytest.mark.parametrize("size", [0, 31, 32, 255, 256, 65_535, 65_536, 70_000])
def test_texts_of_any_length_are_shown(size: int) -> None:
    text = "x" * size
    found = [Found(1, 1, 0, size)] if size else []
    [shown] = excerpts([Paper(text, text, [(0, size, text or "Aims")], found)], ASKED)
    assert shown.title == text
    assert [one.text for one in shown.snippets] == [text]
    assert [one.section for one in shown.snippets] == [text or "Aims"]
    assert [one.text for one in shown.matches] == ([text] if size else [])
    assert [one.spans for one in shown.snippets] == [((0, size),) if size else ()]


def test_it_is_told_whether_receipts_are_ascii() -> None:
    found = [Found(0, 1, 0, 4), Found(0, 1, 5, 9)]
    texts = ("alfa alfa β", "alfa ALFA", "alfa alfå")
    shown = excerpts([Paper("β", text, [(0, len(text))], found) for text in texts], ASKED)
    assert [one.are_ascii for one in shown] == [True, True, False]
    [shown_once] = excerpts(
        [Paper("", "k \u212a", [(0, 3)], [Found(0, 1, 0, 1), Found(0, 1, 2, 3)])], ASKED
    )
    assert [one.text for one in shown_once.matches] == ["k"]
