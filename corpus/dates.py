"""Dates as databases write them: "2003 Oct-Nov", "2019///", "20170728", "1 Dec 2021"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime

from corpus.citation import MONTHS

FIRST_YEAR = 1800

_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_COMPACT = re.compile(r"(1[89]\d\d|20\d\d)(\d\d)(\d\d)")
_NUMERIC = re.compile(r"(1[89]\d\d|20\d\d)[-/.](\d{1,2})?(?:[-/.](\d{1,2})?)?(?![\d:])")
_MONTH = re.compile(rf"\b({'|'.join(MONTHS)})[a-z]*", re.IGNORECASE)
_DAY = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")

Day = tuple[int | None, int | None, int | None]


def parse_date(text: str) -> Day:
    """Return year, month and day of a date, as far as it names them and they exist.

    Of a range, the beginning. "10 15" names no year, so it is (None, None, None).
    """
    text = text.strip()
    match = _COMPACT.match(text) or _NUMERIC.search(text)
    if match:
        return _checked(*(int(part) if part else None for part in match.groups()))
    year = _YEAR.search(text)
    if year is None:
        return None, None, None
    month = _MONTH.search(text)
    if month is None:
        return _checked(int(year[0]), None, None)
    rest = f"{text[: year.start()]} {text[year.end() :]}"
    day = _DAY.search(rest)
    number = MONTHS.index(month[1][:3].lower()) + 1
    return _checked(int(year[0]), number, int(day[0]) if day else None)


def iso(text: str) -> str | None:
    """Return a date as ISO 8601 has it, to the month or the year where it says no more."""
    return written(parse_date(text))


def written(day: Day) -> str | None:
    """Return ``(2003, 2, None)`` as "2003-02", and a date without a year as None."""
    parts = []
    for part, digits in zip(day, (4, 2, 2), strict=True):
        if part is None:
            break
        parts.append(f"{part:0{digits}}")
    return "-".join(parts) or None


def last_year() -> int:
    """Return the last year that a record may have: journals date ahead."""
    return datetime.now(tz=UTC).year + 1


def _checked(year: int | None, month: int | None, day: int | None) -> Day:
    if year is None or not FIRST_YEAR <= year <= last_year():
        return None, None, None
    if month is None or not 1 <= month <= 12:
        return year, None, None
    if day is None or not 1 <= day <= monthrange(year, month)[1]:
        return year, month, None
    return year, month, day
