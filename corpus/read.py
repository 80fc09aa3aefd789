"""Reads abstracts from files of any known format, and gathers them into one clean collection."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from corpus.errors import UnusableFile
from corpus.glen_page import looks_like_glen_page, read_glen_page
from corpus.jsonl import looks_like_jsonl, read_jsonl
from corpus.normalise import normalise
from corpus.source import not_utf8, opened
from corpus.validate import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from corpus.abstract import Abstract
    from corpus.report import Report

HEAD = 256 * 1024
"""So many bytes decide which format a file has: a contents list may be long."""


@dataclass(frozen=True)
class Format:
    """A kind of file: its name, how its beginning is known, and its reader."""

    name: str
    looks_like: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str, Report], Iterator[Abstract]]


FORMATS = (
    Format("JSON Lines", looks_like_jsonl, read_jsonl),
    Format("a page of MS Abstracts kept as text", looks_like_glen_page, read_glen_page),
)

_HTML = re.compile(
    rb"\s*<(?:!doctype\s+html|html|head|body)\b|.{0,1000}<html\b", re.IGNORECASE | re.DOTALL
)
_XML_OR_TAG = re.compile(rb"\s*<")
_FOREIGN_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_BOM = b"\xef\xbb\xbf"


def read(path: Path, report: Report) -> Iterator[Abstract]:
    """Yield the abstracts of a file as written; records that cannot be read go to the report.

    The format is known by the file's content, not by its name; any format may be packed with gzip.
    Raises ``UnusableFile``, at the first step or, for a file broken further on, at a later one.
    """
    with opened(path) as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        yield from _format(head, str(path)).read(stream, path.name, report)


def gather(paths: Iterable[Path], report: Report) -> Iterator[Abstract]:
    """Yield all usable abstracts of some files in order, normalised, each PMID once.

    The report counts them and says of each record left out why: it was malformed, has problems,
    or its PMID was read before. Raises ``UnusableFile`` at the first file that cannot be read.
    """
    seen: dict[str, str] = {}
    for path in paths:
        for abstract in read(path, report):
            usable = normalise(abstract)
            reason = "; ".join(problems(usable))
            # Readers type capitals or not, so a PMID in other letter case is the same.
            pmid = usable.pmid.lower()
            if not reason and pmid in seen:
                reason = f"the PMID {usable.pmid} was read before, at {seen[pmid]}"
            if reason:
                line = usable.origin.first_line if usable.origin else 1
                report.reject(path.name, line, reason)
                continue
            seen[pmid] = str(usable.origin)
            report.read += 1
            yield usable


def _format(head: bytes, source: str) -> Format:
    """Return the format of a file that begins so, or raise ``UnusableFile``."""
    text = head.removeprefix(_BOM)
    if not text.strip():
        raise UnusableFile(source, "is empty")
    if head.startswith(_FOREIGN_MARKS):
        raise UnusableFile(source, "is in UTF-16 or UTF-32 from byte 0 on; save it as UTF-8")
    if b"\0" in head:
        raise UnusableFile(source, f"is binary, not text: byte {head.index(0):,} is zero")
    if _XML_OR_TAG.match(text) and _HTML.match(text):
        raise UnusableFile(source, "is an HTML page where abstracts were expected")
    for known in FORMATS:
        if known.looks_like(text):
            return known
    _check_encoding(head, source)
    if text.lstrip()[:1] in {b"{", b"["}:
        raise UnusableFile(source, "is JSON, but not JSON Lines: one object a line was expected")
    names = " or ".join(known.name for known in FORMATS)
    raise UnusableFile(source, f"is in no known format: {names} was expected")


def _check_encoding(head: bytes, source: str) -> None:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The head may end within a character.
        if error.start < len(head) - 3 or len(head) < HEAD:
            raise not_utf8(source, error) from None
