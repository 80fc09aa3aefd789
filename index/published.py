"""A published generation, opened for reading."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from whoosh.filedb.filestore import FileStorage

from corpus.record import from_object
from index import analysis as analysis_module
from index import schema as schema_module
from index.agreement import Agreement
from index.analysis import Analysis
from index.errors import BuildFailed, DamagedIndex, OutdatedIndex
from index.forward import Forward
from index.generation import Manifest, Pointer, folder, pointer, read_manifest, verify
from index.schema import schema
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whoosh.reading import IndexReader

    from corpus import Abstract

_REBUILD = "Build it anew with “ranvier build”."
_NEEDED = {"analysis": analysis_module.fingerprint, "schema": schema_module.fingerprint}


@dataclass(frozen=True)
class Published:
    """The live generation: its manifest, the analysis it was built with, and Whoosh's reader.

    ``spellings`` tells by concept how it is written in these abstracts: pairs of spelling and
    count, the commonest first; ``agreement`` what they define short forms to mean. The reader is
    not safe to share by threads; whoever shares it has to take turns.
    """

    folder: Path
    manifest: Manifest
    analysis: Analysis
    spellings: dict[str, list[tuple[str, int]]]
    agreement: Agreement
    forward: Forward
    reader: IndexReader

    @classmethod
    def open(cls, index_dir: Path) -> Published:
        """Opens the live generation of an index directory after reading every byte of it.

        Raises ``NoIndex``, ``DamagedIndex`` or ``OutdatedIndex``.
        """
        live = pointer(index_dir)
        while True:
            try:
                return cls._open(index_dir, live)
            except DamagedIndex:
                # A generation that was replaced and removed meanwhile is no damage.
                before, live = live, pointer(index_dir)
                if live == before:
                    raise

    @classmethod
    def _open(cls, index_dir: Path, live: Pointer) -> Published:
        manifest = read_manifest(index_dir, live)
        _check_fit(manifest)
        verify(index_dir, manifest)
        return cls.read(folder(index_dir, live.generation), manifest)

    @classmethod
    def read(cls, home: Path, manifest: Manifest) -> Published:
        """Opens the generation in a folder, whose files are known to be ours."""
        try:
            analysis = _analysis((home / "vocabulary.json").read_text(encoding="utf-8"))
            spellings = json.loads((home / "spellings.json").read_text(encoding="utf-8"))
            learned = (home / "abbreviations.json").read_text(encoding="utf-8")
            agreement = Agreement.from_json(learned)
            forward = Forward.read(home)
            index = FileStorage(str(home)).open_index(schema=schema(analysis))
            return cls(home, manifest, analysis, spellings, agreement, forward, index.reader())
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
        published = cls.read(home, manifest)
        try:
            reader = published.reader
            stored = sum(1 for _, fields in reader.iter_docs() if fields.get("record"))
            lexicon = sum(1 for _ in reader.lexicon("pmid"))
            if not reader.doc_count() == stored == lexicon == manifest.abstracts:
                raise BuildFailed(
                    f"Of {manifest.abstracts} abstracts {stored} were stored, {lexicon} under a "
                    f"PMID of their own; nothing was published."
                )
        finally:
            published.close()

    def abstracts(self) -> Iterator[Abstract]:
        """All abstracts, as they are stored."""
        for _, fields in self.reader.iter_docs():
            yield from_object(json.loads(fields["record"])["abstract"], None)

    def close(self) -> None:
        """Lets go of the files."""
        self.reader.close()


@lru_cache(maxsize=2)
def _analysis(vocabulary: str) -> Analysis:
    # Generations mostly share one vocabulary, and reading it takes longer than opening an index.
    return Analysis(Vocabulary.from_json(vocabulary))


def _check_fit(manifest: Manifest) -> None:
    for part, fingerprint in _NEEDED.items():
        if manifest.fingerprints.get(part) != fingerprint():
            raise OutdatedIndex(f"The index was built by a version with another {part}. {_REBUILD}")
