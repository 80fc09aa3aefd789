"""A short form laid against the words that it may stand for: which of them, and how far-fetched.

Schwartz and Hearst (2003) take the nearest words whose letters spell the short form; Sohn et al.
(2008, Ab3P) try seventeen strategies from the most to the least trustworthy. Here each letter has
a price instead, by where in the words it is found, and so has each word that gives no letter. The
cheapest reading wins, and is believed if it costs no more than a short form of its length may.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, starmap
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from index.text.tokenizer import GREEK, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Prices:
    """What a reading costs; a letter that begins the next word is free.

    Set by hand on the even lines of the gold standard; tests/bench/abbreviations.py says how well
    they do there and on the others.
    """

    run: float = 0.2  # the letter after the last one: TYsabri
    border: float = 0.2  # where a part of a compound begins: ImmunoGlobulin, methylPrednisolone
    inner: float = 0.7  # elsewhere in a word that gave a letter
    headless: float = 2.0  # elsewhere in a word that gave none
    word: float = 1.6  # a word passed over
    stop_word: float = 0.25  # "of", "the" passed over
    part: float = 0.5  # a part after a hyphen passed over
    number: float = 0.3  # a number passed over
    tail: float = 0.7  # as much of the price of what follows the last letter
    late: float = 0.6  # to begin after a hyphen: high-density of non-high-density
    stop_head: float = 1.0  # to begin with "the"
    swapped: float = 0.6  # the index first: ambient temperature of T(a)
    singular: float = 0.4  # a plural short form of words in the singular


PRICES = Prices()
FIRST_ALLOWANCE = 0.4  # what a reading of one letter may cost: that letter begins the word before
ALLOWANCE = 0.8  # and what each further letter adds
WORD_SHARE = 0.6  # of that for what looks like a word or a name: Paris, control

LEAST_STEPS = 10_000  # of comparing a letter with a way to read those before it
STEPS = 10  # more for each character of a text

_STOP_WORDS = frozenset(
    "a an and as at by de for from in into of on or per the to type via with".split()
)
_UNIT = re.compile(r"\d+|[^\W\d_]+")
_LOCANTS = re.compile(r"(?:\d+|[^\W\d_](?![^\W\d_])|[\W_])*")
_COMBINING = ("o", "yl", "xy")
_COMBINED = re.compile(r"..(?:o|yl|xy)$")
_WORD = re.compile(r"[^\W\d_][a-zà-ÿ]{3,}")
_PLURAL = re.compile(r"(?<=[A-Z0-9])s$")
_HYDROXY = re.compile(r"(?<=[\d(-])OH(?![a-z])")
_INDEX = re.compile(r"([^\W_]+)[(\[]([^()\[\]]+)[)\]]|[(\[]([^()\[\]]+)[)\]]([^\W_]+)")
_GREEK_NAME = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(sorted(set(GREEK.values())))})(?![^\W\d_])")


_Way: TypeAlias = tuple[float, int, int, int]
"""What a reading so far costs, minus where it starts, and the place and unit of its last letter.

Of two, the smaller is the better: cheap before dear, and of equals the shorter.
"""


class Reading(NamedTuple):
    """Where the words begin that a short form was read as, and what that costs."""

    start: int
    cost: float


class Steps:
    """Steps that the readings of one text may take together, so that no text takes too long.

    Real abstracts take less than one a character.
    """

    def __init__(self, characters: int) -> None:
        self.left = LEAST_STEPS + STEPS * characters


class Passage:
    """The words before a bracket, or within one, that a short form may stand for."""

    def __init__(self, text: str, start: int, end: int, steps: Steps | None = None) -> None:
        self.start = start
        self.steps = steps or Steps(end - start)
        self.text = text[start:end]
        self.folded = _folded(self.text)
        self.units: list[tuple[int, int]] = []
        self.starts: list[int] = []
        self._prices = [0.0]

    def holds(self, letters: str) -> bool:
        """Whether ``letters`` stand in it in this order, wherever: most short forms' do not."""
        place = -1
        for letter in letters:
            place = self.folded.find(letter, place + 1)
            if place < 0:
                return False
        return bool(letters)

    def cut(self) -> None:
        """Finds the units, which all that follows needs: runs of letters or of digits."""
        if not self.units:
            self.units = [match.span() for match in _UNIT.finditer(self.folded)]
            self.starts = [begin for begin, _ in self.units]
            self._prices = list(accumulate(starmap(self._price, self.units), initial=0.0))

    def passed(self, first: int, end: int) -> float:
        """The price of the units from ``first`` up to ``end`` (not included) without a letter."""
        return self._prices[end] - self._prices[first]

    def heads(self, letter: str) -> Iterator[_Way]:
        """The ways to begin a long form with ``letter``.

        Numbers and single letters before it belong to it: 2,3-diaminonaphthalene.
        """
        for unit, (begin, end) in enumerate(self.units):
            place = begin + (letter == "e" and self._is_digraph(begin))
            if self.folded[place] == letter:
                head = self._word_start(begin)
                if head < begin and not _LOCANTS.fullmatch(self.folded, head, begin):
                    yield PRICES.late, -begin, place, unit
                else:
                    stops = self.folded[begin:end] in _STOP_WORDS and end - begin > 1
                    yield PRICES.stop_head if stops else 0.0, -head, place, unit

    def border(self, place: int, unit: int) -> float | None:
        """The price of a letter that begins a unit or a part of a compound; None if it does not."""
        begin = self.starts[unit]
        if place == begin or (place == begin + 1 and self._is_digraph(begin)):
            return 0.0
        part = self.folded[begin:place]
        if part in PREFIXES or (part.endswith(_COMBINING) and _COMBINED.search(part)):
            return PRICES.border
        humped = self.text[place].isupper() and self.text[place - 1].islower()
        return PRICES.border if humped else None

    def _is_digraph(self, begin: int) -> bool:
        """Whether an e is spelt the British way: oestradiol, E2."""
        return self.folded.startswith(("oe", "ae"), begin)

    def _word_start(self, begin: int) -> int:
        while begin and not self.folded[begin - 1].isspace():
            begin -= 1
        return begin

    def _price(self, begin: int, end: int) -> float:
        unit = self.folded[begin:end]
        if unit[0].isdigit():
            return PRICES.number
        if begin and not self.folded[begin - 1].isspace():
            return PRICES.part
        return PRICES.stop_word if unit in _STOP_WORDS else PRICES.word


