"""The parts of the benchmark, each with what it measures as plain data."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import texts
from .client import one_by_one
from .engines import KINDS, RANVIER, SYSTEMS, TANTIVY, WHOOSH
from .figures import TURNS, add_times, exponent, ratios, summary, turn_of
from .machine import cores, memory, pinned, together
from .processes import ROOT, asked, results, start, tree, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from .processes import Asked
    from .queries import Query, Sampler

WARM = 1.0
"""How many further queries of a kind are asked before, for each that is timed: a process that has
waited for its turn finds neither its memory nor the index where it left them."""

LEAST = 5
SERVED = 200
"""Queries that a server has answered before its memory is looked at."""

HTTP_SECONDS = 8.0


@dataclass
class Bench:
    """What all parts share: where things are, how much is asked, what was built."""

    home: Path
    sampler: Sampler
    systems: list[str]
    queries: int
    say: Callable[[str], None]
    source: Path = field(init=False)

    def __post_init__(self) -> None:
        self.source = self.home / "texts.jsonl"

    def index(self, system: str) -> Path:
        """Where the index of a system lies."""
        return self.home / SYSTEMS[system].module

    def drawn(self, kind: str, count: int) -> tuple[list[Query], list[Query]]:
        """Queries to warm up with and others to time."""
        found = self.sampler.draw(kind, round(count * (1 + WARM)))
        warm = round(len(found) * WARM / (1 + WARM))
        return found[:warm], found[warm:]


def building(bench: Bench) -> dict[str, Any]:
    """Abstracts a second, memory and size of every system's index; leaves them for searching.

    Every index is built twice and the faster build counts, the second when all have been built
    once: a machine that is busy for a while slows down one of the two.
    """
    found: dict[str, Any] = {}
    count = sum(1 for _ in texts.lines(bench.source))
    for turn in ("first", "second"):
        for name in filter(lambda name: SYSTEMS[name].builds, bench.systems):
            for number in SYSTEMS[name].cores:
                bench.say(f"building {name}, cores: {number}, {turn} time")
                target = bench.index(name) if number == 1 else bench.home / "aside"
                every = found.setdefault(name, {})
                built = _faster(build(name, bench.source, target, number), every.get(str(number)))
                every[str(number)] = built | {"per_second": count / built["seconds"]}
    for name, every in found.items():
        every["bytes"] = size(bench.index(name))
    return found


def _faster(one: dict[str, Any], other: dict[str, Any] | None) -> dict[str, Any]:
    """The faster of two builds, with the most memory that either took."""
    builds = [one, other or one]
    faster = min(builds, key=lambda build: build["seconds"])
    return faster | {"peak": max(build["peak"] for build in builds)}


def build(system: str, source: Path, target: Path, number: int) -> dict[str, Any]:
    """Seconds and most memory of one build, kept to so many cores."""
    shutil.rmtree(target, ignore_errors=True)
    with pinned(cores()[-number:]):
        job = start("build", system, source, target, number)
    return watched(job)


def size(home: Path) -> int:
    """The bytes of all files in a folder."""
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


def latency(bench: Bench) -> dict[str, Any]:
    """Milliseconds of every kind of query in every system, kind by kind, some queries at a time.

    The systems take turns, so that a machine that slows down or is busy for a while does it to all
    of them. Every file of every index was read once before, so that none waits for the disk.
    """
    found: dict[str, Any] = {}
    for name in bench.systems:
        read_once(bench.index(name))
    with ExitStack() as open_ones:
        engines = {n: open_ones.enter_context(_asked(n, bench.index(n))) for n in bench.systems}
        for kind in KINDS:
            bench.say(f"asking: {kind}")
            drawn = bench.drawn(kind, bench.queries)
            taken: dict[str, dict[str, Any]] = {}
            for turn in range(TURNS):
                for name, engine in engines.items():
                    if kind not in SYSTEMS[name].lacks:
                        parts = (_part(queries, name, kind) for queries in drawn)
                        warm, timed = (turn_of(part, turn) for part in parts)
                        add_times(taken.setdefault(name, {}), engine.times(kind, warm, timed))
            found[kind] = {name: _row(times, taken) for name, times in taken.items()}
    return found


def _asked(system: str, home: Path) -> AbstractContextManager[Asked]:
    return asked(start("search", system, home))


def read_once(home: Path) -> None:
    """Reads every file of a folder, so that nothing measured later waits for the disk."""
    for path in home.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 20):
                    pass


def _part(queries: list[Query], name: str, kind: str) -> list[Query]:
    share = 1.0 if kind in SYSTEMS[name].quick else SYSTEMS[name].share
    return queries[: max(LEAST, round(len(queries) * share))]


def _row(times: dict[str, Any], taken: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the times of a system, and how they compare with the two to be compared."""
    row: dict[str, Any] = {
        "queries": len(times["first"]),
        "first": summary(times["first"]),
        "again": summary(times["again"]),
        "interrupted": times["interrupted"],
    }
    for other in (RANVIER, TANTIVY, WHOOSH):
        if other in taken:
            row[f"of {other}"] = ratios(times["first"], taken[other]["first"])
    return row


