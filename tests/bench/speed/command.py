"""The command line: what is measured, and where it is written."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from . import parts, pictures, report, texts
from .engines import DEFAULT, RANVIER, SYSTEMS
from .machine import described, versions
from .processes import ROOT
from .queries import Sampler

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = ("building", "latency", "opening", "serving", "http", "growth")
SHARED = Path("..", "shared")


def main(arguments: list[str] | None = None) -> None:
    """Measures, prints tables and writes them, JSON and pictures."""
    chosen = _options().parse_args(arguments)
    console = Console(stderr=True)
    if absent := [p for p in (chosen.abstracts, chosen.claims) if not p.exists()]:
        sys.exit(f"{', '.join(map(str, absent))}: absent, so nothing can be measured.")
    began = time.perf_counter()

    def say(what: str) -> None:
        console.print(f"{time.perf_counter() - began:6.0f} s  {what}", highlight=False)

    with tempfile.TemporaryDirectory(prefix="ranvier-bench-") as home:
        found = measured(chosen, Path(home), say)
    found["seconds"] = round(time.perf_counter() - began, 1)
    report.write(found, chosen.output)
    draw(found, chosen.output)
    out = Console(width=None if sys.stdout.isatty() else 220)
    out.print(report.headline(found), highlight=False)
    for table in report.on_terminal(found):
        out.print(table)
    if busy := report.interrupted(found):
        out.print(busy)
    minutes = found["seconds"] / 60
    out.print(f"{minutes:.1f} minutes. Written to {chosen.output}/:", *_names(chosen.output))


def measured(chosen: argparse.Namespace, home: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """All that was asked for, as plain data."""
    skipped = set(chosen.skip)
    say("reading the abstracts")
    all_texts = texts.read(chosen.abstracts, chosen.limit)
    systems = [name for name in SYSTEMS if name not in skipped]
    sampler = Sampler(all_texts, chosen.claims)
    bench = parts.Bench(home, sampler, systems, chosen.queries, say)
    size = texts.write(all_texts, bench.source)
    packages = [SYSTEMS[name].package for name in systems]
    found: dict[str, Any] = {
        "machine": described(),
        "versions": versions(package for package in packages if package),
        "texts": {"abstracts": len(all_texts), "bytes": size},
    }
    # Everything else needs the indexes, so they are built in any case.
    found["building"] = parts.building(bench)
    if "latency" not in skipped:
        found["latency"] = parts.latency(bench)
    if "opening" not in skipped:
        found["opening"] = parts.opening(bench)
    if "serving" not in skipped:
        found["serving"] = parts.serving(bench, http="http" not in skipped)
    if "growth" not in skipped:
        sizes = [len(all_texts) if size == "all" else int(size) for size in chosen.growth]
        found["growth"] = parts.growth(bench, sizes, found["building"])
    return found


def draw(found: dict[str, Any], output: Path) -> None:
    """Writes the pictures into a folder; what was not measured leaves none there."""
    for name, picture in (("latency", pictures.latency), ("growth", pictures.growth)):
        (output / f"{name}.svg").unlink(missing_ok=True)
        if name in found:
            picture(found[name], output / f"{name}.svg")


def _options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python tests/bench/speed",
        description="Measures Ranvier beside other engines on the same texts and queries.",
    )
    made.add_argument(
        "--abstracts",
        type=Path,
        default=ROOT / SHARED / "scale" / "abstracts.jsonl.gz",
        help="JSON Lines with pmid, title and abstract (default: %(default)s)",
    )
    made.add_argument(
        "--claims",
        type=Path,
        default=ROOT / SHARED / "judged" / "scifact-train" / "queries.jsonl",
        help="JSON Lines with text: sentences to search for",
    )
    made.add_argument("--limit", type=int, help="measure a sample of so many abstracts")
    made.add_argument("--queries", type=int, default=200, help="so many of each kind")
    made.add_argument(
        "--growth",
        type=lambda given: given.split(","),
        default=["5000", "all", "450000"],
        help="numbers of abstracts, parted by commas; “all” is the collection itself",
    )
    made.add_argument(
        "--skip",
        action="append",
        default=[],
        choices=[*PARTS[1:], *(name for name in SYSTEMS if name != RANVIER)],
        help=f"a part or a system; repeatable (“{DEFAULT}” is the default ranking)",
    )
    made.add_argument("--output", type=Path, default=ROOT / "docs" / "bench")
    return made


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
