from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.inspection.explanation import (
    AS_WRITTEN,
    BRITISH,
    CASE,
    CATALOGUE_ORDER,
    DEFINED,
    ENDING,
    GREEK_LETTER,
    HYPHEN,
    LAY,
    PLURAL,
    SHARED_WORD,
    Reason,
    explain,
    rules,
)

if TYPE_CHECKING:
    from index import Vocabulary


@pytest.mark.parametrize(
    ("written", "spelling", "expected"),
    [
        ("relapse", "relapse", [AS_WRITTEN]),
        ("RELAPSE", "relapse", [CASE]),
        ("relapses", "relapse", [PLURAL]),
        ("therapies", "therapy", [PLURAL]),
        ("tumour", "tumor", [BRITISH]),
        ("inflammatory", "inflammation", [ENDING]),
        ("auto-immune", "autoimmune", [HYPHEN]),
        ("relapsing/remitting", "relapsing remitting", [HYPHEN]),
        ("IFN-β", "IFN beta", [GREEK_LETTER, HYPHEN]),
        ("tumours", "tumor", [BRITISH, PLURAL]),
    ],
)
def test_rules_name_what_differs(written: str, spelling: str, expected: list[str]) -> None:
    assert set(rules(written, spelling)) == set(expected)


def reasons(vocabulary: Vocabulary, text: str, *, is_query: bool = False) -> dict[str, Reason]:
    found = explain(vocabulary, text, is_query=is_query)
    assert all(text[reason.start : reason.end] == reason.text for reason in found)
    return {f"{reason.concept}: {reason.text}": reason for reason in found}


def test_a_shared_word_is_a_rule(vocabulary: Vocabulary) -> None:
    found = reasons(vocabulary, "Secondary and Primary/Progressive MS")
    shared = found["spms: Secondary"]
    assert shared.rules == (SHARED_WORD,)
    assert shared.silenced is None
    assert (shared.name, shared.kind) == ("secondary progressive MS", "course")
    assert found["ppms: Primary/Progressive MS"].spelling == "primary progressive MS"


def test_catalogue_order_is_a_rule(vocabulary: Vocabulary) -> None:
    found = reasons(vocabulary, "Sclerosis, Multiple")
    assert found["ms: Sclerosis, Multiple"].rules == (CATALOGUE_ORDER,)


def test_what_lay_people_say_is_a_rule_in_queries_only(vocabulary: Vocabulary) -> None:
    text = "hands are so shaky"
    found = reasons(vocabulary, text, is_query=True)[f"tremor: {text}"]
    assert (found.spelling, found.rules) == ("hands shaky", (LAY,))
    assert not reasons(vocabulary, text)


def test_what_a_longer_mention_says_is_silenced(vocabulary: Vocabulary) -> None:
    found = reasons(vocabulary, "relapsing-remitting multiple sclerosis")
    assert found["rrms: relapsing-remitting multiple sclerosis"].silenced is None
    silenced = found["ms: multiple sclerosis"].silenced
    assert silenced is not None
    assert silenced.startswith("said already by the longer")


def test_a_guard_silences_and_is_told(vocabulary: Vocabulary) -> None:
    for is_query in (False, True):
        found = reasons(vocabulary, "primary progressive aphasia", is_query=is_query)
        silenced = found["ppms: primary progressive"].silenced
        assert silenced is not None
        assert "which means something else (primary-progressive-aphasia)" in silenced
        assert all(reason.silenced for reason in found.values())


def test_what_the_text_itself_defines_is_told(vocabulary: Vocabulary) -> None:
    found = reasons(vocabulary, "mass spectrometry (MS) and MS")
    assert found["ms: MS"].silenced == "means something else in this text"
    found = reasons(vocabulary, "relapsing remitting multiple sclerosis (RREMS)")
    assert found["rrms: RREMS"].rules == (DEFINED,)


def test_the_mentions_are_those_of_the_search(vocabulary: Vocabulary) -> None:
    found = reasons(vocabulary, "rrms, IVIg", is_query=True)
    assert [(r.concept, r.silenced) for r in found.values()] == [("rrms", None), ("ivig", None)]
    assert not explain(vocabulary, "")
