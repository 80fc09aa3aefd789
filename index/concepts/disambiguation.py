"""Decision which concept a short form means in one abstract: multiple sclerosis or another MS.

Title and text are read together, and the first of these rules that applies decides:

1. The abstract's own definition: after "mass spectrometry (MS)" no MS in it is multiple sclerosis,
   after "multiple sclerosis (MS)" each is. So it is for any spelling that an abstract defines, and
   for a short form within a longer one that it defines. Of two definitions of one form the last one
   before an occurrence holds for it. A definition of a concept by a short form that the vocabulary
   does not know makes that form a mention of the concept, in this abstract.
2. A course of the disease that is spelt without its name (primary progressive) is meant where the
   disease is mentioned, and no name of another disease follows.
3. A short form in a text set wholly in capitals is meant where its concept or the disease is
   mentioned otherwise.
4. A concept that the vocabulary does not mark with ``beside`` or ``not_beside`` is meant.
5. Part of another short form (the CSF of GM-CSF) is none.
6. The concept itself, a narrower one, or something of ``beside`` is mentioned: it is meant.
7. Something of ``not_beside`` is there: it is not. Nor is a part of a code (MS-355, ES-MS).
8. Otherwise it is meant, unless the concept is marked with ``beside`` alone.

An entry of the two lists is the id of a concept, which stands for all its spellings and those of
narrower ones, or a few words, compared by their stems. All of it takes time in proportion to the
length of the abstract.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.fuzz import ratio

from index.abbreviations.definitions import LONGEST_SHORT
from index.abbreviations.keys import fold_short
from index.concepts.recognizer import Mention, counted_once, is_shouted
from index.text.cache import Cache
from index.text.stemmer import STEMS, stem, stop_words
from index.text.tokenizer import Gap, tokenize
from index.text.words import KIND, word_table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from index.abbreviations.definitions import Definition
    from index.concepts.recognizer import Recognizer
    from index.concepts.vocabulary import Concept, Vocabulary
    from index.text.words import WordTable

ALIKE = 80
"""How alike two words have to be, of 100, to be one in two forms or with a slip of the pen:
positron and position are (88), neural and normal (67), neuritis and nerve (62) are not."""

MOST_LONG_FORMS = 1 << 14
"""How many long forms of definitions are remembered with the concepts that they name."""

MOST_MEANINGS = 20
"""How many definitions of one short form before and after an occurrence are compared."""

MOST_WORDS = 8
"""Words of the longest short form: 25(OH)D has three."""

DISEASE = "ms"
"""The concept that the courses of the vocabulary are courses of."""

COURSE = "course"  # the kind

_DISEASE_NAMED = re.compile(r"sclerosis|\b[A-Z-]*MS\b", re.IGNORECASE)
_NAMES_DISEASE_NEXT = re.compile(r"[-\s]+(?:MS\b|multiple sclerosis|patients?\b|course\b|form\b)")
_OTHER_DISEASE = re.compile(
    r"\s+(?:\w+\s+)?(?!sclerosis\b)(?:\w+(?:itis|pathy|pathies|osis|oses|trophy|plegia|penia|emia|oma)"
    r"|dementia|aphasia|ataxia|palsy|hepatitis)\b"
)
_QUANTITY = re.compile(r"\s*(?:[=<>≤≥:]|of\b)?\s*\d+[.·]\d|\s*[=<>≤≥]")
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
    """A definition, the number of its field, and the concepts that its long form names."""

    definition: Definition
    field: int
    whole: frozenset[str]
    held: frozenset[str]

    @property
    def place(self) -> tuple[int, int]:
        """The number of the field and the character at which the short form is defined."""
        return self.field, self.definition.short_start


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
        self._courses = frozenset(
            id_
            for id_, concept in vocabulary.concepts.items()
            if concept.kind == COURSE and DISEASE in self._above[id_]
        )
        self._doubtful = self._ambiguous | self._courses
        self._named = Cache(self._names, MOST_LONG_FORMS)
        self._phrases = {
            entry: f" {' '.join(word.stem for word in words(entry))} "
            for concept in vocabulary.concepts.values()
            for entry in (*concept.beside, *concept.not_beside)
            if entry not in vocabulary.concepts
        }

    def settle(self, fields: Sequence[Field]) -> list[list[Mention]]:
        """The mentions of each field that hold, decided from all of them together."""
        defined = self._defined(fields)
        if not defined and not any(map(self._has_doubtful, fields)):
            return [list(field.mentions) for field in fields]
        return _Abstract(self, fields, defined).settled()

    def is_short(self, mention: Mention, text: str) -> bool:
        """Whether a mention is a short form of its concept, or the plural of one."""
        shorts = self._shorts[mention.concept]
        if not shorts:
            return False
        written = _key(text[mention.start : mention.end])
        return written in shorts or written.removesuffix("s") in shorts

    def is_bare_course(self, mention: Mention, text: str) -> bool:
        """Whether a mention is a course of the disease that is spelt without its name."""
        return (
            mention.concept in self._courses
            and not _DISEASE_NAMED.search(text, mention.start, mention.end)
            and not self.is_short(mention, text)
        )

    def is_course(self, concept: str) -> bool:
        """Whether a concept is the disease or one of its courses."""
        return concept == DISEASE or concept in self._courses

    def knows(self, concept: str, definition: Definition) -> bool:
        """Whether a definition's short form is one of the concept's, not just like a plural."""
        return _key(definition.short) in self._shorts[concept]

    def concept(self, id_: str) -> Concept:
        """The concept with an id."""
        return self._vocabulary.concepts[id_]

    def names_disease(self, concept: str) -> bool:
        """Whether a concept is the disease or narrower."""
        return concept == DISEASE or DISEASE in self._above[concept]

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
        if field.mentions and is_shouted(field.table):
            return True
        text = field.text
        return any(
            self.is_short(mention, text) or self.is_bare_course(mention, text)
            for mention in field.mentions
            if mention.concept in self._doubtful
        )

    def _defined(self, fields: Sequence[Field]) -> dict[str, list[_Meaning]]:
        """The meanings that the abstract gives to short forms that matter to it, by their keys.

        Those matter that name a concept, or hold a mention. Their meanings stand in the order of
        the abstract, a long form as often as it is given.
        """
        defined: dict[str, list[_Meaning]] = {}
        for number, field in enumerate(fields):
            for definition in field.definitions:
                meanings = defined.setdefault(_key(definition.short), [])
                named = self._named[definition.long]
                meanings.append(_Meaning(definition, number, *named))
        if not defined:
            return defined
        written = {
            _key(field.text[mention.start : mention.end])
            for field in fields
            for mention in field.mentions
            if mention.end - mention.start <= LONGEST_SHORT
        }
        written |= {key.removesuffix("s") for key in written}
        return {
            key: meanings
            for key, meanings in defined.items()
            if any(meaning.whole for meaning in meanings)
            or not written.isdisjoint(_parts(meanings[0].definition.short))
        }

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


class _Occurrence(NamedTuple):
    """A short form that an abstract defines, at some words of a field, with its meanings."""

    first: int
    last: int
    meanings: Sequence[_Meaning]


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
        self._shouted = [is_shouted(field.table) for field in fields]
        self._shorts = [self._short_spans(field) for field in fields]
        self._occurrences = [list(_occurrences(field, defined)) for field in fields]
        self._around = [_by_word(found) for found in self._occurrences]
        self._meant: set[tuple[int, Mention]] = set()
        doubtful: list[tuple[int, Mention]] = []
        for number, field in enumerate(fields):
            for mention in field.mentions:
                if self._is_doubtful(number, mention):
                    doubtful.append((number, mention))
                else:
                    self._heard.add(mention.concept)
                    self._meant.add((number, mention))
        # Those that can stand alone come first: the others may need them beside.
        for number, mention in sorted(doubtful, key=lambda item: self._needs_company(*item)):
            if self._is_meant(number, mention):
                self._heard.add(mention.concept)
                self._meant.add((number, mention))

    def settled(self) -> list[list[Mention]]:
        """The mentions of each field that hold, and those that the abstract's definitions add."""
        return [self._settled(number) for number in range(len(self._fields))]

    @cached_property
    def _stems(self) -> list[str]:
        """The stems of each field, as ``Disambiguator.holds`` looks for phrases in them."""
        return [
            f" {' '.join(map(STEMS.__getitem__, field.table.forms))} " for field in self._fields
        ]

    def _settled(self, number: int) -> list[Mention]:
        kept = [one for one in self._fields[number].mentions if (number, one) in self._meant]
        candidates = list(self._added(number))
        if not candidates:
            return kept
        longest: dict[int, int] = {}
        concepts: dict[int, set[str]] = {}
        for mention in kept:
            for place in range(mention.first, mention.last + 1):
                longest[place] = max(longest.get(place, 0), mention.last - mention.first)
                concepts.setdefault(place, set()).add(mention.concept)
        added = [
            mention
            for mention in candidates
            if not any(
                longest.get(place, 0) > mention.last - mention.first
                or mention.concept in concepts.get(place, ())
                for place in range(mention.first, mention.last + 1)
            )
        ]
        if not added:
            return kept
        # An abstract may define a short form more than once.
        return counted_once(sorted([*kept, *added], key=lambda m: (m.first, -m.last, m.concept)))

    def _short_spans(self, field: Field) -> dict[int, list[tuple[int, int]]]:
        """By word, the short forms of more than one word that it is in."""
        spans: dict[int, list[tuple[int, int]]] = {}
        for mention in field.mentions:
            if mention.last > mention.first and self._senses.is_short(mention, field.text):
                for place in range(mention.first, mention.last + 1):
                    spans.setdefault(place, []).append((mention.first, mention.last))
        return spans

    def _is_doubtful(self, number: int, mention: Mention) -> bool:
        field = self._fields[number]
        return (
            self._senses.is_short(mention, field.text)
            or self._senses.is_bare_course(mention, field.text)
            or mention.first in self._around[number]
        )

    def _needs_company(self, number: int, mention: Mention) -> int:
        field = self._fields[number]
        if self._shouted[number] or self._senses.is_bare_course(mention, field.text):
            return 2
        concept = self._senses.concept(mention.concept)
        return int(bool(concept.beside) and not concept.not_beside)

    def _is_meant(self, number: int, mention: Mention) -> bool:
        field = self._fields[number]
        concept = self._senses.concept(mention.concept)
        is_short = self._senses.is_short(mention, field.text)
        verdict = self._verdict_of_definitions(number, mention, is_short=is_short)
        if verdict is not None:
            return verdict
        if self._senses.is_bare_course(mention, field.text):
            return self._is_in_company() and not _OTHER_DISEASE.match(field.text, mention.end)
        if not is_short:
            return True
        if self._shouted[number]:
            return self._is_in_company() or self._has((concept.id,))
        if not concept.is_ambiguous:
            return True
        if self._is_in_longer(number, mention):
            return False
        beside = (concept.id, *concept.beside)
        if self._once(concept.id, lambda: self._has(beside), "beside"):
            return True
        if _is_in_code(field.text, mention):
            return False
        against = self._once(concept.id, lambda: self._has(concept.not_beside), "not_beside")
        return bool(concept.not_beside) and not against

    def _verdict_of_definitions(
        self, number: int, mention: Mention, *, is_short: bool
    ) -> bool | None:
        """The verdict of the abstract's definitions on a mention, or None if they have none."""
        for first, last, meanings in self._around[number].get(mention.first, ()):
            if not (first <= mention.first and mention.last <= last):
                continue
            is_all = (first, last) == (mention.first, mention.last)
            if is_all or is_short:
                meaning = self._meaning_at(number, first, last, meanings)
                if meaning is None:
                    return False
                return self._is_defined_as(meaning, mention.concept, is_part=not is_all)
        return None

    def _is_defined_as(self, meaning: _Meaning, concept: str, *, is_part: bool) -> bool:
        if is_part and concept in meaning.held:
            return True
        long = meaning.definition.long
        return self._once(concept, lambda: self._senses.means(meaning, concept), f"= {long}")

    def _meaning_at(
        self, number: int, first: int, last: int, meanings: Sequence[_Meaning]
    ) -> _Meaning | None:
        """The meaning of a defined short form where it stands, or None if it is none of them.

        A course of the disease is no quantity: "RR = 0.78".
        """
        table = self._fields[number].table
        start, end = table.starts[first], table.ends[last]
        place = bisect_right(meanings, (number, start), key=_place_of)
        nearest = meanings[max(0, place - 1)]
        if nearest.place == (number, start) or not self._differ(meanings):
            own = nearest
        elif _NAMES_DISEASE_NEXT.match(table.text, end):
            own = next(filter(self._is_of_course, self._near(meanings, place)), nearest)
        else:
            own = nearest
        may_be_quantity = self._is_of_course(own) and not _DISEASE_NAMED.search(
            own.definition.short
        )
        if not may_be_quantity or not _QUANTITY.match(table.text, end):
            return own
        return next((m for m in self._near(meanings, place) if not self._is_of_course(m)), None)

    @staticmethod
    def _near(meanings: Sequence[_Meaning], place: int) -> Sequence[_Meaning]:
        return meanings[max(0, place - MOST_MEANINGS) : place + MOST_MEANINGS]

    @staticmethod
    def _differ(meanings: Sequence[_Meaning]) -> bool:
        return any(
            one.definition.long != meanings[0].definition.long for one in meanings[:MOST_MEANINGS]
        )

    def _is_of_course(self, meaning: _Meaning) -> bool:
        return any(map(self._senses.is_course, meaning.whole))

    def _is_in_company(self) -> bool:
        """Whether the disease is mentioned by more than the bare name of a course."""
        return any(map(self._senses.names_disease, self._heard))

    def _once(self, concept: str, decide: Callable[[], bool], question: str) -> bool:
        """The answer to a question on a concept, which holds for all of the abstract."""
        asked = concept, question
        if asked not in self._verdicts:
            self._verdicts[asked] = decide()
        return self._verdicts[asked]

    def _is_in_longer(self, number: int, mention: Mention) -> bool:
        """Whether a short form is part of the short form of something else."""
        return any(
            first <= mention.first
            and mention.last <= last
            and last - first > mention.last - mention.first
            for first, last in self._shorts[number].get(mention.first, ())
        )

    def _has(self, entries: Iterable[str]) -> bool:
        return any(self._senses.holds(entry, self._heard, self._stems) for entry in entries)

    def _added(self, number: int) -> Iterator[Mention]:
        """Mentions of concepts by short forms that this abstract defines."""
        table = self._fields[number].table
        for first, last, meanings in self._occurrences[number]:
            if _is_distinct(meanings[0].definition.short):
                meaning = self._meaning_at(number, first, last, meanings)
                start, end = table.starts[first], table.ends[last]
                for id_ in meaning.whole if meaning else ():
                    yield Mention(id_, first, last, start, end)


