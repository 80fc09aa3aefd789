"""The rows of the comparison, and one round of each."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from speed import client, engines, figures, machine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from speed.queries import Query

    from .checkouts import Checkout

HTTP_SECONDS = 3.0
STARTS = 3
"""How often a program is started in a round; the median counts."""

LATENCY = dict.fromkeys(engines.KINDS, engines.RANVIER) | {
    f"{kind} (default)": engines.DEFAULT for kind in engines.KINDS
}
"""Kinds of query with the system that is asked; without feedback, and as readers ask."""

OPENING = ("opening the first searcher", "opening another searcher")
BUILDING = ("building on one core", "memory of the build")
STARTING = {
    "import search": ("python", "-c", "import search"),
    "ranvier --help": ("ranvier", "--help"),
}
HTTP = "HTTP"
ROWS = (*LATENCY, *OPENING, *BUILDING, *STARTING, HTTP)

Costs = dict[str, float]
"""By row, the cost of one checkout in one round: milliseconds, seconds or bytes."""


class Work(NamedTuple):
    """The same work for both checkouts: queries by kind, and the file of texts to build from."""

    queries: dict[str, tuple[list[Query], list[Query]]]
    source: Path


def round_of(pair: tuple[Checkout, Checkout], work: Work, rows: Collection[str]) -> list[Costs]:
    """The costs of two checkouts, measured in turns; the first of the pair begins each row."""
    costs: list[Costs] = [{}, {}]
    _latency(pair, work, [row for row in LATENCY if row in rows], costs)
    parts: list[tuple[Collection[str], Callable[[Checkout], Costs]]] = [
        (OPENING, _opening),
        (BUILDING, lambda checkout: _building(checkout, work.source)),
        *(((name,), _starting(name)) for name in STARTING),
        ((HTTP,), lambda checkout: _http(checkout, work)),
    ]
    for names, measure in parts:
        if not set(names).isdisjoint(rows):
            for checkout, found in zip(pair, costs, strict=True):
                found.update((row, cost) for row, cost in measure(checkout).items() if row in rows)
    return costs


def kind_of(row: str) -> str:
    """The kind of query of a row of ``LATENCY``."""
    return row.removesuffix(" (default)")


def _latency(
    pair: tuple[Checkout, Checkout], work: Work, rows: list[str], costs: list[Costs]
) -> None:
    for system in (engines.RANVIER, engines.DEFAULT):
        chosen = [row for row in rows if LATENCY[row] == system]
        if not chosen:
            continue
        with ExitStack() as processes:
            asked = [processes.enter_context(checkout.asked(system)) for checkout in pair]
            for row in chosen:
                for process, found in zip(asked, costs, strict=True):
                    times = process.times(kind_of(row), *work.queries[kind_of(row)])
                    found[row] = figures.summary(times["first"])["median"]


def _opening(checkout: Checkout) -> Costs:
    opened = checkout.open()
    return {row: one["ms"] for row, one in zip(OPENING, opened, strict=True)}


def _building(checkout: Checkout, source: Path) -> Costs:
    target = checkout.home / "aside"
    built = checkout.build(source, target, 1)
    shutil.rmtree(target)
    return dict(zip(BUILDING, (built["seconds"], built["peak"]), strict=True))


def _starting(name: str) -> Callable[[Checkout], Costs]:
    def measure(checkout: Checkout) -> Costs:
        times = [checkout.seconds(*STARTING[name]) for _ in range(STARTS)]
        return {name: figures.summary(times)["median"]}

    return measure


def _http(checkout: Checkout, work: Work) -> Costs:
    typed = [query.typed for part in work.queries["patients"] for query in part]
    with checkout.served() as address, machine.pinned(machine.cores()[-1:]):
        answered = client.load(address, typed, HTTP_SECONDS)
    return {HTTP: 1 / answered["per_second"]}
