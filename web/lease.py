"""The searcher of the live generation, for many threads, following every publish."""

from __future__ import annotations

import gc
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from index.errors import DamagedIndex, RanvierIndexError
from index.generations.manifest import Pointer, pointer
from index.generations.opened import OpenedGeneration
from search import Searcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

EXTENSION = "ranvier"
"""Under which name an app keeps its ``Current``."""

EVERY = 0.25
"""Seconds between two looks at the pointer."""

RETRY = 5.0
"""Seconds before a generation that could not be opened is tried again: that reads all its bytes."""


def read_in_full(index_dir: Path) -> Searcher:
    """A searcher of the live generation, of which every byte is read first."""
    return Searcher(OpenedGeneration.open(index_dir, thorough=True))


@dataclass
class _Held:
    """A searcher and how many threads use it; a retired one is closed by its last user."""

    searcher: Searcher
    leases: int = 0
    retired: bool = False


class Current:
    """Leases the searcher of whatever generation is live.

    >>> with current.searcher() as searcher:  # doctest: +SKIP
    ...     page = searcher.search("RRMS")

    The thread that first sees a new generation reads all of it and opens it, while all others go on
    with the old one, which is closed when its last lease ends. If the new one cannot be opened, the
    old one keeps serving, and ``fault`` says why.
    """

    def __init__(
        self,
        index_dir: Path,
        *,
        every: float = EVERY,
        retry: float = RETRY,
        opener: Callable[[Path], Searcher] = read_in_full,
    ) -> None:
        self._index_dir = index_dir
        self._every = every
        self._retry = retry
        self._opener = opener
        self._state = threading.Lock()
        self._opening = threading.Lock()
        self._held: _Held | None = None
        self._fault: RanvierIndexError | None = None
        self._looked = float("-inf")
        self._failed: tuple[Pointer, float] | None = None
        self._has_closed = False

    @property
    def fault(self) -> RanvierIndexError | None:
        """Why the generation that is named live is not the one that serves, if so."""
        return self._fault

    @contextmanager
    def searcher(self) -> Iterator[Searcher]:
        """Leases the searcher; it stays open until the ``with`` block ends.

        Raises ``RanvierIndexError`` if there has been no usable generation yet.
        """
        self._follow()
        held = self._lease()
        try:
            yield held.searcher
        finally:
            self._release(held)

    def close(self) -> None:
        """Closes the searcher as soon as nobody uses it."""
        with self._opening:
            self._swap(None)

    def _lease(self) -> _Held:
        with self._state:
            if self._held is not None:
                self._held.leases += 1
                return self._held
            fault = self._fault or DamagedIndex("The index was closed.")
        # A copy: a raised error collects the frames of the thread that raises it.
        raise type(fault)(*fault.args)

    def _release(self, held: _Held) -> None:
        with self._state:
            held.leases -= 1
            unused = held.retired and not held.leases
        if unused:
            self._close(held)

    def _swap(self, searcher: Searcher | None) -> None:
        with self._state:
            old, self._held = self._held, _Held(searcher) if searcher else None
            if old is None:
                return
            old.retired = True
            unused = not old.leases
        if unused:
            self._close(old)

    def _close(self, held: _Held) -> None:
        held.searcher.close()
        self._has_closed = True

    def _let_go(self) -> None:
        """Unmaps the files of searchers that were closed before, and lets go of what they kept."""
        if self._has_closed:
            self._has_closed = False
            # They are in cycles, for which Python may not look for hours by itself; and what is
            # kept by generation becomes garbage only when the searcher is gone.
            gc.collect()
            gc.collect()

    def _follow(self) -> None:
        """Looks whether another generation is live, and opens it."""
        # Those who have a searcher go on with it; those who have none yet wait for the first.
        if not self._due() or not self._opening.acquire(blocking=self._held is None):
            return
        try:
            if self._due():
                self._note(self._look())
                self._let_go()
                self._looked = time.monotonic()
        finally:
            self._opening.release()

    def _note(self, fault: RanvierIndexError | None) -> None:
        """Keeps a fault, and logs each once: its sentence is for the admin, not for a page."""
        if fault and str(fault) != str(self._fault):
            logging.getLogger(__name__).error("%s", fault)
        self._fault = fault

    def _due(self) -> bool:
        return time.monotonic() - self._looked >= self._every

    def _look(self) -> RanvierIndexError | None:
        """Opens the live generation if it is another one; returns what went wrong."""
        try:
            live = pointer(self._index_dir)
        except RanvierIndexError as fault:
            return fault
        if self._held and self._held.searcher.manifest.id == live.generation:
            return None
        if self._failed and self._failed[0] == live and time.monotonic() < self._failed[1]:
            return self._fault
        try:
            searcher = self._opener(self._index_dir)
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, the old one serves on)
            self._failed = live, time.monotonic() + self._retry
            if isinstance(error, RanvierIndexError):
                return error
            return DamagedIndex(f"Generation {live.generation} cannot be opened ({error}).")
        self._failed = None
        self._swap(searcher)
        return None


def of_app() -> Current:
    """The one of the app that answers this request."""
    found: Current = current_app.extensions[EXTENSION]
    return found


def leased() -> AbstractContextManager[Searcher]:
    """The searcher of the app that answers this request, for a ``with`` block."""
    return of_app().searcher()
