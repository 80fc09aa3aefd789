"""Explanations of a text: the spelling behind each mention, and the reason for those left out.

The recognizer keeps no reasons. They are found afterwards, by comparing what was written with the
spelling that it met.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from index.analyzer import Analyzer
from index.concepts.recognizer import Mention, Recognizer, SpellingMatch, Way
from index.concepts.vocabulary import spellings
from index.text.stemmer import american
from index.text.tokenizer import GREEK
from index.text.words import word_table, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.concepts.vocabulary import Concept, Vocabulary
    from index.text.words import WordTable

AS_WRITTEN = "as in the vocabulary"
CASE = "letter case"
GREEK_LETTER = "Greek letter"
HYPHEN = "hyphen, slash or space"
PLURAL = "plural"
BRITISH = "British or American spelling"
ENDING = "ending or accent"
SHARED_WORD = "shared word"
CATALOGUE_ORDER = "catalogue order"
DEFINED = "defined in this text"
LAY = "what lay people say, read in queries only"

_WAYS = {Way.COORDINATED: SHARED_WORD, Way.INVERTED: CATALOGUE_ORDER}


@dataclass(frozen=True)
class Reason:
    """A concept at a place of a text, the spelling that it met, and by which rules.

    ``silenced`` says why it does not count, or is None if it does.
    """

    concept: str
    name: str
    kind: str
    start: int
    end: int
    text: str
    spelling: str
    rules: tuple[str, ...]
    silenced: str | None = None


def explain(vocabulary: Vocabulary, text: str, *, is_query: bool = False) -> list[Reason]:
    """A reason for each mention and each silenced match, in the order of the text."""
    table = word_table(text)
    recognizer = Recognizer(vocabulary)
    matches = recognizer.matches(table, is_query=is_query)
    if is_query:
        mentions = recognizer.in_query(table)
    else:
        mentions = list(Analyzer(vocabulary).document(text).mentions)
    concepts = vocabulary.concepts
    reasons: dict[Mention, Reason] = {}
    for match in matches:
        place = _place(match, table)
        why = None if place in mentions else _why(match, matches, recognizer, is_query=is_query)
        reason = _reason(
            match.concept,
            place,
            text,
            _closest(match, text[place.start : place.end], recognizer),
            why,
        )
        if place not in reasons or len(reason.rules) < len(reasons[place].rules):
            reasons[place] = reason
    for place in mentions:
        if place not in reasons:
            reasons[place] = _reason(concepts[place.concept], place, text, None, None)
    return [reasons[place] for place in sorted(reasons, key=lambda m: (m.first, -m.last, m[0]))]


def _place(match: SpellingMatch, table: WordTable) -> Mention:
    start, end = table.starts[match.first], table.ends[match.last]
    is_shared = match.way is Way.COORDINATED
    return Mention(match.concept.id, match.first, match.last, start, end, is_shared)


def _reason(
    concept: Concept,
    place: Mention,
    text: str,
    met: tuple[str, tuple[str, ...]] | None,
    why: str | None,
) -> Reason:
    written = text[place.start : place.end]
    spelling, applied = met or (written, (DEFINED,))
    return Reason(
        concept=concept.id,
        name=concept.name,
        kind=concept.kind,
        start=place.start,
        end=place.end,
        text=written,
        spelling=spelling,
        rules=applied,
        silenced=why,
    )


def _closest(
    match: SpellingMatch, written: str, recognizer: Recognizer
) -> tuple[str, tuple[str, ...]]:
    """The spelling that is most like what was written, of those that the recognizer sees as one."""
    if match.way is Way.LAY:
        return _said(match.spelling, written), (LAY,)
    if match.way is not Way.STRAIGHT:
        return match.spelling, (_WAYS[match.way],)
    met = {tuple(path) for path in recognizer.rows(match.spelling)}
    alike = [
        spelling
        for spelling in (match.spelling, *match.concept.written)
        if not met.isdisjoint(map(tuple, recognizer.rows(spelling)))
    ]
    ruled = [(spelling, tuple(rules(written, spelling))) for spelling in alike]
    return min(ruled, key=lambda one: len(one[1]) if one[1] != (AS_WRITTEN,) else 0)


def _said(phrase: str, written: str) -> str:
    """The choice of a lay phrase that was written, with little words between its own."""
    forms = {american(word.form) for word in words(written)}
    said = (one for one in spellings(phrase) if {american(w.form) for w in words(one)} <= forms)
    return max(said, key=len, default=phrase)


def rules(written: str, spelling: str) -> Iterator[str]:
    """By which rules what was written meets a spelling.

    >>> list(rules("RELAPSES", "relapse")), list(rules("IFN-β", "IFN beta"))
    (['letter case', 'plural'], ['Greek letter', 'hyphen, slash or space'])
    """
    if written == spelling:
        yield AS_WRITTEN
        return
    found, known = words(written), words(spelling)
    if _is_greek(written) is not _is_greek(spelling):
        yield GREEK_LETTER
    elif not _letters(written).startswith(_letters(spelling)) and (
        _letters(written).casefold().startswith(_letters(spelling).casefold())
    ):
        yield CASE
    forms, known_forms = [word.form for word in found], [word.form for word in known]
    if "".join(forms) != "".join(known_forms):
        if len(forms) != len(known_forms):
            forms, known_forms = ["".join(forms)], ["".join(known_forms)]
        pairs = zip(forms, known_forms, strict=True)
        yield from dict.fromkeys(rule for pair in pairs for rule in _changed(*pair))
    if any(one != other for one, other in zip_longest(_gaps(written), _gaps(spelling))):
        yield HYPHEN


def _changed(form: str, known: str) -> Iterator[str]:
    one, other = american(form), american(known)
    if (one != form) is not (other != known):
        yield BRITISH
    if one != other:
        short, long = sorted((one, other), key=len)
        is_plural = long in {f"{short}s", f"{short}es", f"{short[:-1]}ies"}
        yield PLURAL if is_plural else ENDING


def _gaps(text: str) -> list[str]:
    found = words(text)
    return [text[word.end : following.start] for word, following in pairwise(found)]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _is_greek(text: str) -> bool:
    return any(letter.lower() in GREEK or letter == "ß" for letter in text)


def _why(
    match: SpellingMatch,
    matches: Iterable[SpellingMatch],
    recognizer: Recognizer,
    *,
    is_query: bool,
) -> str:
    """Why a match does not count."""
    others = recognizer.longest(matches) if is_query else matches
    if is_query:
        around = [m for m in others if m.first <= match.last and match.first <= m.last]
    else:
        around = [m for m in others if m is not match and recognizer.silences(m, match)]
    longer = max(around, key=lambda m: m.last - m.first, default=match)
    if match.concept.is_guard:
        return "a guard: recognized to keep another meaning apart, never searched"
    if longer.concept.is_guard:
        return f"within “{longer.spelling}”, which means something else ({longer.concept.id})"
    if (longer.first, longer.last) != (match.first, match.last):
        return f"said already by the longer “{longer.spelling}” ({longer.concept.id})"
    if any(m.concept is match.concept and m.first < match.first <= m.last for m in matches):
        return "said already by the words before"
    return "means something else in this text"
