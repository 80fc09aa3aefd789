"""Text and spans to HTML and back."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from corpus import Abstract, Author
from search import Match
from web.render import (
    KINDS,
    adding,
    by_query,
    kind,
    marked,
    moment,
    narrowed,
    pubmed,
    reference,
    removing,
    short_authors,
)

if TYPE_CHECKING:
    from index import Vocabulary
    from search import Searcher

Spans = list[tuple[int, int]]


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, Spans]:
    text = draw(st.text(alphabet=st.sampled_from("abc <>&\"'ßé/;"), max_size=40) | st.text())
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    return text, list(zip(edges[::2], edges[1::2], strict=False))


@given(texts_with_spans())
def test_without_tags_the_text_is_back_and_marks_enclose_the_spans(case: tuple[str, Spans]) -> None:
    text, spans = case
    rendered = str(marked(text, spans))
    assert html.unescape(re.sub(r"</?mark>", "", rendered)) == text
    inside = re.findall(r"<mark>(.*?)</mark>", rendered, re.DOTALL)
    assert [html.unescape(part) for part in inside] == [text[start:end] for start, end in spans]


@given(st.text(), st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50))))
def test_no_span_loses_or_doubles_text(text: str, spans: Spans) -> None:
    rendered = str(marked(text, spans))
    assert html.unescape(re.sub(r"</?mark>", "", rendered)) == text


def test_markup_in_the_text_is_text() -> None:
    assert marked("<b>x</b>", [(0, 3)]) == Markup("<mark>&lt;b&gt;</mark>x&lt;/b&gt;")


def test_receipts_are_grouped_by_the_readers_word() -> None:
    matches = [
        Match("RRMS", "Relapsing/Remitting MS", "title"),
        Match("RRMS", "Relapsing/Remitting MS", "abstract"),
        Match("EDSS", "EDSS", "abstract"),
        Match("RRMS", "RRMS", "abstract"),
    ]
    assert by_query(matches) == {
        "RRMS": {"Relapsing/Remitting MS": ["title", "abstract"], "RRMS": ["abstract"]},
        "EDSS": {"EDSS": ["abstract"]},
    }


@pytest.mark.parametrize(
    ("count", "group", "expected"),
    [
        (0, None, ""),
        (0, "ESIMS", "ESIMS"),
        (2, None, "A0 X, A1 X"),
        (6, None, "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X"),
        (7, "ESIMS", "A0 X, A1 X, A2 X, A3 X, A4 X, A5 X, et al., ESIMS"),
    ],
)
def test_six_authors_are_named(count: int, group: str | None, expected: str) -> None:
    authors = tuple(Author(f"A{n}", "X") for n in range(count))
    assert short_authors(Abstract("1", "t", authors=authors, group_author=group)) == expected


def test_a_reference_is_the_citation_or_what_is_known() -> None:
    assert reference(Abstract("1", "t", citation="J 2003;1", journal="J", year=2003)) == "J 2003;1"
    assert reference(Abstract("1", "t", journal="J", year=2003)) == "J, 2003"
    assert reference(Abstract("1", "t", year=2003)) == "2003"
    assert not reference(Abstract("1", "t"))


@pytest.mark.parametrize("pmid", ["CF-1", "12a", "١٢٣", "1/../2", "", "12\n"])
def test_only_numbers_are_linked_to_pubmed(pmid: str) -> None:
    assert pubmed(pmid) is None


def test_a_pmid_is_linked_to_pubmed() -> None:
    assert pubmed("14598048") == "https://pubmed.ncbi.nlm.nih.gov/14598048/"


def test_moments_read_as_people_write_them() -> None:
    assert moment("2026-11-03T05:14:09+00:00") == "3 November 2026, 05:14 UTC"
    assert moment("long ago") == "long ago"


@given(st.lists(st.sampled_from(["a", "a.narrower", "b", "b.narrower"]), unique=True))
def test_a_switch_moves_only_its_own_concept(off: list[str]) -> None:
    others = [name for name in off if name.startswith("b")]
    assert adding(off, "a") == sorted(["a", *others])
    assert adding(off, "b.narrower")[-1:] == ["b.narrower"]
    assert removing(off, "a") == others
    assert removing(adding(off, "a"), "a") == sorted(others)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("RRMS", "RRMS concept:x"),
        (' "RRMS relapse ', '"RRMS relapse concept:x'),
        ("this OR", "(this OR) concept:x"),
        ("this AND", "(this AND) concept:x"),
        ("not NOT", "(not NOT) concept:x"),
        ("title:", "(title:) concept:x"),
        ("a -", "(a -) concept:x"),
        ("TUMOR", "TUMOR concept:x"),
        ("T-", "T- concept:x"),
    ],
)
def test_a_narrower_query_binds_nothing_else(query: str, expected: str) -> None:
    assert narrowed(query, "x") == expected


@pytest.mark.parametrize(
    "query",
    ["IVIG", "IVIG OR", "IVIG NOT", "IVIG -", '"IVIG', "(IVIG", "IVIG)", "a OR IVIG"],
)
def test_a_narrower_query_finds_some_of_the_same(searcher: Searcher, query: str) -> None:
    wide, narrow = (
        {pmid for pmid, _ in searcher.rank(one)} for one in (query, narrowed(query, "placebo"))
    )
    speaks = {pmid for pmid, _ in searcher.rank("concept:placebo")}
    assert narrow == (wide & speaks if wide else speaks)


def test_kinds_are_headings() -> None:
    assert (kind("treatment"), kind("our own")) == ("Treatments", "Our own")


def test_every_kind_of_the_vocabulary_has_a_heading(vocabulary: Vocabulary) -> None:
    assert {one.kind for one in vocabulary.concepts.values() if not one.is_guard} == set(KINDS)
