"""Short texts, and every mention that is recognized in them."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from places import TESTS

from index import Analyzer, Vocabulary

ENTRIES: list[dict[str, Any]] = tomllib.loads(
    (TESTS / "golden" / "recognition.toml").read_text(encoding="utf-8")
)["text"]


@pytest.fixture(scope="module")
def analyzer(vocabulary: Vocabulary) -> Analyzer:
    return Analyzer(vocabulary)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['rule']}: {entry['text']}")
def test_a_text_is_recognized_as_written_down(analyzer: Analyzer, entry: dict[str, Any]) -> None:
    text = entry["text"]
    is_query = entry.get("query", False)
    mentions = analyzer.query(text).mentions if is_query else analyzer.document(text).mentions
    found = [[mention.concept, text[mention.start : mention.end]] for mention in mentions]
    assert found == entry["mentions"]


def test_the_texts_are_many_and_of_every_kind(vocabulary: Vocabulary) -> None:
    concepts = {id_ for entry in ENTRIES for id_, _ in entry["mentions"]}
    assert len({entry["text"] for entry in ENTRIES}) >= 100
    kinds = {shipped.kind for shipped in vocabulary.concepts.values() if not shipped.is_guard}
    assert {vocabulary.concepts[id_].kind for id_ in concepts} == kinds
    assert sum(not entry["mentions"] for entry in ENTRIES) >= 20
