"""Gathers abstracts from files of any known format into one clean stream, each work once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from corpus.duplicates import Collection
from corpus.errors import UnusableFile
from corpus.formats import HEAD, format_of
from corpus.formats.stream import as_utf8, decoded, encoding_of
from corpus.identity import identified
from corpus.normalise import normalise
from corpus.places import Place, Prefixed, places
from corpus.report import FileReport, Merge
from corpus.validate import problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from corpus.abstract import Abstract
    from corpus.report import Report


def read(
    path: Path, report: Report, *, columns: Mapping[str, str] | None = None
) -> Iterator[Abstract]:
    """Yield the abstracts of a source as written; records that cannot be read go to the report.

    A source is a file, a folder, a pattern such as ``*.ris``, or ``-`` for the standard input; it
    may be packed. The format is known by the content, not by the name. ``columns`` names the
    columns of tables, by the fields they hold: ``{"abstract": "Summary"}``.

    Raises ``UnusableFile``, at the first step or, for a file broken further on, at a later one.
    """
    for place in places([path]):
        yield from _read(place, report, columns)


def gather(
    paths: Iterable[Path],
    report: Report,
    *,
    columns: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Iterator[Abstract]:
    """Yield all usable abstracts of some sources in order, normalised, each work once.

    The report counts them file by file and says of each record left out why: it was malformed or
    has problems. Records of one work are merged where the first of them stood. A record that an
    update file deletes is left out, unless a later file has it again.

    Raises ``UnusableFile`` for a file that was named and of which nothing could be read, with
    ``strict``; a foreign file in a folder is told in the report and passed over.
    """
    with Collection() as collection:
        for place in places(paths):
            _collect(place, collection, report, columns, strict=strict)
        report.read = sum(file.usable for file in report.files)
        yield from collection


def _read(place: Place, report: Report, columns: Mapping[str, str] | None) -> Iterator[Abstract]:
    file = FileReport(place.name)
    report.files.append(file)
    if place.fault or place.stream is None:
        raise place.fault or UnusableFile(place.name, "cannot be read")
    head = place.stream.read(HEAD)
    file.encoding = encoding_of(head)
    known = format_of(decoded(head, file.encoding), place.name, columns)
    file.format = known.name
    whole = cast("BinaryIO", io.BufferedReader(Prefixed(head, place.stream), 1 << 16))
    yield from known.read(as_utf8(whole, file.encoding), place.short_name, report)


def _collect(
    place: Place,
    collection: Collection,
    report: Report,
    columns: Mapping[str, str] | None,
    *,
    strict: bool,
) -> None:
    deleted = len(report.deleted)
    number = len(report.files)
    try:
        for abstract in _read(place, report, columns):
            deleted = _delete(report, deleted, collection)
            _add(abstract, number, collection, report)
        _delete(report, deleted, collection)
    except UnusableFile as fault:
        file = report.files[number]
        if not file.records and strict and place.was_named:
            raise
        file.error = str(fault)
        if file.records:
            report.reject(place.short_name, None, f"the rest is lost: the file {fault.reason}")


def _add(abstract: Abstract, file: int, collection: Collection, report: Report) -> None:
    counts = report.files[file]
    usable = identified(normalise(abstract))
    source, line = counts.file, 1
    if usable.origin:
        source, line = usable.origin.source, usable.origin.first_line
    if reasons := problems(usable):
        report.reject(source, line, "; ".join(reasons))
        return
    counts.records += 1
    number, same = collection.add(usable, file, counts.records)
    if not same:
        counts.usable += 1
        counts.title_only += not usable.sections
        return
    counts.duplicates += 1
    first, *others = (collection.entries[one] for one in same)
    name = collection.id_of(number)
    of = (report.files[first.file].file, first.record, name)
    report.merged.append(Merge(counts.file, counts.records, usable.id, of))
    for other in others:
        elsewhere = report.files[other.file]
        elsewhere.usable -= 1
        elsewhere.duplicates += 1
        report.merged.append(Merge(elsewhere.file, other.record, name, of))


def _delete(report: Report, done: int, collection: Collection) -> int:
    """Carry out the deletions that were read since, and return how many there are now."""
    for deletion in report.deleted[done:]:
        number = collection.delete(deletion.pmid)
        if number is not None:
            entry = collection.entries[number]
            file = report.files[entry.file]
            file.usable -= 1
            file.rejected += 1
            report.withdraw(file.file, entry.record, f"deleted by {deletion.source}")
    return len(report.deleted)
