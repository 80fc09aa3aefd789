"""BibTeX and biblatex, as Zotero, JabRef, Mendeley and asreview write them.

The stream is cut where a line begins with ``@``; bibtexparser finds the fields of each piece, and
pylatexenc reads LaTeX in them, so that neither has to hold the whole file. Fields without a place
of their own are kept in ``extra["bibtex"]``, with the entry's type and key under ``ENTRYTYPE`` and
``ID``.
"""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from bibtexparser.model import Entry, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter
from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from corpus.abstract import Abstract, Author, Origin
from corpus.citation import MONTHS
from corpus.dates import parse_date
from corpus.formats.lines import RECORD_LIMIT, text_lines
from corpus.identity import normal_doi
from corpus.issn import issns_in
from corpus.labels import sections_of
from corpus.languages import language
from corpus.markup import plain_text
from corpus.people import parse_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.report import Report

NAME = "bibtex"

_ENTRY = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]")
_BEGINNING = re.compile(
    rb"(?:^|[\r\n])[ \t]*@[A-Za-z]{3,20}\s*\{[^\r\n,{}\"=]*,\s*[\r\n]*\s*[\w-]+\s*="
)
_READ = frozenset(
    {
        *(
            "title",
            "author",
            "journal",
            "journaltitle",
            "booktitle",
            "shortjournal",
            "year",
            "date",
        ),
        *("month", "volume", "number", "issue", "pages", "doi", "issn", "abstract", "keywords"),
        *("language", "langid", "pmid", "pmcid", "affiliation"),
    }
)
_STRINGS_LIMIT = 10_000
_LATEX = re.compile(r"[\\{}$~]|--|``|''")
_LONE_PERCENT = re.compile(r"(?<!\\)%")
_AND = re.compile(r"\s+and\s+")
_PMID = re.compile(r"(?<![A-Za-z])PMID:? *(\d{1,8})\b")


def looks_like_bibtex(head: bytes) -> bool:
    """Tell whether a file has an entry: ``@article{key,`` and a field."""
    return _BEGINNING.search(head) is not None


