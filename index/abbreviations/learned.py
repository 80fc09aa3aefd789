"""What a corpus agrees on: for each short form the long forms that its abstracts give it.

One abstract's definition holds within that abstract. For a query, which comes without one, a short
form may be taken for a long form if the corpus has it from several abstracts and nearly all of
those that define the short form mean the same; else the reader has to be asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from index.abbreviations.definitions import definitions
from index.abbreviations.keys import fold_long, fold_short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from corpus import Abstract
    from index.abbreviations.definitions import Definition

LEAST_ABSTRACTS = 2  # one abstract alone may be mistaken, or speak for itself only
LEAST_SHARE = 0.8  # of the definitions of a short form
MOST_PAIRS = 1_000_000  # pairs of forms kept while learning: about 300 MB

Pairs = dict[tuple[str, str], tuple[str, str]]
"""Short and long forms as they are written, by ``fold_short`` and ``fold_long``."""


class Meaning(NamedTuple):
    """A long form in its most frequent spelling, and how many abstracts define it."""

    long: str
    abstracts: int


class ShortForm(NamedTuple):
    """A short form in its most frequent spelling with its meanings, the most frequent first."""

    short: str
    meanings: tuple[Meaning, ...]

    @property
    def abstracts(self) -> int:
        """How many definitions there are; an abstract counts once a meaning."""
        return sum(meaning.abstracts for meaning in self.meanings)

    @property
    def is_conflict(self) -> bool:
        """Whether the corpus gives it more than one meaning."""
        return len(self.meanings) > 1

    @property
    def agreed(self) -> Meaning | None:
        """The meaning that the corpus agrees on, if it does."""
        first = self.meanings[0]
        enough = first.abstracts >= LEAST_ABSTRACTS
        return first if enough and first.abstracts >= LEAST_SHARE * self.abstracts else None


class LearnedShortForms:
    """The short forms of a corpus, found without regard to capitals, hyphens and plural."""

    def __init__(self, short_forms: Iterable[ShortForm] = ()) -> None:
        self.by_key: Mapping[str, ShortForm] = {fold_short(one.short): one for one in short_forms}

    def __len__(self) -> int:
        return len(self.by_key)

    def __iter__(self) -> Iterator[ShortForm]:
        """The short forms, those with most definitions first."""
        return iter(sorted(self.by_key.values(), key=lambda one: (-one.abstracts, one.short)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LearnedShortForms) and self.by_key == other.by_key

    __hash__ = None  # type: ignore[assignment] # how Python is told that it can change

    def find(self, short: str) -> ShortForm | None:
        """What the corpus says of a short form, or None if no abstract defines it."""
        return self.by_key.get(fold_short(short))

    def agreed(self, short: str) -> str | None:
        """The long form that a short form may be taken for in a query, or None."""
        found = self.find(short)
        meaning = found.agreed if found else None
        return meaning.long if meaning else None

    def conflicts(self) -> list[ShortForm]:
        """The short forms with more than one meaning, those with most definitions first."""
        return [one for one in self if one.is_conflict]


class Learner:
    """Gathers what abstracts define, one after the other.

    Memory is bounded: past ``MOST_PAIRS`` those that were met in one abstract only are forgotten.
    """

    def __init__(self) -> None:
        self._shorts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._longs: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(_by_long)
        self._pairs = 0

    def add(self, pairs: Pairs) -> None:
        """Learns what one abstract defines."""
        for (short_key, long_key), (short, long) in pairs.items():
            self._shorts[short_key][short] += 1
            longs = self._longs[short_key]
            self._pairs += long_key not in longs
            longs[long_key][long] += 1
        if self._pairs > MOST_PAIRS:
            self._forget()

    def learned(self) -> LearnedShortForms:
        """What was learned so far."""
        return LearnedShortForms(
            ShortForm(_commonest(self._shorts[key]), _meanings(longs))
            for key, longs in self._longs.items()
        )

    def _forget(self) -> None:
        for short, longs in list(self._longs.items()):
            for long in [long for long, spellings in longs.items() if spellings.total() == 1]:
                del longs[long]
            if not longs:
                del self._longs[short], self._shorts[short]
        self._pairs = sum(map(len, self._longs.values()))


def learn(abstracts: Iterable[Abstract]) -> LearnedShortForms:
    """What the abstracts' titles and texts define, gathered; each abstract is read once."""
    learner = Learner()
    for abstract in abstracts:
        learner.add(pairs_of([*definitions(abstract.title), *definitions(abstract.text)]))
    return learner.learned()


def pairs_of(found: Iterable[Definition]) -> Pairs:
    """The short and long forms that one abstract defines, each pair once."""
    pairs: Pairs = {}
    for definition in found:
        key = fold_short(definition.short), fold_long(definition.long)
        pairs.setdefault(key, (definition.short, " ".join(definition.long.split())))
    return pairs


def _by_long() -> defaultdict[str, Counter[str]]:
    return defaultdict(Counter)


def _meanings(longs: Mapping[str, Counter[str]]) -> tuple[Meaning, ...]:
    found = [Meaning(_commonest(spellings), spellings.total()) for spellings in longs.values()]
    return tuple(sorted(found, key=lambda meaning: (-meaning.abstracts, meaning.long)))


def _commonest(spellings: Counter[str]) -> str:
    """The most frequent; of two that are equally so the one in small letters."""
    if len(spellings) == 1:  # as nearly all are
        return next(iter(spellings))
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling.swapcase()))
