"""The arguments in the address of a request: query, switches, page numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request

LONGEST_QUERY = 2000
"""More of a query is not even handed on; the parser cuts sooner, and says so."""

PER_PAGE = 10

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DIGITS = 12


class NotANumber(ValueError):
    """Something in a URL must be a whole number and is not; the text says so in a sentence."""


@dataclass(frozen=True)
class Paging:
    """The page that a reader is on, of ``pages`` pages; pages are counted from 1."""

    page: int
    pages: int

    @property
    def numbers(self) -> list[int | None]:
        """The pages to link to: the ends, the neighbours, and None for each gap between."""
        near = range(self.page - 2, self.page + 3)
        shown = sorted(n for n in {1, self.pages, *near} if 1 <= n <= self.pages)
        numbers: list[int | None] = []
        for before, number in zip([0, *shown], shown, strict=False):
            if number - before == 2:
                numbers.append(number - 1)  # a gap of one page takes no more room than its number
            elif number - before > 2:
                numbers.append(None)
            numbers.append(number)
        return numbers

    @property
    def previous(self) -> int | None:
        """The page before, if there is one."""
        return min(self.page - 1, self.pages) if self.page > 1 and self.pages else None

    @property
    def next(self) -> int | None:
        """The page after, if there is one."""
        return self.page + 1 if self.page < self.pages else None


def whole_number(name: str, given: str | None, default: int) -> int:
    """The number that a URL gives, however large; raises ``NotANumber``."""
    if given is None or not given.strip():
        return default
    text = given.strip()
    if not _WHOLE.fullmatch(text):
        raise NotANumber(f"“{name}” must be a whole number.")
    # Beyond any bound one number is as good as another, and Python converts no endless ones.
    return int(text[:_DIGITS])


def asked() -> str:
    """The query in the address of this request."""
    return request.args.get("q", "")[:LONGEST_QUERY]


def switched_off() -> tuple[str, ...]:
    """The ids that the address switches off: ``off=a,b`` and ``off=a&off=b`` are the same."""
    given = ",".join(request.args.getlist("off"))[:LONGEST_QUERY]
    names = (name.strip().lower() for name in given.split(","))
    return tuple(dict.fromkeys(filter(None, names)))
