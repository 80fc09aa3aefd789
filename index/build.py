"""Abstracts to a published index: read, analyse, write aside, check, switch."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout
from whoosh.filedb.filestore import FileStorage

from corpus import Report, gather
from corpus.jsonl import to_line
from corpus.record import to_object
from index import analysis as analysis_module
from index import schema as schema_module
from index.agreement import Learner
from index.analysis import Analysis
from index.errors import BuildFailed, BuildRunning
from index.forward import ForwardWriter
from index.generation import (
    GENERATIONS,
    PARTIAL,
    Manifest,
    clean_up,
    digests,
    folder,
    publish,
    write_json,
    write_manifest,
)
from index.published import Published
from index.schema import NO_YEAR, document, schema
from index.sentences import sentences
from index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from corpus import Abstract
    from index.analysis import ReadText

LOCK = "build.lock"
MEMORY_MB = 256
"""How much Whoosh gathers in memory before it writes a run of postings to disk."""

SPELLINGS_KEPT = 50
"""How many spellings of a concept, the most frequent first, a generation remembers."""

_UNCHANGED = "the live index is unchanged"


class Progress(Protocol):
    """Who wants to know how far a build has come."""

    def __call__(self, abstracts: int, /) -> None:
        """Called after every abstract with how many there were."""


@dataclass
class _Tally:
    """What a build counts while it reads."""

    corpus: hashlib._Hash = field(default_factory=hashlib.sha256)
    abstracts: int = 0
    years: list[int] = field(default_factory=list)
    notices: dict[str, None] = field(default_factory=dict)
    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    abbreviations: Learner = field(default_factory=Learner)


def build(
    index_dir: Path,
    sources: Sequence[Path],
    *,
    vocabulary: Vocabulary | None = None,
    report: Report | None = None,
    progress: Progress = lambda _: None,
) -> Manifest:
    """Builds a generation from files of abstracts and makes it the live one.

    Whatever happens on the way (a bad file, a full disk, an interrupt, a kill), the live index
    stays as it is, and the next build removes what was left. ``report`` learns what was rejected.

    Raises ``BuildRunning`` if another build is at work, ``BuildFailed`` if nothing could be
    published, ``corpus.UnusableFile`` for a file that holds no abstracts.
    """
    report = report if report is not None else Report()
    with _locked(index_dir), _sentences_for_faults(index_dir):
        clean_up(index_dir)
        partial = folder(index_dir, _new_id() + PARTIAL)
        partial.mkdir(parents=True)
        try:
            abstracts = gather(sources, report)
            manifest = write(
                partial,
                abstracts,
                vocabulary or Vocabulary.bundled(),
                report,
                sources=sources,
                progress=progress,
            )
            Published.check(partial, manifest)
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
    progress: Progress = lambda _: None,
) -> Manifest:
    """Writes a complete generation into the empty folder ``target`` and returns its manifest."""
    began = time.monotonic()
    reader = Analysis(vocabulary)
    tally = _Tally()
    _write_postings(target, _counted(abstracts, tally, progress), reader, tally)
    if not tally.abstracts:
        raise BuildFailed(
            f"None of the {len(report.rejected)} records could be used; {_UNCHANGED}."
        )
    (target / "vocabulary.json").write_text(vocabulary.to_json(), encoding="utf-8")
    write_json(target / "spellings.json", _most_frequent(tally.spellings))
    learned = tally.abbreviations.agreement().to_json()
    (target / "abbreviations.json").write_bytes(learned.encode("utf-8", "backslashreplace"))
    write_json(target / "report.json", [str(problem) for problem in report.rejected[:1000]])
    years = [year for year in tally.years if year != NO_YEAR]
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
        fingerprints=fingerprints(vocabulary) | {"corpus": tally.corpus.hexdigest()},
        notices=tuple(tally.notices),
        files=digests(target),
    )
    write_manifest(target, manifest)
    return manifest


def fingerprints(vocabulary: Vocabulary) -> dict[str, str]:
    """What has to be equal in an index and in the program that searches it, and the vocabulary."""
    return {
        "analysis": analysis_module.fingerprint(),
        "schema": schema_module.fingerprint(),
        "vocabulary": vocabulary.fingerprint,
    }


def _write_postings(
    target: Path, abstracts: Iterable[Abstract], reader: Analysis, tally: _Tally
) -> None:
    index = FileStorage(str(target)).create_index(schema(reader))
    writer = index.writer(limitmb=MEMORY_MB)
    forward = ForwardWriter()
    try:
        for abstract in abstracts:
            tally.corpus.update(to_line(abstract))
            writer.add_document(**document(abstract, _record(abstract), reader))
            texts = reader.read(abstract.title, abstract.text)
            forward.add(texts, reader)
            _count_spellings(texts, tally)
            tally.abbreviations.add(d for text in texts for d in text.analysed.definitions)
    except BaseException:
        writer.cancel()
        raise
    writer.commit(optimize=True)
    index.close()
    forward.write(target)
    for lock in target.glob("*_WRITELOCK"):
        lock.unlink()


def _record(abstract: Abstract) -> str:
    """An abstract as it is stored: itself, where it was read, and the spans of its sentences."""
    passages = [
        [paragraph.start + start, paragraph.start + end]
        for paragraph in abstract.paragraphs
        for start, end in sentences(paragraph.text)
    ]
    origin = astuple(abstract.origin) if abstract.origin else None
    entry = {"abstract": to_object(abstract), "origin": origin, "passages": passages}
    record = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    # Half a surrogate pair has no UTF-8; Python's escape for it happens to be JSON's.
    return record.encode("utf-8", "backslashreplace").decode()


def _counted(
    abstracts: Iterable[Abstract], tally: _Tally, progress: Progress
) -> Iterator[Abstract]:
    for abstract in abstracts:
        yield abstract
        tally.abstracts += 1
        tally.years.append(abstract.year or NO_YEAR)
        if abstract.notice:
            tally.notices[abstract.notice] = None
        progress(tally.abstracts)


def _count_spellings(texts: Iterable[ReadText], tally: _Tally) -> None:
    for text in texts:
        for mention in text.analysed.mentions:
            tally.spellings[mention.concept][
                " ".join(text[mention.start : mention.end].split())
            ] += 1


def _most_frequent(spellings: dict[str, Counter[str]]) -> dict[str, list[tuple[str, int]]]:
    return {concept: found.most_common(SPELLINGS_KEPT) for concept, found in spellings.items()}


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
    except OSError as error:
        raise BuildFailed(
            f"The build in {index_dir} failed ({error.strerror or error}); {_UNCHANGED}."
        ) from error
