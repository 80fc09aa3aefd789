"""Tables with a header, their cells parted by commas, semicolons or tabs (CSV, TSV).

Known are the columns of PubMed, Embase, Scopus, Web of Science, Publish or Perish, Dimensions, Lens
and ASReview; ``columns`` names others. A header may stand below a few lines of prose. Cells without
a field of their own are kept in ``extra["csv"]`` by the name of their column.

RFC 4180 has no way to find the next row after a quotation mark too many, so a row that does not
end, or has more cells than the header, is given up at its first line, and reading goes on at its
second.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from typing import TYPE_CHECKING, Any, BinaryIO

from corpus.abstract import Abstract, Author, Origin
from corpus.dates import parse_date
from corpus.formats.columns import fields_of, is_header
from corpus.formats.lines import text_lines
from corpus.identity import normal_doi
from corpus.issn import issns_in
from corpus.labels import sections_of
from corpus.languages import language
from corpus.markup import plain_text
from corpus.mesh import parse_heading
from corpus.people import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus.report import Report

NAME = "csv"
DELIMITERS = ",;\t|"
LINES_LIMIT = 500
"""A row of more lines has no end."""

HEADER_LINES = 12
"""A header stands in the first lines."""

_NO_COLUMNS: dict[str, str] = {}
_AUTHOR_ID = re.compile(r"\s*\(\d{6,}\)")


def looks_like_table(head: bytes, columns: Mapping[str, str] = _NO_COLUMNS) -> bool:
    """Tell whether one of the first lines is a header with known columns."""
    lines = re.split(r"\r\n|\r|\n", head[:1_000_000].decode("utf-8", "replace"))
    return any(_delimiter(line, columns) for line in lines[:HEADER_LINES])


def read_table(
    stream: BinaryIO, source: str, report: Report, columns: Mapping[str, str] = _NO_COLUMNS
) -> Iterator[Abstract]:
    """Yield the rows of a stream; one that cannot be told from the next is rejected."""
    lines = _Lines(text_lines(stream, source, report))
    delimiter = None
    for line in lines:
        lines.forget()
        delimiter = _delimiter(line, columns)
        if delimiter:
            break
    if delimiter is None:
        return
    header = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    places = fields_of(header, columns)
    if "id" in places and "id" not in columns and "pmid" not in places:
        # A column of running numbers, which another file has too.
        del places["id"]
    for first, last, row in _rows(lines, delimiter, source, report, len(header)):
        yield _abstract(row, header, places, Origin(source, first, last))


class _Lines:
    """Lines that can be taken back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._waiting: deque[tuple[int, str]] = deque()
        self.taken: list[tuple[int, str]] = []
        self.is_cut = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) > LINES_LIMIT:
            self.is_cut = True
            raise StopIteration
        following = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if following is None:
            self.is_cut = bool(self.taken)
            raise StopIteration
        self.taken.append(following)
        return f"{following[1]}\n"

    def forget(self) -> None:
        """Let go of the lines of the row that was read."""
        self.taken = []
        self.is_cut = False

    def take_back(self) -> None:
        """Give all lines but the first once more."""
        self._waiting.extendleft(reversed(self.taken[1:]))
        self.forget()


