from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index import Analyzer, Concept, Vocabulary
from index.analyzer import LAYERS, Layer
from index.concepts.vocabulary import GUARD
from index.text.stemmer import stop_words
from index.text.tokenizer import Gap, fold
from index.text.words import PARAGRAPH_GAP, words

VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("auto", "autoimmune disease", "disease", "A kind of disease."),
    ]
)
ANALYZER = Analyzer(VOCABULARY)


def terms(text: str, layer: Layer) -> list[tuple[str, int]]:
    return [(found.term, found.position) for found in ANALYZER.layer(text, layer)]


@pytest.mark.parametrize(
    ("text", "layer", "expected"),
    [
        ("The alfa of bravos", "exact", [("the", 0), ("alfa", 1), ("of", 2), ("bravos", 3)]),
        ("The alfa of bravos", "stems", [("alfa", 1), ("bravo", 3)]),
        ("Alfa-bravo", "stems", [("alfa", 0), ("alfabravo", 0), ("bravo", 1)]),
        ("Alfa-bravo", "exact", [("alfa", 0), ("bravo", 1)]),
        ("alfa MS", "concepts", [("ms", 1)]),
        ("multiple sclerosis (MS)", "concepts", [("ms", 0), ("ms", 2)]),
        ("alfa\nbravo", "exact", [("alfa", 0), ("bravo", 1 + PARAGRAPH_GAP)]),
        ("alfa\n\nbravo", "exact", [("alfa", 0), ("bravo", 1 + 2 * PARAGRAPH_GAP)]),
        ("alfa\nMS", "concepts", [("ms", 1 + PARAGRAPH_GAP)]),
        ("", "exact", []),
        (" . ", "stems", []),
    ],
)
def test_a_text_has_terms_with_positions(
    text: str, layer: Layer, expected: list[tuple[str, int]]
) -> None:
    assert terms(text, layer) == expected


def test_a_compound_spans_both_its_words() -> None:
    text = "an auto-immune disease"
    found = {text[o.start : o.end]: o.term for o in ANALYZER.layer(text, "stems")}
    assert found["auto-immune"] == ANALYZER.layer("autoimmune", "stems")[0].term


def test_the_length_counts_every_word() -> None:
    assert ANALYZER.length("The alfa of MS.") == 4
    assert ANALYZER.length("") == 0


def test_a_query_is_read_by_the_same_rules() -> None:
    found, mentions, _ = ANALYZER.query("treating ms")
    assert [word.form for word in found] == ["treating", "ms"]
    assert [mention.concept for mention in mentions] == ["ms"]


NAMING = Analyzer(
    Vocabulary.of(
        [
            *VOCABULARY.concepts.values(),
            Concept("ppms", "primary progressive multiple sclerosis", "disease", "A course."),
            Concept("spms", "secondary progressive multiple sclerosis", "disease", "A course."),
            Concept("crane", "alfa crane", "test", "A bird.", short=("AC",), capitals=("IS",)),
            Concept("machine", "alfa alfa crane", GUARD, "No bird."),
        ]
    )
)
PIECES = (
    "multiple sclerosis primary secondary progressive and or MS ms Ms alfa crane cranes AC ac "
    "IS is auto immune autoimmune disease , / - ."
).split()


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join), st.data())
def test_words_name_a_concept_if_they_do_so_by_themselves(text: str, data: st.DataObject) -> None:
    read = NAMING.query(text)
    words = read.words
    assume(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    assume(all(word.gap is not Gap.BREAK for word in words[first + 1 : last + 1]))
    alone = NAMING.query(text[words[first].start : words[last].end])
    assert read.names(first, last) == bool(alone.mentions)


TEXTS = st.text(max_size=80) | st.text(
    st.sampled_from("aBms MS multiple sclerosis auto-immune/disease\n.,0149ßβΒ’'()"), max_size=80
)


@settings(deadline=None, max_examples=500)
@given(TEXTS)
def test_every_term_lies_in_the_text_and_positions_never_shrink(text: str) -> None:
    for layer in LAYERS:
        found = ANALYZER.layer(text, layer)
        for one, other in itertools.pairwise(found):
            assert one.position <= other.position
            assert one.start <= other.start
        for occurrence in found:
            assert 0 <= occurrence.start < occurrence.end <= len(text)
            assert occurrence.term


@settings(deadline=None, max_examples=500)
@given(TEXTS)
def test_exact_terms_are_the_folded_words_each_at_a_position_of_its_own(text: str) -> None:
    found = ANALYZER.layer(text, "exact")
    assert len(found) == ANALYZER.length(text)
    for one, other in itertools.pairwise(found):
        assert one.position < other.position
        assert one.end <= other.start
    assert all(fold(text[o.start : o.end]) == o.term for o in found)


@settings(deadline=None, max_examples=300)
@given(TEXTS)
def test_stems_and_concepts_stand_where_an_exact_word_stands(text: str) -> None:
    words = {found.position: found for found in ANALYZER.layer(text, "exact")}
    for found in [*ANALYZER.layer(text, "stems"), *ANALYZER.layer(text, "concepts")]:
        assert words[found.position].start == found.start
    stems = {found.position for found in ANALYZER.layer(text, "stems")}
    assert all(words[p].term in stop_words() for p in words.keys() - stems)


@settings(deadline=None, max_examples=500)
@given(TEXTS)
def test_the_columns_are_the_words_each_with_its_position(text: str) -> None:
    analysed = ANALYZER.read("", text)[1].analysed
    assert analysed.text == text
    columns = zip(analysed.forms, analysed.starts, analysed.ends, strict=True)
    found = words(text)
    assert list(columns) == [(word.form, word.start, word.end) for word in found]
    assert analysed.words == found
    joined = [(place, word.joined) for place, word in enumerate(found) if word.joined]
    assert analysed.joined == joined
    assert len(analysed.positions) == len(found)
    for place, word in enumerate(found):
        breaks = text.count("\n", 0, word.start)
        assert analysed.positions[place] == place + PARAGRAPH_GAP * breaks


ABSTRACTS = st.lists(st.tuples(TEXTS, TEXTS), max_size=5)


@settings(deadline=None, max_examples=200)
@given(ABSTRACTS)
def test_many_abstracts_are_read_together_as_each_by_itself(
    abstracts: list[tuple[str, str]],
) -> None:
    plain = Analyzer(VOCABULARY)
    for read, texts in zip(ANALYZER.read_all(abstracts), abstracts, strict=True):
        assert tuple(map(str, read)) == texts
        for one, other in zip(read, plain.read(*texts), strict=True):
            assert list(one.analysed.forms) == list(other.analysed.forms)
            assert one.analysed[2:] == other.analysed[2:]


def test_what_one_text_defines_holds_in_its_own_abstract_only() -> None:
    first, second = ANALYZER.read_all([("MS", "Mass spectrometry (MS)."), ("MS", "Multiple.")])
    assert not first[0].analysed.mentions
    assert [mention.concept for mention in second[0].analysed.mentions] == ["ms"]


@settings(deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_analysis_never_raises(text: str) -> None:
    for layer in LAYERS:
        ANALYZER.layer(text, layer)
    ANALYZER.query(text)
