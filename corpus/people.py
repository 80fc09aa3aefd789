"""Authors as PubMed writes them: "Humle Jorgensen S, Sorensen PS", surname first."""

from __future__ import annotations

import re

from corpus.abstract import Author

_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?!\d)")
_PARTICLES = frozenset(
    "af al d da das de del della den der des di dos du el la las le ten ter van von y".split()
)

_SUFFIXES = frozenset({"Jr", "Sr", "2nd", "3rd", "4th", "II", "III", "IV"})
_INITIALS_LIMIT = 4


def parse_person(name: str) -> Author:
    """Return a person; whatever has no initials at its end is all surname."""
    words = name.split()
    at = len(words)
    if at > 2 and words[-1].removesuffix(".") in _SUFFIXES and _are_initials(words[-2]):
        at -= 2
    elif at > 1 and _are_initials(words[-1]):
        at -= 1
    return Author(" ".join(words[:at]), " ".join(words[at:]))


def parse_people(line: str) -> tuple[Author, ...]:
    """Return the people of a comma-separated line, or nothing if it does not name people.

    It does if at least half of its parts end in initials: "ESIMS" is no person.
    """
    names = line.strip().removesuffix(".").split(",")
    people = tuple(parse_person(name) for name in names if name.strip())
    with_initials = sum(1 for person in people if person.initials)
    return people if people and 2 * with_initials >= len(people) else ()


def parse_name(name: str, *, given_first: bool = False) -> Author:
    """Return a person from a name in full: "Sorensen, Per Soelberg", "Liu R.", "Wulf, H, Jr".

    Without a comma, the name ends in initials; else it is all surname, or with ``given_first``
    ends in the surname: "Massimiliano Pau". Initials have no stops.
    """
    surname, comma, rest = (part.strip() for part in " ".join(name.split()).partition(","))
    if not comma:
        person = parse_person(surname)
        if person.initials and not _are_initials(surname.split()[0]):
            initials, _, suffix = person.initials.partition(" ")
            return Author(person.surname, f"{_without_stops(initials)} {suffix}".strip())
        words = surname.split()
        if not given_first or len(words) < 2:
            return Author(surname)
        at = len(words) - 1
        while at > 1 and words[at - 1] in _PARTICLES:
            at -= 1
        surname, rest = " ".join(words[at:]), " ".join(words[:at])
    given, _, suffix = (part.strip() for part in rest.partition(","))
    if given.removesuffix(".") in _SUFFIXES:
        given, suffix = suffix, given
    is_full = any(letter.islower() for letter in given)
    initials = _initials(given) if is_full else _without_stops(given)
    return Author(surname, f"{initials} {suffix}".strip(), given if is_full else None)


def parse_orcid(text: str) -> str | None:
    """Return the ORCID in a text as four groups of four, or None."""
    match = _ORCID.search(text)
    return "-".join(match.groups()).upper() if match else None


def _initials(given: str) -> str:
    words = re.split(r"[\s.]+", given)
    return "".join(
        word if word.isupper() and len(word) <= _INITIALS_LIMIT else word[0].upper()
        for word in words
        if word and word[0].isalpha()
    )


def _without_stops(initials: str) -> str:
    return re.sub(r"[.\s]+", "", initials)


def _are_initials(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return letters.isalpha() and letters.isupper() and len(letters) <= _INITIALS_LIMIT
