"""A citation as PubMed writes it, "Neurol Sci 2003 Oct;24 Suppl 4:S227-30", and its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 1_000  # longer lines are prose, and would make the search for a year slow

_WHERE_AND_WHEN = re.compile(
    r"(?P<journal>.*\S)\s+(?P<year>1[89]\d\d|20\d\d)\b"
    r"(?:\s+(?P<month>[A-Za-z]{3,9})(?:[-/][A-Za-z]{3,9})?\.?(?:\s+(?P<day>\d{1,2}))?(?:-\d+)?)?"
    r"\s*(?:;(?P<place>.*)|\.?)"
)
_PLACE = re.compile(
    r"\s*(?P<volume>[^\s:(]+(?<!Suppl))?"
    r"\s*(?P<supplement>Suppl\b[^:(]*)?"
    r"(?:\((?P<issue>[^)]*)\))?"
    r"\s*(?::\s*(?P<pages>.+?))?\s*\.?"
)
_ISSUE_WITH_SUPPLEMENT = re.compile(r"(?P<issue>.*?)\s*(?P<supplement>\bSuppl\b.*)")


@dataclass(frozen=True)
class Citation:
    """The parts of a citation, each as written; ``whole`` is false if its end was not understood.

    Volume "24", issue "6-7 Pt 1", supplement "Suppl 4", pages "5-10, 4".
    """

    journal: str
    year: int
    month: int | None = None
    day: int | None = None
    volume: str | None = None
    issue: str | None = None
    supplement: str | None = None
    pages: str | None = None
    whole: bool = True


def parse_citation(line: str) -> Citation | None:
    """Return the parts of a citation, or None if the line does not look like one."""
    match = _WHERE_AND_WHEN.fullmatch(line.strip()) if len(line) <= _LONGEST else None
    if match is None:
        return None
    journal, year = match["journal"], int(match["year"])
    month = _month(match["month"])
    day = int(match["day"]) if match["day"] else None
    place = _PLACE.fullmatch(match["place"] or "")
    if place is None:
        return Citation(journal, year, month, day, whole=False)
    issue, supplement = place["issue"], place["supplement"]
    inside = _ISSUE_WITH_SUPPLEMENT.fullmatch(issue or "")
    if inside and not supplement:
        issue, supplement = inside["issue"], inside["supplement"]
    return Citation(
        journal=journal,
        year=year,
        month=month,
        day=day,
        volume=place["volume"],
        issue=issue or None,
        supplement=supplement.strip() if supplement else None,
        pages=place["pages"],
    )


def _month(name: str | None) -> int | None:
    # Seasons ("2003 Spring") are dates too, but no month.
    short = (name or "")[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else None