def _rows(
    lines: _Lines, delimiter: str, source: str, report: Report, width: int
) -> Iterator[tuple[int, int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        fault = None
        try:
            row = next(reader, [])
        except csv.Error as error:
            row, fault = [], f"not a row: {error}"
        if not lines.taken:
            return
        (first, _), (last, _) = lines.taken[0], lines.taken[-1]
        while len(row) > width and not row[-1].strip():
            row.pop()
        if lines.is_cut or (len(lines.taken) > 1 and not _is_strict(lines.taken, delimiter)):
            fault = "a quotation mark is opened and not closed"
        elif len(row) > width:
            fault = f"{len(row)} cells where the header has {width}"
        if fault:
            report.reject(source, first, fault)
            lines.take_back()
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        lines.forget()
        if any(cell.strip() for cell in row):
            if len(row) < width:
                report.remark(source, first, f"{len(row)} cells where the header has {width}")
            yield first, last, row


def _is_strict(lines: list[tuple[int, str]], delimiter: str) -> bool:
    """Tell whether quotation marks enclose whole cells, or a row may have swallowed the next."""
    try:
        list(csv.reader((f"{line}\n" for _, line in lines), delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _delimiter(line: str, columns: Mapping[str, str]) -> str | None:
    """Return what parts the cells of a header, or None if the line is none."""
    for delimiter in DELIMITERS:
        if delimiter in line:
            try:
                cells = next(csv.reader([line.removeprefix("\ufeff")], delimiter=delimiter), [])
            except csv.Error:
                continue
            if is_header(cells, columns):
                return delimiter
    return None


def _abstract(
    row: list[str], header: list[str], places: dict[str, tuple[int, ...]], origin: Origin
) -> Abstract:
    cells, used = {}, set()
    for field, columns in places.items():
        filled = [at for at in columns if at < len(row) and row[at].strip()]
        if filled:
            cells[field] = row[filled[0]].strip()
            used.add(filled[0])

    def one(field: str) -> str | None:
        return " ".join(plain_text(cells.get(field, "")).split()) or None

    year, month, day, published = _date(cells)
    full, short = one("journal"), one("journal_short")
    extra = _extra(cells.get("extra", ""))
    if "extra" in cells and not extra:
        used -= set(places["extra"])
    others = {
        name: cell
        for at, (name, cell) in enumerate(zip(header, row, strict=False))
        if at not in used and cell.strip()
    }
    if others:
        extra[NAME] = others
    return Abstract(
        pmid=one("pmid"),
        id=one("id") or "",
        title=one("title") or "",
        sections=sections_of(plain_text(cells.get("abstract", ""))),
        authors=_authors(cells.get("authors", "")),
        group_author=one("group_author"),
        affiliation=one("affiliation"),
        journal=short or full,
        journal_title=one("journal_title") or (full if short and short != full else None),
        year=year,
        month=month,
        day=day,
        published=published,
        volume=one("volume"),
        issue=one("issue"),
        supplement=one("supplement"),
        pages=_pages(one("pages"), one("first_page"), one("last_page"), one("article_number")),
        doi=normal_doi(one("doi")),
        pmcid=one("pmcid"),
        languages=tuple(map(language, _parts(cells.get("languages", "")))),
        issns=_issns(cells),
        keywords=tuple(_parts(plain_text(cells.get("keywords", "")))),
        mesh=tuple(map(parse_heading, _parts(cells.get("mesh", "")))),
        publication_types=tuple(
            kind for kind in _parts(cells.get("publication_types", "")) if len(kind) > 1
        ),
        original_title=one("original_title"),
        citation=one("citation"),
        copyright=one("copyright"),
        revised=one("revised"),
        origin=origin,
        extra=extra,
    )


def _date(cells: Mapping[str, str]) -> tuple[int | None, int | None, int | None, str | None]:
    """Return the date and how it is written; a column may hold all of it or only a part."""
    written, year = cells.get("published", ""), cells.get("year", "")
    found = parse_date(written)
    if found[0] is None:
        written = " ".join(filter(None, (year, written)))
        found = parse_date(written)
    parts = [cells.get(part, "") for part in ("year", "month", "day")]
    if parts[1].isdigit():
        found = parse_date("-".join(filter(None, parts)))
    return *found, written or None


def _pages(
    pages: str | None, first: str | None, last: str | None, article: str | None
) -> str | None:
    if pages:
        return pages
    if first and last and first != last:
        return f"{first}-{last}"
    return first or article


def _issns(cells: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ISSNs; where nothing else is written, with the kind in brackets."""
    parts = _parts(cells.get("issns", ""))
    if parts and all(_ISSN_AND_KIND.fullmatch(part) for part in parts):
        return (*parts, *issns_in([cells.get("eissns", "")]))
    return issns_in([cells.get("issns", ""), cells.get("eissns", "")])


_ISSN_AND_KIND = re.compile(r"\d{4}-\d{3}[\dX](?: \((?:Print|Electronic|Linking)\))?")


def _parts(text: str) -> list[str]:
    """Return the parts of a list, parted by semicolons if there are any, else by commas."""
    mark = ";" if ";" in text else ","
    return [part.strip() for part in text.split(mark) if part.strip()]


def _authors(text: str) -> tuple[Author, ...]:
    text = " ".join(_AUTHOR_ID.sub("", text).split())
    if ";" in text:
        return tuple(parse_name(name) for name in _parts(text))
    people = _parts(text.removesuffix("."))
    if len(people) == 2 and _is_given(people[1]) and " " not in people[0]:
        return (parse_name(text),)
    return tuple(parse_name(name, given_first=True) for name in people)


def _is_given(name: str) -> bool:
    """Tell whether a part of a name is initials or one word: "J. B." or "Jane"."""
    return " " not in name or name.replace(".", "").replace(" ", "").isupper()


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = json.loads(text) if text else {}
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}
