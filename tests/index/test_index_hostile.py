"""Texts that could make reading slow: what is done grows with their length, not with its square.

Calls of Python functions are counted, not seconds: twice the text may take little more than twice
as many.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from index import Analyzer, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 3000  # characters of the shorter text


def repeated(text: str) -> Callable[[int], str]:
    return lambda size: (text * (size // len(text) + 1))[:size]


def numbered(text: str) -> Callable[[int], str]:
    """A text again and again, each time with another number."""

    def make(size: int) -> str:
        parts: list[str] = []
        length = 0
        for number in count():
            parts.append(text.format(number))
            length += len(parts[-1])
            if length >= size:
                return "".join(parts)[:size]
        raise AssertionError

    return make


SHAPES = {
    "one definition again and again": repeated("multiple sclerosis (MS) relapsing remitting (RR) "),
    "one short form again and again": repeated("MS "),
    "short forms in capitals": repeated("MS RRMS EDSS "),
    "many short forms": numbered("alfa bravo {0} (AB{0}) "),
    "many meanings of one short form": numbered("relapsing{0} remitting{0} (RR) "),
    "many short forms that begin alike": numbered("interleukin lima {0} (IL-{0}) "),
    "brackets that are never closed": repeated("multiple sclerosis (MS ["),
    "letters that may spell a short form": repeated("a a a a a a a a a a a a (aaaaaaaaaaaa) "),
    "one long coordination": repeated("interferon beta-1a and 1b and "),
    "parts of longer short forms": repeated("GM-CSF CSF "),
    "courses without their disease": repeated("primary progressive and "),
    "codes": repeated("HLA-DRB1*15:01:01:"),
    "negations": repeated("non-MS-"),
    "a list of short forms": repeated("(multiple sclerosis, MS, RR, PP, SP) "),
}


def calls(analyzer: Analyzer, text: str) -> int:
    """How many functions are called while a text is read for the second time."""
    analyzer.read_all([("", text)])
    called = 0

    def tell(_: object, event: str, __: Any) -> None:  # noqa: ANN401 (whatever is called)
        nonlocal called
        called += event in {"call", "c_call"}

    sys.setprofile(tell)
    try:
        analyzer.read_all([("", text)])
    finally:
        sys.setprofile(None)
    return called


@pytest.fixture(scope="module")
def analyzer(vocabulary: Vocabulary) -> Analyzer:
    return Analyzer(vocabulary)


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_text_takes_twice_the_calls(analyzer: Analyzer, shape: str) -> None:
    once, twice = (calls(analyzer, SHAPES[shape](size)) for size in (SIZE, 2 * SIZE))
    assert twice < 2.5 * once + 500
    assert twice < 60 * 2 * SIZE
