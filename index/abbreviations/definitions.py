"""Definitions of abbreviations in a text: "multiple sclerosis (MS)", "MS (multiple sclerosis)".

What stands in a bracket is taken for a short form of the words before it, as Schwartz and Hearst
(2003) do ("A simple algorithm for identifying abbreviation definitions in biomedical text", Pac
Symp Biocomput 8:451-462), else for the long form of the word before it. ``alignment`` decides
whether letters and words fit. Further: several short forms in one bracket, or both forms in it;
long forms that have brackets themselves, as chemical names do; none that passes the border of a
sentence or another bracket.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from index.abbreviations.alignment import Passage, Steps, read

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SHORT = 15  # characters: pro-IL-1 beta
LONGEST_WORD = 5  # letters of a short form that has no capital: bpm; more is a word of the language
LONGEST_LONG = 200  # characters
LONGEST_BRACKET = 250  # characters: more is a sentence

_CLOSING = {"(": ")", "[": "]"}
_MARK = re.compile(r"[()\[\]]")
# A mark or, where no other is within, all of a pair.
_MARK_OR_PAIR = re.compile(r"[()\[\]\n](?:(?<=\()[^()\[\]\n]*+\)|(?<=\[)[^()\[\]\n]*+\])?")
_SHORT = re.compile(
    r"[\[(]?[^\W_](?:[^\s=<>%;,]*[^\s=<>%;,:.]|(?:\.[^\W\d_]){1,3}\.)?(?: [^\s=<>%;,:]+){0,2}"
)
_SEPARATOR = re.compile(r"[;,]\s+|\s+(?:or|and)\s+")
_LEAD = re.compile(
    r"(?:\s|[\"'“”‘’]|(?:the|or|also|i\.e\.,?|termed|called|abbreviated(?: as)?)\s)*"
)
# What none of these can begin with, as most words.
_PLAIN = frozenset("bdefghjklmnpqrsuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_SENTENCE_BORDER = re.compile(r"[.!?](?<![A-Z]\.)[\"')\]]*\s+(?=[A-Z0-9(\[])|[;:]\s|\n")
_COMMA = re.compile(r"[;,]\s")
_LAST_WORD = re.compile(r"(?<!\S)[(\[]?(\S+)\s*\Z")
_LETTER = re.compile(r"[^\W\d_]")
_REAL_WORD = re.compile(r"[^\W\d_]{3}")
_NEVER_SHORT = frozenset({"e.g.", "i.e.", "n.s.", "mean"})
_STOPS = tuple(".!?;:")
_QUOTES = " \t\"'“”‘’-"


class Definition(NamedTuple):
    """A short form and its long form, as written, and where they stand in the text."""

    short: str
    long: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


def definitions(text: str) -> list[Definition]:
    """The abbreviations that ``text`` defines, in the order of their short forms; none overlap.

    Never raises. Takes time in proportion to the length of the text: past ``Steps`` readings stop.

    >>> [d.short + ": " + d.long for d in definitions("Multiple sclerosis (MS) in Bergen (Norway)")]
    ['MS: Multiple sclerosis']
    """
    found: dict[tuple[int, int], Definition] = {}
    steps = Steps(len(text))
    for start, end in _brackets(text):
        for definition in _defined(text, start, end, steps):
            found.setdefault((definition.short_start, definition.short_end), definition)
    return list(_apart(found))


def _apart(found: dict[tuple[int, int], Definition]) -> Iterator[Definition]:
    """In order, without short forms that stand within another: the OH of 25(OH)D."""
    last = 0
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if start >= last:
            yield found[start, end]
            last = end


def _brackets(text: str) -> Iterator[tuple[int, int]]:
    """What stands in each pair of brackets, inner ones first."""
    opened: list[tuple[str, int]] = []
    for found in _MARK_OR_PAIR.finditer(text):
        start, end = found.span()
        mark = text[start]
        if end > start + 1:
            start, end = start + 1, end - 1
        elif mark in _CLOSING:
            opened.append((_CLOSING[mark], end))
            continue
        elif opened and opened[-1][0] == mark:
            start, end = opened.pop()[1], start
        else:
            if mark == "\n":
                opened.clear()
            continue
        if start < end <= start + LONGEST_BRACKET:
            yield start, end


def _defined(text: str, start: int, end: int, steps: Steps) -> list[Definition]:
    """What one bracket defines."""
    if not _LETTER.search(text, start, end):  # (61%)
        return []
    if text[end + 1 : end + 2].isalnum():  # interferon (IFN)beta, sporadic (S)ALS
        return []
    parts = _parts(text, start, end)
    found = [_before(text, start - 1, part, steps, is_first=not i) for i, part in enumerate(parts)]
    if len(parts) > 1:
        found.append(_inside(text, parts[0], parts[1], steps))
    return [one for one in found if one] or [
        one for one in [_after(text, start, end, steps)] if one
    ]


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A bracket cut at commas, semicolons, "or" and "and", but not where another is open."""
    inside = text[start:end]
    if not ("," in inside or ";" in inside or "or" in inside or "and" in inside):
        return [_trimmed(text, start, end)]  # a quick look that spares most the slow one
    parts = []
    place = start
    for cut in _SEPARATOR.finditer(text, start, end):
        if _is_balanced(text[place : cut.start()]):
            parts.append(_trimmed(text, place, cut.start()))
            place = cut.end()
    parts.append(_trimmed(text, place, end))
    return parts


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    if text[start : start + 1] not in _PLAIN:
        lead = _LEAD.match(text, start, end)
        start = lead.end() if lead else start
    while start < end and text[end - 1] in _QUOTES:
        end -= 1
    return start, end


