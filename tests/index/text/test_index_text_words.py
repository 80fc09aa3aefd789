from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.stemmer import stem
from index.text.tokenizer import PREFIXES, tokenize
from index.text.words import KIND, word_table, words


def joined(text: str) -> list[str | None]:
    return [word.joined for word in words(text)]


@pytest.mark.parametrize(
    "text",
    ["auto-immune", "auto immune", "Auto-Immune", "auto – immune"],
)
def test_a_prefix_and_its_word_are_joined(text: str) -> None:
    first, _ = words(text)
    assert first.joined == stem("autoimmune")
    assert first.is_prefix


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto, immune", [None, None]),
        ("auto\nimmune", [None, None]),
        ("re-myelination", [stem("remyelination"), None]),
        ("re myelination", [None, None]),  # "re" is a word of its own
        ("alfa-bravo", [stem("alfabravo"), None]),
        ("alfa bravo", [None, None]),
        ("2-3", [None, None]),
        ("T2-lesion", ["t2lesion", None]),
        ("post-partum-anti-body", ["postpartum", "partumanti", "antibodi", None]),
        ("", []),
    ],
)
def test_what_the_text_suggests_to_be_one_word(text: str, expected: list[str | None]) -> None:
    assert joined(text) == expected


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.text(st.sampled_from("anti post x1 -/.ß\n"), max_size=40))
def test_words_are_the_tokens_with_their_stems(text: str) -> None:
    found = words(text)
    assert [(w.form, w.start, w.end, w.gap) for w in found] == tokenize(text)
    assert all(word.stem == stem(word.form) for word in found)
    assert not found or found[-1].joined is None
    assert all(word.joined for word in found if word.is_prefix)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.text(st.sampled_from("anti post x1 -/.ß\n"), max_size=40))
def test_the_columns_say_what_the_words_say(text: str) -> None:
    table = word_table(text)
    found = words(text)
    assert table.text == text
    assert [(w.form, w.start, w.end) for w in found] == list(
        zip(table.forms, table.starts, table.ends, strict=True)
    )
    for place, word in enumerate(found):
        assert table.gaps[place] & KIND == word.gap
        assert table.joined.get(place) == word.joined
        assert word.is_prefix is (word.joined is not None and word.form in PREFIXES)
        assert table.written(place, place) == text[word.start : word.end]
    assert list(table.joined) == sorted(table.joined)
