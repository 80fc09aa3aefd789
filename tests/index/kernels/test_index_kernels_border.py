"""The border to the compiled code: what does not fit raises, and nothing is read or written."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from kernel_arguments import SegmentArrays, lines, plan, scorer, segment

from index import kernels
from index.kernels import (
    ConceptLists,
    Lexicon,
    Lines,
    ListMerger,
    QueryPlan,
    Scratch,
    Segment,
    Strings,
    TermMerger,
    TextWords,
    TrieArrays,
    WordTable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSED = (ValueError, TypeError, BufferError, OverflowError)

BYTES, WORDS, NUMBERS, LONGS, REALS = (
    np.zeros(3, kind) for kind in (np.uint8, np.uint16, np.uint32, np.int64, np.float64)
)
MATCHES = np.array([[0, 0, 0, 1, 0]], np.int64)

Call = tuple["Callable[..., Any]", dict[str, Any]]


def of(function: Callable[..., Any], **arguments: Any) -> Call:  # noqa: ANN401 (whatever a kernel takes)
    return function, arguments


def lists(count: int = 3) -> ConceptLists:
    return ConceptLists(np.zeros(count + 1, np.uint32), NUMBERS[:0], 3)


def trie(**changed: Any) -> TrieArrays:  # noqa: ANN401 (same)
    given = {
        "firsts": np.array([0, 1, 1], np.uint32),
        "symbols": np.array([1], np.uint32),
        "nexts": np.array([1], np.uint32),
        "roots": np.array([0, 1], np.uint32),
        "links": np.zeros(2, np.uint8),
        "ends": np.array([0, 1], np.uint8),
    }
    return TrieArrays(**(given | changed))


def words(**changed: Any) -> TextWords:  # noqa: ANN401 (same)
    given = {"numbers": NUMBERS, "symbols": NUMBERS[:1], "wholes": NUMBERS, "gaps": BYTES}
    return TextWords(**(given | changed))


def strings(**changed: Any) -> Strings:  # noqa: ANN401 (same)
    given = {"file": 0, "offset": 0, "size": 0, "starts": BYTES, "fields": 5, "shown": range(5)}
    return Strings(**(given | changed))


# Every function with arguments that fit.
CALLS: dict[str, Call] = {
    "find": of(
        lambda heads, starts, terms: Lexicon(heads, starts, terms).find(b"alfa"),
        heads=np.zeros(2, np.uint64),
        starts=BYTES,
        terms=BYTES,
    ),
    "score": of(
        scorer().score,
        plan=plan(),
        weights=REALS[:1],
        reasons=1,
        total=REALS.copy(),
        mask=BYTES.copy(),
        scratch=Scratch(3),
    ),
    "best": of(scorer().best, total=REALS, mask=BYTES, found=LONGS.copy()),
    "scorer": of(
        lambda lengths, scales, years, live: scorer(
            years, lengths=[lengths] * 2, scales=[scales] * 2, live=live
        ),
        lengths=np.zeros(3, np.int32),
        scales=REALS,
        years=np.zeros(3, np.int32),
        live=np.ones(3, bool),
    ),
    "likeliest": of(
        lambda segment, documents, shares: kernels.likeliest(
            segment, documents, shares, shared_by=1, fewest=1, most=9
        ),
        segment=segment(),
        documents=LONGS,
        shares=REALS,
    ),
    "concept lists": of(
        ConceptLists, starts=np.array([0, 1, 1], np.uint32), entries=NUMBERS[:1], concepts=3
    ),
    "facets": of(
        lambda lists, hits, rarity, ends: kernels.facets(
            lists, hits, rarity, ends, total=1, most=2
        ),
        lists=lists(),
        hits=BYTES,
        rarity=REALS,
        ends=LONGS,
    ),
    "mark": of(kernels.mark, segment=segment(), nth=0, plan=plan(), documents=[0, 2]),
    "excerpt": of(
        lambda bounds, shown, strings, matches, lines: kernels.excerpt(
            bounds, shown, strings, matches, lines, most=1, longest=9
        ),
        bounds=np.array([[0, 1, 2, 2, 2, 2]], np.int64),
        shown=range(5),
        strings=b"ab",
        matches=MATCHES,
        lines=lines(),
    ),
    "show": of(
        lambda segment, nth, plan, documents, strings, lines: kernels.show(
            segment, nth, plan, documents, strings, lines, most=1, longest=9
        ),
        segment=segment(),
        nth=0,
        plan=plan(),
        documents=[1],
        strings=strings(),
        lines=lines(),
    ),
    "merge terms": of(
        lambda terms, starts, numbers, to, lengths: TermMerger([(terms, starts, numbers)]).next(
            0, to, lengths
        ),
        terms=BYTES,
        starts=BYTES,
        numbers=NUMBERS[:2].copy(),
        to=BYTES.copy(),
        lengths=LONGS.copy(),
    ),
    "merge lists": of(
        lambda numbers, starts, values, cursor, target: ListMerger(
            [(numbers, starts, values, 0)]
        ).merge(0, 3, cursor, target),
        numbers=NUMBERS[:2],
        starts=BYTES,
        values=WORDS,
        cursor=LONGS.copy(),
        target=WORDS.copy(),
    ),
    "stem": of(kernels.stem, form=b"alfa"),
    "cut": of(
        lambda text, columns, gaps: WordTable(9).cut(
            text, shift=0, step=1, columns=columns, gaps=gaps
        ),
        text=b"a b",
        columns=np.zeros((5, 3), np.uint32),
        gaps=BYTES.copy(),
    ),
    "pairs": of(kernels.pairs, kinds=BYTES, numbers=NUMBERS, gaps=BYTES, found=NUMBERS.copy()),
    "trie": of(
        TrieArrays,
        firsts=np.array([0, 1, 1], np.uint32),
        symbols=np.array([1], np.uint32),
        nexts=np.array([1], np.uint32),
        roots=np.array([0, 1], np.uint32),
        links=np.zeros(2, np.uint8),
        ends=np.array([0, 1], np.uint8),
    ),
    "words": of(TextWords, numbers=NUMBERS, symbols=NUMBERS, wholes=NUMBERS, gaps=BYTES),
    "walk": of(kernels.walk, trie=trie(), words=words()),
    "invert": of(kernels.invert, trie=trie(), words=words()),
    "segment": of(
        lambda starts, words, counts: Segment(
            SegmentArrays(2, stream__starts=starts, stream__words=words, stems__counts=counts), 0
        ),
        starts=BYTES,
        words=WORDS,
        counts=BYTES,
    ),
}
ARRAYS = [
    (name, argument)
    for name, (_, arguments) in CALLS.items()
    for argument, value in arguments.items()
    if isinstance(value, np.ndarray)
]
ANY_LENGTH = {
    ("best", "found"),
    ("scorer", "scales"),
    ("merge terms", "terms"),
    ("merge terms", "to"),
    ("merge terms", "lengths"),
    ("merge lists", "values"),
    ("merge lists", "target"),
    ("find", "terms"),
    ("facets", "ends"),
    ("concept lists", "starts"),
    ("excerpt", "bounds"),
    ("pairs", "kinds"),
    ("words", "symbols"),
    ("excerpt", "matches"),
    ("segment", "starts"),
    ("segment", "words"),
    ("segment", "counts"),
}
"""Arrays whose length says how many there are: those that it must fit are others."""


@pytest.mark.parametrize("name", CALLS)
def test_what_fits_is_taken(name: str) -> None:
    function, arguments = CALLS[name]
    function(**arguments)


def other_types(values: np.ndarray[Any, Any]) -> list[Any]:
    kinds = [np.int8, np.uint16, np.int32, np.uint64, np.float32, np.float64, "S4", object, ">u4"]
    return [np.zeros(values.shape, kind) for kind in kinds if np.dtype(kind) != values.dtype]


# Columns take unsigned numbers of any width.
COLUMNS = {
    ("find", "starts"),
    ("merge terms", "starts"),
    ("merge lists", "starts"),
    ("merge lists", "values"),
    ("merge lists", "target"),
    ("segment", "starts"),
}


@pytest.mark.parametrize(("name", "argument"), ARRAYS)
def test_numbers_of_another_type_are_refused(name: str, argument: str) -> None:
    function, arguments = CALLS[name]
    for other in other_types(arguments[argument]):
        if (name, argument) in COLUMNS and other.dtype.kind == "u" and other.dtype.isnative:
            continue
        with pytest.raises(REFUSED):
            function(**arguments | {argument: other})
    for other in (None, [0, 0, 0], 3, object()):
        if other is None and (name, argument) == ("scorer", "live"):
            continue
        with pytest.raises(REFUSED):
            function(**arguments | {argument: other})


@pytest.mark.parametrize(("name", "argument"), ARRAYS)
def test_other_dimensions_and_numbers_apart_are_refused(name: str, argument: str) -> None:
    function, arguments = CALLS[name]
    values = arguments[argument]
    for other in (values[None], values.reshape(-1)[:1].reshape(()), np.repeat(values, 2)[::2]):
        if other.ndim == values.ndim and other.flags.c_contiguous:
            continue
        with pytest.raises(REFUSED):
            function(**arguments | {argument: other})


@pytest.mark.parametrize(("name", "argument"), sorted({*ARRAYS} - ANY_LENGTH))
def test_a_length_that_does_not_fit_is_refused(name: str, argument: str) -> None:
    function, arguments = CALLS[name]
    values = arguments[argument]
    shorter = np.ascontiguousarray(values[..., :-1])
    longer = np.concatenate([values, values[..., -1:]], axis=-1)
    room = {("cut", "columns"), ("cut", "gaps"), ("pairs", "found")}
    for other in (shorter,) if (name, argument) in room else (shorter, longer):
        with pytest.raises(REFUSED):
            function(**arguments | {argument: other})


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("score", "total"),
        ("score", "mask"),
        ("best", "found"),
        ("merge terms", "numbers"),
        ("merge terms", "to"),
        ("merge terms", "lengths"),
        ("merge lists", "cursor"),
        ("merge lists", "target"),
        ("cut", "columns"),
        ("cut", "gaps"),
        ("pairs", "found"),
    ],
)
def test_what_is_written_may_not_be_read_only(name: str, argument: str) -> None:
    function, arguments = CALLS[name]
    values = arguments[argument].copy()
    values.flags.writeable = False
    with pytest.raises(REFUSED):
        function(**arguments | {argument: values})


@pytest.mark.parametrize("name", CALLS)
def test_swapped_arguments_are_refused(name: str) -> None:
    function, arguments = CALLS[name]
    keys = list(arguments)
    for place, one in enumerate(keys):
        for other in keys[place + 1 :]:
            first, second = arguments[one], arguments[other]
            alike = type(first) is type(second) and getattr(first, "dtype", 0) == getattr(
                second, "dtype", 0
            )
            if alike or {(name, one), (name, other)} <= COLUMNS | {
                ("find", "terms"),
                ("merge lists", "values"),
            }:
                continue  # a value, or the length, has to tell them apart
            with pytest.raises((*REFUSED, AttributeError)):
                function(**arguments | {one: second, other: first})


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("score", {"plan": plan(2)}),
        ("score", {"plan": None}),
        ("score", {"plan": QueryPlan([(1, 0, 0, 1.0)])}),  # of a segment that is not there
        ("score", {"reasons": 2}),
        ("score", {"reasons": -1}),
        ("score", {"scratch": Scratch(2)}),
        ("scorer", {"lengths": np.array([0, 0, 3], np.int32)}),  # without a scale
        ("scorer", {"lengths": np.array([0, 0, -1], np.int32)}),
        ("likeliest", {"documents": np.array([0, 1, 3])}),
        ("likeliest", {"documents": np.array([0, 1, -1])}),
        ("concept lists", {"starts": np.array([0, 2, 1], np.uint32)}),
        ("concept lists", {"starts": np.array([0, 0, 2], np.uint32)}),
        ("concept lists", {"starts": NUMBERS[:0]}),
        ("concept lists", {"concepts": -1}),
        ("facets", {"ends": np.array([1, 0, 3])}),
        ("facets", {"ends": np.array([1, 2, 4])}),
        ("facets", {"lists": None}),
        ("mark", {"documents": [3]}),
        ("mark", {"documents": [-1]}),
        ("mark", {"documents": [0.5]}),
        ("mark", {"documents": None}),
        ("mark", {"segment": None}),
        ("show", {"documents": [3]}),
        ("show", {"lines": lines(2)}),
        ("show", {"strings": None}),
        ("excerpt", {"strings": b"abc"}),
        ("excerpt", {"strings": "ab"}),
        ("excerpt", {"shown": range(4)}),
        ("excerpt", {"shown": [0, 1, 2, 3, 5]}),
        ("excerpt", {"bounds": np.array([[0, 2, 1, 2, 2, 2]], np.int64)}),
        ("excerpt", {"matches": np.array([[1, 0, 0, 1, 0]])}),
        ("excerpt", {"matches": np.array([[0, 2, 0, 1, 0]])}),
        ("excerpt", {"matches": np.array([[0, 0, -1, 1, 0]])}),
        ("excerpt", {"matches": np.array([[0, 0, 0, 1, 1]])}),
        ("excerpt", {"matches": np.array([[0, 0, 0, 1]])}),
        ("merge lists", {"target": np.zeros(0, np.uint16), "starts": np.arange(3, dtype=np.uint8)}),
        ("merge lists", {"cursor": np.array([-1, 0, 0]), "starts": np.arange(3, dtype=np.uint8)}),
        ("merge terms", {"to": BYTES[:1].copy(), "starts": np.array([0, 2, 3], np.uint8)}),
        ("stem", {"form": b"al"}),
        ("stem", {"form": b"a" * 101}),
        ("stem", {"form": "alfa"}),
        ("cut", {"text": b"a b c"}),
        ("cut", {"text": "a b"}),
        ("trie", {"nexts": np.array([0], np.uint32)}),  # back to the root
        ("trie", {"nexts": np.array([2], np.uint32)}),
        ("trie", {"symbols": np.array([2], np.uint32)}),
        ("trie", {"roots": np.array([0, 2], np.uint32)}),
        ("trie", {"firsts": np.array([0, 2, 1], np.uint32)}),
        ("walk", {"words": None}),
        ("invert", {"trie": None}),
    ],
)
def test_a_value_that_leads_beyond_an_array_is_refused(name: str, changes: dict[str, Any]) -> None:
    function, arguments = CALLS[name]
    with pytest.raises(REFUSED):
        function(**arguments | changes)


@pytest.mark.parametrize(
    ("terms", "phrases", "fields"),
    [
        ([(0, 3, 0, 1.0)], [], 0),
        ([(0, -1, 0, 1.0)], [], 0),
        ([(-1, 0, 0, 1.0)], [], 0),
        ([(0, 0, -1, 1.0)], [], 0),
        ([(0, 0, 0, "1")], [], 0),
        ([(0, 0, 0.5, 1.0)], [], 0),
        ([(0, 0, 0)], [], 0),
        ([], [(0, 2, [0])], 0),
        ([], [(0, 0, [])], 0),
        ([], [(0, 0, [-1])], 0),
        ([], [], 4),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(terms: Any, phrases: Any, fields: int) -> None:  # noqa: ANN401 (same)
    with pytest.raises(REFUSED):
        QueryPlan(terms, phrases, fields)


@pytest.mark.parametrize("line", [-1, 1])
def test_a_line_is_of_a_query(line: int) -> None:
    with pytest.raises(REFUSED):
        Lines([b"alfa"], [line])


@pytest.mark.parametrize(
    "changed",
    [{"file": -1}, {"offset": -1}, {"size": -1}, {"fields": 0}, {"shown": [0, 1, 2, 3, 5]}],
)
def test_strings_are_somewhere(changed: dict[str, Any]) -> None:
    with pytest.raises(REFUSED):
        strings(**changed)


def test_segments_follow_each_other() -> None:
    with pytest.raises(REFUSED):
        scorer(segments=[segment(3, first=1)])
    with pytest.raises(REFUSED):
        scorer(segments=["segment"])


def test_a_missing_array_is_told() -> None:
    with pytest.raises(KeyError, match=r"exact\.starts"):
        Segment({}, 0)


def test_a_table_takes_no_more_words_than_it_has_room_for() -> None:
    table = WordTable(2)
    table.add(b"alfa", 7)
    table.add(b"bravo", 8)
    with pytest.raises(REFUSED):
        table.add(b"charlie", 9)
    columns, gaps = np.zeros((5, 20), np.uint32), np.zeros(20, np.uint8)
    assert table.cut(b"bravo charlie alfa", shift=0, step=1, columns=columns, gaps=gaps) == (3, 1)
    assert columns[0, :3].tolist() == [8, (1 << 32) - 1, 7]
    with pytest.raises(REFUSED):
        table.add(b"alfa", -1)


def test_the_arrays_of_a_segment_live_as_long_as_it() -> None:
    starts = array("Q", [0, 0])
    one = Segment(SegmentArrays(1, stream__starts=starts), 0)  # type: ignore[arg-type] # any buffer
    with pytest.raises(BufferError):
        starts.append(1)
    del one
    starts.append(1)
