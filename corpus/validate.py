"""Says why an abstract cannot be used."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING

from corpus.dates import FIRST_YEAR, last_year
from corpus.record import LATER_TEXTS, LISTS_OF_TEXTS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.abstract import Abstract

TITLE_LIMIT = 2_000
TEXT_LIMIT = 100_000
FIELD_LIMIT = 10_000
"""Any other part is at most so many characters, and any list of parts so many items, long."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def problems(abstract: Abstract) -> list[str]:
    """Return a phrase for each reason why this abstract cannot be used; none if it can.

    An id becomes part of addresses and file names, so it is letters, digits and ``._-`` only and
    begins with a letter or digit; so is a PMID. Journals date ahead, so the next year is a year.
    """
    return [*_name(abstract), *_sizes(abstract), *_date(abstract)]


def _name(abstract: Abstract) -> Iterator[str]:
    names = {abstract.id: "id", abstract.pmid or abstract.id: "PMID" if abstract.pmid else "id"}
    for name, kind in names.items():
        if not _NAME.fullmatch(name):
            rule = "1 to 64 letters, digits or ._- that begin with a letter or digit"
            yield f"the {kind} {name[:70]!r} is not {rule}"
    if not abstract.title and not _text_length(abstract):
        yield "both title and text are empty"
    if abstract.number is not None and not 0 <= abstract.number < 10**9:
        yield "the number is not between 0 and 999,999,999"


def _sizes(abstract: Abstract) -> Iterator[str]:
    if len(abstract.title) > TITLE_LIMIT:
        yield f"the title is longer than {TITLE_LIMIT:,} characters"
    if _text_length(abstract) > TEXT_LIMIT:
        yield f"the text is longer than {TEXT_LIMIT:,} characters"
    for name in (*TEXTS, *LATER_TEXTS):
        text = getattr(abstract, name)
        if text is not None and len(text) > FIELD_LIMIT:
            yield f"the {name.replace('_', ' ')} is longer than {FIELD_LIMIT:,} characters"
    lists = {
        "author": [str(author) for author in abstract.authors],
        "topic": abstract.topics,
        "section label": [section.label or "" for section in abstract.sections],
    }
    for name in LISTS_OF_TEXTS:
        lists[name.replace("_", " ").removesuffix("s")] = getattr(abstract, name)
    lists["MeSH heading"] = [heading.descriptor for heading in abstract.mesh]
    for name, parts in lists.items():
        if len(parts) > FIELD_LIMIT:
            yield f"there are more than {FIELD_LIMIT:,} {name}s"
        if parts and max(map(len, parts)) > FIELD_LIMIT:
            yield f"one {name} is longer than {FIELD_LIMIT:,} characters"


def _text_length(abstract: Abstract) -> int:
    """The length of ``abstract.text``, which would be made in vain for another process to index."""
    lengths = [len(text) for section in abstract.sections for text in section.paragraphs]
    return sum(lengths) + max(0, len(lengths) - 1)


def _date(abstract: Abstract) -> Iterator[str]:
    year, month, day = abstract.year, abstract.month, abstract.day
    if year is None and month is None and day is None:
        return
    last = last_year()
    year_is_good = year is None or FIRST_YEAR <= year <= last
    month_is_good = month is None or 1 <= month <= 12
    if not year_is_good:
        yield f"the year is not between {FIRST_YEAR} and {last}"
    if not month_is_good:
        yield "the month is not between 1 and 12"
    if day is None or not (year_is_good and month_is_good):
        return
    if month is None:
        yield "there is a day but no month"
    # Without a year, February may have 29 days.
    elif not 1 <= day <= monthrange(2000 if year is None else year, month)[1]:
        yield "there is no such day in its month"
