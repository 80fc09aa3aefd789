"""Terms in their order: found as a sorted list would find them."""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.segment import lexicon as lexicon_module
from index.segment.arrays import Arrays, ArraysWriter
from index.segment.lexicon import ABSENT, Lexicon, Terms, write_lexicon

if TYPE_CHECKING:
    import pytest

# Beginnings that are longer than a head, as long, and shorter; of letters of one to four bytes.
BEGINNINGS = (
    *("", "a", "immuno", "immunogl", "immunoglobulin", "ßeta", "多発性硬化症", "多発性", "\0"),
    *("\0" * 7, "\0" * 8, "\0" * 9, "abcdefg\0", "abcdefgh", "abcdefg\0\0", "\U0010ffff" * 2),
    *("\ud800", "\uffff\uffff"),
)
TERMS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(BEGINNINGS),
        st.text(st.sampled_from("ab\0\x01éβ多\U0001f600\U0010ffff\udfff"), max_size=10),
    ),
)


def utf8(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


def written(folder: Path, terms: set[str]) -> Lexicon:
    target = ArraysWriter(folder / "some")
    ordered = sorted(map(utf8, terms))
    batches = [Terms.of(ordered[first : first + 3]) for first in range(0, len(ordered), 3)]
    assert write_lexicon(target, "group", batches) == len(terms)
    target.close()
    return Lexicon(Arrays(folder / "some"), "group")


@settings(max_examples=200)
@given(st.sets(TERMS, max_size=40), st.lists(TERMS, max_size=10))
@example({"a", "a\0", "a\0\0", "", "\0"}, ["a\0\0\0", "\0\0"])
@example({"abcdefgh", "abcdefg", "abcdefg\0"}, ["abcdefg\0\0", "abcdefghi"])
def test_a_lexicon_finds_what_a_sorted_list_has(terms: set[str], others: list[str]) -> None:
    order = sorted(terms, key=utf8)
    keys = list(map(utf8, order))
    with tempfile.TemporaryDirectory() as home:
        lexicon = written(Path(home), terms)
        assert len(lexicon) == len(order)
        assert [lexicon[number] for number in range(len(order))] == order
        assert [lexicon.utf8(number) for number in range(len(order))] == keys
        for _ in range(2):  # the second time from memory
            assert [lexicon.find(term) for term in order] == list(range(len(order)))
        for sought in [*order, *others]:
            place = bisect_left(keys, utf8(sought))
            assert lexicon.find(sought) == (place if sought in terms else ABSENT)
            assert lexicon.first_from(sought) == lexicon.first_from(utf8(sought)) == place
            assert [lexicon[number] for number in lexicon.starting(sought)] == [
                term for term in order if term.startswith(sought)
            ]
            for size in range(len(sought)):
                found = lexicon.starting(sought[:size])
                assert [lexicon[number] for number in found] == [
                    term for term in order if term.startswith(sought[:size])
                ]


@given(st.sets(TERMS, max_size=20), st.binary(max_size=12))
def test_a_place_in_a_lexicon_is_found_for_any_bytes(terms: set[str], sought: bytes) -> None:
    with tempfile.TemporaryDirectory() as home:
        lexicon = written(Path(home), terms)
        assert lexicon.first_from(sought) == bisect_left(sorted(map(utf8, terms)), sought)


def test_words_and_their_beginnings(tmp_path: Path) -> None:
    words = "immune immunoglobulin immunoglobulins immunology multiple ms sclerosis".split()
    lexicon = written(tmp_path, set(words))
    assert [lexicon[number] for number in lexicon.starting("immunogl")] == words[1:3]
    assert [lexicon[number] for number in lexicon.starting("m")] == ["ms", "multiple"]
    assert not lexicon.starting("multiples")
    assert lexicon.starting("") == range(len(words))
    assert lexicon.find("immuno") == ABSENT
    assert lexicon.first_from("immuno") == 1
    assert lexicon.first_from("zulu") == len(words)


def test_a_lexicon_without_terms(tmp_path: Path) -> None:
    lexicon = written(tmp_path, set())
    assert len(lexicon) == 0
    assert lexicon.find("") == lexicon.find("alfa") == ABSENT
    assert lexicon.first_from("alfa") == 0
    assert not lexicon.starting("")


def test_the_numbers_that_are_remembered_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon_module, "NUMBERS_KEPT", 10)
    terms = [f"t{number:04}" for number in range(500)]
    lexicon = written(tmp_path, set(terms))
    for number, term in enumerate(terms):
        assert lexicon.find(term) == number
        assert lexicon.find(f"{term} absent") == ABSENT
        assert len(lexicon._numbers) <= 10
    assert [lexicon.find(term) for term in terms] == list(range(500))


@given(st.lists(TERMS.map(utf8), max_size=9))
@example([b"", b"a", b"abcdefg", b"abcdefgh", b"abcdefghi"])
def test_the_head_of_a_term_is_its_first_eight_bytes(terms: list[bytes]) -> None:
    heads = Terms.of(terms).heads().tolist()
    assert heads == [int.from_bytes(term[:8].ljust(8, b"\0"), "big") for term in terms]
