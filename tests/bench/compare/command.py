"""The command line: two checkouts, asked in turns, as a table of ratios."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from speed import machine, parts, texts
from speed.queries import Sampler

from .checkouts import Checkout
from .ratios import Ratio, ratio
from .rows import BUILDING, LATENCY, ROWS, STARTING, Work, kind_of, round_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from speed.queries import Query

ROOT = Path(__file__).parents[3]
SHARED = ROOT / ".." / "shared"
Series = dict[str, tuple[list[float], list[float]]]


def main(arguments: list[str] | None = None) -> None:
    """Measures round after round and prints new / old with its interval for each row."""
    chosen = _options().parse_args(arguments)
    for checkout in (chosen.old, chosen.new):
        if not (checkout / ".venv" / "bin" / "ranvier").exists():
            sys.exit(f"{checkout} has no Ranvier in .venv: run “make .venv/installed” there.")
    if not chosen.abstracts.exists():
        sys.exit(f"{chosen.abstracts} is absent, so there is nothing to measure with.")
    console = Console(stderr=True)
    began = time.perf_counter()

    def say(what: str) -> None:
        console.print(f"{time.perf_counter() - began:6.0f} s  {what}", highlight=False)

    with tempfile.TemporaryDirectory(prefix="ranvier-compare-") as home:
        series = measured(chosen, Path(home), say)
    out = Console(width=None if sys.stdout.isatty() else 120)
    out.print(table({row: ratio(*both) for row, both in series.items()}))


def measured(chosen: argparse.Namespace, home: Path, say: Callable[[str], None]) -> Series:
    """By row, the costs of the old and of the new checkout, one a round."""
    rows: list[str] = chosen.rows
    old = Checkout(chosen.old.resolve(), home / "old")
    new = Checkout(chosen.new.resolve(), home / "new")
    work = _prepared(chosen, home, (old, new), say)
    series: Series = {row: ([], []) for row in rows}
    for number in range(chosen.rounds):
        say(f"round {number + 1} of {chosen.rounds}")
        turned = number % 2 == 1
        costs = round_of((new, old) if turned else (old, new), work, rows)
        for row in rows:
            for values, found in zip(series[row], costs[::-1] if turned else costs, strict=True):
                values.append(found[row])
    return series


def _prepared(
    chosen: argparse.Namespace,
    home: Path,
    checkouts: tuple[Checkout, Checkout],
    say: Callable[[str], None],
) -> Work:
    """Queries, texts and indexes, as far as the chosen rows need them."""
    rows = set(chosen.rows)
    source, searched = home / "built.jsonl", home / "searched.jsonl"
    for checkout in checkouts:
        checkout.home.mkdir()
    if rows <= STARTING.keys():
        return Work({}, source)
    say("reading the abstracts")
    every = texts.read(chosen.abstracts, chosen.limit)
    texts.write(texts.sample(every, chosen.built), source)
    if rows <= {*STARTING, *BUILDING}:
        return Work({}, source)
    texts.write(every, searched)
    for checkout in checkouts:
        say(f"building the index of {checkout.root}")
        checkout.build(searched, checkout.index, len(machine.cores()))
        parts.read_once(checkout.index)
    sampler = Sampler(every, chosen.claims)
    kinds = {kind_of(row) for row in rows & LATENCY.keys()} | {"patients"}  # for HTTP
    queries = {kind: _parted(sampler.draw(kind, 2 * chosen.queries)) for kind in sorted(kinds)}
    return Work(queries, source)


def table(ratios: dict[str, Ratio]) -> Table:
    """A row each: how many rounds, new / old, its interval, a verdict."""
    made = Table("row", "rounds", "new / old", "95 % interval", "", title="Cost, less is better")
    for row, found in ratios.items():
        interval = f"{found.low:.3f} to {found.high:.3f}"
        made.add_row(row, str(found.rounds), f"{found.value:.3f}", interval, found.verdict)
    return made


def _rows(given: str) -> list[str]:
    rows = [name.strip() for name in given.split(",")]
    if unknown := [row for row in rows if row not in ROWS]:
        raise argparse.ArgumentTypeError(f"no row {unknown[0]}; there are: {', '.join(ROWS)}")
    return rows


def _parted(queries: list[Query]) -> tuple[list[Query], list[Query]]:
    """Queries to warm up with and others to time."""
    half = len(queries) // 2
    return queries[:half], queries[half:]


def _options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python tests/bench/compare",
        description=(
            "Measures two checkouts of Ranvier in turns and prints, for each row of the benchmark, "
            "the cost of the new one divided by that of the old one, with a 95 % interval."
        ),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    made.add_argument("old", type=Path, help="a checkout with its .venv installed")
    made.add_argument("new", type=Path, help="another one")
    made.add_argument(
        "--rows", type=_rows, default=",".join(ROWS), help="the rows, parted by commas"
    )
    made.add_argument("--rounds", type=int, default=10, help="rounds; both are measured in each")
    made.add_argument("--queries", type=int, default=200, help="queries of each kind")
    made.add_argument("--limit", type=int, help="search a sample of so many abstracts")
    made.add_argument("--built", type=int, default=10_000, help="abstracts of a timed build")
    made.add_argument(
        "--abstracts", type=Path, default=SHARED / "scale" / "abstracts.jsonl.gz", help="texts"
    )
    made.add_argument(
        "--claims",
        type=Path,
        default=SHARED / "judged" / "scifact-train" / "queries.jsonl",
        help="sentences to search for",
    )
    return made
