from __future__ import annotations

import pytest

from corpus import Abstract
from index import Concept, Vocabulary
from index.inspection.audit import LONGEST_PLAIN, SERIOUS, Fault, audit, changes, sizes, uses


def concept(id_: str, name: str, kind: str = "course", **more: tuple[str, ...]) -> Concept:
    return Concept(id_, name, kind, "A plain sentence.", **more)


def faults(*concepts: Concept) -> list[tuple[Fault, str]]:
    return [(finding.fault, finding.concept) for finding in audit(Vocabulary.of(concepts))]


def test_the_shipped_vocabulary_is_clean(vocabulary: Vocabulary) -> None:
    assert audit(vocabulary) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("auto-immune disease", "autoimmune diseases"),
        ("tumour", "tumors"),
        ("beta interferon", "β-interferon"),
        ("follow up", "followup"),
    ],
)
def test_a_spelling_of_two_concepts_is_a_clash_however_it_is_written(one: str, other: str) -> None:
    assert faults(concept("a", one), concept("b", other)) == [(Fault.CLASH, "a")]


def test_two_short_forms_clash_unless_the_abstract_decides() -> None:
    a, b = concept("a", "alfa", short=("AB",)), concept("b", "bravo", capitals=("AB",))
    assert faults(a, b) == [(Fault.CLASH, "a")]
    told = {"beside": ("alfa",)}
    a, b = (concept(one.id, one.name, short=("AB",), **told) for one in (a, b))
    assert faults(a, b) == [(Fault.NEARLY, "a")]


def test_letter_case_tells_a_short_form_from_a_word() -> None:
    found = faults(concept("a", "alfa", capitals=("RAW",)), concept("b", "raw"))
    assert found == [(Fault.NEARLY, "a")]
    assert Fault.NEARLY not in SERIOUS


def test_a_spelling_without_words_or_with_a_border_is_never_found() -> None:
    found = audit(Vocabulary.of([concept("a", "alfa", variants=("!?", "bravo; charlie"))]))
    assert [finding.fault for finding in found] == [Fault.NEVER_FOUND, Fault.NEVER_FOUND]
    assert "“!?” has no word" in found[0].detail
    assert "“bravo; charlie” is not found in a query" in found[1].detail


def test_a_variant_that_adds_nothing_is_redundant() -> None:
    one = concept("a", "alfa bravo", variants=("alfa-bravo", "alfa", "(alfa)", "ALFAS"))
    assert faults(one) == [(Fault.REDUNDANT, "a")] * 3
    assert faults(concept("a", "alfa", variants=("bravo", "bravo"))) == [(Fault.REDUNDANT, "a")]
    assert not faults(concept("a", "alfa", variants=("IVIG",), short=("IVIG",)))


def test_lay_phrases_clash_have_to_be_found_and_may_repeat_a_variant() -> None:
    one = concept("a", "alfa", lay=("bravo charlie",))
    assert faults(one, concept("b", "bravo-charlie")) == [(Fault.CLASH, "a")]
    assert faults(one, concept("b", "bravo", lay=("bravo-charlie",))) == [(Fault.CLASH, "a")]
    assert faults(concept("a", "alfa", lay=("!?",))) == [(Fault.NEVER_FOUND, "a")]
    assert not faults(concept("a", "alfa", lay=("alfas",)))


def test_plain_sentences_are_there_and_short() -> None:
    silent = Concept("a", "alfa", "course", "")
    wordy = Concept("b", "bravo", "course", "x" * (LONGEST_PLAIN + 1))
    assert faults(silent, wordy) == [(Fault.NO_PLAIN, "a"), (Fault.LONG_PLAIN, "b")]


def test_concepts_that_no_abstract_mentions_are_unused_but_guards_are_not() -> None:
    known = Vocabulary.of([concept("a", "alfa"), concept("b", "bravo"), concept("c", "c", "other")])
    found = [finding for finding in audit(known, {"a"}) if finding.fault is Fault.UNUSED]
    assert [finding.concept for finding in found] == ["b"]


def test_sizes_count_written_out_spellings_by_kind() -> None:
    known = Vocabulary.of(
        [
            concept("a", "alfa", variants=("(b|c) d",), short=("A",), lay=("(f|g|h)",)),
            concept("e", "echo", "drug"),
        ]
    )
    assert {kind: tuple(size) for kind, size in sizes(known).items()} == {
        "course": (1, 4, 3),
        "drug": (1, 1, 0),
    }


ABSTRACTS = [
    Abstract(pmid="1", title="Alfa and bravo"),
    Abstract(pmid="2", title="Charlie"),
    Abstract(pmid="3", title="Alfa charlie"),
]


def test_uses_lists_abstracts_by_concept() -> None:
    seen: list[None] = []
    known = Vocabulary.of([concept("a", "alfa"), concept("c", "charlie")])
    found = uses(known, ABSTRACTS, lambda: seen.append(None))
    assert found == {"a": ["1", "3"], "c": ["2", "3"]}
    assert len(seen) == len(ABSTRACTS)


def test_changes_tell_what_is_gained_and_lost_also_through_others() -> None:
    same = concept("same", "echo")
    old = [concept("a", "alfa"), concept("gone", "bravo"), concept("c", "charlie"), same]
    new = [
        concept("a", "alfa", variants=("charlie",)),
        concept("c", "charlie"),
        concept("guard", "alfa charlie", "other"),
        same,
    ]
    found = changes(Vocabulary.of(old), Vocabulary.of(new), lambda: ABSTRACTS, lambda: None)
    assert [(one.concept, one.what, one.gained, one.lost) for one in found] == [
        ("a", "changed", ("2",), ("3",)),
        ("c", "through others", (), ("3",)),
        ("gone", "removed", (), ("1",)),
        ("guard", "added", (), ()),
    ]
