"""The commands ``ranvier vocabulary``: is it sound, what does it recognize, what would change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from corpus import Report, gather
from index import OpenedGeneration, RanvierIndexError, Vocabulary
from index.concepts.vocabulary import toml_files
from index.inspection.audit import SERIOUS, Fault, Size, audit, changes, sizes, uses
from index.inspection.explanation import AS_WRITTEN, explain
from web.settings import VOCABULARY, Settings

if TYPE_CHECKING:
    from corpus import Abstract
    from index.inspection.audit import Change, Finding
    from index.inspection.explanation import Reason

SHIPPED = "shipped"
"""The name of the vocabulary that comes with Ranvier, where a file is expected."""

LISTED = (Fault.CLASH, Fault.NEVER_FOUND, Fault.NO_PLAIN, Fault.LONG_PLAIN, Fault.REDUNDANT)
PMIDS_SHOWN = 10

_path = click.Path(path_type=Path)
vocabulary_option = click.option(
    "--vocabulary",
    "files",
    multiple=True,
    type=_path,
    metavar="PATH",
    help=f"Your own file or folder beside the shipped ones, repeatable; else {VOCABULARY}.",
)


@click.group("vocabulary")
def vocabulary_commands() -> None:
    """Check, explain and compare vocabularies of concepts."""


@vocabulary_commands.command("check")
@click.argument("bases", nargs=-1, type=_path, metavar="[FILE]...")
@vocabulary_option
@click.option("--unused", is_flag=True, help="Also list the concepts that no abstract mentions.")
@click.option("--told-apart", is_flag=True, help="Also list what only letter case or text decides.")
@click.pass_context
def check_command(
    ctx: click.Context,
    bases: tuple[Path, ...],
    files: tuple[Path, ...],
    *,
    unused: bool,
    told_apart: bool,
) -> None:
    """Report what is wrong with the vocabulary, or with that of some FILEs or folders instead.

    Ends with 1 if a spelling belongs to two concepts or is never found.
    """
    settings = Settings.of(index=ctx.obj, vocabulary=files)
    checked = vocabulary_of(settings.vocabulary, bases)
    used, note = _used(checked, settings.index_dir)
    findings = audit(checked, used)
    shown = [*LISTED, *([Fault.UNUSED] * unused), *([Fault.NEARLY] * told_apart)]
    _print_check(checked, findings, shown, note)
    ctx.exit(int(any(finding.fault in SERIOUS for finding in findings)))


@vocabulary_commands.command("explain")
@click.argument("text")
@vocabulary_option
@click.option("--query", "is_query", is_flag=True, help="Read TEXT as what a reader types.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
@click.pass_obj
def explain_command(
    index: str | None, text: str, files: tuple[Path, ...], *, is_query: bool, as_json: bool
) -> None:
    """Show what is recognized in a TEXT and why, and what is not counted and why not."""
    readable = text.encode("utf-8", "replace").decode("utf-8")
    settings = Settings.of(index=index, vocabulary=files)
    reasons = explain(vocabulary_of(settings.vocabulary), readable, is_query=is_query)
    if as_json:
        found = {"text": readable, "recognized": [asdict(reason) for reason in reasons]}
        click.echo(json.dumps(found, indent=1))
    else:
        _print_reasons(reasons)


@vocabulary_commands.command("diff")
@click.argument("old", type=_path)
@click.argument("new", type=_path)
@click.option(
    "--extend", is_flag=True, help="OLD and NEW are your own files, read beside the shipped ones."
)
@click.option(
    "--source", type=_path, metavar="FILE", help="Abstracts to read; else those of the live index."
)
@click.option("--json", "as_json", is_flag=True, help="Print one object with all PMIDs.")
@click.pass_obj
def diff_command(
    index: str | None,
    old: Path,
    new: Path,
    *,
    extend: bool,
    source: Path | None,
    as_json: bool,
) -> None:
    """Show which abstracts each concept gains and loses from OLD to NEW.

    Both are files or folders; the word “shipped” stands for the vocabulary of Ranvier itself.
    """
    before, after = (_side(path, extend=extend) for path in (old, new))
    with (
        _abstracts(source, Settings.of(index=index).index_dir) as (abstracts, count),
        _progress("Comparing", 2 * count) as advance,
    ):
        found = changes(before, after, abstracts, advance)
    if as_json:
        click.echo(json.dumps({"changes": [asdict(change) for change in found]}, indent=1))
    else:
        _print_changes(found)


def vocabulary_of(files: Iterable[Path], bases: Iterable[Path] = ()) -> Vocabulary:
    """The shipped vocabulary, or that of other files, with a site's own files beside it."""
    listed = list(bases)
    base = Vocabulary.load(toml_files(listed)) if listed else Vocabulary.bundled()
    return base.extended(files)


