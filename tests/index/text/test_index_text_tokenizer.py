from __future__ import annotations

import re
import time

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.cache import Cache
from index.text.tokenizer import _WORD, GREEK, Gap, Token, fold, token_table, tokenize

# Characters that the rules speak of, so that they meet each other often.
RULED = st.text(st.sampled_from("aBmsIV019.,'’-–/ \n\tßẞβΒάµæØé½²ﬁİ(=)*_"), max_size=40)
ANY = st.text(st.characters(exclude_categories=()), max_size=60)


def forms(text: str) -> list[str]:
    return [token.form for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alfa bravo", "alfa bravo"),
        ("ALFA Bravo", "alfa bravo"),
        ("", ""),
        (" .,;:()[]=<>*_-/ ", ""),
        ("IntraVenous ImmunoGlobulin(IVIg)", "intravenous immunoglobulin ivig"),
        ("I.V. ImmuneGlobulins", "iv immuneglobulins"),
        ("i.v., i.e. it", "iv ie it"),
        ("e.g.the", "eg the"),
        ("Interferon-ß-1a", "interferon beta 1a"),
        ("IFN-β-1a", "ifn beta 1a"),
        ("IFNβ", "ifn beta"),
        ("IFNb-1a", "ifnb 1a"),
        ("INTERFERON Β", "interferon beta"),
        ("TNFα and TGF-β1", "tnf alpha and tgf beta 1"),
        ("ßeta Straße Preuß", "sseta strasse preuss"),
        ("interferonß1a", "interferon beta 1a"),
        ("Sørensen, Guillain-Barré, Łódź", "sorensen guillain barre lodz"),
        ("Kurtzke's and Kurtzke’s", "kurtzke and kurtzke"),
        ("O'Connor d’Azyr", "oconnor dazyr"),
        ("0.4 g/kg", "0.4 g kg"),
        ("P=0.009, p<0.81.", "p 0.009 p 0.81"),
        ("1.11; 1,149 and 12,345,678", "1.11 1149 and 12345678"),
        ("0,81", "0,81"),
        ("T2-lesion T2 lesion", "t2 lesion t2 lesion"),
        ("10 µg, 10 μg", "10 ug 10 ug"),
        ("CD4+CD25+ cells", "cd4 cd25 cells"),
        ("m² ½ ﬁbre", "m fibre"),
        ("多発性硬化症 MS", "多発性硬化症 ms"),
    ],
)
def test_text_is_taken_apart_into_forms(text: str, expected: str) -> None:
    assert forms(text) == expected.split()


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("alfa bravo", Gap.SPACE),
        ("alfa  \t bravo", Gap.SPACE),
        ("alfa/bravo", Gap.SPACE),
        ("alfa / bravo", Gap.SPACE),
        ("alfa - bravo", Gap.SPACE),
        ("alfa* bravo", Gap.SPACE),
        ("alfa-bravo", Gap.HYPHEN),
        ("alfa–bravo", Gap.HYPHEN),
        ("alfa\u2011bravo", Gap.HYPHEN),
        ("alfaβ", Gap.HYPHEN),
        ("alfa, bravo", Gap.BREAK),
        ("alfa. bravo", Gap.BREAK),
        ("alfa (bravo", Gap.BREAK),
        ("alfa\nbravo", Gap.BREAK),
        ("alfa \n bravo", Gap.BREAK),
        ("alfa = bravo", Gap.BREAK),
    ],
)
def test_the_gap_says_what_stands_between_two_words(text: str, gap: Gap) -> None:
    _, second = tokenize(text)
    assert second.gap is gap


def test_a_dotted_short_form_keeps_its_last_dot_in_its_span() -> None:
    token, _ = tokenize("I.V. dose")
    assert (token.start, token.end) == (0, 4)


@pytest.mark.parametrize("letter", GREEK)
def test_greek_letters_are_their_names(letter: str) -> None:
    name = GREEK[letter]
    assert fold(letter) == name
    assert forms(f"x{letter}y") == ["x", name, "y"]
    assert forms(letter.upper()) == [fold(letter.upper())]


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("", ""),
        ("'s", ""),
        ("ß", "beta"),
        ("ẞ", "beta"),
        ("ά", "alpha"),
        ("𝛽", "beta"),
        ("ǿ", "o"),
        ("Ǽ", "ae"),
        ("１,２３４", "1234"),
        ("µg", "ug"),
        ("I.V.", "iv"),
        ("0.4.", "0.4"),
    ],
)
def test_odd_words_have_a_form(word: str, form: str) -> None:
    assert fold(word) == form


