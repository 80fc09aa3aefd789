"""Which concept a short form means in one abstract: MS is multiple sclerosis, or mass spectrometry.

Title and text are read together, and the first of these rules that says anything decides:

1. The abstract's own definition: after "mass spectrometry (MS)" no MS in it is multiple sclerosis,
   after "multiple sclerosis (MS)" each is. A definition of a concept by a short form that the
   vocabulary does not know makes that form a mention of the concept, in this abstract.
2. A concept that the vocabulary does not mark with ``beside`` or ``not_beside`` is meant.
3. Part of another short form (the CSF of GM-CSF) is none.
4. The concept itself, a narrower one, or something of ``beside`` is mentioned: it is meant.
5. Something of ``not_beside`` is there: it is not. Nor is a part of a code (MS-355, ES-MS).
6. Nothing is: it is meant, unless the concept is marked with ``beside`` alone.

An entry of the two lists is the id of a concept, which stands for all its spellings and those of
narrower ones, or a few words, compared by their stems.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.fuzz import ratio

from index.abbreviations.keys import fold_short
from index.concepts.recognizer import Mention, counted_once
from index.text.cache import Cache
from index.text.stemmer import STEMS, stem, stop_words
from index.text.tokenizer import tokenize
from index.text.words import word_table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from index.abbreviations.definitions import Definition
    from index.concepts.recognizer import Recognizer
    from index.concepts.vocabulary import Concept, Vocabulary
    from index.text.words import WordTable

ALIKE = 80
"""How alike two words have to be, of 100, to be one in two forms or with a slip of the pen:
positron and position are (88), neural and normal (67), neuritis and nerve (62) are not."""

MOST_LONG_FORMS = 1 << 14
"""How many long forms of definitions are remembered with the concepts that they name."""

_BEFORE_IN_CODE = re.compile(r"[A-Z0-9][-‐‑.]\Z")
_AFTER_IN_CODE = re.compile(r"[-‐‑./]?\d|\s?\(\d\)")


class Field(NamedTuple):
    """One text of an abstract: its words, what was recognized in it, and what it defines."""

    table: WordTable
    mentions: Sequence[Mention]
    definitions: Sequence[Definition]

    @property
    def text(self) -> str:
        """The text itself."""
        return self.table.text


class _Named(NamedTuple):
    """The concepts that all of a long form names, and all that are in it."""

    whole: frozenset[str]
    held: frozenset[str]


class _Meaning(NamedTuple):
    """What an abstract says that a short form stands for."""

    definition: Definition
    whole: frozenset[str]
    held: frozenset[str]


class Disambiguator:
    """Settles the short forms of abstracts by one vocabulary. Safe to share by threads."""

    def __init__(self, vocabulary: Vocabulary, recognizer: Recognizer) -> None:
        self._vocabulary = vocabulary
        self._recognizer = recognizer
        self._shorts = {
            concept.id: frozenset(map(_key, (*concept.short, *concept.capitals)))
            for concept in vocabulary.concepts.values()
        }
        self._above = {id_: frozenset(vocabulary.broader(id_)) for id_ in vocabulary.concepts}
        self._ambiguous = frozenset(
            id_ for id_, concept in vocabulary.concepts.items() if concept.is_ambiguous
        )
        self._named = Cache(self._names, MOST_LONG_FORMS)
        self._phrases = {
            entry: f" {' '.join(word.stem for word in words(entry))} "
            for concept in vocabulary.concepts.values()
            for entry in (*concept.beside, *concept.not_beside)
            if entry not in vocabulary.concepts
        }

    def settle(self, fields: Sequence[Field]) -> list[list[Mention]]:
        """The mentions of each field, decided from all of them together."""
        defined = self._defined(fields)
        if not defined and not any(map(self._has_doubtful, fields)):
            return [list(field.mentions) for field in fields]
        abstract = _Abstract(self, fields, defined)
        return [abstract.settled(field) for field in fields]

    def is_short(self, mention: Mention, text: str) -> bool:
        """Whether a mention is a short form of its concept, or the plural of one."""
        shorts = self._shorts[mention.concept]
        if not shorts:
            return False
        written = _key(text[mention.start : mention.end])
        return written in shorts or written.removesuffix("s") in shorts

    def knows(self, concept: str, definition: Definition) -> bool:
        """Whether a definition's short form is one of the concept's, not just like a plural."""
        return _key(definition.short) in self._shorts[concept]

    def concept(self, id_: str) -> Concept:
        """The concept with an id."""
        return self._vocabulary.concepts[id_]

    def means(self, meaning: _Meaning, concept: str) -> bool:
        """Whether a long form is the concept: by its spellings, or in nearly the same words."""
        return (
            concept in (meaning.held if self.knows(concept, meaning.definition) else meaning.whole)
            or any(concept in self._above[other] for other in meaning.held)
            or (
                not meaning.whole
                and any(_is_alike(meaning.definition.long, one) for one in self._spellings(concept))
            )
        )

    def holds(self, entry: str, heard: Collection[str], stems: Collection[str]) -> bool:
        """Whether an abstract of these concepts and stems has an entry of ``beside``."""
        phrase = self._phrases.get(entry)
        if phrase is not None:
            return any(phrase in one for one in stems)
        return any(entry == other or entry in self._above[other] for other in heard)

    def _has_doubtful(self, field: Field) -> bool:
        return any(
            mention.concept in self._ambiguous and self.is_short(mention, field.text)
            for mention in field.mentions
        )

    def _defined(self, fields: Iterable[Field]) -> dict[str, list[_Meaning]]:
        """What the abstract says of each short form, by its key."""
        defined: dict[str, list[_Meaning]] = {}
        for field in fields:
            for definition in field.definitions:
                named = self._named[definition.long]
                key = _key(definition.short)
                defined.setdefault(key, []).append(_Meaning(definition, *named))
        return defined

    def _names(self, long: str) -> _Named:
        table = word_table(long)
        inside = self._recognizer.in_document(table)
        all_of_it = (0, len(table.forms) - 1)
        return _Named(
            frozenset(m.concept for m in inside if (m.first, m.last) == all_of_it),
            frozenset(m.concept for m in inside),
        )

    def _spellings(self, concept: str) -> tuple[str, ...]:
        return self.concept(concept).spellings


class _Abstract:
    """One abstract while it is settled."""

    def __init__(
        self, senses: Disambiguator, fields: Sequence[Field], defined: dict[str, list[_Meaning]]
    ) -> None:
        self._senses = senses
        self._defined = defined
        self._fields = fields
        self._verdicts: dict[tuple[str, str], bool] = {}
        self._heard: set[str] = set()
        doubtful: list[tuple[Field, Mention]] = []
        for field in fields:
            for mention in field.mentions:
                if senses.is_short(mention, field.text):
                    doubtful.append((field, mention))
                else:
                    self._heard.add(mention.concept)
        # Those that can stand alone come first: the others may need them beside.
        for field, mention in sorted(doubtful, key=lambda item: self._needs_company(item[1])):
            if self._is_meant(field, mention):
                self._heard.add(mention.concept)

    @cached_property
    def _stems(self) -> list[str]:
        """The stems of each field, as ``Disambiguator.holds`` looks for phrases in them."""
        return [
            f" {' '.join(map(STEMS.__getitem__, field.table.forms))} " for field in self._fields
        ]

    def settled(self, field: Field) -> list[Mention]:
        """The mentions of a field that hold, and those that the abstract's definitions add."""
        kept = [
            mention
            for mention in field.mentions
            if not self._senses.is_short(mention, field.text) or self._is_meant(field, mention)
        ]
        added = [mention for mention in self._added(field) if not _is_within(mention, kept)]
        if not added:
            return kept
        # An abstract may define a short form more than once.
        return counted_once(sorted([*kept, *added], key=lambda m: (m.first, -m.last, m.concept)))

    def _needs_company(self, mention: Mention) -> bool:
        concept = self._senses.concept(mention.concept)
        return bool(concept.beside) and not concept.not_beside

    def _is_meant(self, field: Field, mention: Mention) -> bool:
        written = _key(field.text[mention.start : mention.end])
        concept = self._senses.concept(mention.concept)
        meanings = self._defined.get(written) or self._defined.get(written.removesuffix("s"))
        if meanings:
            return self._once(concept.id, lambda: self._is_defined(concept, meanings), written)
        if not concept.is_ambiguous:
            return True
        if self._is_in_longer(field, mention):
            return False
        beside = (concept.id, *concept.beside)
        if self._once(concept.id, lambda: self._has(beside), "beside"):
            return True
        if _is_in_code(field.text, mention):
            return False
        against = self._once(concept.id, lambda: self._has(concept.not_beside), "not_beside")
        return bool(concept.not_beside) and not against

    def _once(self, concept: str, decide: Callable[[], bool], question: str) -> bool:
        """The answer to a question on a concept, which holds for all of the abstract."""
        asked = concept, question
        if asked not in self._verdicts:
            self._verdicts[asked] = decide()
        return self._verdicts[asked]

    def _is_defined(self, concept: Concept, meanings: Iterable[_Meaning]) -> bool:
        return any(self._senses.means(meaning, concept.id) for meaning in meanings)

    def _is_in_longer(self, field: Field, mention: Mention) -> bool:
        """Whether a short form is part of the short form of something else."""
        return any(
            other.first <= mention.first
            and mention.last <= other.last
            and other.last - other.first > mention.last - mention.first
            and self._senses.is_short(other, field.text)
            for other in field.mentions
        )

    def _has(self, entries: Iterable[str]) -> bool:
        return any(self._senses.holds(entry, self._heard, self._stems) for entry in entries)

    def _added(self, field: Field) -> Iterator[Mention]:
        """Mentions of concepts by short forms that this abstract defines."""
        for meanings in self._defined.values():
            for definition, whole, _ in meanings:
                if whole and _is_distinct(definition.short):
                    for first, last in _occurrences(definition.short, field):
                        start, end = field.table.starts[first], field.table.ends[last]
                        yield from (Mention(id_, first, last, start, end) for id_ in whole)