def _side(path: Path, *, extend: bool) -> Vocabulary:
    if str(path) == SHIPPED:
        return Vocabulary.bundled()
    return vocabulary_of([path]) if extend else vocabulary_of([], [path])


def _used(checked: Vocabulary, index_dir: Path) -> tuple[set[str] | None, str]:
    """The concepts that the live index mentions, if there is one, and a note on it."""
    try:
        published = OpenedGeneration.open(index_dir)
    except RanvierIndexError as error:
        return None, f"What is unused was not looked for. {error}"
    with closing(published):
        note = f"Used or not in {published.manifest.abstracts:,} abstracts of the live index."
        if published.analyzer.vocabulary.fingerprint == checked.fingerprint:
            return set(published.spellings), note
        with _progress("Reading abstracts", published.manifest.abstracts) as advance:
            return set(uses(checked, published.abstracts(), advance)), note


@contextmanager
def _abstracts(
    source: Path | None, index_dir: Path
) -> Iterator[tuple[Callable[[], Iterable[Abstract]], int]]:
    """Reads the abstracts of a file or of the live index, as often as asked; and how many."""
    if source is not None:
        held = list(gather([source], Report()))
        yield lambda: held, len(held)
        return
    with closing(OpenedGeneration.open(index_dir)) as published:
        yield published.abstracts, published.manifest.abstracts


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on stderr, if that is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda: bar.advance(task)


def _print_check(
    checked: Vocabulary, findings: list[Finding], shown: Iterable[Fault], note: str
) -> None:
    out = _console()
    table = Table("kind", "concepts", "spellings", "lay phrases", box=None)
    by_kind = sizes(checked)
    total = Size(*map(sum, zip(*by_kind.values(), strict=True))) if by_kind else Size(0, 0, 0)
    for kind, size in [*by_kind.items(), ("all", total)]:
        table.add_row(kind, *(f"{count:,}" for count in size))
    out.print(table)
    for fault in shown:
        for finding in findings:
            if finding.fault is fault:
                out.print(_line(f"{fault}: {finding.concept}: {finding.detail}"))
    counts = Counter(finding.fault for finding in findings)
    listed = [fault for fault in Fault if fault is not Fault.UNUSED or "Used" in note]
    out.print(", ".join(f"{counts[fault]:,} {fault}" for fault in listed))
    out.print(_line(note))


def _print_reasons(reasons: list[Reason]) -> None:
    out = _console()
    if not reasons:
        out.print("Nothing is recognized.")
    for reason in reasons:
        rules = ", ".join(rule for rule in reason.rules if rule != AS_WRITTEN) or AS_WRITTEN
        line = f"{reason.start}-{reason.end} “{' '.join(reason.text.split())}”"
        met = f"“{reason.spelling}” of {reason.name} ({reason.concept}, {reason.kind}); {rules}"
        if reason.silenced:
            out.print(_line(f"({line} is {met}. Not counted: {reason.silenced}.)", style="dim"))
        else:
            out.print(_line(f"{line} is {met}."))


def _print_changes(found: list[Change]) -> None:
    out = _console()
    for change in found:
        out.print(
            _line(
                f"{change.what}: {change.concept} ({change.name}): "
                f"+{len(change.gained):,} -{len(change.lost):,} abstracts"
            )
        )
        for sign, pmids in (("+", change.gained), ("-", change.lost)):
            if pmids:
                more = len(pmids) - PMIDS_SHOWN
                rest = f" and {more:,} more" if more > 0 else ""
                out.print(_line(f"  {sign} {', '.join(pmids[:PMIDS_SHOWN])}{rest}"))
    counts = Counter(change.what for change in found)
    out.print(", ".join(f"{count:,} {what}" for what, count in counts.items()) or "No difference.")


def _line(text: str, style: str = "") -> Text:
    """A line without anything that would steer the terminal."""
    return Text("".join(char if char.isprintable() else "�" for char in text), style=style)


def _console() -> Console:
    # Lines are left to the terminal to break: what is piped or copied stays whole.
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
