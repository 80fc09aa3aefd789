"""What runs in a process of its own, so that no measurement bears the memory of another.

``python tests/bench/speed job NAME ARGUMENT...`` does one job and prints its result as one line of
JSON; ``search`` goes on with a line for every line that it reads.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .client import load
from .engines import module, opened
from .machine import memory
from .queries import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .engines import Engine

Result = dict[str, Any]

LEAST_WARM = 0.3
"""Seconds: so long a process is slow that has waited for others, which took the caches."""


def main(arguments: list[str]) -> None:
    """Does the job that the arguments name."""
    name, *others = arguments
    for result in JOBS[name](*others):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


def build(system: str, source: str, target: str, cores: str) -> Iterator[Result]:
    """How long it takes to build an index; imports are done before."""
    write = module(system).build
    began = time.perf_counter()
    write(Path(source), Path(target), int(cores))
    seconds = time.perf_counter() - began
    yield {"seconds": seconds, "largest": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}


def search(system: str, home: str) -> Iterator[Result]:
    """Milliseconds of every query on standard input.

    A line holds queries of one kind: ``warm``, which nobody times and which are asked for
    ``LEAST_WARM`` seconds, and ``timed``, asked twice. ``interrupted`` counts how often the machine
    gave the core to somebody else meanwhile.
    """
    engine = opened(system, Path(home))
    yield {"ready": True}
    for line in sys.stdin:
        asked = json.loads(line)
        kind, timed = asked["kind"], [Query(*query) for query in asked["timed"]]
        _warm_up(engine, kind, [Query(*query) for query in asked["warm"]])
        before = _interruptions()
        yield {
            "first": _times(engine.search, kind, timed),
            "again": _times(engine.search, kind, timed),
            "interrupted": _interruptions() - before,
        }


def open_twice(home: str) -> Iterator[Result]:
    """What the first searcher of a process costs, and what the next: milliseconds and bytes."""
    from .with_ranvier import Engine  # noqa: PLC0415 - the import is part of no opening

    kept = []
    for _ in range(2):
        before = memory()
        began = time.perf_counter()
        kept.append(Engine(Path(home)))
        took = 1000 * (time.perf_counter() - began)
        after = memory()
        yield {"ms": took} | {name: after[name] - before[name] for name in after}


def http(address: str, queries: str, seconds: str) -> Iterator[Result]:
    """What a server answers in some seconds."""
    asked = Path(queries).read_text(encoding="utf-8").splitlines()
    yield load(address, asked, float(seconds))


def _warm_up(engine: Engine, kind: str, queries: list[Query]) -> None:
    began = time.perf_counter()
    while queries:
        for query in queries:
            engine.search(kind, query)
        if time.perf_counter() - began > LEAST_WARM:
            return


def _times(ask: Callable[[str, Query], object], kind: str, queries: list[Query]) -> list[float]:
    times = []
    for query in queries:
        began = time.perf_counter()
        ask(kind, query)
        times.append(1000 * (time.perf_counter() - began))
    return times


def _interruptions() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


JOBS: dict[str, Callable[..., Iterator[Result]]] = {
    "build": build,
    "search": search,
    "open": open_twice,
    "http": http,
}
