"""The command ``ranvier build``."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from corpus import Report, bundled_corpus
from index import OpenedGeneration, RanvierIndexError, build
from index.errors import NoIndex, OutdatedIndex
from index.generations.manifest import pointer, read_manifest
from web.cli import terminal
from web.cli.checking import check
from web.cli.vocabulary import vocabulary_of, vocabulary_option
from web.settings import Settings


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
@click.option(
    "--dry-run", is_flag=True, help="Only say what would be built, as ranvier check does."
)
@click.pass_obj
def build_command(
    index: str | None,
    sources: tuple[Path, ...],
    files: tuple[Path, ...],
    *,
    if_missing: bool,
    dry_run: bool,
    workers: int | None,
) -> None:
    """Build the index of some files of abstracts and publish it in one step.

    Without a file, of the abstracts that come with Ranvier. Whatever goes wrong, the index that is
    live stays as it is.
    """
    settings = Settings.of(index=index, vocabulary=files)
    if dry_run:
        check(settings.index_dir, sources, {}, as_json=False)
        return
    if not if_missing or _lacks_bundled(settings.index_dir):
        _build(settings, sources, workers)


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
        OpenedGeneration.open(index_dir).close()
    except NoIndex:
        return True
    except OutdatedIndex:
        with suppress(RanvierIndexError):
            sources = read_manifest(index_dir, pointer(index_dir)).sources
            return sources == (bundled_corpus().name,)
    except RanvierIndexError:
        pass  # not ours to replace; the pages will say what is wrong
    return False
