"""Gathers abstracts from files of any known format into one clean stream, each record once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.formats import HEAD, format_of
from corpus.formats.stream import opened
from corpus.identity import identified
from corpus.normalise import normalise
from corpus.validate import problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from corpus.abstract import Abstract
    from corpus.report import Report


def read(path: Path, report: Report) -> Iterator[Abstract]:
    """Yield the abstracts of a file as written; records that cannot be read go to the report.

    The format is known by the file's content, not by its name; any format may be packed with gzip.
    Raises ``UnusableFile``, at the first step or, for a file broken further on, at a later one.
    """
    with opened(path) as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        yield from format_of(head, str(path)).read(stream, path.name, report)


def gather(paths: Iterable[Path], report: Report) -> Iterator[Abstract]:
    """Yield all usable abstracts of some files in order, normalised, each record once.

    The report counts them and says of each record left out why: it was malformed, has problems,
    or its PMID was read before. Raises ``UnusableFile`` at the first file that cannot be read.
    """
    seen: dict[str, str] = {}
    for path in paths:
        for abstract in read(path, report):
            usable = identified(normalise(abstract))
            reason = "; ".join(problems(usable))
            # Readers type capitals or not, so an id in other letter case is the same.
            name = usable.id.lower()
            if not reason and name in seen:
                kind = "PMID" if usable.pmid == usable.id else "id"
                reason = f"the {kind} {usable.id} was read before, at {seen[name]}"
            if reason:
                line = usable.origin.first_line if usable.origin else 1
                report.reject(path.name, line, reason)
                continue
            seen[name] = str(usable.origin)
            report.read += 1
            yield usable
