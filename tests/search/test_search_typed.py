"""Nothing that a reader types raises, hangs, or breaks what comes out."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import AbstractNotFound
from search.request import DEEPEST, MOST_PER_PAGE

if TYPE_CHECKING:
    from search import Searcher

SLOWEST = 1.0

TYPED = (
    r'( ) " - OR AND NOT | * : .. ~5 ^0 [a TO z] ANDMAYBE title: abstract: author: journal: topic: '
    r"pmid: affiliation: year: year:2003..2005 year:.. 2003 IVIG ivig* re* x* the EAE zebra "
    r"relapse sorensen 15955273 0.4 -- ' \ % <b> &amp; Interferon-ß-1a β é ” 中文 ﷺ"
)
PIECES = st.sampled_from(
    [
        *TYPED.split(" "),
        *(" ", "\n", "\0", "\ud800", "\udcff", "\N{COMBINING ACUTE ACCENT}"),
        *("\N{GRINNING FACE}", "\N{ZERO WIDTH JOINER}", "\N{RIGHT-TO-LEFT OVERRIDE}"),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(codec=None), max_size=300),
    st.lists(PIECES, max_size=60).map(" ".join),
    st.lists(PIECES, max_size=40).map("".join),
)


def check(searcher: Searcher, text: str) -> None:
    began = time.perf_counter()
    page = searcher.search(text)
    assert time.perf_counter() - began < SLOWEST, text
    json.dumps(page.to_dict(), ensure_ascii=False).encode()
    assert len(page.hits) == min(10, page.total) <= 12
    assert page.total or page.notes
    for hit in page.hits:
        assert hit.score >= 0


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_no_string_raises_or_takes_long(text: str, searcher: Searcher) -> None:
    check(searcher, text)
    searcher.abstract("15955273", text)


@pytest.mark.parametrize(
    "text",
    [
        " AND ".join(["alfa"] * 1000),
        " OR ".join(["ivig"] * 5000),
        "(" * 1000 + "ivig" + ")" * 1000,
        "(ivig OR " * 500,
        "NOT NOT",
        "NOT " * 1000 + "ivig",
        "word^0",
        "ivig ANDMAYBE " * 500,
        "*",
        "*ax",
        "[a TO zzzz]",
        "ivig~5",
        "??",
        "re* " * 100,
        "in* OR re* OR co* OR pa* " * 20,
        "-word",
        "title:x",
        "nosuch:x",
        "the of and",
        '"the of and"',
        "x" * 10_000,
        "ivig " * 2_000,
        '"' * 10_000,
        "\N{GRINNING FACE}" * 10_000,
        "\ud800" * 10_000,
        "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 10_000,
        "1.1" * 3_000,
        "a-" * 5_000,
        "title:" * 1_000 + "ivig",
        "-" * 10_000,
        "e\N{COMBINING ACUTE ACCENT}" * 5_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_what_breaks_other_engines_is_answered_in_time(text: str, searcher: Searcher) -> None:
    check(searcher, text)


@settings(max_examples=60, deadline=None)
@given(
    page=st.integers(),
    per_page=st.integers(),
    off=st.lists(st.one_of(st.text(), st.sampled_from(["ivig", "ms"])), max_size=3),
)
def test_no_page_and_no_switch_raises(
    page: int, per_page: int, off: list[str], searcher: Searcher
) -> None:
    found = searcher.search("IVIG MS", page=page, per_page=per_page, off=off)
    assert 1 <= found.per_page <= MOST_PER_PAGE
    assert 1 <= found.page <= DEEPEST // found.per_page


@settings(max_examples=40, deadline=None)
@given(pmid=st.text(st.characters(codec=None), max_size=20))
def test_any_string_may_be_asked_for_as_a_pmid(pmid: str, searcher: Searcher) -> None:
    with pytest.raises(AbstractNotFound):
        searcher.abstract(pmid)
