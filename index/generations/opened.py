"""A published generation, opened for reading."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache, cached
from whoosh.filedb.filestore import FileStorage

from index.analyzer import Analyzer
from index.concepts.vocabulary import Vocabulary
from index.errors import BuildFailed, DamagedIndex
from index.generations.integrity import verify
from index.generations.manifest import Manifest, Pointer, folder, pointer, read_manifest
from index.generations.short_forms import StoredShortForms
from index.record_fields import restored
from index.segment.layout import arrays_of
from index.segment.table import Table
from index.whoosh_codec.schema import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from whoosh.reading import IndexReader as WhooshReader

    from corpus import Abstract

_REBUILD = "Build it anew with “ranvier build”."
SPELLINGS = "spellings"
"""The table of how concepts are written."""

VOCABULARY = "vocabulary.json"


@dataclass(frozen=True)
class OpenedGeneration:
    """The live generation: its manifest, the analysis it was built with, and Whoosh's reader.

    ``spellings`` tells by concept how it is written in these abstracts: pairs of spelling and
    count, the commonest first; ``short_forms`` what they define short forms to mean. Both are read
    where they are asked for something. The reader is not safe to share by threads; whoever shares
    it has to take turns.
    """

    folder: Path
    manifest: Manifest
    analyzer: Analyzer
    spellings: Mapping[str, list[tuple[str, int]]]
    short_forms: StoredShortForms
    reader: WhooshReader

    @classmethod
    def open(cls, index_dir: Path, *, thorough: bool = False) -> OpenedGeneration:
        """Opens the live generation of an index directory.

        Files that were changed or copied since they were read in full last are read in full, all
        others only if ``thorough``.

        Raises ``NoIndex``, ``DamagedIndex`` or ``OutdatedIndex``.
        """
        live = pointer(index_dir)
        while True:
            try:
                return cls._open(index_dir, live, thorough=thorough)
            except DamagedIndex:
                # A generation that was replaced and removed meanwhile is no damage.
                before, live = live, pointer(index_dir)
                if live == before:
                    raise

    @classmethod
    def _open(cls, index_dir: Path, live: Pointer, *, thorough: bool) -> OpenedGeneration:
        manifest = read_manifest(index_dir, live)
        verify(index_dir, manifest, thorough=thorough)
        return cls.read(folder(index_dir, live.generation), manifest)

    @classmethod
    def read(cls, home: Path, manifest: Manifest) -> OpenedGeneration:
        """Opens the generation in a folder, whose files are known to be ours."""
        return cls._read(home, manifest, _analyzer)

    @classmethod
    def _read(
        cls, home: Path, manifest: Manifest, read_analysis: Callable[[Path, str], Analyzer]
    ) -> OpenedGeneration:
        try:
            analyzer = read_analysis(home / VOCABULARY, manifest.files[VOCABULARY].sha256)
            spellings: Table[list[tuple[str, int]]] = Table(home, SPELLINGS)
            short_forms = StoredShortForms(home)
            index = FileStorage(str(home)).open_index(schema=schema(analyzer))
            return cls(home, manifest, analyzer, spellings, short_forms, index.reader())
        # Files vanish, and Whoosh raises whatever its pickles and offsets lead to.
        except Exception as error:
            raise DamagedIndex(
                f"Generation {manifest.id} cannot be opened ({error}). {_REBUILD}"
            ) from error

    @classmethod
    def check(cls, home: Path, manifest: Manifest) -> None:
        """Opens a generation that was just written and sees that all is there.

        Raises ``DamagedIndex`` or ``BuildFailed``.
        """
        published = cls._read(home, manifest, _analysis_of_nothing)
        try:
            count, stored, lexicon = _counted(published.reader)
            if not count == stored == lexicon == manifest.abstracts:
                raise BuildFailed(
                    f"Of {manifest.abstracts} abstracts {stored} were stored, {lexicon} under a "
                    f"PMID of their own; nothing was published."
                )
        finally:
            published.close()

    def abstracts(self) -> Iterator[Abstract]:
        """All abstracts, as they are stored."""
        for _, fields in self.reader.iter_docs():
            yield restored(fields)

    def close(self) -> None:
        """Lets go of the files."""
        self.reader.close()


def _counted(reader: WhooshReader) -> tuple[int, int, int]:
    """The numbers of documents, of stored abstracts, and of PMIDs."""
    stores = [arrays_of(leaf) for leaf, _ in reader.leaf_readers()]
    stored = sum(int(np.count_nonzero(store.documents.sizes("record"))) for store in stores)
    return reader.doc_count(), stored, sum(store.terms("pmid") for store in stores)


@contextmanager
def without_collector() -> Iterator[None]:
    """Spares Python the search for cycles, a quarter of the time: what is made here has none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# Generations mostly share one vocabulary, and reading it takes longer than opening an index.
@cached(LRUCache(maxsize=2), key=lambda _, sha256: sha256, lock=Lock())
def _analyzer(vocabulary: Path, sha256: str) -> Analyzer:  # noqa: ARG001 (by it it is remembered)
    with without_collector():
        analyzer = Analyzer(Vocabulary.from_json(vocabulary.read_text(encoding="utf-8")))
    # So many objects that stay would be looked through by each full search for garbage, which now
    # and then falls into a reader's search and takes longer than all of it.
    gc.collect()
    gc.freeze()
    return analyzer


def _analysis_of_nothing(vocabulary: Path, sha256: str) -> Analyzer:  # noqa: ARG001 (as above)
    """Sees that there is a vocabulary. To count abstracts no text is read by it."""
    Vocabulary.from_json(vocabulary.read_text(encoding="utf-8"))
    return Analyzer(Vocabulary())
