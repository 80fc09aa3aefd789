"""The commands that read an index: ``search``, ``show`` and ``status``."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from corpus.record import to_object
from index import OpenedGeneration
from search import Searcher
from web.cli import terminal
from web.settings import Settings

_off = click.option(
    "--off",
    multiple=True,
    metavar="ID",
    callback=lambda *given: tuple(
        name.strip().lower() for value in given[-1] for name in _typed(value).split(",")
    ),
    help="Search for a concept only as typed; ID.narrower leaves out only what is narrower.",
)


@click.command("search", context_settings={"ignore_unknown_options": True})
@click.argument("query", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one object, as the API gives it.")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Hits a page."
)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@_off
@click.pass_obj
def search_command(
    index: str | None,
    query: tuple[str, ...],
    *,
    as_json: bool,
    limit: int,
    page: int,
    off: tuple[str, ...],
) -> None:
    """Search, best match first.

    QUERY takes words, "exact words", -without, OR, (brackets), field:word, year:2003..2005,
    begin* and concept:NAME; mind that your shell has its own use for quotes and brackets.
    """
    for word in query:
        if word.startswith("--"):
            raise click.NoSuchOption(word)
    with Searcher.open(Settings.of(index=index).index_dir) as searcher:
        found = searcher.search(_typed(" ".join(query)), page=page, per_page=limit, off=off)
    if as_json:
        _print_json(found.to_dict())
    else:
        terminal.print_page(found)


@click.command("show")
@click.argument("pmid")
@click.option("--query", default="", help="Mark what this query matches.")
@_off
@click.option("--json", "as_json", is_flag=True, help="Print one object, as the API gives it.")
@click.pass_obj
def show_command(
    index: str | None, pmid: str, *, query: str, off: tuple[str, ...], as_json: bool
) -> None:
    """Show a whole abstract."""
    with Searcher.open(Settings.of(index=index).index_dir) as searcher:
        shown = searcher.abstract(_typed(pmid), _typed(query), off=off)
    if as_json:
        _print_json({"id": shown.abstract.id} | to_object(shown.abstract) | shown.to_dict())
    else:
        terminal.print_abstract(shown)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one object.")
@click.pass_obj
def status_command(index: str | None, *, as_json: bool) -> None:
    """Say what the live index holds, after reading every byte of it."""
    index_dir = Settings.of(index=index).index_dir
    with closing(OpenedGeneration.open(index_dir, thorough=True)) as published:
        manifest = published.manifest
    if as_json:
        _print_json({"index": str(index_dir), "bytes": manifest.bytes, **asdict(manifest)})
    else:
        terminal.print_manifest(manifest, index_dir)


def _typed(argument: str) -> str:
    """An argument without the bytes that are no text: nothing could print them again."""
    return argument.encode("utf-8", "replace").decode("utf-8")


def _print_json(content: dict[str, Any]) -> None:
    # ASCII, like the API: it survives every terminal, locale and half of a surrogate pair.
    click.echo(json.dumps(content, indent=1))
