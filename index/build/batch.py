"""A batch of abstracts on its way into an index: analysed, inverted and written to disk.

Batches do not need each other. Each leaves an inverted batch on disk, which the writer merges, and
counts that the generation keeps.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corpus.formats.jsonl import to_line
from index.abbreviations.learned import pairs_of
from index.record_fields import columns, names, stored
from index.schema import NO_YEAR
from index.segment.inverter import Inverter
from index.text.stemmer import stem, stop_words
from index.text.tokenizer import token_table
from index.text.words import positions_of
from index.whoosh_codec.codec import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from corpus import Abstract
    from index.abbreviations.learned import Pairs
    from index.analyzer import Analyzer, ReadText
    from index.whoosh_codec.codec import BatchFiles


@dataclass
class Batch:
    """A run on disk, and what was met in its abstracts."""

    files: BatchFiles
    corpus: bytes
    years: list[int] = field(default_factory=list)
    notices: dict[str, None] = field(default_factory=dict)
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Counts by concept and spelling."""
    pairs: list[Pairs] = field(default_factory=list)


def process(abstracts: list[Abstract], reader: Analyzer, folder: Path, name: str) -> Batch:
    """Analyses and inverts a batch, and writes its run."""
    read = reader.read_all((abstract.title, abstract.text) for abstract in abstracts)
    run = Inverter(_stem)
    for abstract, (title, text) in zip(abstracts, read, strict=True):
        named = {field: _words(value) for field, value in names(abstract).items() if value}
        pmid = {"pmid": ([abstract.id.lower()], [0])}
        run.add(title.analysed, text.analysed, named | pmid)
    kept = (
        (stored(abstract), columns(abstract, *texts))
        for abstract, texts in zip(abstracts, read, strict=True)
    )
    files = write_files(folder, name, run.finish(), kept)
    lines = hashlib.sha256(b"".join(map(to_line, abstracts)))
    batch = Batch(files, lines.digest())
    for abstract, texts in zip(abstracts, read, strict=True):
        _note(batch, abstract, texts)
    return batch


def _note(batch: Batch, abstract: Abstract, texts: tuple[ReadText, ...]) -> None:
    batch.years.append(abstract.year or NO_YEAR)
    if abstract.notice:
        batch.notices[abstract.notice] = None
    batch.spellings.update(
        [
            (mention.concept, " ".join(text[mention.start : mention.end].split()))
            for text in texts
            for mention in text.analysed.mentions
            if not mention.is_shared
        ]
    )
    batch.pairs.append(pairs_of(one for text in texts for one in text.analysed.definitions))


def _words(text: str) -> tuple[list[str], list[int]]:
    """The words of a field of names, a name a line, and their positions."""
    forms, starts, ends, _ = token_table(text)
    return forms, positions_of(text, starts, ends).tolist()


def _stem(form: str) -> str | None:
    return None if form in stop_words() else stem(form)
