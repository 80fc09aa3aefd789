from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import index.text.sentences
from corpus import Report, bundled_corpus, gather
from index.text.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Alfa. Bravo.",
        "Alfa? Bravo! Charlie",
        "Alfa was 3. 12 patients relapsed.",
        "Alfa (bravo). [Charlie] delta.",
        "Alfa ended. “Bravo” began.",
    ],
)
def test_a_sentence_begins_with_a_capital_a_digit_or_a_bracket(text: str) -> None:
    assert len(cut(text)) > 1


@pytest.mark.parametrize(
    "text",
    [
        "We saw 5 pts. with MS in 1999.",
        "It is one of these, i. e., beta-Interferon and others.",
        "The groups did not differ (P = 0.81).",
        "Alfa vs. Bravo was tested.",
        "See Fig. 2 of Sorensen et al. in Lancet.",
        "A dose of 0.4 g/kg i.v. Monthly was given to all.",
        "Dr. Smith saw approx. 20 of them.",
        "Days 1 to 5 (e.g. Monday to Friday) and others.",
    ],
)
def test_a_sentence_is_not_cut_at_an_abbreviation_or_a_number(text: str) -> None:
    assert cut(text) == [text]


def test_sentences_are_the_text_between_white_space() -> None:
    assert cut("Alfa bravo.  Charlie delta.\nEcho.  ") == [
        "Alfa bravo.",
        "Charlie delta.",
        "Echo.",
    ]


@pytest.mark.parametrize("text", ["", " ", "\n \t"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert cut(text) == []


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=80) | st.text(st.sampled_from("aB1.?!()[]“” \n,;'…"), max_size=80))
def test_sentences_do_not_overlap_and_lose_nothing_but_white_space(text: str) -> None:
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert not text[last:start].strip()
        assert text[start:end].strip()
        last = end
    assert not text[last:].strip()


def by_punkt_alone(text: str) -> list[tuple[int, int]]:
    found = index.text.sentences._splitter().span_tokenize(text)
    return index.text.sentences._joined(text, found)


PARTS = ["Alfa", "bravo", "MS", "al.", "e.g.", "vs.", "Vs.", "co-al.", "approx.", "suppl.", "0.5",
         "12.", "J.", "é.", "_.", "A.B.", "i.v.", "...", ". .", ".", "?", "?!", ".)", ").", "].)",
         "12%.", ".”", "“Echo", "’", "‘a", "«F", "(n=2).", "[3].", "--", "?)bar.", "!x", ";", "@",
         "}", "\n", "\u00a0", "\x1c", "KAl."]  # fmt: skip
MARKS = "aB1.?!()[]{}“”‘’«» \n,;'\"…\u00a0\x1céßK-_*@"


@settings(deadline=None, max_examples=500)
@given(
    st.lists(st.sampled_from(PARTS) | st.just(" "), max_size=12).map("".join)
    | st.lists(st.sampled_from(PARTS), max_size=12).map(" ".join)
    | st.text(st.sampled_from(MARKS), max_size=60)
    | st.text(max_size=60)
)
def test_sentences_are_what_punkt_alone_makes_them(text: str) -> None:
    assert sentences(text) == by_punkt_alone(text)


def test_sentences_of_the_bundled_page_are_what_punkt_alone_makes_them() -> None:
    paragraphs = [
        paragraph.text
        for abstract in gather([bundled_corpus()], Report())
        for paragraph in abstract.paragraphs
    ]
    assert paragraphs
    assert [sentences(text) for text in paragraphs] == list(map(by_punkt_alone, paragraphs))


@pytest.mark.parametrize("text", ["?!" * 20_000, ".)" * 20_000, "a." * 20_000, " " * 40_000 + "."])
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    sentences(text)
    assert time.process_time() - start < 5


def test_nltk_is_not_imported_before_a_text_is_split() -> None:
    program = "import runpy, sys; runpy.run_path(sys.argv[1]); sys.exit('nltk' in sys.modules)"
    module = index.text.sentences.__file__
    subprocess.run([sys.executable, "-c", program, module], check=True)