@lru_cache(maxsize=1 << 14)
def _key(short: str) -> str:
    """The key of a short form without regard to capitals, plural, hyphens and spaces."""
    return fold_short(short).replace(" ", "")


def _is_in_code(text: str, mention: Mention) -> bool:
    """Whether a short form is part of a name of other things: MS-355, ES-MS, NO(3)."""
    before = _BEFORE_IN_CODE.search(text, max(0, mention.start - 2), mention.start)
    return bool(before or _AFTER_IN_CODE.match(text, mention.end))


def _is_distinct(short: str) -> bool:
    """Whether a short form is more than a letter or a word: what any abstract might have."""
    return sum(map(str.isalnum, short)) > 1 and any(map(str.isupper, short))


def _occurrences(field: Field, defined: Mapping[str, Sequence[_Meaning]]) -> Iterator[_Occurrence]:
    """The defined short forms in a field, the longest at each word, as written or in the plural.

    Only what is written with the same capitals is the same short form.
    """
    if not defined:
        return
    heads = {form for meanings in defined.values() for form in _heads(meanings[0].definition.short)}
    most = max(map(len, defined)) + 1
    table = field.table
    is_loose = is_shouted(table)
    words = list(table.forms)
    grouped: dict[str, dict[str, list[_Meaning]]] = {}
    after = 0
    for place in [place for place, word in enumerate(words) if word in heads]:
        if place < after or _is_after_hyphen(table, place):
            continue
        joined = ""
        found: _Occurrence | None = None
        for last in range(place, min(len(words), place + MOST_WORDS)):
            joined += words[last]
            if len(joined) > most or (last > place and table.gaps[last] & KIND == Gap.BREAK):
                break
            key = joined if joined in defined else joined.removesuffix("s")
            if key not in defined:
                continue
            if key not in grouped:
                grouped[key] = _by_capitals(defined[key])
            written = _capitals(table.written(place, last))
            same = grouped[key].get(written, defined[key] if is_loose else ())
            if same:
                found = _Occurrence(place, last, same)
        if found:
            yield found
            after = found.last + 1


