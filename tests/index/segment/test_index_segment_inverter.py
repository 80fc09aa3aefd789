"""Laws of runs: what is inverted by sorting numbers is what stands in the texts."""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.analyzer import AnalysedText
from index.concepts.recognizer import Mention
from index.segment.groups import CONCEPTS, EXACT, NAMES, STEMS
from index.segment.inverter import NO_TERM, Inverter
from index.text.fast_tokenizer import InternedForms

FORMS = st.sampled_from(["ms", "mice", "mouse", "zebra", "\ud800", "\uffff", "\U0001f600", "the"])
Document = tuple[AnalysedText, AnalysedText]


def stem(form: str) -> str | None:
    return {"mice": "mouse", "the": None}.get(form, form)


@st.composite
def texts(draw: st.DrawFn) -> AnalysedText:
    words = draw(st.lists(st.tuples(FORMS, st.sampled_from([1, 1, 1, 17])), max_size=6))
    forms = [form for form, _ in words]
    positions = list(accumulate([step for _, step in words], initial=-1))[1:]
    starts = [10 * place for place in range(len(forms))]
    ends = [start + len(form) for start, form in zip(starts, forms, strict=True)]
    pairs = sorted(draw(st.sets(st.integers(0, max(0, len(forms) - 2))))) if forms[1:] else []
    mentions = [Mention("MS", place, place + 1, starts[place], ends[place + 1]) for place in pairs]
    joined = [(place, forms[place] + forms[place + 1]) for place in pairs]
    return AnalysedText("", forms, starts, ends, positions, joined, mentions, [])


@given(st.lists(st.tuples(texts(), texts()), min_size=1, max_size=5))
def test_postings_are_those_of_the_texts(documents: list[Document]) -> None:
    writer = Inverter(stem)
    expected: dict[str, dict[str, dict[int, list[int]]]] = {
        group: defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for group in (EXACT, STEMS, CONCEPTS)
    }
    for number, document in enumerate(documents):
        writer.add(*document, {"pmid": ([str(number)], [0])})
        for field, text in enumerate(document):
            for form in text.forms:
                expected[EXACT][form][number][field] += 1
                if (stemmed := stem(form)) is not None:
                    expected[STEMS][stemmed][number][field] += 1
            for _, whole in text.joined:
                expected[STEMS][whole][number][field] += 1
            for mention in text.mentions:
                expected[CONCEPTS][mention.concept][number][field] += 1
    run = writer.finish()
    assert run.count == len(documents)
    for group, terms in expected.items():
        inverted = run.groups[group]
        assert inverted.terms == sorted(term.encode("utf-8", "surrogatepass") for term in terms)
        for number, term in enumerate(inverted.terms):
            begin, end = inverted.starts[number : number + 2]
            found = zip(*(counts[begin:end].tolist() for counts in inverted.counts), strict=True)
            there = terms[term.decode("utf-8", "surrogatepass")]
            assert inverted.documents[begin:end].tolist() == sorted(there)
            assert [list(counts) for counts in found] == [there[one] for one in sorted(there)]


@given(st.lists(st.tuples(texts(), texts()), min_size=1, max_size=5))
def test_the_stream_has_every_word_where_it_stands(documents: list[Document]) -> None:
    writer = Inverter(stem)
    for document in documents:
        writer.add(*document, {})
    run = writer.finish()
    stream, terms = run.stream, run.groups[EXACT].terms
    standing = 0
    for number, document in enumerate(documents):
        first = int(stream.starts[number])
        for text, base in zip(
            document, (first, first + int(stream.abstracts[number])), strict=True
        ):
            for form, position, start, end in zip(
                text.forms, text.positions, text.starts, text.ends, strict=True
            ):
                row = base + position
                assert terms[stream.words[row]] == form.encode("utf-8", "surrogatepass")
                assert (stream.offsets[row], stream.widths[row]) == (start, end - start)
                standing += 1
    assert np.count_nonzero(stream.words != NO_TERM) == standing
    assert not stream.offsets[stream.words == NO_TERM].any()


@given(st.lists(st.tuples(texts(), st.integers(0, 2)), min_size=1, max_size=8))
def test_words_that_come_by_numbers_are_the_words(read: list[tuple[AnalysedText, int]]) -> None:
    books: list[list[str]] = [["mice", "zebra"], []]
    plain, numbered = Inverter(stem), Inverter(stem)
    for text, book in read:
        plain.add(text, text, {})
        if book < len(books):
            names = books[book]
            names += dict.fromkeys(form for form in text.forms if form not in names)
            forms = InternedForms(array("I", map(names.index, text.forms)), names)
            text = text._replace(forms=forms)  # noqa: PLW2901 (the same text)
        numbered.add(text, text, {})
    one, other = plain.finish(), numbered.finish()
    assert one.groups[EXACT].terms == other.groups[EXACT].terms
    assert one.groups[STEMS].terms == other.groups[STEMS].terms
    assert one.stream.words.tolist() == other.stream.words.tolist()
    assert one.stream.stem_of.tolist() == other.stream.stem_of.tolist()


@pytest.mark.parametrize("count", [1 << 16, (1 << 16) + 1])
def test_more_terms_than_sixteen_bits_number_are_inverted_alike(count: int) -> None:
    writer = Inverter(stem)
    nothing = AnalysedText("", [], [], [], [], [], [], [])
    names = [f"{number:05}" for number in range(count)]
    places = list(range(count))
    for terms in (names, names[::-1]):
        text = AnalysedText("", terms, places, places, places, [], [], [])
        writer.add(nothing, text, dict.fromkeys(NAMES[:1], (terms, places)))
    for group in (EXACT, STEMS, NAMES[0]):
        inverted = writer.finish().groups[group]
        assert inverted.terms == [name.encode() for name in names]
        assert inverted.documents.tolist() == [0, 1] * count
        assert inverted.starts.tolist() == list(range(0, 2 * count + 1, 2))
