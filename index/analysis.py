"""Text to postings: all that the index keeps of a text, and how a query is read by the same rules.

There are three layers of terms, each with positions and character offsets:

``stems``     what free words are matched by; no stop words; compounds also as one word
``exact``     every word as written but for capitals and accents; phrases, prefixes and spelling
``concepts``  ids of the vocabulary's concepts, each with the span of all its words
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from index.abbreviations import Definition, definitions
from index.ambiguity import Field, Senses
from index.recognizer import Mention, Recognizer
from index.stems import stop_words
from index.words import Word, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.vocabulary import Vocabulary

Layer = Literal["stems", "exact", "concepts"]
LAYERS: tuple[Layer, ...] = ("stems", "exact", "concepts")

PARAGRAPH_GAP = 16
"""Positions left free between paragraphs, so that no phrase reaches from one into the next."""

_SOURCES = (
    "abbreviations",
    "agreement",
    "alignment",
    "ambiguity",
    "analysis",
    "recognizer",
    "sentences",
    "stems",
    "tokens",
    "words",
)
_DATA = ("british_spellings.json", "stop_words.txt")


class Occurrence(NamedTuple):
    """A term in a text: which word it is and where; ``text[start:end]`` is what was written."""

    term: str
    position: int
    start: int
    end: int


class AnalysedText(NamedTuple):
    """A text's words with their positions, the concepts it mentions, and what it defines."""

    text: str
    words: tuple[Word, ...]
    positions: tuple[int, ...]
    mentions: tuple[Mention, ...]
    definitions: tuple[Definition, ...]


class ReadText(str):
    """A text that carries how it was read beside the other texts of its abstract."""

    __slots__ = ("analysed",)

    analysed: AnalysedText

    def __new__(cls, analysed: AnalysedText) -> Self:
        """A text that carries its analysis."""
        text = super().__new__(cls, analysed.text)
        text.analysed = analysed
        return text


class Analysis:
    """Reads documents and queries with one vocabulary. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._recognizer = Recognizer(vocabulary)
        self._senses = Senses(vocabulary, self._recognizer)
        # The layers of one abstract are asked for one after the other.
        self._read = lru_cache(maxsize=8)(self._read_together)

    def read(self, *texts: str) -> tuple[ReadText, ...]:
        """The texts of one abstract, read together: what one defines holds in the others."""
        return self._read(*map(str, texts))

    def document(self, text: str) -> AnalysedText:
        """A text as it was read with the others of its abstract, or else by itself."""
        return text.analysed if isinstance(text, ReadText) else self.read(text)[0].analysed

    def layer(self, text: str, layer: Layer) -> list[Occurrence]:
        """The terms of one layer of a document's text, in the order of their positions."""
        analysed = self.document(text)
        return list(_READERS[layer](analysed))

    def length(self, text: str) -> int:
        """How many words a text has, stop words included."""
        return len(self.document(text).words)

    def query(self, text: str) -> tuple[list[Word], list[Mention]]:
        """A reader's words and the concepts that they name."""
        found = words(text)
        return found, self._recognizer.in_query(text, found)

    def _read_together(self, *texts: str) -> tuple[ReadText, ...]:
        fields = [self._field(text) for text in texts]
        return tuple(
            ReadText(
                AnalysedText(
                    field.text,
                    tuple(field.words),
                    tuple(_positions(field.text, field.words)),
                    tuple(mentions),
                    tuple(field.definitions),
                )
            )
            for field, mentions in zip(fields, self._senses.settle(fields), strict=True)
        )

    def _field(self, text: str) -> Field:
        found = words(text)
        return Field(text, found, self._recognizer.in_document(text, found), definitions(text))


def fingerprint() -> str:
    """SHA-256 of everything that decides how a text is analysed, the vocabulary excepted.

    An index and a query fit each other only if theirs are equal.
    """
    digest = hashlib.sha256(version("nltk").encode())
    package = files("index")
    for name in _SOURCES:
        digest.update((package / f"{name}.py").read_bytes())
    for name in _DATA:
        digest.update((package / "data" / name).read_bytes())
    return digest.hexdigest()


def _positions(text: str, found: Sequence[Word]) -> Iterator[int]:
    position, last = -1, 0
    for word in found:
        position += 1 + PARAGRAPH_GAP * text.count("\n", last, word.start)
        last = word.end
        yield position


def _stems(analysed: AnalysedText) -> Iterator[Occurrence]:
    stops = stop_words()
    found = analysed.words
    for place, (word, position) in enumerate(zip(found, analysed.positions, strict=True)):
        if word.form not in stops:
            yield Occurrence(word.stem, position, word.start, word.end)
        if word.joined:
            yield Occurrence(word.joined, position, word.start, found[place + 1].end)


def _exact(analysed: AnalysedText) -> Iterator[Occurrence]:
    for word, position in zip(analysed.words, analysed.positions, strict=True):
        yield Occurrence(word.form, position, word.start, word.end)


def _concepts(analysed: AnalysedText) -> Iterator[Occurrence]:
    for mention in analysed.mentions:
        position = analysed.positions[mention.first]
        yield Occurrence(mention.concept, position, mention.start, mention.end)


_READERS = {"stems": _stems, "exact": _exact, "concepts": _concepts}
