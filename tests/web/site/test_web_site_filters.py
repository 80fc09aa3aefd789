"""Text and spans to HTML and back."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from web.site.filters import adding, marked, narrowed, removing

if TYPE_CHECKING:
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
