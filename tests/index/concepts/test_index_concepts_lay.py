"""What lay people say is read in queries, with little words between, and never in texts."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import TESTS

from index import Analyzer, Concept, Vocabulary
from index.concepts.lay import LITTLE_WORDS, MOST_BETWEEN
from index.concepts.recognizer import Recognizer
from index.text.words import word_table

QUESTIONS: list[dict[str, str]] = tomllib.loads(
    (TESTS / "data" / "lay_questions.toml").read_text(encoding="utf-8")
)["question"]
LEAST_RECOGNIZED = 0.95


def concept(id_: str, name: str, *lay: str, kind: str = "symptom") -> Concept:
    return Concept(id_, name, kind, "A plain sentence.", lay=lay)


RECOGNIZER = Recognizer(
    Vocabulary.of(
        [
            concept("tremor", "tremor", "shaky", "(hand|hands) (shaky|shake)"),
            concept("fatigue", "fatigue", "worn out", "tired"),
            concept("relapse", "relapse", "attack", "flare (up|ups)"),
            concept("heart-attack", "heart attack", kind="other"),
            concept("anger", "anger", "bad mood"),
        ]
    )
)


def in_query(text: str) -> list[tuple[str, str]]:
    found = RECOGNIZER.in_query(word_table(text))
    return [(mention.concept, text[mention.start : mention.end]) for mention in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am tired", [("fatigue", "tired")]),
        ("TIRED; worn-out", [("fatigue", "TIRED"), ("fatigue", "worn-out")]),
        ("my hands are so very shaky", [("tremor", "hands are so very shaky")]),
        ("my hands are not shaky", [("tremor", "shaky")]),
        ("hands, shaky", [("tremor", "shaky")]),
        ("hands that are always just so very shaky", [("tremor", "shaky")]),
        ("flare-ups and a relapse", [("relapse", "flare-ups"), ("relapse", "relapse")]),
        ("heart attack", []),
        ("worn", []),
        ("", []),
    ],
)
def test_a_phrase_is_read_in_a_query_with_little_words_between(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert in_query(text) == expected


def test_a_phrase_is_never_read_in_a_text() -> None:
    for text in ("He was tired.", "Shaky hands; the attack was worn out.", "hands are shaky"):
        assert not RECOGNIZER.in_document(word_table(text))


LITTLE = st.lists(st.sampled_from(sorted(LITTLE_WORDS)), max_size=MOST_BETWEEN)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_every_phrase_of_the_shipped_vocabulary_is_found_with_little_words_between(
    vocabulary: Vocabulary, shipped: Recognizer, data: st.DataObject
) -> None:
    said = [one for one in vocabulary.concepts.values() if one.phrases]
    one = data.draw(st.sampled_from(said), label="concept")
    first, *others = data.draw(st.sampled_from(one.phrases), label="phrase").split()
    written = [first]
    for word in others:
        written += [*data.draw(LITTLE, label="between"), word]
    text = " ".join(written)
    matches = shipped.matches(word_table(text), is_query=True)
    assert any(match.concept.id == one.id for match in matches)


@pytest.fixture(scope="module")
def shipped(vocabulary: Vocabulary) -> Recognizer:
    return Recognizer(vocabulary)


def test_questions_in_patients_words_are_recognized(vocabulary: Vocabulary) -> None:
    analyzer = Analyzer(vocabulary)
    missed = [
        question["text"]
        for question in QUESTIONS
        if question["concept"]
        not in {mention.concept for mention in analyzer.query(question["text"]).mentions}
    ]
    assert len(QUESTIONS) >= 60
    assert len(missed) <= (1 - LEAST_RECOGNIZED) * len(QUESTIONS), missed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sclérose en plaques", "ms"),
        ("esclerosis múltiple", "ms"),
        ("Multiple Sklerose", "ms"),
        ("sclerosi multipla", "ms"),
        ("multiple sclerose", "ms"),
        ("esclerose múltipla", "ms"),
        ("poussée", "relapse"),
        ("Schübe", "relapse"),
        ("brotes", "relapse"),
        ("Müdigkeit", "fatigue"),
        ("rehab", "rehabilitation"),
        ("physio", "physiotherapy"),
        ("neuro", "neurologist"),
        ("meds", "disease-modifying-therapy"),
        ("onc", "cancer"),
    ],
)
def test_other_languages_and_shortened_words_are_understood(
    shipped: Recognizer, text: str, expected: str
) -> None:
    assert [mention.concept for mention in shipped.in_query(word_table(text))] == [expected]
