"""The little language: what it means, and that nothing a reader types is an error."""

from __future__ import annotations

import re
import string
import time
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.tokenizer import tokenize
from search.query import parser as module
from search.query.parser import MOST_CHARACTERS, MOST_LEVELS, MOST_WORDS, _has_word, parse
from search.query.syntax import And, Fielded, Group, Node, Not, Or, Phrase, Prefix, Words, Years


def items(text: str) -> tuple[Node, ...]:
    return parse(text).root.items


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RRMS treatment", [Words("RRMS treatment")]),
        ('"relapse rate" IVIG', [Phrase("relapse rate"), Words("IVIG")]),
        ("“relapse rate”", [Phrase("relapse rate")]),
        ("IVIG -placebo", [Words("IVIG"), Not(Words("placebo"))]),
        ("IVIG NOT placebo", [Words("IVIG"), Not(Words("placebo"))]),
        ('-"relapse rate"', [Not(Phrase("relapse rate"))]),
        ("fatigue OR pain", [Or((Words("fatigue"), Words("pain")))]),
        ("fatigue | pain", [Or((Words("fatigue"), Words("pain")))]),
        ("a OR b OR c", [Or((Words("a"), Words("b"), Words("c")))]),
        ("(a b) c", [Group((Words("a b"),)), Words("c")]),
        ("a b AND c", [And((Group((Words("a b"),)), Group((Words("c"),))))]),
        ("author:sorensen IVIG", [Fielded("author", Words("sorensen")), Words("IVIG")]),
        ("AUTHOR:Sorensen", [Fielded("author", Words("Sorensen"))]),
        ("author: sorensen", [Fielded("author", Words("sorensen"))]),
        ('author:"Sorensen PS"', [Fielded("author", Phrase("Sorensen PS"))]),
        ("title:(a b)", [Fielded("title", Group((Words("a b"),)))]),
        ("title:neuro*", [Fielded("title", Prefix("neuro"))]),
        ("-journal:lancet", [Not(Fielded("journal", Words("lancet")))]),
        ("year:2003", [Years(2003, 2003, "year:2003")]),
        ("year:2003..2005", [Years(2003, 2005, "year:2003..2005")]),
        ("year:2003-2005", [Years(2003, 2005, "year:2003-2005")]),
        ("Year:2003..", [Years(2003, None, "Year:2003..")]),
        ("year:..2005", [Years(None, 2005, "year:..2005")]),
        ("neuro*", [Prefix("neuro")]),
        ("anti-infl*", [Prefix("anti-infl")]),
        # What looks like an operator, but has nothing to work on, is a word.
        ("OR", [Words("OR")]),
        ("odds ratio OR", [Words("odds ratio OR")]),
        ("AND", [Words("AND")]),
        ("NOT", [Words("NOT")]),
        ("-", [Words("-")]),
        ("P=0.009", [Words("P=0.009")]),
        ("-0.62 to 0.88", [Words("-0.62 to 0.88")]),
        ("Relapsing/Remitting", [Words("Relapsing/Remitting")]),
        ("I.V. ImmuneGlobulins", [Words("I.V. ImmuneGlobulins")]),
        ("beta-Interferon", [Words("beta-Interferon")]),
        ("or and not", [Words("or and not")]),
        ("", []),
        ('""', []),
        ("()", []),
    ],
)
def test_what_a_query_means(text: str, expected: list[Node]) -> None:
    assert list(items(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        ("n*", [Words("n")], "too short"),
        ('"open phrase', [Words("open phrase")], "quotation mark"),
        ("(open", [Group((Words("open"),))], "left open"),
        ("a)", [Words("a")], "without its partner"),
        ("foo:bar", [Words("foo:bar")], "not a field"),
        ("year:soon", [Words("soon")], "year: takes"),
    ],
)
def test_what_cannot_be_read_is_taken_as_words_and_said(
    text: str, expected: list[Node], note: str
) -> None:
    query = parse(text)
    assert list(query.root.items) == expected
    assert any(note in sentence for sentence in query.notes), query.notes


@pytest.mark.parametrize("text", ["https://example.org", "ratio 3:1", "12:30", "a : b", "IL-2"])
def test_ordinary_text_with_colons_is_nothing_to_remark(text: str) -> None:
    assert parse(text).notes == ()


def test_long_queries_are_cut_between_words_and_the_reader_is_told() -> None:
    query = parse("word " * 1000)
    assert any(str(MOST_CHARACTERS) in note for note in query.notes)
    assert any(str(MOST_WORDS) in note for note in query.notes)
    [words] = query.root.items
    assert isinstance(words, Words)
    assert words.text.split() == ["word"] * MOST_WORDS


def depth(node: Node) -> int:
    match node:
        case Not(item) | Fielded(item=item):
            return 1 + depth(item)
        case Or(inner) | And(inner) | Group(inner):
            return 1 + max(map(depth, inner), default=0)
        case _:
            return 1


def test_brackets_deeper_than_the_limit_are_ignored_and_the_reader_is_told() -> None:
    query = parse("(" * 100 + "alfa" + ")" * 100)
    assert depth(query.root) <= MOST_LEVELS + 2
    assert any(str(MOST_LEVELS) in note for note in query.notes)


OPERATORS = '( ) " - OR AND NOT | * : title: year: 2003 .. alfa author: x* “ ß β é'.split()
PIECES = st.sampled_from([*OPERATORS, " ", "\0", "\ud800", "\N{COMBINING ACUTE ACCENT}"])


@given(st.one_of(st.text(max_size=600), st.lists(PIECES, max_size=120).map(" ".join)))
def test_nothing_raises_hangs_or_grows_without_bound(text: str) -> None:
    began = time.perf_counter()
    query = parse(text)
    assert depth(query.root) <= 4 * MOST_LEVELS + 8
    assert time.perf_counter() - began < 1.0


@given(st.lists(PIECES, max_size=40).map("".join))
def test_pieces_without_spaces_are_read_too(text: str) -> None:
    assert depth(parse(text).root) <= 4 * MOST_LEVELS + 8


@pytest.mark.parametrize(
    "text", ["(" * 1000, '"' * 999, "-" * 999, "NOT " * 1000, "a OR " * 1000, "a AND " * 1000]
)
def test_what_broke_other_engines_is_read_in_no_time(text: str) -> None:
    began = time.perf_counter()
    parse(text)
    assert time.perf_counter() - began < 0.5


NEARLY_PLAIN = st.sampled_from(
    'alfa be-ta OR AND or minus - -x x- −x a|b | a:b 1.2 a_b (x) " * Ä “q” \n \0 /-/ -1'.split(" ")
)


@given(st.one_of(st.text(max_size=40), st.lists(NEARLY_PLAIN, max_size=8).map(" ".join)))
def test_plain_words_are_read_as_by_the_whole_language(text: str) -> None:
    with mock.patch.object(module, "_LANGUAGE", re.compile("")):
        expected = parse(text)
    assert parse(text) == expected


ALPHABETS = st.sampled_from(["a1.,-_' ", "aB.", "1.,a", "αβ1 ", "aß- ", "é.x "])


@given(ALPHABETS.flatmap(lambda letters: st.text(letters, min_size=40, max_size=300)))
def test_no_text_of_too_many_words_is_taken_for_a_short_one(text: str) -> None:
    assert len(tokenize(text)) <= MOST_WORDS or module._may_be_long(text)


@given(st.text(max_size=6) | st.text(string.printable, max_size=6))
def test_a_phrase_has_a_word_if_a_token_is_found_in_it(text: str) -> None:
    assert _has_word(text) == bool(tokenize(text))
