"""The formats that abstracts are read from and written to, and how a file's format is recognized.

A format is one module, or a folder where it takes several. ``format_of`` decides by content: a
file's name is never asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from corpus.errors import UnusableFile
from corpus.formats.bibtex import looks_like_bibtex, read_bibtex
from corpus.formats.endnote_xml import looks_like_endnote_xml, read_endnote_xml
from corpus.formats.glen.page import looks_like_glen_page, read_glen_page
from corpus.formats.jsonl import looks_like_jsonl, read_jsonl, write_jsonl
from corpus.formats.medline import looks_like_medline, read_medline
from corpus.formats.pubmed_xml import looks_like_pubmed_xml, read_pubmed_xml
from corpus.formats.ris import looks_like_ris, read_ris
from corpus.formats.table import looks_like_table, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from corpus.abstract import Abstract
    from corpus.report import Report

HEAD = 256 * 1024
"""So many bytes decide which format a file has: a contents list may be long."""


@dataclass(frozen=True)
class Format:
    """A kind of file: its name, how its beginning is recognized, its reader and its writer.

    A format that is only read has no writer.
    """

    name: str
    looks_like: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str, Report], Iterator[Abstract]]
    write: Callable[[Iterable[Abstract], Path], int] | None = None


TABLE = Format("CSV", looks_like_table, read_table)
FORMATS = (
    Format("JSON Lines", looks_like_jsonl, read_jsonl, write_jsonl),
    Format("PubMed XML", looks_like_pubmed_xml, read_pubmed_xml),
    Format("EndNote XML", looks_like_endnote_xml, read_endnote_xml),
    Format("MEDLINE", looks_like_medline, read_medline),
    Format("RIS", looks_like_ris, read_ris),
    Format("BibTeX", looks_like_bibtex, read_bibtex),
    TABLE,
    Format("a page of MS Abstracts kept as text", looks_like_glen_page, read_glen_page),
)

_HTML = re.compile(
    rb"\s*<(?:!doctype\s+html|html|head|body)\b|.{0,1000}<html\b", re.IGNORECASE | re.DOTALL
)
_XML_OR_TAG = re.compile(rb"\s*<")


def format_of(head: bytes, source: str, columns: Mapping[str, str] | None = None) -> Format:
    """Return the format of a file that begins so, as UTF-8, or raise ``UnusableFile``.

    ``columns`` names the columns of tables by the fields they hold.
    """
    if not head.strip():
        raise UnusableFile(source, "is empty")
    if _XML_OR_TAG.match(head) and _HTML.match(head):
        raise UnusableFile(source, "is an HTML page where abstracts were expected")
    text = head.replace(b"\0", b"")
    for known in FORMATS:
        if known is TABLE and columns:
            if looks_like_table(text, columns):
                return replace(TABLE, read=partial(read_table, columns=columns))
        elif known.looks_like(text):
            return known
    if b"\0" in head:
        raise UnusableFile(source, "is binary, not text")
    if text.lstrip()[:1] in {b"{", b"["}:
        raise UnusableFile(source, "is JSON, but not JSON Lines: one object a line was expected")
    *others, last = (known.name for known in FORMATS)
    names = f"{', '.join(others)} or {last}"
    raise UnusableFile(source, f"is in no known format: {names} was expected")
