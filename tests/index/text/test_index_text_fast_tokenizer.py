"""The compiled loop reads every text as the plain way does."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Report, bundled_corpus, gather
from index.text import fast_tokenizer as module
from index.text.fast_tokenizer import FastTokenizer, InternedForms
from index.text.tokenizer import tokenize
from index.text.words import COMMA, KIND, SLASH, WordTable, word_table

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = st.sampled_from(
    "I.V. i.e a.b.cd x. 0.4 1,149 1.2.3 10 2nd T2 O'Connor it's s' 'tis anti post- IL- /-* *' , ;"
    " . - ' / \n \t \x0b \x1c \x85 \x00".split(" ")
)
RULED = st.lists(PARTS, max_size=14).flatmap(
    lambda parts: st.sampled_from(["", " ", ", ", "-", "'", "."]).map(
        lambda joint: joint.join(parts)
    )
)
ASCII = st.text(st.characters(max_codepoint=127), max_size=60)
CLOSE = st.text(st.sampled_from("a1.,'- /\n"), max_size=30)
ANY = st.text(max_size=40) | st.text(st.sampled_from("aß’β ½é-1"), max_size=20)
TEXTS = RULED | ASCII | CLOSE | ANY


def columns(table: WordTable) -> tuple[object, ...]:
    listed = (table.forms, table.starts, table.ends, table.positions, table.gaps)
    return (table.text, *map(list, listed), list(table.joined.items()))


@settings(deadline=None, max_examples=2000)
@given(TEXTS)
def test_a_text_is_read_as_the_plain_way_reads_it(text: str) -> None:
    assert columns(FastTokenizer().read(text)) == columns(word_table(text))


@settings(deadline=None, max_examples=300)
@given(st.lists(TEXTS, max_size=8), st.integers(1, 6))
def test_a_book_that_begins_anew_changes_nothing_before_or_after(
    texts: Sequence[str], most: int
) -> None:
    book = FastTokenizer(most)
    read = list(map(book.read, texts))
    assert list(map(columns, read)) == list(map(columns, map(word_table, texts)))


def test_real_texts_are_read_as_the_plain_way_reads_them() -> None:
    book = FastTokenizer()
    for abstract in gather([bundled_corpus()], Report()):
        for text in (abstract.title, abstract.text):
            assert columns(book.read(text)) == columns(word_table(text))


@pytest.mark.parametrize("text", ["alfa bravo alfa", "alfä bravo"])
def test_texts_share_their_names_until_there_are_many(text: str) -> None:
    book = FastTokenizer(3)
    one, other, later = (book.read(each).forms for each in (text, "bravo charlie", "delta"))
    assert isinstance(one, InternedForms)
    assert isinstance(other, InternedForms)
    assert isinstance(later, InternedForms)
    assert one.names is other.names
    assert one.names is not later.names
    assert list(other) == ["bravo", "charlie"]
    assert list(later) == ["delta"]


def test_a_text_that_is_longer_than_the_loop_takes_is_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LONGEST", 9)
    book = FastTokenizer(2)
    for text in ("Alfa post-", "Alfa post-bravo", "a b c d e", "a b c d e f g h"):
        assert columns(book.read(text)) == columns(word_table(text))


def test_words_by_numbers_are_a_row_of_words() -> None:
    forms = FastTokenizer().read("Alfa bravo alfa").forms
    assert len(forms) == 3
    assert forms[0] == forms[2] == "alfa"
    assert forms[1:] == ["bravo", "alfa"]
    assert list(forms) == ["alfa", "bravo", "alfa"]
    assert "bravo" in forms


@pytest.mark.parametrize(
    ("between", "kind", "marks"),
    [
        ("-", 0, 0),
        (" ", 1, 0),
        (" - ", 1, 0),
        ("/", 1, SLASH),
        (", ", 2, COMMA),
        (",", 2, 0),
        (" , ", 2, 0),
        (" (/ ", 2, SLASH),
        ("\n", 2, 0),
    ],
)
def test_what_stands_before_a_word_is_told_in_bits(between: str, kind: int, marks: int) -> None:
    for table in (FastTokenizer().read(f"alfa{between}bravo"), word_table(f"alfa{between}bravo")):
        assert table.gaps[1] == kind | marks
        assert table.gaps[1] & KIND == tokenize(f"alfa{between}bravo")[1].gap


def test_many_threads_may_read_in_one_book() -> None:
    texts = [
        " ".join(map("".join, itertools.permutations("abcde", width))) for width in (1, 2, 3, 4)
    ]
    book = FastTokenizer(50)
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(book.read, texts * 50))
    assert [columns(one) for one in read] == [columns(word_table(text)) for text in texts] * 50


@pytest.mark.parametrize("text", ["1." * 30_000 + "1a.1", "a." * 30_000 + "ab", "a'" * 30_000])
def test_rows_of_marks_are_read_as_the_plain_way_reads_them(text: str) -> None:
    assert columns(FastTokenizer().read(text)) == columns(word_table(text))
