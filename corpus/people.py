"""Authors as PubMed writes them: "Humle Jorgensen S, Sorensen PS", surname first."""

from __future__ import annotations

from corpus.abstract import Author

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


def _are_initials(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return letters.isalpha() and letters.isupper() and len(letters) <= _INITIALS_LIMIT