def read(short: str, passage: Passage) -> Reading | None:
    """The cheapest believable reading of ``short`` as the last words of ``passage``, or None.

    >>> text = "given intravenous immunoglobulin"
    >>> text[read("IVIG", Passage(text, 0, len(text))).start :]
    'intravenous immunoglobulin'
    """
    found = []
    for letters, price, limit in _spellings(short, is_plural=passage.folded.endswith("s")):
        if passage.holds(letters):
            reading = _spell(letters, passage, limit)
            if reading:
                found.append(Reading(passage.start + reading.start, reading.cost + price))
    return min(found, key=_rank, default=None)


def allowance(letters: int) -> float:
    """What a reading of a short form of so many letters may cost and still be believed."""
    return FIRST_ALLOWANCE + ALLOWANCE * (letters - 1)


def _rank(reading: Reading) -> tuple[float, int]:
    """Cheap before dear, and of two that cost the same the shorter."""
    return reading.cost, -reading.start


@lru_cache(maxsize=1 << 13)
def _spellings(short: str, *, is_plural: bool) -> tuple[tuple[str, float, float], ...]:
    """The letters that may stand for a short form, each with its price, and what is left to pay."""
    singular = _PLURAL.sub("", short)
    price = 0.0 if is_plural or singular == short else PRICES.singular
    found = [(_letters(singular), price)]
    if _HYDROXY.search(singular):
        found.append((_letters(_HYDROXY.sub("H", singular)), price))
    index = _INDEX.fullmatch(singular)
    if index:
        main, sub = index[1] or index[3], index[2] or index[4]
        found.append((_letters(sub) + _letters(main), price + PRICES.swapped))
    share = WORD_SHARE if _WORD.fullmatch(short) else 1.0
    return tuple(
        (letters, price, share * allowance(len(letters)) - price) for letters, price in found
    )


def _letters(short: str) -> str:
    named = _GREEK_NAME.sub(lambda match: match[0][0], _folded(short))
    return "".join(filter(str.isalnum, named))


def _spell(letters: str, passage: Passage, limit: float) -> Reading | None:
    """The cheapest way to find ``letters`` in this order, up to ``limit``."""
    if limit >= 0 and (start := _free(letters, passage.folded)) is not None:
        return Reading(start, 0.0)
    passage.cut()
    ways = list(passage.heads(letters[0]))
    for letter in letters[1:]:
        if not ways:
            return None
        ways = _advance(ways, letter, passage, limit)
    last = len(passage.units)
    ends = [
        (cost + PRICES.tail * passage.passed(unit + 1, last), start)
        for cost, start, _, unit in ways
    ]
    cost, start = min(ends, default=(math.inf, 0))
    return Reading(-start, cost) if cost <= limit else None


def _free(letters: str, folded: str) -> int | None:
    """Where the last words begin if each begins with the next letter: no reading costs less.

    Only for plain words with a space between; two in five readings are such.
    """
    last = folded.rsplit(" ", len(letters))[-len(letters) :]
    plain = "".join(last)
    if "".join([word[:1] for word in last]) != letters or not (plain.isascii() and plain.isalpha()):
        return None
    if last[0] in _STOP_WORDS and len(last[0]) > 1:
        return None
    return len(folded) - len(plain) - len(last) + 1


def _advance(ways: list[_Way], letter: str, passage: Passage, limit: float) -> list[_Way]:
    """The cheapest way to each place where the next letter stands; ``ways`` are in order."""
    found: list[_Way] = []
    place = passage.folded.find(letter, ways[0][2] + 1)
    while place >= 0:
        unit = bisect_right(passage.starts, place) - 1
        border = passage.border(place, unit)
        best, start = math.inf, 0
        passage.steps.left -= len(ways)
        if passage.steps.left < 0:
            return []
        for cost, begin, last, before in ways:
            if last >= place:
                break
            total = cost + _step(last, before, place, unit, border, passage)
            if total < best or (total == best and begin < start):
                best, start = total, begin
        if best <= limit:
            found.append((best, start, place, unit))
        place = passage.folded.find(letter, place + 1)
    return found


def _step(
    last: int, before: int, place: int, unit: int, border: float | None, passage: Passage
) -> float:
    """The price of going from the letter at ``last``, in unit ``before``, to that at ``place``."""
    if unit > before:
        return passage.passed(before + 1, unit) + (PRICES.headless if border is None else border)
    if place == last + 1:
        return PRICES.run
    return PRICES.inner if border is None else border


def _folded(text: str) -> str:
    """``text`` letter for letter in plain small letters; for a Greek one, its name's first."""
    return text.lower() if text.isascii() else "".join(map(_fold, text))


@lru_cache(maxsize=1 << 12)
def _fold(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0].lower()[0]
    return GREEK.get(plain, plain)[0]