def _before(
    text: str, bracket: int, part: tuple[int, int], steps: Steps, *, is_first: bool
) -> Definition | None:
    """A short form in a bracket, its long form before it."""
    if part[1] - part[0] > LONGEST_SHORT:
        return None
    short = text[slice(*part)]
    if not _is_short(short) or not (is_first or _is_plain(short)):
        return None
    # A bracket that is part of a word is seldom a short form: PGE(2), 5(S)-hydroxy.
    if text[bracket - 1 : bracket].isalnum() and sum(map(str.isalpha, short)) < 2:
        return None
    start, end = _trimmed(text, _reach(text, bracket, short), bracket)
    if text[end - 1 : end] in _STOPS:
        return None
    return _definition(text, part, start, end, steps)


def _inside(
    text: str, first: tuple[int, int], second: tuple[int, int], steps: Steps
) -> Definition | None:
    """Both in a bracket: "(confidence interval, CI)"."""
    short = text[slice(*second)]
    if not _is_short(short) or sum(map(str.isupper, short)) < 2:
        return None
    return _whole(text, second, *first, steps)


def _after(text: str, start: int, end: int, steps: Steps) -> Definition | None:
    """A long form in a bracket, up to a comma or all of it, its short form the word before it."""
    reach = max(0, start - 3 - LONGEST_SHORT)
    before = text[reach : start - 1]
    if before.islower() and before.isascii():  # as is most that stands before a bracket
        return None
    word = _LAST_WORD.search(text, reach, start - 1)
    if not word or not _REAL_WORD.search(text, start, end):
        return None
    part = _trimmed(text, *word.span(1))
    short = text[slice(*part)]
    if sum(map(str.isalpha, short)) < 2 or not _is_short(short) or short.islower():
        return None
    comma = _COMMA.search(text, start, end)
    stopped = _whole(text, part, *_trimmed(text, start, comma.start()), steps) if comma else None
    return stopped or _whole(text, part, *_trimmed(text, start, end), steps)


def _whole(
    text: str, part: tuple[int, int], start: int, end: int, steps: Steps
) -> Definition | None:
    """The definition of the short form at ``part`` if its long form is all from start to end."""
    if not _fits(text[slice(*part)], text[start:end]):
        return None
    definition = _definition(text, part, start, end, steps)
    return (
        definition if definition and definition.long_start == _bare(text, start, end)[0] else None
    )


def _definition(
    text: str, part: tuple[int, int], start: int, end: int, steps: Steps
) -> Definition | None:
    short = text[slice(*part)]
    reading = read(short, Passage(text, start, end, steps))
    if reading is None:
        return None
    start, end = _bare(text, reading.start, end)
    long = text[start:end]
    return Definition(short, long, *part, start, end) if _fits(short, long) else None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A long form without the quotes around it, and without a bracket that it does not close."""
    while start < end and (
        text[start] in _QUOTES or (text[start] in _CLOSING and not _is_balanced(text[start:end]))
    ):
        start += 1
    while start < end and text[end - 1] in _QUOTES:
        end -= 1
    return start, end


@lru_cache(maxsize=1 << 14)
def _is_short(short: str) -> bool:
    if len(short) > LONGEST_SHORT or not _SHORT.fullmatch(short) or not _is_balanced(short):
        return False
    letters = sum(map(str.isalpha, short))
    if any(map(str.isupper, short)):
        return letters > 0
    if short in _NEVER_SHORT:
        return False
    return 1 < letters <= LONGEST_WORD and " " not in short


def _is_plain(short: str) -> bool:
    """Whether a short form cannot be mistaken for a word or a label, wherever it stands."""
    return not short.islower() and sum(map(str.isalnum, short)) > 1


def _fits(short: str, long: str) -> bool:
    """Whether ``long`` can be a long form at all: more than a list item, and without ``short``."""
    longer = sum(map(str.isalnum, long)) > 1 + sum(map(str.isalnum, short))
    return (
        longer
        and short not in long.split()
        and not (long.isupper() and " " not in long)
        and _is_balanced(long)
        and _REAL_WORD.search(long) is not None
    )


def _is_balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")


def _reach(text: str, end: int, short: str) -> int:
    """How far back from ``end`` the long form of ``short`` may begin, and white space before it."""
    letters = sum(map(str.isalnum, short))
    most = min(letters + 5, 2 * letters)
    furthest = max(0, end - LONGEST_LONG)
    words = text[furthest:end].rsplit(None, most)
    nearest = furthest + len(words[0]) if len(words) > most else furthest
    # What stands before the nearest words matters only if a bracket among them opened there.
    start = furthest if _MARK.search(text, nearest, end) else nearest
    for border in _SENTENCE_BORDER.finditer(text, start, end):
        start = border.end()
    return max(nearest, _bracket_border(text, start, end))


def _bracket_border(text: str, start: int, end: int) -> int:
    """Where the bracket opens that ``end`` is in, or the last before it closes.

    One that is part of a word is no border: prostaglandin E(2), (+/-)-3-PPP.
    """
    depth = outer = 0
    for mark in reversed(list(_MARK.finditer(text, start, end))):
        if mark[0] not in _CLOSING:
            outer = outer if depth else mark.end()
            depth += 1
        elif not depth:
            return mark.end()
        else:
            depth -= 1
            if not depth and _stands_alone(text, mark.start(), outer):
                return outer
    return outer if depth else start


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return (not before or before.isspace()) and not (after.isalnum() or after == "-")