@settings(deadline=None, max_examples=400)
@given(RULED | ANY)
def test_tokens_lie_in_the_text_in_order_and_fold_to_their_form(text: str) -> None:
    last = 0
    for token in tokenize(text):
        assert last <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end]) == token.form != ""
        last = token.end


@settings(deadline=None, max_examples=400)
@given(RULED | ANY)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for form in [fold(text), *forms(text)]:
        assert fold(form) == form


@settings(deadline=None, max_examples=400)
@given(RULED | ANY)
def test_no_letter_or_digit_of_a_text_is_lost(text: str) -> None:
    covered = {place for token in tokenize(text) for place in range(token.start, token.end)}
    missed = [text[place] for place in range(len(text)) if place not in covered]
    assert not [letter for letter in missed if letter.isalpha() or letter.isdecimal()]


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("abcXYZ019 -/."), max_size=40))
def test_capitals_do_not_matter(text: str) -> None:
    assert forms(text.upper()) == forms(text.lower())


def gap(between: str) -> Gap:
    if re.fullmatch("[-‐‑‒–—−]?", between):
        return Gap.HYPHEN
    loose = re.fullmatch(r"[^\S\n]*[-‐‑‒–—−/*'’]*[^\S\n]*", between)
    return Gap.SPACE if loose else Gap.BREAK


def plainly(text: str) -> list[Token]:
    """What ``tokenize`` says, found word by word by the one pattern for all texts."""
    found = []
    last = 0
    for match in regex.finditer(_WORD, text):
        form = fold(match[0])
        if form:
            found.append(Token(form, *match.span(), gap(text[last : match.start()])))
            last = match.end()
    return found


MIXED = st.lists(
    st.sampled_from(
        ["I.V.", "i.e", "0.4", "1,149", "O'Connor", "IFN-ß", "x_y", "½", "e\u0301", "б"]
    )
    | st.sampled_from(["alfa", "T2", "'", "’", ".", "\n", "-", "\u200b"]),
    max_size=12,
).flatmap(lambda parts: st.sampled_from(["", " ", "  ", "\t"]).map(lambda joint: joint.join(parts)))
ASCII = st.text(st.characters(max_codepoint=127), max_size=60)


@settings(deadline=None, max_examples=1000)
@given(RULED | ANY | MIXED | ASCII)
def test_the_ways_to_be_fast_change_nothing(text: str) -> None:
    assert tokenize(text) == plainly(text)


@settings(deadline=None, max_examples=300)
@given(RULED | ANY | MIXED)
def test_the_columns_are_the_tokens_and_what_is_between_them(text: str) -> None:
    table = token_table(text)
    found = tokenize(text)
    assert [(t.form, t.start, t.end) for t in found] == list(zip(*table[:3], strict=True))
    last = 0
    for between, start, end in zip(table.betweens, table.starts, table.ends, strict=True):
        assert text[last:start] == between
        last = end


def test_what_is_remembered_stays_within_bounds() -> None:
    asked: list[str] = []

    def ask(word: str) -> int:
        asked.append(word)
        return len(word)

    remembered = Cache(ask, 3)
    for number in range(100):
        assert remembered["a" * (number % 5)] == number % 5
        assert len(remembered) <= 3
    del asked[:]
    assert [remembered["aaaaaa"], remembered["aaaaaa"]] == [6, 6]
    assert asked == ["aaaaaa"]


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000 + "é",
        "é" + "a." * 50_000 + "ab",
        "é " * 50_000,
        "a" + " " * 100_000 + ". b",
        "1." * 50_000 + "1a.1",
        "a." * 50_000 + "ab",
        "a" + "'" * 100_000,
        "a" * 100_000,
        "1" * 100_000,
        "ß" * 100_000,
        "a" + " -" * 50_000 + "b",
    ],
    ids=lambda text: text[:6],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.monotonic()
    tokenize(text)
    assert time.monotonic() - began < 4