def opening(bench: Bench) -> dict[str, Any]:
    """Milliseconds and bytes that the first searcher of a process takes, and the next."""
    bench.say("opening searchers")
    first, following = results(start("open", bench.index(RANVIER)))
    return {"first": first, "next": following}


def serving(bench: Bench, *, http: bool = True) -> dict[str, Any]:
    """The memory of a server of one worker that has worked, and what it answers a second."""
    warm, timed = bench.drawn("patients", SERVED)
    typed = [query.typed for query in (*warm, *timed)]
    asks = bench.home / "patients.txt"
    asks.write_text("\n".join(typed), encoding="utf-8")
    with served(bench.index(RANVIER)) as (process, address):
        bench.say("serving")
        failed = one_by_one(address, typed[:SERVED])
        pids = [one.pid for one in tree(process)]
        found: dict[str, Any] = {
            "memory": {"all": together(pids), "worker": memory(pids[-1])},
            "processes": len(pids),
            "failed": failed,
        }
        if http:
            bench.say("serving as fast as it can")
            with pinned(cores()[-1:]):
                found["http"] = results(start("http", address, asks, HTTP_SECONDS))[0]
            found["memory after"] = together(pids)
    return found


@contextmanager
def served(
    home: Path, *, python: str = sys.executable, root: Path = ROOT
) -> Iterator[tuple[int, str]]:
    """A server of a checkout on the first core: its process and address."""
    command = [python, "-m", "web", "--index", str(home), "serve", "--port", "0"]
    with (
        pinned(cores()[:1]) if len(cores()) > 1 else nullcontext(),
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            yield server.pid, address
        finally:
            server.terminate()


def growth(bench: Bench, sizes: list[int], known: dict[str, Any]) -> dict[str, Any]:
    """Latency of patients' queries and speed of building at several sizes, and how they grow.

    ``known`` is what ``building`` found: the collection itself need not be built once more.
    """
    all_texts = list(texts.lines(bench.source))
    warm, timed = bench.drawn("patients", bench.queries)
    number = min(2, len(cores()))
    points: dict[str, list[dict[str, Any]]] = {RANVIER: []}
    if TANTIVY in bench.systems:
        points[TANTIVY] = []
    for count in sorted(sizes):
        fitting = texts.sample(all_texts, count)
        source = bench.home / "grown.jsonl"
        many = fitting if count <= len(all_texts) else texts.multiplied(all_texts, count)
        is_known = count == len(all_texts)
        if not is_known:
            bench.say(f"{count:,} texts: writing")
            texts.write(many, source)
        for name, line in points.items():
            home = bench.index(name) if is_known else bench.home / "grown"
            built = known.get(name, {}).get(str(number)) if is_known else None
            if built is None:
                bench.say(f"{count:,} texts: building {name}")
                home = bench.home / "grown"
                built = build(name, source if not is_known else bench.source, home, number)
            bench.say(f"{count:,} texts: asking {name}")
            with _asked(name, home) as engine:
                taken = engine.times("patients", warm, timed)
            line.append(
                {
                    "abstracts": count,
                    "seconds": built["seconds"],
                    "per_second": count / built["seconds"],
                    "peak": built["peak"],
                    "bytes": size(home),
                    **summary(taken["first"]),
                }
            )
    return {
        "cores": number,
        "points": points,
        "exponents": {name: _exponents(line) for name, line in points.items()},
    }


def _exponents(line: list[dict[str, Any]]) -> dict[str, float]:
    sizes = [point["abstracts"] for point in line]
    return {
        name: exponent(sizes, [point[key] for point in line])
        for name, key in (("latency", "median"), ("building", "seconds"))
        if len(sizes) > 1
    }
