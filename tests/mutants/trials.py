"""Mutants, each tried by the tests in a copy of the tree."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .mutations import Mutation

LAYERS = ("corpus", "index", "search", "web")
"""The packages of the product; each imports only those before it."""

SLOW = ("tests/browser", "tests/bench", "tests/mutants")
_LEFT_OUT = (".git", ".venv", "__pycache__", ".hypothesis", ".*_cache", "*.egg-info")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Mutant(NamedTuple):
    """A mutation of a file of the tree."""

    file: str
    mutation: Mutation
    source: str

    @property
    def changed(self) -> str:
        """The file's content with the mutation."""
        return self.mutation.applied(self.source)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.mutation.line}"

    @property
    def diff(self) -> str:
        """The lines that change, without context."""
        lines = difflib.unified_diff(
            self.source.splitlines(), self.changed.splitlines(), n=0, lineterm=""
        )
        return "\n".join(list(lines)[3:])


class Outcome(StrEnum):
    """How a trial ended."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Result:
    """The outcome of a trial; ``by`` is the first test that failed."""

    mutant: Mutant
    outcome: Outcome
    seconds: float
    by: str = ""


class Tree:
    """A copy of the tree in which files may be changed."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = home / "tree"
        shutil.copytree(root, self.root, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        shared = root / ".." / "shared"
        if shared.is_dir():
            (home / "shared").symlink_to(shared.resolve())

    def tried(self, mutant: Mutant, limit: float, *, only_near: bool = False) -> Result:
        """The result of a mutant's tests; a trial that takes longer than ``limit`` is ended."""
        with self._changed(mutant):
            began = time.perf_counter()
            outcome, said = Outcome.SURVIVED, ""
            for tests in stages(mutant.file, self.root)[: 1 if only_near else None]:
                left = began + limit - time.perf_counter()
                outcome, said = self.tested(tests, max(left, 1))
                if outcome is not Outcome.SURVIVED:
                    break
            found = _FAILED.search(said)
        seconds = time.perf_counter() - began
        return Result(mutant, outcome, seconds, found[1] if found else "")

    def tested(self, tests: list[str], limit: float) -> tuple[Outcome, str]:
        """The outcome of some test files, stopped at the first failure, and the output."""
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-n0", "--hypothesis-seed=0"]
        environ = os.environ | {"PYTHONPATH": str(self.root)}
        with subprocess.Popen(
            [*command, "-p", "no:cacheprovider", *tests],
            cwd=self.root,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                said, _ = process.communicate(timeout=limit)
            except subprocess.TimeoutExpired:
                said = ""
                outcome = Outcome.TIMED_OUT
            else:
                outcome = Outcome.NOTICED if process.returncode else Outcome.SURVIVED
            finally:
                _end(process.pid)
        return outcome, said

    @contextmanager
    def _changed(self, mutant: Mutant) -> Iterator[None]:
        path = self.root / mutant.file
        path.write_text(mutant.changed, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(mutant.source, encoding="utf-8")


def stages(file: str, root: Path) -> list[list[str]]:
    """The test files that may notice a change of a module, in the order in which to run them.

    First those that import the module or share a part of its name, then those of its package, then
    those of the packages that import it; none of the browser or of what stands beside the product.
    """
    module = file.removesuffix(".py").removesuffix("/__init__")
    layer, *parts = module.split("/")
    imports = re.compile(rf"\b{re.escape(module.replace('/', '.'))}\b")
    above = LAYERS[LAYERS.index(layer) :]
    found: list[list[tuple[int, str]]] = [[], [], []]
    for path in sorted((root / "tests").rglob("test_*.py")):
        test = path.relative_to(root).as_posix()
        of = next((one for one in LAYERS if f"tests/{one}/" in test or f"_{one}_" in test), "")
        if test.startswith(SLOW) or (of and of not in above):
            continue
        shared = len(set(parts) & set(path.stem.split("_")))
        is_near = shared or imports.search(path.read_text(encoding="utf-8"))
        found[0 if is_near else 1 if of == layer else 2].append((-shared, test))
    return [[test for _, test in sorted(tests)] for tests in found if tests]


def _end(group: int) -> None:
    """Ends what a trial may have left behind: all processes of its group."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
