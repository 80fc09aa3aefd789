"""The compiled walk finds what trying every row of stems at every word finds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.concepts.trie import AFTER, BEFORE, Trie
from index.text.fast_tokenizer import FastTokenizer
from index.text.tokenizer import Gap
from index.text.words import COMMA, KIND, SLASH, WordTable, word_table

if TYPE_CHECKING:
    from collections.abc import Iterator

LINKS = ("and", "or")
WORDS = st.sampled_from(["alfa", "bravo", "alfabravo", "anti", "antialfa", "and", "or", "x1"])
ROWS = st.lists(st.lists(WORDS, min_size=1, max_size=4), max_size=12)
GAPS = st.sampled_from([" ", " ", " ", "-", ", ", ", ", "/", ". ", " / ", "\n"])
TEXTS = st.lists(st.tuples(WORDS | st.just("zulu"), GAPS), max_size=14).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


class Spellings(NamedTuple):
    """Rows of stems and the trie that holds them."""

    trie: Trie
    rows: dict[tuple[str, ...], int]


def spellings(rows: list[list[str]]) -> Spellings:
    trie = Trie(LINKS)
    return Spellings(trie, {tuple(row): trie.add(row) for row in rows})


def readings(table: WordTable, first: int, last: int) -> Iterator[tuple[str, ...]]:
    """The rows of stems that some words can be read as."""
    if first > last:
        yield ()
        return
    for rest in readings(table, first + 1, last):
        yield (table.stem(first), *rest)
    if first in table.joined and first < last:
        for rest in readings(table, first + 2, last):
            yield (table.joined[first], *rest)


def is_broken(table: WordTable, first: int, last: int) -> bool:
    """Whether a border is between some words, but for what is within a word of two."""
    return any(table.gaps[place] & KIND == Gap.BREAK for place in range(first + 1, last + 1))


def straight(table: WordTable, rows: dict[tuple[str, ...], int]) -> list[tuple[int, ...]]:
    size = len(table.forms)
    return sorted(
        (first, last, rows[row], bits(table, first, last))
        for first in range(size)
        for last in range(first, min(size, first + 8))
        if not is_broken(table, first, last)
        for row in readings(table, first, last)
        if row in rows
    )


def bits(table: WordTable, first: int, last: int) -> int:
    before = first > 0 and (table.forms[first - 1] in LINKS or table.gaps[first] & SLASH)
    after = last + 1 < len(table.forms) and (
        table.forms[last + 1] in LINKS or table.gaps[last + 1] & SLASH
    )
    return (BEFORE if before else 0) | (AFTER if after else 0)


def inverted(table: WordTable, rows: dict[tuple[str, ...], int]) -> list[tuple[int, ...]]:
    found = []
    for parts in alone(table):
        read: list[tuple[str, ...]] = [()]
        for first, last in reversed(parts):
            read = [head + tail for head in read for tail in readings(table, first, last)]
        found += [
            (parts[0][0], parts[-1][1], rows[row], parts[-1][0]) for row in read if row in rows
        ]
    return sorted(found)


def alone(table: WordTable) -> Iterator[list[tuple[int, int]]]:
    """The parts of each row that commas part and nothing else borders."""
    count = len(table.forms)
    parts: list[tuple[int, int]] = []
    start = 0
    for border in range(1, count + 1):
        if border < count and table.gaps[border] & KIND != Gap.BREAK:
            continue
        parts.append((start, border - 1))
        start = border
        if border == count or not table.gaps[border] & COMMA:
            if 1 < len(parts) <= 4:
                yield parts
            parts = []


@settings(deadline=None, max_examples=1000)
@given(ROWS, TEXTS)
def test_every_row_is_found_where_it_stands_and_nothing_else(
    rows: list[list[str]], text: str
) -> None:
    known = spellings(rows)
    for table in (word_table(text), FastTokenizer().read(text)):
        found = list(known.trie.over(table).straight())
        assert sorted(found) == straight(table, known.rows)
        assert [first for first, *_ in found] == sorted(first for first, *_ in found)
        assert sorted(known.trie.over(table).inverted()) == inverted(table, known.rows)


def test_a_row_in_parts_is_read_from_its_last_part_on() -> None:
    known = spellings([["alfa", "bravo", "charli"]])
    for text in ("Charlie, alfa bravo", "Charlie, Bravo, Alfa.", "In: bravo charlie, alfa; zulu"):
        (found,) = known.trie.over(word_table(text)).inverted()
        assert word_table(text).forms[found[3]] == "alfa"
    for text in ("Charlie; alfa bravo", "zulu, charlie, alfa bravo", "alfa bravo, charlie"):
        assert not list(known.trie.over(word_table(text)).inverted())


def test_more_matches_than_words_are_all_told() -> None:
    words = ["anti-alfa"] * 6
    rows = [["anti", "alfa"], ["antialfa"], ["anti"], ["alfa"], ["antialfa"] * 2, ["alfaanti"]]
    known = spellings(rows)
    table = word_table(" ".join(words))
    found = list(known.trie.over(table).straight())
    assert len(found) > len(table.forms)
    assert sorted(found) == straight(table, known.rows)


def test_a_row_leads_to_its_node_and_no_other() -> None:
    known = spellings([["alfa"], ["alfa", "bravo"], ["charli", "delta"]])
    assert [known.trie.find(row) for row in known.rows] == list(known.rows.values())
    assert known.trie.find(["alfa", "charli"]) is None
    assert known.trie.find(["charli", "charli", "delta"]) is None
    middle = known.trie.find(["charli"])
    assert middle is not None
    assert middle not in known.rows.values()


@pytest.mark.parametrize("text", ["", "alfa", "alfa, bravo"])
def test_a_trie_without_rows_finds_nothing(text: str) -> None:
    walk = Trie().over(word_table(text))
    assert not list(walk.straight())
    assert not list(walk.inverted())


def test_a_row_in_a_row_of_itself_is_found_in_time() -> None:
    known = spellings([["anti"] * size for size in range(1, 40)] + [["antianti"]])
    table = word_table("anti " * 60)
    assert len(list(known.trie.over(table).straight())) > 60 * 20


def test_many_threads_may_walk_with_the_words_of_several_books() -> None:
    known = spellings([["alfa"], ["alfa", "bravo"]])
    texts = [f"alfa bravo {number} alfa-{number}" for number in range(400)]
    books = [FastTokenizer(60), FastTokenizer(60)]

    def walked(number: int) -> list[tuple[int, int, int, int]]:
        return list(known.trie.over(books[number % 2].read(texts[number])).straight())

    with ThreadPoolExecutor(8) as pool:
        for text, found in zip(texts, pool.map(walked, range(len(texts))), strict=True):
            assert sorted(found) == straight(word_table(text), known.rows)
