from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.stems import SHORTEST, american, british_spellings, stem, stop_words
from index.tokens import fold


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
