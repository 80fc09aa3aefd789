"""Short forms with several meanings, decided from the abstract that they stand in."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from places import TESTS

from corpus import Abstract, Report, Section
from index import Analyzer, Concept, OpenedGeneration, Vocabulary
from index.abbreviations.definitions import definitions
from index.abbreviations.keys import fold_short
from index.abbreviations.learned import Learner, learn, pairs_of
from index.analyzer import LAYERS, ReadText
from index.build.builder import write

CASES = TESTS / "data" / "ambiguity.jsonl"
LEAST_PRECISION = 0.95
LEAST_RECALL = 0.95

ALFA = Concept("alfa", "alfa bravo", "courses", "An alfa.", short=("AB",))
DELTA = Concept("delta", "delta echo", "symptoms", "A delta.", short=("DE",), beside=("alfa",))
FOXTROT = Concept(
    "foxtrot",
    "foxtrot golf",
    "symptoms",
    "A foxtrot.",
    short=("FG",),
    beside=("hotel",),
    not_beside=("kilo lima",),
)
CHILD = Concept("child", "small alfa bravo", "courses", "A child.", broader=("alfa",))
GUARD = Concept("guard", "quiet romeo", "other", "A guard.")
SMALL = Analyzer(Vocabulary.of([ALFA, DELTA, FOXTROT, CHILD, GUARD]))


def found(*texts: str, analyzer: Analyzer = SMALL) -> list[str]:
    """The concepts that the texts of one abstract mention, with what was written."""
    return [
        f"{mention.concept}: {text[mention.start : mention.end]}"
        for text in analyzer.read(*texts)
        for mention in text.analysed.mentions
    ]


def decided(analyzer: Analyzer, case: dict[str, Any]) -> set[str]:
    return {
        mention.concept
        for text in analyzer.read(case["title"], case["text"])
        for mention in text.analysed.mentions
        if fold_short(text[mention.start : mention.end]) == fold_short(case["short"])
    }


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def test_decisions_are_precise_and_complete(
    cases: list[dict[str, Any]], vocabulary: Vocabulary
) -> None:
    analyzer = Analyzer(vocabulary)
    counts: Counter[str] = Counter()
    wrong = []
    for case in cases:
        expected = {case["concept"]} - {None}
        got = decided(analyzer, case)
        counts["right"] += bool(got) and got == expected
        counts["invented"] += bool(got - expected)
        counts["missed"] += bool(expected - got)
        if got != expected:
            wrong.append((case["short"], case["text"], got))
    assert len(cases) >= 100
    assert counts["right"] / (counts["right"] + counts["invented"]) >= LEAST_PRECISION, wrong
    assert counts["right"] / (counts["right"] + counts["missed"]) >= LEAST_RECALL, wrong


def test_cases_name_concepts_that_exist(
    cases: list[dict[str, Any]], vocabulary: Vocabulary
) -> None:
    for case in cases:
        assert case["concept"] is None or case["concept"] in vocabulary.concepts
        assert case["short"] in case["title"] + case["text"]


@pytest.mark.parametrize("title", ["AB and sleep", "Sleep"])
def test_the_definition_of_the_concept_holds_in_title_and_text(title: str) -> None:
    mentions = found(title, "Alfa bravo (AB) is rare. Sequence ABs are mild.")
    assert mentions[-3:] == ["alfa: Alfa bravo", "alfa: AB", "alfa: ABs"]
    assert ("alfa: AB" in mentions[:1]) is title.startswith("AB")


def test_another_definition_silences_the_short_form_in_title_text_and_plural() -> None:
    assert found("AB at night", "An angry bird (AB) sang. ABs sing. AB.") == []


def test_a_definition_speaks_for_its_own_abstract_only() -> None:
    assert found("", "An angry bird (AB) sang.") == []
    assert found("", "AB was rare.") == ["alfa: AB"]


def test_a_concept_in_other_inflection_or_misspelt_is_still_that_concept() -> None:
    assert "alfa: AB" in found("", "Alfas bravos (AB) were rare.")
    misspelt = Concept("scan", "positron emission", "imaging", "A scan.", short=("PE",))
    analyzer = Analyzer(Vocabulary.of([misspelt]))
    assert found("", "A position emission (PE) scan.", analyzer=analyzer) == ["scan: PE"]
    assert found("", "A pulmonary embolism (PE) came.", analyzer=analyzer) == []


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("Natural killer cells (NC) grew.", True),
        ("Natural killing cells (NC) grew.", True),
        ("Natural killer (NK) cells grew.", True),  # the last word may follow the bracket
        ("Natural cells (NC) grew.", False),
        ("Killer cells (KC) grew.", False),
        ("Natural blood cells (NBC) grew.", False),
        ("Natural killer blood cells (NBC) grew.", False),
    ],
)
def test_a_long_form_is_the_concept_only_if_no_word_is_left_over(text: str, is_meant: bool) -> None:  # noqa: FBT001 (a parameter of pytest)
    shorts = ("NC", "NK", "KC", "NBC")
    killer = Concept("killer", "natural killer cells", "biology", "Cells.", short=shorts)
    mentions = found("", text, analyzer=Analyzer(Vocabulary.of([killer])))
    assert any(mention.removeprefix("killer: ") in shorts for mention in mentions) is is_meant


def test_a_part_of_a_longer_short_form_is_not_meant_wherever_it_stands() -> None:
    sign = Concept("sign", "golf sign", "symptoms", "A sign.", short=("FG-S",))
    analyzer = Analyzer(Vocabulary.of([FOXTROT, sign]))
    for text in ("FG-S in hotels.", "Seen today in small hotels: FG-S."):
        assert found("", text, analyzer=analyzer) == ["sign: FG-S"]
    both = found("", "In hotels FG-S and FG.", analyzer=analyzer)
    assert both == ["sign: FG-S", "foxtrot: FG"]


def test_a_narrower_long_form_is_the_concept() -> None:
    assert "alfa: AB" in found("", "Small alfa bravo (AB) was found.")


def test_an_unmarked_short_form_needs_nothing() -> None:
    assert found("", "AB was rare.") == ["alfa: AB"]


def test_one_marked_with_beside_alone_needs_company() -> None:
    assert found("", "DE was rare.") == []
    assert found("Alfa bravo", "DE was rare.") == ["alfa: Alfa bravo", "delta: DE"]
    assert found("DE", "AB was rare.") == ["delta: DE", "alfa: AB"]
    assert found("DE", "Small alfa bravo.") == ["delta: DE", "child: Small alfa bravo"]
    assert found("DE", "The delta echo.") == ["delta: DE", "delta: delta echo"]


def test_one_marked_with_both_is_meant_unless_something_speaks_against_it() -> None:
    assert found("", "FG was rare.") == ["foxtrot: FG"]
    assert found("Kilo limas", "FG was rare.") == []
    assert found("Lima kilo", "FG was rare.") == ["foxtrot: FG"]
    assert found("Kilo lima", "FG in hotels was rare.") == ["foxtrot: FG"]


@pytest.mark.parametrize("code", ["FG-377", "ES-FG", "FG.5", "FG(3)", "FG/11"])
def test_a_part_of_a_code_is_none(code: str) -> None:
    assert found("", f"The ligand {code} was made.") == []
    assert found("", f"The ligand {code} in hotels.") == ["foxtrot: FG"]


def test_a_refused_short_form_is_no_company() -> None:
    assert found("DE", "An angry bird (AB) sang.") == []


def test_a_short_form_of_the_abstracts_own_is_a_mention() -> None:
    assert found("ALB grows", "Alfa bravo (ALB) is rare. Two ALBs.") == [
        "alfa: ALB",
        "alfa: Alfa bravo",
        "alfa: ALB",
        "alfa: ALBs",
    ]
    assert found("", "ALB grows.") == []


@pytest.mark.parametrize("text", ["Alfa bravo (A) and group A.", "Alfa bravo (al) al."])
def test_a_letter_or_a_small_word_is_no_mention(text: str) -> None:
    assert found("", text) == ["alfa: Alfa bravo"]


def test_a_long_form_that_only_holds_a_concept_adds_nothing() -> None:
    assert found("", "The alfa bravo scale (ABS) was used. ABS.") == ["alfa: alfa bravo"]


def test_a_guard_is_never_added() -> None:
    assert found("", "The quiet romeo (QR) sang. QR.") == []


def test_a_text_by_itself_is_an_abstract_of_one_text() -> None:
    assert [o.term for o in SMALL.layer("An angry bird (AB).", "concepts")] == []
    assert [o.term for o in SMALL.layer("AB", "concepts")] == ["alfa"]


def test_read_texts_carry_their_decisions_into_every_layer() -> None:
    title, text = SMALL.read("AB", "An angry bird (AB).")
    assert isinstance(title, ReadText)
    assert (title, text) == ("AB", "An angry bird (AB).")
    assert SMALL.layer(title, "concepts") == []
    assert SMALL.layer("AB", "concepts") != []
    assert SMALL.length(title) == 1
    assert SMALL.document(title) is title.analysed


WORDS = st.lists(
    st.sampled_from(
        [
            "AB",
            "DE",
            "FG",
            "alfa",
            "bravo",
            "(AB)",
            "(ALB)",
            "hotel",
            "kilo",
            "lima",
            "-",
            ".",
            "QR",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(WORDS, WORDS)
@example("", "alfa bravo (ALB) alfa bravo (ALB)")
@example("alfa bravo (ALB)", "ALB, alfa bravo (ALB)")
def test_mentions_are_in_order_within_the_text_and_said_once(title: str, text: str) -> None:
    for one in SMALL.read(title, text):
        mentions = one.analysed.mentions
        assert list(mentions) == sorted(mentions, key=lambda m: (m.first, -m.last, m.concept))
        for mention in mentions:
            words = one.analysed.words
            assert (mention.start, mention.end) == (
                words[mention.first].start,
                words[mention.last].end,
            )
        spans = [(m.concept, place) for m in mentions for place in range(m.first, m.last + 1)]
        assert len(spans) == len(set(spans))


@given(WORDS, WORDS)
def test_stems_and_exact_words_do_not_depend_on_the_other_text(title: str, text: str) -> None:
    read = SMALL.read(title, text)[0]
    for layer in LAYERS[:2]:
        assert SMALL.layer(read, layer) == SMALL.layer(title, layer)


@given(WORDS)
def test_a_short_form_is_decided_the_same_in_title_and_text(text: str) -> None:
    def shorts(*texts: str) -> set[str]:
        return {line for line in found(*texts) if line.endswith((": AB", ": DE", ": FG"))}

    assert shorts("", text) == shorts(text, "")


def test_a_build_learns_what_its_abstracts_define_and_settles_them_together(tmp_path: Path) -> None:
    texts = ("An angry bird (AB) sang.", "Alfa bravo (ALB) grew.", "AB grew.")
    abstracts = [
        Abstract(str(number), "AB at night", (Section(None, (text,)),))
        for number, text in enumerate(texts)
    ]
    manifest = write(tmp_path, abstracts, SMALL.vocabulary, Report())
    assert {"short_forms.table", "long_forms.table"} < manifest.files.keys()
    published = OpenedGeneration.read(tmp_path, manifest)
    try:
        assert published.short_forms == learn(abstracts)
        assert len(published.short_forms) == 2
        assert dict(published.spellings["alfa"]) == {"AB": 3, "Alfa bravo": 1, "ALB": 1}
        posted = published.reader.postings("title_concepts", "alfa").all_ids()
        assert list(posted) == [1, 2]
    finally:
        published.close()


def test_learning_forgets_what_is_rare_once_there_is_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("index.abbreviations.learned.MOST_PAIRS", 3)
    learner = Learner()
    for text in ("Alfa bravo (AB).", "Alfa bravo (AB).", "Cold dog (CD).", "Echo fox (EF)."):
        learner.add(pairs_of(definitions(text)))
    assert len(learner.learned()) == 3
    learner.add(pairs_of(definitions("Golf hotel (GH).")))
    assert [one.short for one in learner.learned()] == ["AB"]
