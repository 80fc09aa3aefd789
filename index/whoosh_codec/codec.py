"""The codec: how Whoosh writes and reads a segment whose postings are arrays.

Whoosh keeps the schema, the list of segments, the deletions and the order of a commit; see
``whoosh.codec.base``. A writer gathers runs (``index.segment.inverter``), which its commit merges.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

from whoosh.codec.base import Codec, FieldWriter, PerDocumentWriter
from whoosh.codec.whoosh3 import W3Segment
from whoosh.index import TOC, clean_files
from whoosh.writing import SegmentWriter

from index.schema import COLUMNS, STRINGS
from index.segment.arrays import Arrays, ArraysWriter
from index.segment.layout import DOCUMENTS, POSTINGS, SegmentArrays
from index.segment.merger import merge, write_batch
from index.segment.stored import writing
from index.whoosh_codec.postings import batch_of
from index.whoosh_codec.readers import ArrayPerDocumentReader, ArrayTermsReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from whoosh.columns import Column
    from whoosh.fields import FieldType, Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.index import FileIndex

    from index.segment.inverter import InvertedBatch
    from index.segment.stored import DocumentsWriter
    from index.whoosh_codec.postings import Posting


class BatchFiles(NamedTuple):
    """The files of a run on disk, and its number of documents."""

    folder: Path
    name: str
    documents: int

    def path(self, part: str) -> Path:
        """The file of one of its two parts."""
        return self.folder / f"{self.name}.{part}"

    def arrays(self, part: str) -> Arrays:
        """The arrays of one of its two parts."""
        return Arrays(self.path(part))


def write_files(
    folder: Path,
    name: str,
    run: InvertedBatch,
    documents: Iterable[tuple[Mapping[str, str], Mapping[str, int]]],
) -> BatchFiles:
    """Writes a run and what is kept of its documents, for ``ArrayWriter.add_run``."""
    files = BatchFiles(folder, name, run.count)
    with _writing(files.path(DOCUMENTS)) as target, _kept(target) as kept:
        for values, numbers in documents:
            kept.add(values, numbers)
    with _writing(files.path(POSTINGS)) as target:
        write_batch(run, target)
    return files


class ArraySegment(W3Segment):  # type: ignore[misc] # whoosh has no types
    """A segment of arrays; its files stay apart, to be mapped one by one."""

    def should_assemble(self) -> bool:
        """False: the files stay apart."""
        return False


class ArrayCodec(Codec):  # type: ignore[misc] # whoosh has no types
    """Reads and writes segments of arrays in a folder."""

    length_stats = False

    def new_segment(self, storage: FileStorage, indexname: str) -> ArraySegment:  # noqa: ARG002 (Whoosh's protocol)
        """An empty segment."""
        return ArraySegment(self, indexname)

    def per_document_writer(
        self, storage: FileStorage, segment: ArraySegment
    ) -> ArrayPerDocumentWriter:
        """The writer of stored fields and columns."""
        return ArrayPerDocumentWriter(_file(storage, segment, DOCUMENTS))

    def field_writer(self, storage: FileStorage, segment: ArraySegment) -> ArrayFieldWriter:
        """The writer of postings."""
        return ArrayFieldWriter(_file(storage, segment, POSTINGS))

    def per_document_reader(
        self, storage: FileStorage, segment: ArraySegment
    ) -> ArrayPerDocumentReader:
        """The reader of stored fields and columns."""
        return ArrayPerDocumentReader(_store(storage, segment), segment)

    def terms_reader(self, storage: FileStorage, segment: ArraySegment) -> ArrayTermsReader:
        """The reader of terms and postings."""
        return ArrayTermsReader(_store(storage, segment))


class ArrayPerDocumentWriter(PerDocumentWriter):  # type: ignore[misc] # whoosh has no types
    """Writes what is kept by document as it comes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        self._values: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self.is_closed = False

    def start_doc(self, docnum: int) -> None:  # noqa: ARG002 (documents come in their order)
        """Begins a document."""
        self._values, self._numbers = {}, {}

    def add_field(
        self,
        fieldname: str,
        fieldobj: FieldType,  # noqa: ARG002 (Whoosh's protocol)
        value: str | None,
        length: int,  # noqa: ARG002 (counted from the postings)
    ) -> None:
        """Stores the value of a field."""
        if value is not None:
            _check_kept(fieldname, STRINGS)
            self._values[fieldname] = value

    def add_column_value(self, fieldname: str, columnobj: Column, value: int) -> None:  # noqa: ARG002 (Whoosh's protocol)
        """The document's value in a column."""
        _check_kept(fieldname, COLUMNS)
        self._numbers[fieldname] = value

    def finish_doc(self) -> None:
        """Ends the document."""
        self._documents.add(self._values, self._numbers)

    def cancel_doc(self) -> None:
        """Forgets the document."""

    def add_batch(self, files: BatchFiles) -> None:
        """The next documents, in a run, whose file of them is no longer needed."""
        self._documents.add_batch(files.arrays(DOCUMENTS))
        files.path(DOCUMENTS).unlink()

    def close(self) -> None:
        """Ends writing."""
        self._open.close()
        self.is_closed = True

    @cached_property
    def _documents(self) -> DocumentsWriter:
        # Where no document comes, there is to be no file.
        target = self._open.enter_context(_writing(self._path))
        return self._open.enter_context(_kept(target))