@lru_cache(maxsize=1 << 14)
def _heads(short: str) -> tuple[str, ...]:
    """The words that a short form may begin with, written with hyphens or without, and plurals."""
    first, whole = fold_short(short).split(" ", 1)[0], _key(short)
    return first, f"{first}s", whole, f"{whole}s"


@lru_cache(maxsize=1 << 14)
def _parts(short: str) -> tuple[str, ...]:
    """The keys of what may be a mention within a short form: its words, and two in a row."""
    words = fold_short(short).split(" ")
    return (_key(short), *words, *map("".join, pairwise(words)))


def _by_capitals(meanings: Iterable[_Meaning]) -> dict[str, list[_Meaning]]:
    """The meanings of one key by the capitals of their short forms."""
    found: dict[str, list[_Meaning]] = {}
    for meaning in meanings:
        found.setdefault(_capitals(meaning.definition.short), []).append(meaning)
    return found


def _capitals(written: str) -> str:
    return "".join(filter(str.isupper, written))


def _is_after_hyphen(table: WordTable, place: int) -> bool:
    """Whether a word is the second half of another: pre-MS."""
    return place > 0 and table.text[table.starts[place] - 1] == "-"


def _by_word(occurrences: Iterable[_Occurrence]) -> dict[int, list[_Occurrence]]:
    """The occurrences at each of their words."""
    found: dict[int, list[_Occurrence]] = {}
    for occurrence in occurrences:
        for place in range(occurrence.first, occurrence.last + 1):
            found.setdefault(place, []).append(occurrence)
    return found


def _place_of(meaning: _Meaning) -> tuple[int, int]:
    return meaning.place


def _is_alike(long: str, spelling: str) -> bool:
    """Whether a long form has the words of a spelling, in other forms or misspelt.

    The last may be missing, as it often stands after the bracket: "natural killer (NK) cells".
    """
    asked, there = _content(long), _content(spelling)
    return (
        0 < len(asked) <= len(there) + 1
        and all(any(_are_alike(one, other) for other in there) for one in asked)
        and all(any(_are_alike(one, other) for other in asked) for one in there[:-1])
    )


@lru_cache(maxsize=1 << 12)
def _content(text: str) -> tuple[str, ...]:
    return tuple(t.form for t in tokenize(text) if t.form not in stop_words())


def _are_alike(one: str, other: str) -> bool:
    return one == other or stem(one) == stem(other) or ratio(one, other) >= ALIKE
