"""Every spelling finds all the others: each line of the table is one meaning."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import Vocabulary
    from search import Searcher

CLASSES = [
    [
        "RRMS",
        "rrms",
        "RR-MS",
        "Relapsing/Remitting",
        "relapsing remitting",
        "relapsing-remitting MS",
        "Relapsing/Remitting MS",
        "relapsing remitting multiple sclerosis",
        "remitting-relapsing multiple sclerosis",
    ],
    ["SPMS", "Secondary/Progressive", "secondary progressive MS", "SP-MS"],
    ["SPMS", "secondary-progressive multiple sclerosis", "secondary progressive disease"],
    ["PPMS", "Primary/Progressive", "primary progressive MS", "PP-MS"],
    ["PPMS", "primary-progressive multiple sclerosis"],
    ["PRMS", "progressive relapsing MS", "progressive-relapsing multiple sclerosis"],
    [
        "IVIG",
        "IVIg",
        "ivig",
        "IntraVenous ImmunoGlobulin",
        "intravenous immunoglobulins",
        "I.V. ImmuneGlobulins",
        "iv immune globulin",
        "i.v. immunoglobulin",
        "intravenous immune globulins",
        "intravenous gammaglobulin",
    ],
    [
        "Interferon-ß-1a",
        "interferon beta-1a",
        "interferon β-1a",
        "IFN-β-1a",
        "IFNb-1a",
        "IFNβ-1a",
        "IFN beta 1a",
        "Avonex",
        "Rebif",
        "AVONEX",
    ],
    ["Interferon-ß", "beta-Interferon", "beta interferon", "interferon beta", "IFNB", "IFN-β"],
    ["MS", "ms", "multiple sclerosis", "Multiple Sclerosis"],
    [
        "EDSS",
        "edss",
        "Expanded Disability Status Scale",
        "Kurtzke's Expanded Disability Status Scale",
        "Kurtzke Expanded Disability Status Scale",
    ],
    [
        "EAE",
        "experimental autoimmune encephalomyelitis",
        "experimental auto-immune encephalomyelitis",
        "experimental allergic encephalomyelitis",
    ],
    ["CIS", "clinically isolated syndrome", "clinically isolated syndromes", "cis"],
    ["IVMP", "intravenous methylprednisolone", "IntraVenous MethylPrednisolone"],
    ["MRI", "Magnetic Resonance Imaging", "mri", "MR imaging"],
    [
        "RCT",
        "RCTs",
        "rcts",
        "randomised controlled trial",
        "randomized controlled trials",
        "randomized-controlled trial",
    ],
    ["CNS", "central nervous system"],
    ["Gd", "gadolinium"],
    ["glatiramer acetate", "Copaxone", "glatiramer", "copolymer 1"],
    ["ReMyelination", "remyelination", "re-myelination", "remyelinating"],
    ["DeMyelination", "demyelination", "de-myelination"],
    ["AutoImmune", "auto-immune", "autoimmune", "auto immune"],
    ["AntiInflammatory", "anti-inflammatory", "antiinflammatory", "anti inflammatory"],
    ["T2-lesion", "T2 lesion", "T2 lesions"],
    ["post-partum", "postpartum", "post partum"],
    ["randomised", "randomized", "randomisation", "randomization"],
    ["inflammation", "inflammatory", "Inflammation"],
    ["ImmunoModulatory", "immunomodulation", "immuno-modulatory"],
    ["double-blind", "double blind", "Double-Blind"],
    ["placebo-controlled", "placebo controlled"],
    ["Guillain-Barre", "Guillain Barré", "Guillain-Barré", "guillain barre"],
    ["meta-analysis", "metaanalysis", "meta-analyses", "meta analysis"],
    ["tumour", "tumor"],
    ["follow-up", "followup", "follow up"],
]

NUMBERS = [
    ("0.4 g/kg", {"12910072", "15539773"}),
    ("1.11", {"15451222"}),
    ('"P=0.009"', {"16042226"}),
    ('"P = 0.009"', {"16042226"}),
    ("0.009", {"16042226"}),
    ('"0.4 g/kg"', {"12910072", "15539773"}),
    ("1a", {"15539773"}),
    ("6.77", {"12910072"}),
]


def pmids(searcher: Searcher, query: str) -> set[str]:
    page = searcher.search(query, per_page=100)
    assert page.total == len(page.hits)
    return {hit.pmid for hit in page.hits}


@pytest.mark.parametrize("spellings", CLASSES, ids=lambda spellings: spellings[0])
def test_each_spelling_finds_the_same_abstracts_of_the_page(
    spellings: list[str], searcher: Searcher
) -> None:
    found = {spelling: pmids(searcher, spelling) for spelling in spellings}
    for one, other in itertools.combinations(spellings, 2):
        assert found[one] == found[other], (one, other)


@pytest.mark.parametrize("spellings", CLASSES, ids=lambda spellings: spellings[0])
def test_each_spelling_finds_each_other_in_a_text(
    spellings: list[str], searching: Callable[..., Searcher], vocabulary: Vocabulary
) -> None:
    written = [
        s for s in spellings if s not in {"ms", "rrms", "cis", "mri", "edss", "ivig", "rcts"}
    ]
    # A course that is spelt without the disease is one only beside it.
    texts = [f"We saw {spelling} here; multiple sclerosis." for spelling in written]
    searcher = searching(*texts, "Nothing of that kind.", concepts=vocabulary)
    everything = {str(number) for number in range(1, len(written) + 1)}
    for spelling in spellings:
        assert pmids(searcher, spelling) == everything, spelling


@pytest.mark.parametrize(("query", "expected"), NUMBERS)
def test_numbers_and_doses_stay_findable(
    query: str, expected: set[str], searcher: Searcher
) -> None:
    assert expected <= pmids(searcher, query)


def test_a_course_named_together_with_another_is_both(searcher: Searcher) -> None:
    both = "12910072"  # "Secondary and Primary/Progressive Diseases"
    page = searcher.abstract(both, "PPMS")
    assert [match.text for match in page.matches] == ["Primary/Progressive Diseases"]
    page = searcher.abstract(both, "SPMS")
    assert "Secondary" in [match.text for match in page.matches]


def test_a_broader_concept_finds_the_narrower_and_not_the_other_way_round(
    searching: Callable[..., Searcher], vocabulary: Vocabulary
) -> None:
    searcher = searching("Interferon beta was given.", "Avonex was given.", concepts=vocabulary)
    assert pmids(searcher, "interferon beta") == {"1", "2"}
    assert pmids(searcher, "interferon beta-1a") == {"2"}


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("CIS", "The cis isomer and cis-platin were compared."),
        ("MS", "Each pulse took 200 ms."),
        ("nitric oxide", "There was no benefit."),
        ("optic neuritis", "It depends on the dose."),
        ("PPMS", "Patients with primary progressive aphasia."),
    ],
)
def test_an_ordinary_word_is_no_concept(
    query: str, text: str, searching: Callable[..., Searcher], vocabulary: Vocabulary
) -> None:
    assert pmids(searching(text, "Something else.", concepts=vocabulary), query) == set()


def test_a_query_of_ordinary_words_is_no_concept(
    searching: Callable[..., Searcher], vocabulary: Vocabulary
) -> None:
    page = searching("Nitric oxide in optic neuritis.", concepts=vocabulary).search(
        "no effect on it"
    )
    assert page.expansions == ()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_expansion_never_loses_a_hit(data: st.DataObject, searcher: Searcher) -> None:
    """Whatever is written in the text as a phrase is found by typing it freely."""
    words = "IVIG MS multiple sclerosis relapse rate progressive MRI lesions".split()
    words += "Secondary/Progressive IntraVenous treatment Interferon-ß placebo trials EDSS".split()
    query = " ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4)))
    assert pmids(searcher, f'"{query}"') <= pmids(searcher, query)
