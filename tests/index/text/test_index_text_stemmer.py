from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nltk.stem.snowball import SnowballStemmer

from index.concepts.vocabulary import Vocabulary
from index.text.stemmer import SHORTEST, american, british_spellings, snowball, stem, stop_words
from index.text.tokenizer import fold

NLTK = SnowballStemmer("english")

# What the rules of the algorithm look at, in any order.
PARTS = (
    *("gener", "arsen", "commun", "y", "ey", "sky", "succeed", "inning", "at", "bl", "iz", "tt"),
    *("ss", "ll", "w", "x", "sses", "ied", "ies", "us", "s", "eed", "eedly", "ing", "ingly", "ed"),
    *("edly", "ization", "ational", "fulness", "ousness", "iveness", "biliti", "lessli", "entli"),
    *("ation", "alism", "aliti", "ousli", "iviti", "fulli", "enci", "anci", "abli", "izer", "ator"),
    *(
        "alli",
        "bli",
        "logi",
        "ogi",
        "li",
        "alize",
        "icate",
        "iciti",
        "ative",
        "ical",
        "ness",
        "ful",
    ),
    *("ement", "ance", "ence", "able", "ible", "ment", "ant", "ism", "ate", "iti", "ous", "ive"),
    *("ize", "sion", "tion", "ion", "al", "er", "ic", "e", "l", "ly"),
)


@pytest.mark.parametrize(
    "forms",
    [
        "inflammation inflammatory inflammations",
        "randomised randomized randomise randomization randomisation",
        "relapse relapses relapsing relapsed",
        "remitting remits",
        "progressive progression progressing",
        "diagnosis diagnoses diagnosed",
        "analysis analyses",
        "demyelination demyelinating",
        "remyelination remyelinating",
        "immunoglobulin immunoglobulins",
        "lesion lesions",
        "tumour tumor tumours",
        "oedema edema",
        "anaemia anemia",
        "haemorrhage hemorrhage",
        "leucocyte leukocyte leucocytes",
        "paediatric pediatric",
        "oesophagus esophagus",
        "foetal fetal",
        "pregnancy pregnancies pregnant",
        "woman women",
        "nucleus nuclei",
        "treatment treatments",
        "therapy therapies",
    ],
)
def test_relatives_meet_in_one_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1, {f: stem(f) for f in forms.split()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("relapse", "remission"),
        ("lesion", "less"),
        ("immunoglobulin", "immunomodulator"),
        ("interferon", "interfere"),
        ("oral", "orally1"),
        ("territory", "terrible"),
        ("laboratory", "labor"),
    ],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@pytest.mark.parametrize(
    "form", ["ms", "ams", "gas", "edss", "ivig", "spms", "rrms", "eae", "t2", "1a", "0.4", "cd4"]
)
def test_short_forms_and_numbers_are_their_own_stem(form: str) -> None:
    assert stem(form) == form


@pytest.mark.parametrize(
    ("british", "spelled"),
    [
        ("randomised", "randomized"),
        ("colour", "color"),
        ("localisation", "localization"),
        ("relapse", "relapse"),
    ],
)
def test_british_words_get_their_american_spelling(british: str, spelled: str) -> None:
    assert american(british) == spelled


def test_every_listed_pair_meets() -> None:
    apart = {
        british: spelled
        for british, spelled in british_spellings().items()
        if british.isalpha() and len(british) >= SHORTEST and stem(british) != stem(spelled)
    }
    assert apart == {"analyses": "analyzes"}  # the plural of analysis is what abstracts mean


def test_stop_words_are_forms() -> None:
    assert {"the", "of", "with"} <= stop_words()
    assert all(fold(word) == word for word in stop_words())
    assert not stop_words() & {"ms", "relapse", "pain", "disease"}


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=30))
def test_every_form_has_a_stem(text: str) -> None:
    form = fold(text)
    assert bool(stem(form)) is bool(form)


@settings(deadline=None, max_examples=2000)
@given(
    st.lists(
        st.sampled_from(PARTS) | st.text("aeiouybdlnrstéж", max_size=3), min_size=1, max_size=5
    ).map("".join)
)
@example("dying")
@example("vietnamization")
@example("rotationally")  # which NLTK does not stem as the definition has it
@example("a" * 100)
@example("a" * 99 + "ies")
@example("é" * 3)
@example("Éé")
@example("a" * 101)
@example("ﬁés")
@example("")
def test_the_compiled_stemmer_says_what_nltk_says(form: str) -> None:
    assert snowball(form) == NLTK.stem(form)


def test_all_words_of_the_vocabulary_have_the_stems_of_nltk() -> None:
    words = {
        fold(word)
        for concept in Vocabulary.bundled().concepts.values()
        for spelling in (*concept.spellings, *concept.short, *concept.capitals)
        for word in spelling.split()
    } | set(british_spellings().values())
    assert len(words) > 5000
    assert {word: snowball(word) for word in words} == {word: NLTK.stem(word) for word in words}
