"""Chunks of a corpus on their way into an index: each read, analysed and inverted by itself.

Chunks do not need each other, so as many processes work on them as there are cores. A chunk leaves
a run on disk, which the writer merges, and what the generation remembers of it.
"""

from __future__ import annotations

import gc
import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from corpus import Abstract
from index.analyzer import Analyzer
from index.build.batch import Batch, process
from index.concepts.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext


SIZE = 1500
"""Abstracts in a chunk: large enough for arrays to pay, small enough to be gathered in memory."""

_KEPT = 1 << 23
"""Bytes: more than any array of a chunk has, and less than the most that glibc heeds, 32 MB."""


def batches(
    abstracts: Iterable[Abstract], vocabulary: Vocabulary, folder: Path, workers: int
) -> Iterator[Batch]:
    """The abstracts in chunks, in their order, whose runs are written to ``folder``."""
    every = iter(abstracts)
    parts = iter(lambda: list(itertools.islice(every, SIZE)), [])
    first = next(parts, [])
    parts = itertools.chain([first] if first else [], parts)
    if workers == 1 or len(first) < SIZE:
        _keep_memory()
        reader = Analyzer(vocabulary)
        for number, part in enumerate(parts):
            yield process(part, reader, folder, str(number))
    else:
        yield from _in_processes(parts, vocabulary, folder, workers)


def _in_processes(
    parts: Iterable[list[Abstract]], vocabulary: Vocabulary, folder: Path, workers: int
) -> Iterator[Batch]:
    # Handed over itself, it would fill the pipe, and the next process start when this one reads.
    known = folder / "vocabulary.json"
    known.write_text(vocabulary.to_json(), encoding="utf-8")
    with ProcessPoolExecutor(workers, _context(known), _prepare) as pool:
        waiting: deque[Future[Batch]] = deque()
        try:
            for number, part in enumerate(parts):
                waiting.append(pool.submit(_process, _packed(part), known, folder, str(number)))
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
    """The way processes start: forked with a ready analyzer, or from nothing in a second."""
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


def _process(abstracts: bytes | list[Abstract], vocabulary: Path, folder: Path, name: str) -> Batch:
    return process(_unpacked(abstracts), _reader(vocabulary), folder, name)


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