class Pool:
    """Gathers runs of postings; what comes one by one is made into a run."""

    def __init__(self, schema: Schema, folder: Path) -> None:
        self._schema = schema
        self._folder = Path(tempfile.mkdtemp(dir=folder, suffix=".tmp"))
        self._pending: list[Posting] = []
        self.runs: list[Arrays] = []
        self.count = 0

    def add(self, item: Posting) -> None:
        """A posting of the next documents."""
        self._pending.append(item)

    def forget(self, document: int) -> None:
        """Takes the postings of a document back."""
        self._pending = [posting for posting in self._pending if posting[2] != document]

    def add_batch(self, files: BatchFiles, first: int) -> None:
        """The documents from ``first`` on, in a run."""
        self.flush(first)
        self.runs.append(files.arrays(POSTINGS))
        self.count += files.documents

    def flush(self, first: int) -> None:
        """Makes a run of the loose postings of the documents before ``first``."""
        count = first - self.count
        if not count:
            return
        path = self._folder / str(len(self.runs))
        with _writing(path) as target:
            write_batch(batch_of(self._pending, self._schema, self.count, count), target)
        self.runs.append(Arrays(path))
        self.count = first
        self._pending = []

    def iter_postings(self) -> Pool:
        """Itself, for the field writer that it is meant for."""
        return self

    def cleanup(self) -> None:
        """Removes its files."""
        shutil.rmtree(self._folder, ignore_errors=True)


class ArrayFieldWriter(FieldWriter):  # type: ignore[misc] # whoosh has no types
    """Writes the postings that a ``Pool`` gathered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_closed = False

    def add_postings(self, schema: Schema, lengths: object, items: Pool) -> None:  # noqa: ARG002 (Whoosh's protocol)
        """Merges the runs."""
        with _writing(self._path) as target:
            merge(items.runs, target)

    def close(self) -> None:
        """Ends writing."""
        self.is_closed = True


class ArrayWriter(SegmentWriter):  # type: ignore[misc] # whoosh has no types
    """Whoosh's writer with this codec, to which whole runs can be added as well."""

    def __init__(self, index: FileIndex) -> None:
        super().__init__(index, codec=ArrayCodec())
        # ``poolclass=`` is accepted by Whoosh and ignored; its own pool has opened nothing yet.
        self.pool: Pool = Pool(self.schema, Path(self.storage.folder))

    def add_batch(self, files: BatchFiles) -> None:
        """Adds the documents of a run after those that there are."""
        self.pool.add_batch(files, self.docnum)
        self.perdocwriter.add_batch(files)
        self.docnum += files.documents
        self._added = True

    def add_document(self, **fields: object) -> None:
        """Adds a document; none of it if any of its fields cannot be read."""
        try:
            super().add_document(**fields)
        except BaseException:
            self.pool.forget(self.docnum)
            raise

    def cancel(self) -> None:
        """Forgets all that was added, and removes what was written of it."""
        self._check_state()
        self._close_segment()
        live = TOC.read(self.storage, self.indexname)
        clean_files(self.storage, self.indexname, live.generation, live.segments)
        super().cancel()

    def _merge_segments(self, *policy: object) -> list[ArraySegment]:
        kept: list[ArraySegment] = super()._merge_segments(*policy)
        self._added = self.docnum > 0  # where all is deleted, there is nothing to write
        return kept

    def _flush_segment(self) -> None:
        self.pool.flush(self.docnum)
        super()._flush_segment()


def _kept(target: ArraysWriter) -> AbstractContextManager[DocumentsWriter]:
    return writing(target, STRINGS, COLUMNS)  # the same for all runs


def _check_kept(field: str, fields: Collection[str]) -> None:
    if field not in fields:
        raise ValueError(f"no array keeps the field {field}")


def _file(storage: FileStorage, segment: ArraySegment, part: str) -> Path:
    name: str = segment.make_filename(f".{part}")
    return Path(storage.folder) / name


@contextmanager
def _writing(path: Path) -> Iterator[ArraysWriter]:
    target = ArraysWriter(path)
    try:
        yield target
    finally:
        target.close()


# The readers of a segment's terms and of its documents share one map of its files.
_stores: WeakValueDictionary[tuple[str, str], SegmentArrays] = WeakValueDictionary()


def _store(storage: FileStorage, segment: ArraySegment) -> SegmentArrays:
    key = (str(storage.folder), segment.segment_id())
    store = _stores.get(key)
    if store is None:
        store = _stores[key] = SegmentArrays(Path(storage.folder), segment.segment_id())
    return store
