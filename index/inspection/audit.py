"""The contents and faults of a vocabulary, and the abstracts that its concepts find.

Spellings are compared as the recognizer compares them, so hyphens, plurals and British spelling
make no difference.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from index.analyzer import Analyzer
from index.concepts.recognizer import Recognizer
from index.concepts.vocabulary import spellings
from index.text.words import word_table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from corpus import Abstract
    from index.concepts.vocabulary import Concept, Vocabulary

LONGEST_PLAIN = 200
"""Characters of a plain sentence that can still be read at a glance."""

CARRIER = "Then, {}, they said."
"""A text that a spelling has to be found in."""


class Fault(StrEnum):
    """The kinds of faults of a concept."""

    CLASH = "clash"
    NEVER_FOUND = "never found"
    NEARLY = "told apart"
    REDUNDANT = "redundant"
    NO_PLAIN = "no plain sentence"
    LONG_PLAIN = "long plain sentence"
    UNUSED = "unused"


SERIOUS = frozenset({Fault.CLASH, Fault.NEVER_FOUND})
"""Faults that keep a concept from being found, or find another instead."""


class Finding(NamedTuple):
    """A fault of a concept, and a sentence that says more."""

    fault: Fault
    concept: str
    detail: str


class Size(NamedTuple):
    """The number of concepts, and of all their spellings and lay phrases."""

    concepts: int
    spellings: int
    lay: int


@dataclass(frozen=True)
class Change:
    """The PMIDs of abstracts that a concept gains and loses by another vocabulary."""

    concept: str
    name: str
    what: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def sizes(vocabulary: Vocabulary) -> dict[str, Size]:
    """The size of each kind, the largest first."""
    found: dict[str, Size] = {}
    for concept in vocabulary.concepts.values():
        size = found.get(concept.kind, Size(0, 0, 0))
        found[concept.kind] = Size(
            size.concepts + 1,
            size.spellings + len(concept.written),
            size.lay + len(concept.phrases),
        )
    return dict(sorted(found.items(), key=lambda item: (-item[1].concepts, item[0])))


def audit(vocabulary: Vocabulary, used: Collection[str] | None = None) -> list[Finding]:
    """Everything that is wrong; ``used`` are the concepts that some abstract mentions."""
    concepts = vocabulary.concepts.values()
    recognizer = Recognizer(vocabulary)
    found = [*_clashes(concepts, recognizer), *_never_found(vocabulary, recognizer)]
    for concept in concepts:
        found += _redundant(concept, recognizer)
        if not concept.plain:
            found.append(Finding(Fault.NO_PLAIN, concept.id, "says nothing to readers"))
        if len(concept.plain) > LONGEST_PLAIN:
            detail = f"{len(concept.plain)} characters, {LONGEST_PLAIN} are enough"
            found.append(Finding(Fault.LONG_PLAIN, concept.id, detail))
        if used is not None and not concept.is_guard and concept.id not in used:
            found.append(Finding(Fault.UNUSED, concept.id, concept.name))
    return found


def uses(
    vocabulary: Vocabulary, abstracts: Iterable[Abstract], progress: Callable[[], None]
) -> dict[str, list[str]]:
    """The PMIDs of the abstracts that mention each concept, in the order of the abstracts."""
    analyzer = Analyzer(vocabulary)
    found: dict[str, list[str]] = {}
    for abstract in abstracts:
        texts = analyzer.read(abstract.title, abstract.text)
        for id_ in {mention.concept for text in texts for mention in text.analysed.mentions}:
            found.setdefault(id_, []).append(abstract.id)
        progress()
    return found


def changes(
    old: Vocabulary,
    new: Vocabulary,
    abstracts: Callable[[], Iterable[Abstract]],
    progress: Callable[[], None],
) -> list[Change]:
    """The concepts that differ, or that find other abstracts though they do not."""
    before, after = uses(old, abstracts(), progress), uses(new, abstracts(), progress)
    found = []
    for id_ in sorted(old.concepts.keys() | new.concepts.keys()):
        had, has = before.get(id_, []), after.get(id_, [])
        gained = tuple(dict.fromkeys(pmid for pmid in has if pmid not in set(had)))
        lost = tuple(dict.fromkeys(pmid for pmid in had if pmid not in set(has)))
        what = _what(old.concepts.get(id_), new.concepts.get(id_))
        if what or gained or lost:
            name = (new.concepts.get(id_) or old.concepts[id_]).name
            found.append(Change(id_, name, what or "through others", gained, lost))
    return found


def _what(old: Concept | None, new: Concept | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "" if old == new else "changed"


class _Spelled(NamedTuple):
    concept: Concept
    is_short: bool
    spelling: str


def _spelled(concept: Concept) -> Iterator[_Spelled]:
    for spelling in (*concept.spellings, *concept.phrases):
        yield _Spelled(concept, is_short=False, spelling=spelling)
    for spelling in (*concept.short, *concept.capitals):
        yield _Spelled(concept, is_short=True, spelling=spelling)


def _clashes(concepts: Iterable[Concept], recognizer: Recognizer) -> Iterator[Finding]:
    by_path: dict[tuple[str, ...], dict[_Spelled, None]] = {}
    for concept in concepts:
        for one in _spelled(concept):
            for path in recognizer.rows(one.spelling):
                by_path.setdefault(tuple(path), {})[one] = None
    told: set[tuple[str, str, Fault]] = set()
    for sharing in by_path.values():
        for one, other in combinations(sharing, 2):
            fault = Fault.NEARLY if _are_told_apart(one, other) else Fault.CLASH
            key = (one.concept.id, other.concept.id, fault)
            if one.concept.id != other.concept.id and key not in told:
                told.add(key)
                detail = f"“{one.spelling}” is “{other.spelling}” of {other.concept.id}"
                yield Finding(fault, one.concept.id, detail)


def _are_told_apart(one: _Spelled, other: _Spelled) -> bool:
    """Whether letter case, or what else an abstract holds, decides between two concepts."""
    by_context = one.is_short and one.concept.is_ambiguous and other.concept.is_ambiguous
    return one.is_short is not other.is_short or by_context


def _never_found(vocabulary: Vocabulary, recognizer: Recognizer) -> Iterator[Finding]:
    for concept in vocabulary.concepts.values():
        written = dict.fromkeys((*concept.written, *concept.phrases))
        for spelling in written:
            is_lay = spelling not in concept.written
            fault = _unheard(recognizer, concept, spelling, is_lay=is_lay)
            if fault:
                yield Finding(Fault.NEVER_FOUND, concept.id, f"“{spelling}” {fault}")


def _unheard(
    recognizer: Recognizer, concept: Concept, spelling: str, *, is_lay: bool
) -> str | None:
    """Why a concept is not found by one of its spellings, or None if it is."""
    width = len(word_table(spelling).forms)
    if not width:
        return "has no word"
    texts = ((spelling, True), (CARRIER.format(spelling), False))
    for text, is_query in texts[:1] if is_lay else texts:
        where = "a query" if is_query else "a text"
        table = word_table(text)
        whole = [
            match
            for match in recognizer.matches(table, is_query=is_query)
            if match.last - match.first >= width - 1
        ]
        if not any(match.concept is concept for match in whole):
            return f"is not found in {where}"
        if concept.is_guard:
            continue
        heard = recognizer.in_query if is_query else recognizer.in_document
        if not any(
            mention.concept == concept.id and mention.last - mention.first == width - 1
            for mention in heard(table)
        ):
            others = sorted({match.concept.id for match in whole} - {concept.id})
            return f"does not count in {where} beside {', '.join(others) or 'itself'}"
    return None


def _redundant(concept: Concept, recognizer: Recognizer) -> Iterator[Finding]:
    """Variants that are all recognized by the others of the same concept.

    Short forms may repeat a variant: they are what fits on a small label. So may lay phrases, which
    are other forms of its words ("dizzy").
    """
    counts = Counter(_paths(concept.name, recognizer))
    entries = [(entry, _paths(entry, recognizer)) for entry in concept.variants]
    for _, covered in entries:
        counts.update(covered)
    for entry, covered in reversed(entries):
        if covered and all(counts[path] > 1 for path in covered):
            counts.subtract(covered)
            yield Finding(Fault.REDUNDANT, concept.id, f"“{entry}” adds nothing")


def _paths(entry: str, recognizer: Recognizer) -> set[tuple[str, ...]]:
    return {tuple(path) for spelling in spellings(entry) for path in recognizer.rows(spelling)}
