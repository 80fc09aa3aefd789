"""Chunks of a corpus on their way into an index: each read, analysed and inverted by itself.

Chunks do not need each other, so as many processes work on them as there are cores. A chunk leaves
a run on disk, which the writer merges, and what the generation remembers of it.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from corpus import Abstract
from corpus.formats.jsonl import to_line
from index.abbreviations.learned import pairs_of
from index.analyzer import Analyzer
from index.concepts.vocabulary import Vocabulary
from index.record_fields import columns, names, stored
from index.schema import NO_YEAR
from index.segment.inverter import Inverter
from index.text.stemmer import stem, stop_words
from index.text.tokenizer import token_table
from index.text.words import positions_of
from index.whoosh_codec.codec import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext

    from index.abbreviations.learned import Pairs
    from index.analyzer import ReadText
    from index.whoosh_codec.codec import RunFiles

SIZE = 1500
"""Abstracts in a chunk: large enough for arrays to pay, small enough to be gathered in memory."""

_KEPT = 1 << 23
"""Bytes: more than any array of a chunk has, and less than the most that glibc heeds, 32 MB."""


@dataclass
class Chunk:
    """A run on disk, and what was met in its abstracts."""

    files: RunFiles
    corpus: bytes
    years: list[int] = field(default_factory=list)
    notices: dict[str, None] = field(default_factory=dict)
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each concept was met in each spelling."""
    pairs: list[Pairs] = field(default_factory=list)


def chunks(
    abstracts: Iterable[Abstract], vocabulary: Vocabulary, folder: Path, workers: int
) -> Iterator[Chunk]:
    """The abstracts in chunks, in their order, whose runs are written to ``folder``."""
    every = iter(abstracts)
    batches = iter(lambda: list(itertools.islice(every, SIZE)), [])
    first = next(batches, [])
    batches = itertools.chain([first] if first else [], batches)
    if workers == 1 or len(first) < SIZE:
        _keep_memory()
        reader = Analyzer(vocabulary)
        for number, batch in enumerate(batches):
            yield digest(batch, reader, folder, str(number))
    else:
        yield from _in_processes(batches, vocabulary, folder, workers)


def digest(abstracts: list[Abstract], reader: Analyzer, folder: Path, name: str) -> Chunk:
    """Analyses and inverts a chunk, and writes its run."""
    read = reader.read_all((abstract.title, abstract.text) for abstract in abstracts)
    run = Inverter(_stem)
    for abstract, (title, text) in zip(abstracts, read, strict=True):
        named = {field: _words(value) for field, value in names(abstract).items() if value}
        pmid = {"pmid": ([abstract.pmid.lower()], [0])}
        run.add(title.analysed, text.analysed, named | pmid)
    kept = (
        (stored(abstract), columns(abstract, *texts))
        for abstract, texts in zip(abstracts, read, strict=True)
    )
    files = write_files(folder, name, run.finish(), kept)
    lines = hashlib.sha256(b"".join(map(to_line, abstracts)))
    chunk = Chunk(files, lines.digest())
    for abstract, texts in zip(abstracts, read, strict=True):
        _note(chunk, abstract, texts)
    return chunk


def _note(chunk: Chunk, abstract: Abstract, texts: tuple[ReadText, ...]) -> None:
    chunk.years.append(abstract.year or NO_YEAR)
    if abstract.notice:
        chunk.notices[abstract.notice] = None
    chunk.spellings.update(
        [
            (mention.concept, " ".join(text[mention.start : mention.end].split()))
            for text in texts
            for mention in text.analysed.mentions
        ]
    )
    chunk.pairs.append(pairs_of(one for text in texts for one in text.analysed.definitions))


def _words(text: str) -> tuple[list[str], list[int]]:
    """The words of a field of names, a name a line, and their positions."""
    forms, starts, ends, _ = token_table(text)
    return forms, positions_of(text, starts, ends).tolist()


def _stem(form: str) -> str | None:
    return None if form in stop_words() else stem(form)


def _in_processes(
    batches: Iterable[list[Abstract]], vocabulary: Vocabulary, folder: Path, workers: int
) -> Iterator[Chunk]:
    # Handed over itself, it would fill the pipe, and the next process start when this one reads.
    known = folder / "vocabulary.json"
    known.write_text(vocabulary.to_json(), encoding="utf-8")
    with ProcessPoolExecutor(workers, _context(known), _prepare) as pool:
        waiting: deque[Future[Chunk]] = deque()
        try:
            for number, batch in enumerate(batches):
                waiting.append(pool.submit(_digest, _packed(batch), known, folder, str(number)))
                _reader.cache_clear()  # all processes have theirs, and here it is not needed
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def beside(work: Callable[[], None], abstracts: int, workers: int) -> Iterator[None]:
    """Does some work meanwhile in a process of its own, if that pays for so many abstracts.

    What it writes into files is all that is left of it. It is done at the end where no process can
    be forked, and again if it failed, so that it fails here.
    """
    if workers == 1 or abstracts < SIZE or not _can_fork():
        yield
        work()
        return
    process = multiprocessing.get_context("fork").Process(target=_alone, args=(work,))
    process.start()
    try:
        yield
        process.join()
    finally:
        process.kill()
        process.join()
    if process.exitcode:
        work()


def _alone(work: Callable[[], None]) -> None:
    _prepare()
    failed = True
    try:
        work()
        failed = False
    finally:
        os._exit(failed)  # and nothing of what its parent does at its end


def _context(vocabulary: Path) -> BaseContext:
    """How processes start: forked with all that they need, or each from nothing, a second later."""
    if not _can_fork():
        return multiprocessing.get_context("spawn")
    _reader(vocabulary)
    return multiprocessing.get_context("fork")


def _can_fork() -> bool:
    """Whether this process may be forked.

    Not while it has other threads, whose locks would stay as they are; nor on macOS, whose
    libraries have such threads.
    """
    return threading.active_count() == 1 and sys.platform == "linux"


def _prepare() -> None:
    """Makes a process ready, which ends when its parent does."""
    _keep_memory()
    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        # At its end it would free all that it holds one by one, and the parent wait for that.
        Finalize(None, os._exit, (0,), exitpriority=0)


def _keep_memory() -> None:
    """Lets the arrays of a chunk lie where those of the last one did.

    Once so much was freed, glibc gives nothing smaller back to the system to ask for it anew
    (mallopt(3), M_MMAP_THRESHOLD). That saves half of a build's page faults.
    """
    bytes(_KEPT)


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


@lru_cache(maxsize=1)
def _reader(vocabulary: Path) -> Analyzer:
    return Analyzer(Vocabulary.from_json(vocabulary.read_text(encoding="utf-8")))


def _digest(abstracts: bytes | list[Abstract], vocabulary: Path, folder: Path, name: str) -> Chunk:
    return digest(_unpacked(abstracts), _reader(vocabulary), folder, name)


def _packed(abstracts: list[Abstract]) -> bytes | list[Abstract]:
    """Abstracts as they go to another process: a message, which is made and read in half the time.

    What no message can hold, half a surrogate pair or an enormous number, is left to pickle.
    """
    try:
        return msgspec.msgpack.encode(abstracts)
    except (OverflowError, UnicodeEncodeError):
        return abstracts


def _unpacked(abstracts: bytes | list[Abstract]) -> list[Abstract]:
    return _decoder.decode(abstracts) if isinstance(abstracts, bytes) else abstracts


_decoder = msgspec.msgpack.Decoder(list[Abstract])
