"""What is asked: seeded samples of every kind of query, taken from the texts themselves."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.text.stemmer import stop_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .texts import Text

PATIENTS = Path(__file__).with_name("queries_patients.txt")
CLAIM_WORDS = range(8, 21)
RARE = range(2, 11)
"""In how many abstracts a rare word is."""

COMMON = 0.05
MIDDLING = (0.002, 0.02)
PHRASE_COMMON = 0.2
READ_FOR_PHRASES = 5000
"""How many abstracts are looked through for neighbours; more only take time."""

_WORD = re.compile(r"[a-z]{3,}")
_RUN = re.compile(r"[a-z]+(?: [a-z]+)*")
_LETTERS = re.compile(r"\w+")


class Query(NamedTuple):
    """One query: as a reader types it, and its words alone for engines with another language.

    ``words`` are lower case and hold no stop words where a query is of free words, because Ranvier
    does not rank by them: every system is to do the same work.
    """

    typed: str
    words: str
    first_year: int = 0
    last_year: int = 0


class Sampler:
    """Draws queries from texts; the same texts and seed give the same queries."""

    def __init__(self, texts: list[Text], claims: Path, seed: int = 1) -> None:
        self._texts = texts
        self._claims = claims
        self._seed = seed
        self._kinds: dict[str, Callable[[random.Random], Iterator[Query]]] = {
            "claims": self._claim,
            "patients": self._patient,
            "rare word": self._rare,
            "common word": self._common,
            "three middling words": self._middling,
            "twelve words": self._twelve,
            "common phrase": self._common_phrase,
            "rarer phrase": self._rarer_phrase,
            "prefix": self._prefix,
            "years": self._years,
            "facets": self._common,
        }

    def draw(self, kind: str, count: int) -> list[Query]:
        """Up to ``count`` different queries of a kind; fewer where there are no more."""
        chance = random.Random(f"{self._seed} {kind}")
        found: dict[Query, None] = {}
        for tried, query in enumerate(self._kinds[kind](chance)):
            if query.words:
                found[query] = None
            if len(found) == count or tried > 100 * count:
                break
        return list(found)

    @cached_property
    def frequency(self) -> Counter[str]:
        """In how many abstracts each word of three letters or more is."""
        counts: Counter[str] = Counter()
        for text in self._texts:
            counts.update(set(_WORD.findall(_all(text))))
        return counts

    def _between(self, low: float, high: float) -> list[str]:
        """The words that are in so many abstracts, except stop words."""
        stops = stop_words()
        return sorted(w for w, n in self.frequency.items() if low <= n <= high and w not in stops)

    def _share(self, low: float, high: float) -> list[str]:
        return self._between(low * len(self._texts), high * len(self._texts))

    def _claim(self, chance: random.Random) -> Iterator[Query]:
        lines = self._claims.read_text(encoding="utf-8").splitlines()
        claims = [json.loads(line)["text"] for line in lines]
        fitting = [claim for claim in claims if len(claim.split()) in CLAIM_WORDS]
        chance.shuffle(fitting)
        return map(free, fitting)

    @staticmethod
    def _patient(chance: random.Random) -> Iterator[Query]:
        typed = PATIENTS.read_text(encoding="utf-8").splitlines()
        chance.shuffle(typed)
        return map(free, typed)

    def _rare(self, chance: random.Random) -> Iterator[Query]:
        return map(free, _shuffled(self._between(RARE[0], RARE[-1]), chance))

    def _common(self, chance: random.Random) -> Iterator[Query]:
        return map(free, _shuffled(self._share(COMMON, 1), chance))

    def _middling(self, chance: random.Random) -> Iterator[Query]:
        words = self._share(*MIDDLING)
        while len(words) >= 3:
            yield free(" ".join(chance.sample(words, 3)))

    def _twelve(self, chance: random.Random) -> Iterator[Query]:
        stops = stop_words()
        for text in chance.sample(self._texts, len(self._texts)):
            words = sorted(set(_WORD.findall(_all(text))) - stops)
            if len(words) >= 12:
                yield free(" ".join(chance.sample(words, 12)))

    def _common_phrase(self, chance: random.Random) -> Iterator[Query]:
        return self._phrases(chance, PHRASE_COMMON, 1)

    def _rarer_phrase(self, chance: random.Random) -> Iterator[Query]:
        return self._phrases(chance, *MIDDLING)

    def _phrases(self, chance: random.Random, low: float, high: float) -> Iterator[Query]:
        """Neighbours of which both are in that share of the abstracts, stop words included."""
        least, most = low * len(self._texts), high * len(self._texts)
        some = chance.sample(self._texts, min(READ_FOR_PHRASES, len(self._texts)))
        pairs: dict[str, None] = {}
        for text in some:
            for run in _RUN.findall(_all(text)):
                words = run.split()
                for first, second in pairwise(words):
                    counts = (self.frequency[first], self.frequency[second])
                    if least <= min(counts) and max(counts) <= most:
                        pairs[f"{first} {second}"] = None
        return (Query(f'"{pair}"', pair) for pair in _shuffled(sorted(pairs), chance))

    def _prefix(self, chance: random.Random) -> Iterator[Query]:
        words = self._between(RARE[0], len(self._texts))
        while words:
            start = chance.choice(words)[: chance.randint(2, 4)]
            yield Query(f"{start}*", start)

    def _years(self, chance: random.Random) -> Iterator[Query]:
        for word in _shuffled(self._share(MIDDLING[0], 1), chance):
            first = chance.randint(1975, 2020)
            last = min(first + chance.randint(0, 15), 2024)
            yield Query(f"{word} year:{first}..{last}", word, first, last)


def free(typed: str) -> Query:
    """A query of free words."""
    stops = stop_words()
    words = [word for word in _LETTERS.findall(typed.lower()) if word not in stops]
    return Query(typed, " ".join(words))


def _all(text: Text) -> str:
    return f"{text.title} {text.abstract}".lower()


def _shuffled(items: list[str], chance: random.Random) -> list[str]:
    return chance.sample(items, len(items))
