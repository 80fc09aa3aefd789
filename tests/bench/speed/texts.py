"""The texts that all systems index: read, given years, sampled, multiplied."""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FIRST_YEAR = 1975
YEARS = 50
CHANGED = 0.3
"""The share of the words that each further copy of the texts replaces by words of its own."""

_CORE = re.compile(r"[A-Za-z]{4,}")
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


class Text(NamedTuple):
    """What a system is given of an abstract."""

    pmid: str
    title: str
    abstract: str
    year: int

    @property
    def size(self) -> int:
        """Bytes of what is searched: title and abstract."""
        return len(self.title.encode()) + len(self.abstract.encode())


def read(path: Path, limit: int | None = None) -> list[Text]:
    """The abstracts of a file in its order; with a limit, a seeded sample of them.

    The file has few years or none, so every abstract gets one that only its number decides.
    """
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", encoding="utf-8") as lines:  # type: ignore[operator]
        found = [_text(json.loads(line)) for line in lines]
    return found if limit is None else sample(found, limit)


def sample(texts: list[Text], count: int) -> list[Text]:
    """That many of the texts, in their order: a sample, because a beginning has one subject."""
    if count >= len(texts):
        return texts
    chosen = random.Random(count).sample(range(len(texts)), count)
    return [texts[place] for place in sorted(chosen)]


def write(texts: Iterable[Text], path: Path) -> int:
    """Writes the file that all systems read; returns how many bytes of text there are."""
    size = 0
    with path.open("w", encoding="utf-8") as file:
        for text in texts:
            file.write(json.dumps(text._asdict(), ensure_ascii=False) + "\n")
            size += text.size
    return size


def lines(path: Path) -> Iterator[Text]:
    """The texts of a file that ``write`` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield Text(**json.loads(line))


def multiplied(texts: list[Text], count: int) -> Iterator[Text]:
    """That many texts: the given ones, then copies of them with changed words.

    In each copy three of ten words are other ones throughout, made up for that copy. So the
    vocabulary grows as real ones do, and a word's share of the abstracts falls by and by; mere
    repetition would leave every share as it is.
    """
    for number in range(-(-count // len(texts))):
        change = _Changes(number)
        for text in texts[: count - number * len(texts)]:
            yield text if number == 0 else _copy(text, number, change)


class _Changes(dict[str, str]):
    """What each word of a copy becomes, made up when it is first met."""

    def __init__(self, copy: int) -> None:
        super().__init__()
        self._copy = copy

    def __missing__(self, written: str) -> str:
        self[written] = changed = _CORE.sub(self._changed, written)
        return changed

    def _changed(self, core: re.Match[str]) -> str:
        # A hash of word and copy: the same in every run and in every process.
        drawn = zlib.crc32(f"{self._copy} {core[0].lower()}".encode())
        return made_up(drawn) if drawn < CHANGED * 2**32 else core[0]


def made_up(number: int) -> str:
    """A word that can be spoken, another for every number below 24,000,000."""
    word = ""
    for _ in range(4):
        number, place = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[place]
    return word + "x"


def _copy(text: Text, number: int, change: _Changes) -> Text:
    title, abstract = (
        " ".join(map(change.__getitem__, part.split(" "))) for part in (text.title, text.abstract)
    )
    return Text(f"{text.pmid}-copy{number}", title, abstract, text.year)


def _text(record: dict[str, str]) -> Text:
    pmid, abstract = str(record["pmid"]), record["abstract"]
    year = FIRST_YEAR + zlib.crc32(pmid.encode()) % YEARS
    return Text(pmid, record["title"], abstract, year)
