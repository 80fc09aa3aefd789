"""The command line: record the results of a checkout, or list how two records differ."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import click

from . import differences, record
from .requests import SEED, Request, drawn

ROOT = Path(__file__).parents[3]
SHARED = ROOT / ".." / "shared"


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 1 if two records differ, otherwise 0."""
    chosen = _options().parse_args(arguments)
    if chosen.compare:
        return differences.show(*chosen.compare, most=chosen.most)
    if chosen.output is None:
        sys.exit("Name the folder to record into, or --compare with two records.")
    if not chosen.shared.is_dir():
        sys.exit(f"{chosen.shared} is absent, so there is nothing to record results of.")
    requests = _requests(chosen)
    record.write(chosen.checkout, chosen.shared, requests, chosen.output)
    return 0


def _requests(chosen: argparse.Namespace) -> list[Request]:
    if chosen.like:
        click.echo(f"The requests are those of {chosen.like}.")
        given = json.loads((chosen.like / record.REQUESTS).read_text(encoding="utf-8"))
        return [Request(**one) for one in given]
    click.echo(f"{chosen.count} requests, drawn with seed {chosen.seed}.")
    return drawn(chosen.shared, chosen.count, seed=chosen.seed)


def _options() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python tests/bench/results",
        description=(
            "Records what a restructuring must not change: runs on the judged collections, and "
            "pages of hits and whole abstracts as JSON. With --compare, lists the differences "
            "between two records and exits with 1 if there are any."
        ),
    )
    made.add_argument("output", nargs="?", type=Path, help="the folder to record into")
    made.add_argument(
        "--checkout",
        type=Path,
        default=ROOT,
        help="the checkout to record, with its .venv installed (default: this one)",
    )
    made.add_argument(
        "--like", type=Path, metavar="RECORD", help="ask the requests of this record again"
    )
    made.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    made.add_argument("--count", type=int, default=500, help="requests (default: %(default)s)")
    made.add_argument("--shared", type=Path, default=SHARED, help="default: %(default)s")
    made.add_argument(
        "--compare", nargs=2, type=Path, metavar=("A", "B"), help="the two records to compare"
    )
    made.add_argument(
        "--most", type=int, default=20, help="differences shown in full (default: %(default)s)"
    )
    return made
