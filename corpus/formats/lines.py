"""Lines of a stream, whatever ends them, as text whatever encodes it; and tagged lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

    from corpus.report import Report

BLOCK = 1 << 16
LINE_LIMIT = 16 * 1024 * 1024
"""A longer line is cut into pieces of so many bytes, so that no file can fill the memory."""


def byte_lines(stream: BinaryIO) -> Iterator[bytes]:
    r"""Yield the lines of a stream without their ends, which are ``\n``, ``\r\n`` or ``\r``."""
    rest: list[bytes] = []
    length = 0
    held = b""
    while block := stream.read(BLOCK):
        block = held + block
        # What follows a carriage return at the end of a block decides how many ends there are.
        held = b"\r" if block.endswith(b"\r") else b""
        if held:
            block = block[:-1]
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *others = block.split(b"\n")
        rest.append(first)
        length += len(first)
        if others:
            yield b"".join(rest)
            yield from others[:-1]
            rest, length = [others[-1]], len(others[-1])
        elif length > LINE_LIMIT:
            yield b"".join(rest)
            rest, length = [], 0
    last = b"".join(rest)
    if last or held:
        yield last


def text_lines(stream: BinaryIO, source: str, report: Report) -> Iterator[tuple[int, str]]:
    """Yield the lines of a stream in UTF-8 with their numbers, counted from 1.

    A line that is not UTF-8 is read as Windows-1252, with a remark for the first one.
    """
    remarked = False
    for number, line in enumerate(byte_lines(stream), start=1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("cp1252", "replace")
            if not remarked:
                report.remark(
                    source, number, "not UTF-8 from here on in places; read as Windows-1252"
                )
                remarked = True
        yield number, text.removeprefix("\ufeff") if number == 1 else text


RECORD_LIMIT = 4 * 1024 * 1024
"""A record of more characters is rejected; what goes beyond is not kept."""


@dataclass
class Tagged:
    """A record of tagged lines: its tags in order, each with its value, and where it stands.

    A value has a line end where it ran over several lines.
    """

    first_line: int
    last_line: int = 0
    length: int = 0
    pieces: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def is_too_long(self) -> bool:
        """Tell whether something was left out because the record has no end."""
        return self.length > RECORD_LIMIT

    @cached_property
    def values(self) -> list[tuple[str, str]]:
        """Tags and values, in order, without the empty ones."""
        joined = ((tag, "\n".join(pieces)) for tag, pieces in self.pieces)
        return [(tag, value) for tag, value in joined if value]

    def all(self, *tags: str) -> list[str]:
        """Return the values of some tags, the first tag's first."""
        return [value for tag in tags for given, value in self.values if given == tag]

    def first(self, *tags: str) -> str | None:
        """Return the first value of the first of these tags that has one."""
        return next(iter(self.all(*tags)), None)

    def others(self, known: frozenset[str]) -> dict[str, list[str]]:
        """Return the values of all tags that are not known, by tag."""
        found: dict[str, list[str]] = {}
        for tag, value in self.values:
            if tag not in known:
                found.setdefault(tag, []).append(value)
        return found

    def add(self, line: int, tag: str | None, text: str) -> None:
        """Add a tag's first line, or without a tag another line of the last one."""
        self.last_line = line
        self.length += len(text)
        if self.is_too_long:
            return
        if tag is not None:
            self.pieces.append((tag, [text] if text else []))
        elif self.pieces:
            self.pieces[-1][1].append(text)


def tagged_records(
    lines: Iterable[tuple[int, str]],
    tag_of: re.Pattern[str],
    begins: Callable[[str, Tagged | None, bool], bool],
    *,
    end: str = "",
) -> Iterator[Tagged]:
    """Yield the records of lines such as ``TI  - A title``, whose further lines have no tag.

    ``tag_of`` matches tag and value. ``begins`` is given a tag, the record before it and whether
    that one is over: by the tag ``end``, or without one by an empty line, after which only an
    indented line goes on. It returns whether a record begins. Lines outside records are passed
    over.
    """
    record: Tagged | None = None
    is_over = False
    for number, line in lines:
        match = tag_of.match(line)
        tag = match[1].strip() if match else None
        text = (match[2] or "").strip() if match else line.strip()
        if tag is None:
            is_over = is_over if end else _is_gap(line, is_over)
            if record and text and not is_over:
                record.add(number, None, text)
            continue
        if tag != end and begins(tag, record, is_over):
            if record:
                yield record
            record, is_over = Tagged(number), False
        is_over = is_over or tag == end
        if record:
            record.last_line = number
            if tag != end:
                record.add(number, tag, text)
    if record:
        yield record


def _is_gap(line: str, after_gap: bool) -> bool:  # noqa: FBT001
    """Tell whether a line without a tag is empty, or stands outside a record after an empty one."""
    return not line.strip() or (after_gap and not line[:1].isspace())
