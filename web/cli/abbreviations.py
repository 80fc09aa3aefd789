"""The command ``ranvier abbreviations``: what the indexed abstracts define short forms to mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from index import OpenedGeneration
from web.settings import Settings

if TYPE_CHECKING:
    from index.abbreviations.learned import ShortForm

MOST_SHOWN = 50


class UnknownShortForm(click.ClickException):
    """No abstract defines the short form that was asked for."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ANN401 (as Click declares it)
        """The sentence, as all commands here end."""
        click.echo(self.message, err=True, file=file)


@click.command("abbreviations")
@click.argument("short", required=False)
@click.option("--conflicts", is_flag=True, help="Only those with more than one meaning.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=MOST_SHOWN,
    show_default=True,
    help="How many to show, those with most definitions first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def abbreviations_command(
    index: str | None, short: str | None, *, conflicts: bool, limit: int, as_json: bool
) -> None:
    """List the short forms that the abstracts define, or what SHORT stands for.

    Each with its long forms, in how many abstracts each is defined so, and whether they agree
    enough for a search to take the short form for the first of them.
    """
    published = OpenedGeneration.open(Settings.of(index=index).index_dir)
    agreement = published.short_forms
    published.close()
    if short is None:
        found = agreement.conflicts() if conflicts else list(agreement)
    else:
        known = agreement.find(short)
        if known is None:
            raise UnknownShortForm(f"No abstract here defines “{short}”.")
        found = [known] if known.is_conflict or not conflicts else []
    if as_json:
        click.echo(json.dumps([_entry(one) for one in found[:limit]], indent=1))
    else:
        _print(found, limit)


def _entry(short: ShortForm) -> dict[str, Any]:
    meanings = [{"long": one.long, "abstracts": one.abstracts} for one in short.meanings]
    agreed = short.agreed.long if short.agreed else None
    return {
        "short": short.short,
        "abstracts": short.abstracts,
        "agreed": agreed,
        "meanings": meanings,
    }


def _print(found: list[ShortForm], limit: int) -> None:
    console = Console()
    table = Table("short form", "stands for", "abstracts", "agreed")
    for short in found[:limit]:
        for place, meaning in enumerate(short.meanings):
            table.add_row(
                "" if place else short.short,
                meaning.long,
                str(meaning.abstracts),
                "yes" if meaning == short.agreed else "",
            )
    if found:
        console.print(table, markup=False)
    shown = min(limit, len(found))
    console.print(f"{shown} of {len(found)} short forms.", highlight=False)
