"""The machine and its processes: what it is, what they hold in memory, on which core they run."""

from __future__ import annotations

import os
import platform
import sqlite3
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KINDS = {
    "Rss": "resident",
    "Pss": "proportional",
    "Private_Clean": "private",
    "Private_Dirty": "private",
    "Anonymous": "anonymous",
}


def memory(process: int | None = None) -> dict[str, int]:
    """Bytes that a process holds; nothing where the system does not tell.

    ``resident`` counts all pages, ``proportional`` shared ones by their share, ``private`` those
    that no other process has, ``anonymous`` those that are no file's and so cannot be dropped.
    """
    try:
        rollup = Path(f"/proc/{process or os.getpid()}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return {}
    found = dict.fromkeys(_KINDS.values(), 0)
    for line in rollup.splitlines()[1:]:
        name, amount, *_ = line.split()
        if kind := _KINDS.get(name.removesuffix(":")):
            found[kind] += 1024 * int(amount)
    return found


def together(processes: Iterable[int]) -> dict[str, int]:
    """The memory of several processes, added up."""
    total: dict[str, int] = {}
    for process in processes:
        for kind, amount in memory(process).items():
            total[kind] = total.get(kind, 0) + amount
    return total


@contextmanager
def pinned(cores: Iterable[int]) -> Iterator[None]:
    """Processes started in here run on these cores only, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores) & before or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> list[int]:
    """The cores that this process may use, by number."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def described() -> dict[str, Any]:
    """The machine, without its name."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of installed packages, and SQLite's."""
    found = {package: version(package) for package in packages}
    return found | {"numpy": version("numpy"), "sqlite": sqlite3.sqlite_version}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
