"""Snippets: the sentences of a text that match best, as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Section
from search.local.highlight import LONGEST_SNIPPET, MOST_SNIPPETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from search import Searcher
    from search.results import Snippet, Span


def snippet(searcher: Searcher, query: str) -> Snippet:
    [hit] = searcher.search(query).hits
    [only] = hit.snippets
    return only


def marked(text: str, places: Iterable[Span]) -> list[str]:
    return [text[start:end] for start, end in places]


def test_a_snippet_is_the_sentence_that_matches_with_its_section(
    searching: Callable[..., Searcher],
) -> None:
    sections = (
        Section("Methods", ("First one. Second Alfa here.",)),
        Section("Findings", ("Nothing.",)),
    )
    found = snippet(searching(Abstract(pmid="1", title="", sections=sections)), "alfa")
    assert (found.section, found.text) == ("Methods", "Second Alfa here.")
    assert marked(found.text, found.spans) == ["Alfa"]
    assert not found.cut_before
    assert not found.cut_after


def test_without_a_match_in_the_text_the_snippet_is_its_beginning(
    searching: Callable[..., Searcher],
) -> None:
    found = snippet(searching(("alfa", "First one. Second one.")), "alfa")
    assert (found.text, found.spans) == ("First one.", ())
    [hit] = searching(("alfa", "")).search("alfa").hits
    assert hit.snippets == ()
    assert hit.title_spans == ((0, 4),)


def test_the_best_passages_are_shown_in_the_order_of_the_text(
    searching: Callable[..., Searcher],
) -> None:
    text = "One alfa. Two alfa. None. Three alfa and bravo. Four alfa. Five bravo alfa."
    [hit] = searching(text).search("alfa bravo").hits
    assert [one.text for one in hit.snippets] == [
        "One alfa.",
        "Three alfa and bravo.",
        "Five bravo alfa.",
    ]
    assert len(hit.snippets) == MOST_SNIPPETS


@pytest.mark.parametrize("place", [0, 3, 60, 120, 199])
def test_a_long_sentence_is_cut_between_words_around_its_match(
    place: int, searching: Callable[..., Searcher]
) -> None:
    listed = ["lorem"] * 200
    listed[place] = "Alfa"
    text = " ".join(listed)
    found = snippet(searching(text), "alfa")
    assert marked(found.text, found.spans) == ["Alfa"]
    assert len(found.text) <= LONGEST_SNIPPET
    assert found.text in text
    assert set(found.text.split()) == {"lorem", "Alfa"}
    assert found.cut_before == (not text.startswith(found.text))
    assert found.cut_after == (not text.endswith(found.text))


def test_a_word_without_end_is_cut_too(searching: Callable[..., Searcher]) -> None:
    for text in ("x" * 1000 + " alfa", "alfa " + "x" * 1000, "x" * 1000):
        query = "alfa" if "alfa" in text else "x" * 1000
        [hit] = searching(text, "other").search(query).hits or searching(text).search("xx*").hits
        for one in hit.snippets:
            assert one.text in text
            assert len(one.text) <= max(LONGEST_SNIPPET, 1000)


def test_numbers_and_capitals_stay_as_they_are_written(searching: Callable[..., Searcher]) -> None:
    text = "ReMyelination with 0.4 g/kg (p<0.001) and 1,149 of IFN-β-1a."
    for query, expected in [
        ("remyelination", ["ReMyelination"]),
        ("0.4", ["0.4"]),
        ("P<0.001", ["p", "0.001"]),
        ("1149", ["1,149"]),
        ("ifn-beta-1a", ["IFN", "β", "1a"]),
    ]:
        found = snippet(searching(text), query)
        assert found.text == text
        assert "".join(marked(text, found.spans)).replace("-", "") == "".join(expected), query


# The page


@pytest.mark.parametrize(
    ("query", "pmid", "expected"),
    [
        ("EDSS", "14760960", ["Methods", "Methods", "Findings"]),
        ("superiority", "14760960", ["Interpretation"]),
        ("IVIG", "15451222", ["Background", "Background", "Findings"]),
        ("thrombosis", "15451222", ["Findings"]),
        ('"black hole"', "16042226", ["Results"]),
        ("conventional MRI explored", "16042226", ["Conclusion", "Conclusion"]),
        ("ImmunoModulating", "12962026", [None]),
    ],
)
def test_a_snippet_says_which_section_it_is_from(
    query: str, pmid: str, expected: list[str | None], searcher: Searcher
) -> None:
    [hit] = [hit for hit in searcher.search(query, per_page=100).hits if hit.pmid == pmid]
    labels = [one.section for one in hit.snippets]
    assert set(labels) == set(expected)
    assert labels == sorted(labels, key=[section.label for section in hit.abstract.sections].index)
