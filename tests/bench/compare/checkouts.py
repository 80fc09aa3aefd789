"""A checkout of Ranvier whose commands and benchmark jobs are run in processes of their own."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from speed import machine, parts, processes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from speed.processes import Asked

_JOB = """
import sys
sys.path[:0] = ["tests/bench"]
from speed import jobs
jobs.main(sys.argv[1:])
"""


@dataclass(frozen=True)
class Checkout:
    """A checkout with its ``.venv`` installed, and the folder that holds its indexes.

    It does the jobs of its own ``tests/bench/speed``, because modules have other names in another
    checkout; queries and files come from this one.
    """

    root: Path
    home: Path

    @property
    def index(self) -> Path:
        """The index that is searched."""
        return self.home / "index"

    def asked(self, system: str) -> AbstractContextManager[Asked]:
        """A new process with the index open, for a ``with`` block."""
        return processes.asked(self._start("search", system, self.index))

    def open(self) -> list[dict[str, Any]]:
        """Milliseconds of opening the first searcher of a process, and the next."""
        return processes.results(self._start("open", self.index))

    def build(self, source: Path, target: Path, number: int) -> dict[str, Any]:
        """Seconds and peak memory of a build by that many cores."""
        with machine.pinned(machine.cores()[-number:]):
            job = self._start("build", "ranvier", source, target, number)
        return processes.watched(job)

    def seconds(self, *arguments: str) -> float:
        """Wall-clock seconds of a program in the checkout's environment."""
        program, *others = arguments
        command = [str(self._programs / program), *others]
        began = time.perf_counter()
        subprocess.run(command, cwd=self.root, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    @contextmanager
    def served(self) -> Iterator[str]:
        """The address of a server of the index."""
        with parts.served(self.index, python=self._python, root=self.root) as (_, address):
            yield address

    @property
    def _programs(self) -> Path:
        return self.root / ".venv" / "bin"

    @property
    def _python(self) -> str:
        return str(self._programs / "python")

    def _start(self, name: str, *arguments: object) -> subprocess.Popen[str]:
        command = [self._python, "-c", _JOB, name, *map(str, arguments)]
        return processes.started(command, self.root)
