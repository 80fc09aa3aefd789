"""The command line: a seeded sample of mutants, and those that no test noticed."""

from __future__ import annotations

import argparse
import queue
import random
import subprocess
import tempfile
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .mutations import mutations
from .trials import LAYERS, Mutant, Outcome, Result, Tree, stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
MOST_SURVIVING = 0.04


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 1 if more than 4 % of the real mutants survive, 2 if the tests fail as is."""
    chosen = _options().parse_args(arguments)
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    mutants = drawn(chosen.count, seed=seed, only=chosen.only)
    known = equivalents(EQUIVALENT)
    real = [mutant for mutant in mutants if key(mutant) not in known]
    click.echo(
        f"Seed {seed}: {len(mutants)} mutants, "
        f"{len(mutants) - len(real)} of them known to be equivalent."
    )
    for file, diff in sorted(gone(known)):
        click.echo(f"{EQUIVALENT.name}: {file} has no such mutant any more:\n{diff}")
    if chosen.list:
        for mutant in mutants:
            click.echo(f"\n{mutant.place}\n{mutant.diff}")
        return 0
    with tempfile.TemporaryDirectory(prefix="ranvier-mutants-") as home:
        trees = []
        for number in range(chosen.jobs):
            folder = Path(home) / str(number)
            folder.mkdir()
            trees.append(Tree(ROOT, folder))
        limit = chosen.limit or _limit(trees[0])
        if not limit:
            return 2
        survivors = [
            result.mutant
            for result in tried(real, trees, limit, only_near=chosen.near)
            if result.outcome is Outcome.SURVIVED
        ]
    for mutant in survivors:
        click.echo(f"\n{mutant.place} survived\n{mutant.diff}")
    share = len(survivors) / max(1, len(real))
    click.echo(f"\n{len(survivors)} of {len(real)} survived: {share:.1%}.")
    return 1 if share > MOST_SURVIVING else 0


def drawn(count: int, *, seed: int, only: str = "") -> list[Mutant]:
    """A sample of all mutants of the product's modules whose path begins with ``only``."""
    every = [
        Mutant(file, mutation, source)
        for file in modules()
        if file.startswith(only)
        for source in [(ROOT / file).read_text(encoding="utf-8")]
        for mutation in mutations(source)
    ]
    return sorted(random.Random(seed).sample(every, min(count, len(every))))


def modules() -> list[str]:
    """The product's modules that are under version control."""
    command = ["git", "ls-files", "-z", *(f"{layer}/*.py" for layer in LAYERS)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(filter(None, said.split("\0")))


def equivalents(path: Path) -> set[tuple[str, str]]:
    """File and diff of the mutants that a person judged to change nothing that anybody can see."""
    with path.open("rb") as file:
        entries = tomllib.load(file).get("mutant", [])
    return {(entry["file"], entry["diff"].strip()) for entry in entries}


def key(mutant: Mutant) -> tuple[str, str]:
    """What ``equivalents`` holds of a mutant: no line number, because lines move."""
    return mutant.file, mutant.diff.strip()


def gone(known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the entries of ``equivalents`` that are no mutant of the product as it is."""
    every = {
        key(Mutant(file, mutation, source))
        for file in {file for file, _ in known}
        if (ROOT / file).exists()
        for source in [(ROOT / file).read_text(encoding="utf-8")]
        for mutation in mutations(source)
    }
    return known - every


def tried(
    mutants: list[Mutant], trees: Iterable[Tree], limit: float, *, only_near: bool = False
) -> Iterator[Result]:
    """The results, as they come; each tree tries one mutant at a time."""
    free: queue.SimpleQueue[Tree] = queue.SimpleQueue()
    for tree in trees:
        free.put(tree)

    def trial(mutant: Mutant) -> Result:
        tree = free.get()
        try:
            return tree.tried(mutant, limit, only_near=only_near)
        finally:
            free.put(tree)

    with ThreadPoolExecutor(max_workers=free.qsize()) as pool, ExitStack() as at_end:
        at_end.callback(pool.shutdown, wait=False, cancel_futures=True)
        futures = [pool.submit(trial, mutant) for mutant in mutants]
        for number, future in enumerate(as_completed(futures), start=1):
            result = future.result()
            told = f"{result.outcome} {result.by}".strip()
            click.echo(
                f"{number:4}/{len(mutants)} {result.seconds:5.0f} s  {result.mutant.place}  {told}"
            )
            yield result


def _limit(tree: Tree) -> float:
    """Three times the seconds of all tests as the tree is, or 0 if they do not pass."""
    click.echo("Running all tests once without a change.")
    began = time.perf_counter()
    every = [test for tests in stages("corpus/__init__.py", tree.root) for test in tests]
    outcome, said = tree.tested(every, 3600)
    if outcome is not Outcome.SURVIVED:
        click.echo(f"The tests do not pass:\n{said[-2000:]}")
        return 0
    return 3 * (time.perf_counter() - began)


def _options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python tests/mutants",
        description=(
            "Makes small changes to the product, one at a time in a copy, and lists those that no "
            "test notices. Changes that are equivalent stand in equivalent.toml, with the reason."
        ),
    )
    made.add_argument("--count", type=int, default=150, help="default: %(default)s")
    made.add_argument("--seed", type=int, help="default: another one each time; it is printed")
    made.add_argument("--only", default="", help="only files whose path begins so")
    made.add_argument(
        "--near", action="store_true", help="ask only the nearest tests: quick, and more survive"
    )
    made.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    made.add_argument(
        "--limit", type=float, help="seconds; default: three times those of all tests"
    )
    made.add_argument("--list", action="store_true", help="show the mutants, try none")
    return made
