"""Trie of spellings, as arrays that compiled loops walk with the words of a text."""

from __future__ import annotations

import threading
from array import array
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from index.kernels import TextWords, TrieArrays, invert, walk
from index.text.cache import Cache
from index.text.fast_tokenizer import InternedForms
from index.text.stemmer import STEMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from index.text.words import WordTable

    Found = list[tuple[int, int, int, int]]

BEFORE, AFTER = 1, 2
"""Bits that ``Walk.straight`` sets where a link or a slash stands before or after a match."""

_ROOT = 0


class Trie:
    """Rows of terms, each of which ends at a node. Safe to share by threads once all are there.

    ``links`` are the words that may stand between two spellings which share some of theirs;
    ``terms`` gives the term of each form.
    """

    def __init__(self, links: Collection[str] = (), terms: Mapping[str, str] = STEMS) -> None:
        self._links = links
        self._terms = terms
        self._next: list[dict[str, int]] = [{}]
        self._ends = bytearray(1)

    def add(self, path: Iterable[str]) -> int:
        """The node where a row ends; none may be added after the first walk."""
        node = _ROOT
        for term in path:
            following = self._next[node].setdefault(term, len(self._next))
            if following == len(self._next):
                self._next.append({})
                self._ends.append(0)
            node = following
        self._ends[node] = 1
        return node

    def find(self, path: Iterable[str]) -> int | None:
        """The node that a row leads to."""
        node: int | None = _ROOT
        for term in path:
            node = None if node is None else self._next[node].get(term)
        return node

    def step(self, node: int, term: str) -> int | None:
        """The node that a term leads to from another node."""
        return self._next[node].get(term)

    def over(self, table: WordTable) -> Walk:
        """The rows that a text holds."""
        return Walk(self._arrays, table)

    @cached_property
    def _arrays(self) -> _Arrays:
        return _Arrays(self._next, self._ends, self._links, self._terms)


class Walk:
    """Finds the rows of a trie in a text: from which to which word, and the nodes they end at."""

    def __init__(self, trie: _Arrays, table: WordTable) -> None:
        numbers, symbols = trie.symbols.of(table.forms)
        wholes = array("I", bytes(4 * len(table.forms)))
        forms, of_whole = table.forms, trie.symbols.of_whole
        for place in table.joined:
            wholes[place] = of_whole[forms[place] + forms[place + 1]]
        self._words = TextWords(numbers, symbols, wholes, table.gaps)
        self._trie = trie.columns

    def straight(self) -> Found:
        """Rows as they stand: by their first word, the shorter ones first.

        Beside each, the bits of where a link or a slash stands next to it.
        """
        return walk(self._trie, self._words)

    def inverted(self) -> Found:
        """Rows between two borders, in parts between commas of which the last is read first.

        Beside each, the first word of its last part.
        """
        return invert(self._trie, self._words)


class _Arrays:
    """A trie as the loops read it."""

    def __init__(
        self,
        edges: Sequence[Mapping[str, int]],
        ends: bytearray,
        links: Collection[str],
        terms: Mapping[str, str],
    ) -> None:
        used = dict.fromkeys(term for leading in edges for term in leading)
        linking = [terms[link] for link in links]
        self.symbols = _Symbols(used | dict.fromkeys(linking), terms)
        numbers = self.symbols.of_terms
        firsts = list(accumulate(map(len, edges), initial=0))
        symbols = np.array([numbers[term] for one in edges for term in one], np.uint32)
        nexts = np.array([node for one in edges for node in one.values()], np.uint32)
        roots = np.zeros(len(numbers) + 1, np.uint32)
        of_root = slice(*firsts[_ROOT : _ROOT + 2])
        roots[symbols[of_root]] = nexts[of_root]
        ordered = np.lexsort((symbols, np.repeat(np.arange(len(edges)), np.diff(firsts))))
        self.columns = TrieArrays(
            np.array(firsts, np.uint32),
            symbols[ordered],
            nexts[ordered],
            roots,
            np.isin(np.arange(len(roots)), [numbers[link] for link in linking]),
            np.frombuffer(bytes(ends), np.uint8),
        )


class _Symbols:
    """The terms of a trie by numbers from 1 on; 0 is any other. Safe to share by threads.

    The numbers of the words of one tokenizer are remembered.
    """

    def __init__(self, used: Iterable[str], terms: Mapping[str, str]) -> None:
        self.of_terms = {term: number for number, term in enumerate(used, 1)}
        self._terms = terms
        self.of_whole = Cache(self._of_form)
        """The numbers of two words written as one."""
        self._lock = threading.Lock()
        self._begin([])

    def of(self, forms: Sequence[str]) -> tuple[array[int], NDArray[np.uint32]]:
        """Words by numbers, and the symbols by number."""
        if not isinstance(forms, InternedForms):
            return array("I", range(len(forms))), np.array(self._all(forms), np.uint32)
        with self._lock:
            if forms.names is not self._names:
                self._begin(forms.names)
            if self._known < len(self._names):
                self._learn()
            return forms.numbers, self._column

    def _begin(self, names: list[str]) -> None:
        self._names, self._known = names, 0
        self._column: NDArray[np.uint32] = np.zeros(0, np.uint32)

    def _learn(self) -> None:
        first, self._known = self._known, len(self._names)
        if len(self._column) < self._known:
            # The loop may still read the old one for another thread.
            self._column = np.resize(self._column, 2 * self._known)
        self._column[first : self._known] = self._all(self._names[first : self._known])

    def _of_form(self, form: str) -> int:
        return self.of_terms.get(self._terms[form], 0)

    def _all(self, forms: Sequence[str]) -> list[int]:
        known = self.of_terms
        return [known.get(found, 0) for found in map(self._terms.__getitem__, forms)]