@lru_cache(maxsize=1 << 14)
def _key(short: str) -> str:
    return fold_short(short)


def _is_in_code(text: str, mention: Mention) -> bool:
    """Whether a short form is part of a name of other things: MS-355, ES-MS, NO(3)."""
    before = _BEFORE_IN_CODE.search(text, max(0, mention.start - 2), mention.start)
    return bool(before or _AFTER_IN_CODE.match(text, mention.end))


def _is_distinct(short: str) -> bool:
    """Whether a short form is more than a letter or a word: what any abstract might have."""
    return sum(map(str.isalnum, short)) > 1 and any(map(str.isupper, short))


def _occurrences(short: str, field: Field) -> Iterator[tuple[int, int]]:
    """From which to which word a short form stands in a text, as written or in the plural."""
    text, starts, ends = field.text, field.table.starts, field.table.ends
    place = text.find(short)
    while place >= 0:
        end = place + len(short)
        end += text.startswith("s", end) and not _is_in_word(text[end + 1 : end + 2])
        before = text[place - 1] if place else ""
        if before == "-" or _is_in_word(before) or _is_in_word(text[end : end + 1]):
            end = place + 1
        else:
            first, last = bisect_left(starts, place), bisect_left(ends, end)
            is_whole = first < len(starts) and starts[first] == place
            if is_whole and last < len(ends) and ends[last] == end:
                yield first, last
        place = text.find(short, end)


def _is_in_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _is_within(mention: Mention, others: Iterable[Mention]) -> bool:
    """Whether a mention says nothing new beside others: the same again, or part of a longer."""
    return any(
        other.first <= mention.last
        and mention.first <= other.last
        and (
            other.concept == mention.concept
            or other.last - other.first > mention.last - mention.first
        )
        for other in others
    )


def _is_alike(long: str, spelling: str) -> bool:
    """Whether a long form has the words of a spelling, in other forms or misspelt.

    The last may be missing, as it often stands after the bracket: "natural killer (NK) cells".
    """
    asked, there = _content(long), _content(spelling)
    return (
        bool(asked)
        and all(any(_are_alike(one, other) for other in there) for one in asked)
        and all(any(_are_alike(one, other) for other in asked) for one in there[:-1])
    )


@lru_cache(maxsize=1 << 12)
def _content(text: str) -> tuple[str, ...]:
    return tuple(t.form for t in tokenize(text) if t.form not in stop_words())


def _are_alike(one: str, other: str) -> bool:
    return one == other or stem(one) == stem(other) or ratio(one, other) >= ALIKE
