"""The commands of ``ranvier`` that every reader needs."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from corpus import CorpusError, Report, bundled_corpus
from corpus.record import to_object
from index import Published, RanvierIndexError, build
from index.errors import NoIndex, OutdatedIndex
from index.generation import pointer, read_manifest
from search import AbstractNotFound, Searcher
from search.errors import UnusableCollection
from web import terminal
from web.settings import Settings, SettingsError
from web.vocabulary import vocabulary_of, vocabulary_option

EXPECTED = (
    CorpusError,
    RanvierIndexError,
    AbstractNotFound,
    SettingsError,
    UnusableCollection,
)
"""What a command may raise whose text is a sentence for whoever typed it."""


@click.command("build")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...", type=click.Path(path_type=Path))
@vocabulary_option
@click.option(
    "--if-missing",
    is_flag=True,
    help="Only if nothing was published, or a version before built the bundled corpus.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes that share the work; one a core."
)
@click.pass_obj
def build_command(
    index: str | None,
    sources: tuple[Path, ...],
    files: tuple[Path, ...],
    *,
    if_missing: bool,
    workers: int | None,
) -> None:
    """Build the index of some files of abstracts and publish it in one step.

    Without a file, of the abstracts that come with Ranvier. Whatever goes wrong, the index that is
    live stays as it is.
    """
    settings = Settings.of(index=index, vocabulary=files)
    if not if_missing or _lacks_bundled(settings.index_dir):
        _build(settings, sources, workers)


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
        _print_json(to_object(shown.abstract) | shown.to_dict())
    else:
        terminal.print_abstract(shown)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one object.")
@click.pass_obj
def status_command(index: str | None, *, as_json: bool) -> None:
    """Say what the live index holds, after reading every byte of it."""
    index_dir = Settings.of(index=index).index_dir
    with closing(Published.open(index_dir, thorough=True)) as published:
        manifest = published.manifest
    if as_json:
        _print_json({"index": str(index_dir), "bytes": manifest.bytes, **asdict(manifest)})
    else:
        terminal.print_manifest(manifest, index_dir)


def _build(settings: Settings, sources: tuple[Path, ...], workers: int | None) -> None:
    report = Report()
    vocabulary = vocabulary_of(settings.vocabulary)
    with terminal.building() as progress:
        manifest = build(
            settings.index_dir,
            list(sources) or [bundled_corpus()],
            vocabulary=vocabulary,
            report=report,
            progress=progress,
            workers=workers,
        )
    terminal.print_build(manifest, report, settings.index_dir)


def _lacks_bundled(index_dir: Path) -> bool:
    """Whether there is no index, or one of the bundled corpus that this version cannot read."""
    try:
        Published.open(index_dir).close()
    except NoIndex:
        return True
    except OutdatedIndex:
        with suppress(RanvierIndexError):
            sources = read_manifest(index_dir, pointer(index_dir)).sources
            return sources == (bundled_corpus().name,)
    except RanvierIndexError:
        pass  # not ours to replace; the pages will say what is wrong
    return False


def _typed(argument: str) -> str:
    """An argument without the bytes that are no text: nothing could print them again."""
    return argument.encode("utf-8", "replace").decode("utf-8")


def _print_json(content: dict[str, Any]) -> None:
    # ASCII, like the API: it survives every terminal, locale and half of a surrogate pair.
    click.echo(json.dumps(content, indent=1))
