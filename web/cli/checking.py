"""The command ``ranvier check``: what some sources hold, and what they would change."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus import Report, bundled_corpus, gather
from corpus.formats.columns import COLUMNS
from corpus.formats.jsonl import to_line
from index import OpenedGeneration
from index.errors import NoIndex, OutdatedIndex
from web.cli import terminal
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus import Abstract

LISTED = 10_000
"""So many ids of a kind are listed; more are cut, and counted all the same."""


def _columns(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    columns = {}
    for pair in given:
        field, equals, name = pair.partition("=")
        if not equals or field not in COLUMNS:
            fields = ", ".join(sorted(COLUMNS))
            raise click.BadParameter(f"{pair!r} is not FIELD=NAME with one of the fields {fields}.")
        columns[field] = name
    return columns


columns_option = click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=NAME",
    callback=_columns,
    help="In tables, the column that holds a field: abstract=Summary. May be repeated.",
)


@click.command("check")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", type=click.Path(path_type=Path))
@columns_option
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one object.")
@click.pass_obj
def check_command(
    index: str | None, sources: tuple[Path, ...], columns: dict[str, str], *, as_json: bool
) -> None:
    """Read sources and say what a build would make of them, without building.

    A source is a file, a folder, a pattern, or - for the standard input; it may be packed.
    """
    check(Settings.of(index=index).index_dir, sources, columns, as_json=as_json)


def check(
    index_dir: Path, sources: Sequence[Path], columns: Mapping[str, str], *, as_json: bool
) -> None:
    """Print what sources hold and what would be new, changed and gone against the live index."""
    report = Report()
    read = _digests(
        gather(list(sources) or [bundled_corpus()], report, columns=columns, strict=False)
    )
    found = account(report) | changes(read, _live(index_dir))
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        terminal.print_check(found)


def account(report: Report) -> dict[str, Any]:
    """Return a report as the object that ``--json`` prints."""
    counts = ("records", "usable", "title_only", "rejected", "duplicates")
    sources = []
    for file in report.files:
        entry: dict[str, Any] = {
            "file": file.file,
            "format": file.format,
            "encoding": file.encoding,
            **{name: getattr(file, name) for name in counts},
        }
        sources.append(entry | ({"error": file.error} if file.error else {}))
    return {
        "sources": sources,
        "rejections": [
            {
                "file": problem.file or problem.source,
                "line": problem.line,
                "record": problem.record,
                "reason": problem.reason,
            }
            for problem in report.rejected
        ],
        "merged": [
            {
                "file": merge.file,
                "record": merge.record,
                "id": merge.id,
                "of": dict(zip(("file", "record", "id"), merge.of, strict=True)),
            }
            for merge in report.merged
        ],
    }


def changes(read: Mapping[str, bytes], live: Mapping[str, bytes]) -> dict[str, Any]:
    """Return which records would be new, changed, gone and unchanged, by digests by id."""
    return {
        "new": _listed([name for name in read if name not in live]),
        "changed": _listed([name for name in read if live.get(name, read[name]) != read[name]]),
        "gone": _listed([name for name in live if name not in read]),
        "unchanged": _listed([name for name in read if live.get(name) == read[name]]),
    }


def _listed(ids: list[str]) -> dict[str, Any]:
    cut = {"cut": True} if len(ids) > LISTED else {}
    return {"count": len(ids), "ids": ids[:LISTED]} | cut


def _digests(abstracts: Iterable[Abstract]) -> dict[str, bytes]:
    # Where else a record was read is no part of it.
    return {
        abstract.id: hashlib.blake2b(
            to_line(replace(abstract, also_in=())), digest_size=16
        ).digest()
        for abstract in abstracts
    }


def _live(index_dir: Path) -> dict[str, bytes]:
    """Return the records of the live index, none where there is no index that can be read."""
    try:
        generation = OpenedGeneration.open(index_dir)
    except (NoIndex, OutdatedIndex):
        return {}
    with closing(generation):
        return _digests(generation.abstracts())