def read_bibtex(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the entries of a stream; one that cannot be understood is rejected."""
    strings = {month: month for month in MONTHS}
    with _quiet():
        for first, last, text in _blocks(text_lines(stream, source, report)):
            if len(text) > RECORD_LIMIT:
                report.reject(source, first, "the entry has no end")
                continue
            for block in Splitter(text).split().blocks:
                at = first + (block.start_line or 0)
                if isinstance(block, String):
                    if len(strings) < _STRINGS_LIMIT:
                        strings[block.key.lower()] = _value(block.value, strings)
                elif isinstance(block, Entry):
                    fields = {
                        field.key.lower(): _value(str(field.value), strings)
                        for field in reversed(block.fields)
                    }
                    yield _abstract(block, fields, Origin(source, at, last))
                elif isinstance(block, ParsingFailedBlock):
                    report.reject(source, at, "the entry is not closed or not BibTeX")


def _blocks(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield the first line, the last line and the text of each piece that begins with ``@``."""
    kept: list[str] = []
    first = last = length = 0
    for number, line in lines:
        if _ENTRY.match(line):
            if kept:
                yield first, last, "\n".join(kept)
            kept, first, length = [], number, 0
        if not first:
            continue
        length += len(line) + 1
        # One piece more than the limit shows that it was passed.
        if length - len(line) <= RECORD_LIMIT + 1:
            kept.append(line)
        if line.strip():
            last = number
    if kept:
        yield first, last, "\n".join(kept)


def _value(raw: str, strings: dict[str, str]) -> str:
    """Return a field's value: texts in braces or quotes, numbers and names, joined by ``#``."""
    parts = []
    for part in _top_level(raw.strip(), "#"):
        text = part.strip()
        if (text[:1] == "{" and text[-1:] == "}") or (len(text) > 1 and text[0] == text[-1] == '"'):
            parts.append(text[1:-1])
        else:
            parts.append(strings.get(text.lower(), text))
    return "".join(parts)


def _top_level(text: str, mark: str) -> list[str]:
    """Return the parts of a text between marks that stand in no braces and no quotes."""
    if mark not in text:
        return [text]
    parts, start, depth, quoted = [], 0, 0, False
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        quoted ^= letter == '"' and depth == 0
        if letter == mark and depth == 0 and not quoted:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _abstract(block: Entry, fields: dict[str, str], origin: Origin) -> Abstract:
    def one(*names: str) -> str | None:
        return next((text for name in names if (text := plain(fields.get(name, "")))), None)

    published = one("date") or " ".join(filter(None, (one("year"), one("month"))))
    month = one("month") or ""
    if month.isdigit() and one("year"):
        published = f"{one('year')}-{int(month):02}"
    year, month_number, day = parse_date(published.partition("/")[0])
    full, short = one("journaltitle", "journal", "booktitle"), one("shortjournal")
    authors, group = _people(fields.get("author", ""))
    extra = {name: text for name, text in fields.items() if name not in _READ and text}
    extra |= {"ENTRYTYPE": block.entry_type, "ID": block.key}
    numbers = one("issn") or ""
    return Abstract(
        pmid=_pmid(fields),
        title=one("title") or "",
        sections=sections_of(one("abstract") or ""),
        authors=authors,
        group_author=group,
        affiliation=one("affiliation"),
        journal=short or full,
        journal_title=full if short else None,
        year=year,
        month=month_number,
        day=day,
        published=published or None,
        volume=one("volume"),
        issue=one("number", "issue"),
        pages=re.sub(r"\s*[–—-]+\s*", "-", one("pages") or "") or None,
        doi=normal_doi(one("doi")),
        pmcid=one("pmcid"),
        languages=tuple(map(language, filter(None, [one("language", "langid")]))),
        issns=issns_in([numbers]),
        keywords=tuple(_keywords(one("keywords") or "")),
        origin=origin,
        extra={NAME: extra},
    )


def _people(text: str) -> tuple[tuple[Author, ...], str | None]:
    """Return the authors, and the groups among them: names that braces keep in one piece."""
    people, groups = [], []
    for name in _names(" ".join(text.split())):
        is_group = name.startswith("{") and name.endswith("}") and " " in name
        written = plain(name)
        if is_group:
            groups.append(written)
        elif written and written != "others":
            people.append(parse_name(written, given_first=True))
    return tuple(people), "; ".join(groups) or None


def _names(text: str) -> Iterator[str]:
    start = 0
    for match in _AND.finditer(text):
        if text.count("{", start, match.start()) == text.count("}", start, match.start()):
            yield text[start : match.start()]
            start = match.end()
    if text[start:].strip():
        yield text[start:].strip()


def _keywords(text: str) -> list[str]:
    return [word.strip() for word in text.split(";" if ";" in text else ",")]


def _pmid(fields: dict[str, str]) -> str | None:
    number = fields.get("pmid", "").strip()
    if not number and fields.get("eprinttype", "").lower() == "pubmed":
        number = fields.get("eprint", "").strip()
    if number.isdigit():
        return number
    named = _PMID.search(f"{fields.get('note', '')} {fields.get('annote', '')}")
    return named[1] if named else None


def plain(text: str) -> str:
    r"""Return LaTeX as plain text on one line: ``Bostr\"{o}m`` is "Boström"."""
    if _LATEX.search(text):
        # A percent sign would begin a comment, and one dollar a formula without end.
        for macro, meant in _MACROS:
            text = macro.sub(meant, text)
        text = _LONE_PERCENT.sub(r"\\%", text)
        if len(_DOLLAR.findall(text)) % 2:
            text = _DOLLAR.sub(r"\\$", text)
        # Most texts have braces and escapes only, for which a parser takes a hundred times as long.
        simple = _ESCAPED.sub(lambda match: chr(_PRIVATE + ord(match[1])), text)
        text = _decoded(text) if _HARD.search(simple) else _simple(simple)
    return " ".join(plain_text(text).split())


def _simple(text: str) -> str:
    for written, meant in _SIGNS:
        text = text.replace(written, meant)
    return _HIDDEN.sub(lambda match: chr(ord(match[0]) - _PRIVATE), text)


_MACROS = (
    (re.compile(r"\\textless(?![A-Za-z])(?:\{\})?"), "<"),
    (re.compile(r"\\textgreater(?![A-Za-z])(?:\{\})?"), ">"),
)
"""Zotero writes these, and pylatexenc drops them."""
_ESCAPED = re.compile(r"\\([%&_#$ {}])")
_DOLLAR = re.compile(r"(?<!\\)\$")
_HARD = re.compile(r"[\\$]")
_SIGNS = (("{", ""), ("}", ""), ("~", " "), ("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_PRIVATE = 0xE000
_HIDDEN = re.compile("[\\ue000-\\ue07f]")


def _decoded(text: str) -> str:
    try:
        return str(_decoder().latex_to_text(text))
    except (IndexError, AttributeError, ValueError, TypeError, RecursionError):
        # It fails on some macros that lack what they take; the text is worth more than its form.
        return text.replace("{", "").replace("}", "")


@lru_cache(maxsize=1)
def _decoder() -> LatexNodes2Text:
    known = get_default_latex_context_db()
    # An unknown macro stays as written instead of vanishing.
    known.set_unknown_macro_spec(
        MacroTextSpec("", simplify_repl=lambda node: node.latex_verbatim())
    )
    return LatexNodes2Text(latex_context=known, math_mode="text")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries from writing to the terminal what goes to the report."""
    loggers = [logging.getLogger(name) for name in ("bibtexparser.splitter", "pylatexenc")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
