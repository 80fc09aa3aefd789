"""Text to postings: all that the index keeps of a text, and how a query is read by the same rules.

There are three layers of terms, each with positions and character offsets:

``stems``     what free words are matched by; no stop words; compounds also as one word
``exact``     every word as written but for capitals and accents; phrases, prefixes and spelling
``concepts``  ids of the vocabulary's concepts, each with the span of all its words
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

from index.abbreviations.definitions import Definition, definitions
from index.concepts.disambiguation import Disambiguator, Field
from index.concepts.recognizer import Mention, Recognizer, SpellingMatch
from index.text.fast_tokenizer import FastTokenizer
from index.text.stemmer import STEMS, stop_words
from index.text.words import Word, word_table, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.concepts.vocabulary import Vocabulary

Layer = Literal["stems", "exact", "concepts"]
LAYERS: tuple[Layer, ...] = ("stems", "exact", "concepts")

VERSION = 2
"""The version of the analysis: a new number whenever any text gives other terms than before.

An index and a query fit each other only if both were read by the same version. The golden test of
versions fails where terms change and this number does not.
"""

_position = attrgetter("position")


class Occurrence(NamedTuple):
    """A term in a text: which word it is and where; ``text[start:end]`` is what was written."""

    term: str
    position: int
    start: int
    end: int


class AnalysedText(NamedTuple):
    """A text's words column by column, the concepts it mentions, and what it defines.

    ``text[starts[n]:ends[n]]`` is word ``n`` as written, ``forms[n]`` what it is called in the
    index. ``joined`` has, in order, the words that may be one with the next, and the stem of that.
    """

    text: str
    forms: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    positions: Sequence[int]
    joined: list[tuple[int, str]]
    mentions: Sequence[Mention]
    definitions: Sequence[Definition]

    @property
    def words(self) -> list[Word]:
        """The words as objects, made anew."""
        return words(self.text)


class ReadText(str):
    """A text that carries how it was read beside the other texts of its abstract."""

    __slots__ = ("analysed",)

    analysed: AnalysedText

    def __new__(cls, analysed: AnalysedText) -> Self:
        """A text that carries its analysis."""
        text = super().__new__(cls, analysed.text)
        text.analysed = analysed
        return text


class QueryText(NamedTuple):
    """A reader's words, the concepts that they name, and all the spellings that they hold."""

    words: list[Word]
    mentions: list[Mention]
    matches: list[SpellingMatch]

    def names(self, first: int, last: int) -> bool:
        """Whether the words from one to another name a concept if nothing stands beside them.

        No comma or the like may stand between them.
        """
        inside = (match for match in self.matches if first <= match.first and match.last <= last)
        return any(not match.concept.is_guard for match in Recognizer.longest(inside))


class Analyzer:
    """Reads documents and queries with one vocabulary. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._recognizer = Recognizer(vocabulary)
        self._senses = Disambiguator(vocabulary, self._recognizer)
        self._book = FastTokenizer()
        # The layers of one abstract are asked for one after the other.
        self._read = lru_cache(maxsize=8)(self._read_together)

    def read(self, *texts: str) -> tuple[ReadText, ...]:
        """The texts of one abstract, read together: what one defines holds in the others."""
        return self._read(*map(str, texts))

    def read_all(self, abstracts: Iterable[Sequence[str]]) -> list[tuple[ReadText, ...]]:
        """The results of ``read`` for many abstracts, given by their texts.

        Every step is taken for all texts before the next one, so that what it needs stays near at
        hand: that takes a quarter less time than one abstract after the other.
        """
        rows = [tuple(map(str, texts)) for texts in abstracts]
        texts = [text for row in rows for text in row]
        tables = list(map(self._book.read, texts))
        mentions = list(map(self._recognizer.in_document, tables))
        fields = map(Field, tables, mentions, map(definitions, texts))
        together = [tuple(islice(fields, len(row))) for row in rows]
        settled = list(map(self._senses.settle, together))
        return [tuple(map(_read_text, *both)) for both in zip(together, settled, strict=True)]

    def document(self, text: str) -> AnalysedText:
        """A text as it was read with the others of its abstract, or else by itself."""
        return text.analysed if isinstance(text, ReadText) else self.read(text)[0].analysed

    def layer(self, text: str, layer: Layer) -> list[Occurrence]:
        """The terms of one layer of a document's text, in the order of their positions."""
        analysed = self.document(text)
        return _READERS[layer](analysed)

    def length(self, text: str) -> int:
        """The number of words of a text, stop words included."""
        return len(self.document(text).forms)

    def query(self, text: str) -> QueryText:
        """A text as a reader means it."""
        table = word_table(text)
        matches = self._recognizer.matches(table, is_query=True)
        return QueryText(table.words(), self._recognizer.named(matches, table), matches)

    def _read_together(self, *texts: str) -> tuple[ReadText, ...]:
        return self.read_all([texts])[0]


def _read_text(field: Field, mentions: list[Mention]) -> ReadText:
    table = field.table
    return ReadText(
        AnalysedText(
            table.text,
            table.forms,
            table.starts,
            table.ends,
            table.positions,
            list(table.joined.items()),
            mentions,
            field.definitions,
        )
    )


def _stems(analysed: AnalysedText) -> list[Occurrence]:
    stops = stop_words()
    _, forms, starts, ends, positions, joined, *_ = analysed
    found = [
        Occurrence(term, position, start, end)
        for form, term, position, start, end in zip(
            forms, map(STEMS.__getitem__, forms), positions, starts, ends, strict=True
        )
        if form not in stops
    ]
    found += [
        Occurrence(whole, positions[place], starts[place], ends[place + 1])
        for place, whole in joined
    ]
    # Sorting keeps the order of equals: a compound comes after the word that it begins with.
    return sorted(found, key=_position) if joined else found


def _exact(analysed: AnalysedText) -> list[Occurrence]:
    return list(map(Occurrence, analysed.forms, analysed.positions, analysed.starts, analysed.ends))


def _concepts(analysed: AnalysedText) -> list[Occurrence]:
    positions = analysed.positions
    return [
        Occurrence(mention.concept, positions[mention.first], mention.start, mention.end)
        for mention in analysed.mentions
    ]


_READERS = {"stems": _stems, "exact": _exact, "concepts": _concepts}
