"""Starts jobs in processes of their own, watches their memory, and asks them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .queries import Query

ROOT = Path(__file__).parents[3]
SAMPLED_EVERY = 0.5
"""Seconds between two looks at the memory of a process tree. Each takes up to 5 ms from the cores
that a build by all of them uses, and a process that builds holds what it holds for much longer."""


def start(name: str, *arguments: object) -> subprocess.Popen[str]:
    """A job, started."""
    command = [sys.executable, str(Path(__file__).parent), "job", name, *map(str, arguments)]
    return started(command)


def started(command: list[str], root: Path = ROOT) -> subprocess.Popen[str]:
    """A job of a checkout, started by some command."""
    return subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def results(job: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """All results of a job, once it has ended."""
    with job:
        said, _ = job.communicate()
    if job.returncode:
        raise subprocess.CalledProcessError(job.returncode, job.args)
    return [json.loads(line) for line in said.splitlines()]


def watched(job: subprocess.Popen[str]) -> dict[str, Any]:
    """The result of a job that builds, and ``peak``: the most bytes resident at one time.

    That is of the process and its children together, pages that they share counted for each.
    """
    peaks = [0]
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(job.pid, peaks, ended))
    with job:
        watcher.start()
        said, _ = job.communicate()
        ended.set()
        watcher.join()
    if job.returncode:
        raise subprocess.CalledProcessError(job.returncode, job.args)
    result: dict[str, Any] = json.loads(said)
    return result | {"peak": max(*peaks, result.pop("largest"))}


class Asked:
    """A system with its index open in another process, which times queries."""

    def __init__(self, job: subprocess.Popen[str]) -> None:
        self._job = job
        self._read()

    def times(self, kind: str, warm: list[Query], timed: list[Query]) -> dict[str, Any]:
        """Milliseconds of every query, for the first time and again."""
        assert self._job.stdin is not None
        self._job.stdin.write(json.dumps({"kind": kind, "warm": warm, "timed": timed}) + "\n")
        self._job.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._job.stdout is not None
        line = self._job.stdout.readline()
        if not line:
            raise subprocess.CalledProcessError(self._job.wait(), self._job.args)
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def asked(job: subprocess.Popen[str]) -> Iterator[Asked]:
    """A ``search`` job to ask; its process ends afterwards."""
    with job:
        try:
            yield Asked(job)
        finally:
            assert job.stdin is not None
            job.stdin.close()


def tree(process: int) -> list[psutil.Process]:
    """A process and all that it started, the largest last; nothing once it has ended."""
    try:
        root = psutil.Process(process)
        return [root, *sorted(root.children(recursive=True), key=_resident)]
    except psutil.NoSuchProcess:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        held: int = process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0
    return held


def _watch(process: int, peaks: list[int], ended: threading.Event) -> None:
    while not ended.wait(SAMPLED_EVERY):
        peaks.append(sum(map(_resident, tree(process))))
