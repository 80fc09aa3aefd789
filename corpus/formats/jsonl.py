"""JSON Lines: one abstract an object, one object a line; see ``record`` for its keys."""

from __future__ import annotations

import gzip
import json
import math
import os
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NoReturn, cast

from corpus.abstract import Abstract, Origin
from corpus.errors import MalformedRecord
from corpus.record import DEPTH_LIMIT, UnfitObject, from_object, to_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from corpus.report import Report

LINE_LIMIT = 16 * 1024 * 1024
"""A line of more bytes, its end not counted, is rejected unread: no file can fill the memory."""

_BOM = b"\xef\xbb\xbf"


def looks_like_jsonl(head: bytes) -> bool:
    """Tell whether a file begins with an object, and not with one spread over several lines."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*\{[ \t\r]*[^ \t\r\n]", head) is not None


def read_jsonl(stream: BinaryIO, source: str, report: Report) -> Iterator[Abstract]:
    """Yield the abstracts of a stream as written, line by line; bad lines go to the report."""
    for line, content in _lines(stream):
        if content is None:
            report.reject(source, line, f"longer than {LINE_LIMIT:,} bytes")
            continue
        if not content.strip():
            continue
        try:
            abstract = parse_line(content, source, line)
        except MalformedRecord as error:
            report.reject(error.source, error.line, error.reason)
            continue
        if not any(section.paragraphs for section in abstract.sections):
            report.remark(source, line, "the record has no abstract text")
        yield abstract


def parse_line(content: bytes, source: str, line: int) -> Abstract:
    """Return the abstract in one line, or raise ``MalformedRecord``."""
    try:
        text = content.decode("utf-8").rstrip()
        if text.startswith("\ufeff"):
            json.loads(text)  # which says what is wrong
        return from_object(_DECODER.decode(text), Origin(source, line, line))
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 at byte {error.start:,} of the line"
    except json.JSONDecodeError as error:
        reason = f"not JSON: {error.msg} at column {error.colno:,}"
    except RecursionError:
        reason = f"nested more than {DEPTH_LIMIT} levels deep"
    except UnfitObject as error:
        reason = str(error)
    except ValueError:
        # Python refuses to convert integers of thousands of digits.
        reason = "not usable JSON: a number is too long"
    raise MalformedRecord(source, line, reason) from None


def to_line(abstract: Abstract) -> bytes:
    """Return an abstract as one line, without the line end; ``parse_line`` gives it back.

    Raises ``TypeError`` or ``ValueError`` if ``extra`` holds what JSON cannot.
    """
    record = to_object(abstract)
    # Plain text is written in half the time where anything else is escaped, and then alike.
    line = _ASCII_ENCODER.encode(record)
    if "\\u" not in line:
        return line.encode("ascii")
    line = _ENCODER.encode(record)
    # Half a surrogate pair has no UTF-8; Python's escape for it happens to be JSON's.
    return line.encode("utf-8", "backslashreplace")


def write_jsonl(abstracts: Iterable[Abstract], path: Path) -> int:
    """Write abstracts to a file, packed if its name ends in ``.gz``, and return their number.

    The file appears complete or not at all: until the last line is on the disk, whatever was
    there before stays. The same abstracts give the same bytes. Raises ``OSError`` if the folder
    cannot be written, and what ``to_line`` raises.
    """
    count = 0
    with _replacing(path) as stream:
        for abstract in abstracts:
            stream.write(to_line(abstract) + b"\n")
            count += 1
    return count


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            if path.suffix.lower() == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    yield cast("BinaryIO", packed)
            else:
                yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, or None in place of one that is too long."""
    number = 0
    while content := stream.readline(LINE_LIMIT + 1):
        number += 1
        if number == 1:
            content = content.removeprefix(_BOM)
        if len(content) <= LINE_LIMIT or content.endswith(b"\n"):
            yield number, content
            continue
        while content and not content.endswith(b"\n"):
            content = stream.readline(LINE_LIMIT)
        yield number, None


def _no_constant(name: str) -> NoReturn:
    raise UnfitObject(f"not JSON: {name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnfitObject(f"not usable JSON: {digits[:20]} is too large a number")
    return number


# Made once: json.loads and json.dumps make them anew for every line.
_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_ASCII_ENCODER = json.JSONEncoder(allow_nan=False)
