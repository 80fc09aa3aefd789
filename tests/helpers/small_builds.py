"""Small corpora to build indexes of, and what is left of a build."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from whoosh.filedb.filestore import FileStorage

from corpus import Abstract, Section
from index import Concept, OpenedGeneration, Vocabulary
from index.build.builder import LOCK
from index.generations.manifest import CURRENT, GENERATIONS, PARTIAL
from index.whoosh_codec.codec import ArrayWriter
from index.whoosh_codec.schema import document, schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from whoosh.index import FileIndex

    from index import Analyzer
    from index.generations.manifest import Manifest

VOCABULARY = Vocabulary.of(
    [
        Concept("ms", "multiple sclerosis", "disease", "A disease.", short=("MS",)),
        Concept("ivig", "intravenous immunoglobulin", "medicine", "A medicine.", short=("IVIG",)),
    ]
)
WORDS = "alfa bravo charlie delta echo foxtrot golf MS IVIG auto-immune lesion relapse".split()


def abstract(pmid: str, title: str, text: str = "", **more: Any) -> Abstract:  # noqa: ANN401
    return Abstract(pmid, title, (Section(None, (text,)),) if text else (), **more)


def many(count: int, words: int = 8) -> list[Abstract]:
    """So many small abstracts, always the same."""
    chance = random.Random(count)
    return [
        abstract(str(number), f"Title {number}", " ".join(chance.choices(WORDS, k=words)))
        for number in range(1, count + 1)
    ]


THREE = [
    abstract("1", "Alfa in MS", "IVIG and IVIG.", year=1999, notice="From a page."),
    abstract("2", "Bravo", "Multiple  sclerosis", year=2004, notice="From a page."),
    abstract("3", "Charlie", notice="Another notice."),
]


def by_whoosh(folder: Path, batches: Iterable[Iterable[Abstract]], analyzer: Analyzer) -> FileIndex:
    """An index written one document at a time, a segment a batch."""
    index = FileStorage(str(folder)).create_index(schema(analyzer))
    for batch in batches:
        writer = ArrayWriter(index)
        for one in batch:
            writer.add_document(**document(one, analyzer))
        writer.commit(merge=False)
    return index


def opened(index_dir: Path) -> Manifest:
    """The manifest of the live index, after every byte of it was read and it was opened."""
    published = OpenedGeneration.open(index_dir)
    try:
        assert published.reader.doc_count() == published.manifest.abstracts
        return published.manifest
    finally:
        published.close()


def leftovers(index_dir: Path) -> list[str]:
    """What is there beside the lock, the pointer and complete generations."""
    beside = {path.name for path in index_dir.iterdir()} - {LOCK, CURRENT, GENERATIONS}
    return sorted(beside) + [p.name for p in (index_dir / GENERATIONS).glob(f"*{PARTIAL}")]
