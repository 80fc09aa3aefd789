from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

_Numbers: TypeAlias = NDArray[Any] | Buffer
_Term: TypeAlias = tuple[int, int, int, float]
_Phrase: TypeAlias = tuple[int, int, Sequence[int]]

class _Arrays(Protocol):
    def __getitem__(self, name: str, /) -> _Numbers: ...

class Segment:
    def __init__(self, arrays: _Arrays, first: int) -> None: ...
    @property
    def documents(self) -> int: ...

class Lexicon:
    def __init__(self, heads: _Numbers, starts: _Numbers, terms: _Numbers) -> None: ...
    def __len__(self) -> int: ...
    def find(self, term: bytes) -> int: ...

class QueryPlan:
    def __init__(
        self,
        terms: Sequence[_Term] = (),
        phrases: Sequence[_Phrase] = (),
        fields: int = 0,
        is_phrase: bool = False,
    ) -> None: ...
    @staticmethod
    def together(plans: Iterable[QueryPlan]) -> QueryPlan: ...
    def __len__(self) -> int: ...
    @property
    def leaves(self) -> list[tuple[int, int, int, bool]]: ...
    @property
    def terms(self) -> list[_Term]: ...
    @property
    def phrases(self) -> list[tuple[int, int, tuple[int, ...]]]: ...

class Scratch:
    def __init__(self, documents: int) -> None: ...

class Scorer:
    def __init__(
        self,
        segments: Iterable[Segment],
        *,
        count: float,
        k1: float,
        lengths: Sequence[_Numbers],
        scales: Sequence[_Numbers],
        years: _Numbers,
        live: _Numbers | None = None,
    ) -> None: ...
    def score(
        self,
        plan: QueryPlan,
        weights: _Numbers,
        reasons: int,
        total: _Numbers,
        mask: _Numbers,
        scratch: Scratch,
    ) -> None: ...
    def best(self, total: _Numbers, mask: _Numbers, found: _Numbers) -> int: ...

def likeliest(
    segment: Segment,
    documents: _Numbers,
    shares: _Numbers,
    *,
    shared_by: int,
    fewest: int,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]: ...

class ConceptLists:
    def __init__(self, starts: _Numbers, entries: _Numbers, concepts: int) -> None: ...

def facets(
    lists: ConceptLists,
    hits: _Numbers,
    rarity: _Numbers,
    ends: _Numbers,
    *,
    total: int,
    most: int,
) -> NDArray[np.int64]: ...

class Strings:
    def __init__(
        self,
        file: int,
        offset: int,
        size: int,
        starts: _Numbers,
        fields: int,
        shown: Sequence[int],
    ) -> None: ...

class Lines:
    def __init__(self, queries: Iterable[bytes], lines: Sequence[int]) -> None: ...
    def __len__(self) -> int: ...

def mark(
    segment: Segment, nth: int, plan: QueryPlan, documents: Sequence[int]
) -> NDArray[np.int64]: ...
def excerpt(
    bounds: _Numbers,
    shown: Sequence[int],
    strings: bytes,
    matches: _Numbers,
    lines: Lines,
    *,
    most: int,
    longest: int,
) -> memoryview: ...
def show(
    segment: Segment,
    nth: int,
    plan: QueryPlan,
    documents: Sequence[int],
    strings: Strings,
    lines: Lines,
    *,
    most: int,
    longest: int,
) -> memoryview: ...

class TermMerger:
    def __init__(self, runs: Iterable[tuple[_Numbers, _Numbers, _Numbers]]) -> None: ...
    def next(self, known: int, terms: _Numbers, lengths: _Numbers) -> int: ...

class ListMerger:
    def __init__(self, runs: Iterable[tuple[_Numbers, _Numbers, _Numbers, int]]) -> None: ...
    def merge(self, first: int, end: int, cursor: _Numbers, target: _Numbers) -> None: ...

def stem(form: bytes) -> int: ...

class WordTable:
    def __init__(self, most: int) -> None: ...
    def __len__(self) -> int: ...
    def add(self, word: bytes, number: int) -> None: ...
    def cut(
        self, text: bytes, *, shift: int, step: int, columns: _Numbers, gaps: _Numbers
    ) -> tuple[int, int]: ...

def pairs(kinds: _Numbers, numbers: _Numbers, gaps: _Numbers, found: _Numbers) -> int: ...

class TrieArrays:
    def __init__(
        self,
        firsts: _Numbers,
        symbols: _Numbers,
        nexts: _Numbers,
        roots: _Numbers,
        links: _Numbers,
        ends: _Numbers,
    ) -> None: ...

class TextWords:
    def __init__(
        self, numbers: _Numbers, symbols: _Numbers, wholes: _Numbers, gaps: _Numbers
    ) -> None: ...

def walk(trie: TrieArrays, words: TextWords) -> list[tuple[int, int, int, int]]: ...
def invert(trie: TrieArrays, words: TextWords) -> list[tuple[int, int, int, int]]: ...
