"""Abstracts to a published index: read, analyse, write aside, check, switch."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout
from whoosh.filedb.filestore import FileStorage

from corpus import Report, gather
from index.abbreviations.learned import Learner
from index.build.workers import batches, beside
from index.concepts.vocabulary import Vocabulary
from index.errors import BuildFailed, BuildRunning
from index.generations.integrity import digests, write_manifest
from index.generations.manifest import GENERATIONS, PARTIAL, Manifest, folder, write_json
from index.generations.opened import SPELLINGS, VOCABULARY, OpenedGeneration, without_collector
from index.generations.publish import clean_up, publish
from index.generations.short_forms import write_short_forms
from index.schema import NO_YEAR
from index.segment.table import write_table
from index.whoosh_codec.codec import ArrayWriter
from index.whoosh_codec.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corpus import Abstract
    from index.build.batch import Batch

LOCK = "build.lock"
SPELLINGS_KEPT = 50
"""Spellings of a concept that a generation keeps, the most frequent first."""

_UNCHANGED = "the live index is unchanged"


class Progress(Protocol):
    """A callback for the progress of a build."""

    def __call__(self, abstracts: int, /) -> None:
        """Called after every abstract with how many there were."""


@dataclass
class _Tally:
    """Counts of a build while it reads."""

    corpus: hashlib._Hash = field(default_factory=hashlib.sha256)
    abstracts: int = 0
    years: set[int] = field(default_factory=set)
    notices: dict[str, None] = field(default_factory=dict)
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter)
    abbreviations: Learner = field(default_factory=Learner)

    def add(self, batch: Batch) -> None:
        """Counts a batch."""
        self.corpus.update(batch.corpus)
        self.abstracts += batch.files.documents
        self.years.update(batch.years)
        self.notices |= batch.notices
        self.spellings.update(batch.spellings)
        for pairs in batch.pairs:
            self.abbreviations.add(pairs)


def build(
    index_dir: Path,
    sources: Sequence[Path],
    *,
    vocabulary: Vocabulary | None = None,
    report: Report | None = None,
    progress: Progress = lambda _: None,
    workers: int | None = None,
) -> Manifest:
    """Builds a generation from files of abstracts and makes it the live one.

    Whatever happens on the way (a bad file, a full disk, an interrupt, a kill), the live index
    stays as it is, and the next build removes what was left. ``report`` learns what was rejected.
    So many ``workers`` share the work, by default one for each core.

    Raises ``BuildRunning`` if another build is at work, ``BuildFailed`` if nothing could be
    published, ``corpus.UnusableFile`` for a file that holds no abstracts.
    """
    report = report if report is not None else Report()
    with _locked(index_dir), _sentences_for_faults(index_dir), without_collector():
        clean_up(index_dir)
        partial = folder(index_dir, _new_id() + PARTIAL)
        partial.mkdir(parents=True)
        try:
            manifest = write(
                partial,
                _told(gather(sources, report), progress),
                vocabulary or Vocabulary.bundled(),
                report,
                sources=sources,
                workers=workers or len(os.sched_getaffinity(0)),
            )
            OpenedGeneration.check(partial, manifest)
            publish(index_dir, partial)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        clean_up(index_dir)
        return manifest


def write(
    target: Path,
    abstracts: Iterable[Abstract],
    vocabulary: Vocabulary,
    report: Report,
    *,
    sources: Sequence[Path] = (),
    workers: int = 1,
) -> Manifest:
    """Writes a complete generation into the empty folder ``target`` and returns its manifest."""
    began = time.monotonic()
    tally = _Tally()
    _write_index(target, abstracts, vocabulary, tally, workers)
    if not tally.abstracts:
        raise BuildFailed(
            f"None of the {len(report.rejected)} records could be used; {_UNCHANGED}."
        )
    write_json(target / "report.json", [str(problem) for problem in report.rejected[:1000]])
    years = tally.years - {NO_YEAR}
    manifest = Manifest(
        id=target.name.removesuffix(PARTIAL),
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        took_seconds=round(time.monotonic() - began, 2),
        abstracts=tally.abstracts,
        rejected=len(report.rejected),
        remarks=len(report.remarks),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        sources=tuple(path.name for path in sources),
        versions=_versions(),
        fingerprints={
            "vocabulary": vocabulary.fingerprint,
            "corpus": tally.corpus.hexdigest(),
        },
        notices=tuple(tally.notices),
        files=digests(target),
    )
    write_manifest(target, manifest)
    return manifest


def _write_index(
    target: Path,
    abstracts: Iterable[Abstract],
    vocabulary: Vocabulary,
    tally: _Tally,
    workers: int,
) -> None:
    index = FileStorage(str(target)).create_index(schema(None))
    writer = ArrayWriter(index)
    try:
        with tempfile.TemporaryDirectory(dir=target, suffix=PARTIAL) as runs:
            for batch in batches(abstracts, vocabulary, Path(runs), workers):
                writer.add_batch(batch.files)
                tally.add(batch)
            with beside(lambda: _write_tables(target, vocabulary, tally), tally.abstracts, workers):
                writer.commit()
    except BaseException:
        if not writer.is_closed:
            writer.cancel()
        raise
    index.close()
    for lock in target.glob("*_WRITELOCK"):
        lock.unlink()


def _write_tables(target: Path, vocabulary: Vocabulary, tally: _Tally) -> None:
    (target / VOCABULARY).write_text(vocabulary.to_json(), encoding="utf-8")
    write_table(target, SPELLINGS, _most_frequent(tally.spellings))
    write_short_forms(target, tally.abbreviations.learned())


def _told(abstracts: Iterable[Abstract], progress: Progress) -> Iterator[Abstract]:
    for count, abstract in enumerate(abstracts, start=1):
        yield abstract
        progress(count)


def _most_frequent(spellings: Counter[tuple[str, str]]) -> dict[str, list[tuple[str, int]]]:
    by_concept: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (concept, spelling), count in spellings.items():
        by_concept[concept][spelling] = count
    return {concept: found.most_common(SPELLINGS_KEPT) for concept, found in by_concept.items()}


def _versions() -> dict[str, str]:
    packages = ("ranvier", "whoosh-reloaded", "nltk", "numpy")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _new_id() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")


@contextmanager
def _locked(index_dir: Path) -> Iterator[None]:
    lock = None
    try:
        (index_dir / GENERATIONS).mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / LOCK)
        lock.acquire(timeout=0)
    except Timeout:
        raise BuildRunning(
            f"Another build is at work in {index_dir}; wait until it ends."
        ) from None
    except OSError as error:
        raise BuildFailed(f"{index_dir} cannot be written ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _sentences_for_faults(index_dir: Path) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise BuildFailed(
            f"A process of the build in {index_dir} was killed, perhaps for want of memory; "
            f"{_UNCHANGED}."
        ) from error
    except OSError as error:
        raise BuildFailed(
            f"The build in {index_dir} failed ({error.strerror or error}); {_UNCHANGED}."
        ) from error
