"""The command ``ranvier``."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

import click

from web.settings import INDEX

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended, as shells count."""


class _Later(NamedTuple):
    """The module of a command, and its line in the list of commands."""

    module: str
    name: str
    help: str


COMMANDS = {
    "abbreviations": _Later(
        "web.cli.abbreviations",
        "abbreviations_command",
        "List the short forms that the abstracts define, or what SHORT stands for.",
    ),
    "build": _Later(
        "web.cli.building",
        "build_command",
        "Build the index of some files of abstracts and publish it in one step.",
    ),
    "check": _Later(
        "web.cli.checking",
        "check_command",
        "Read sources and say what a build would make of them, without building.",
    ),
    "evaluate": _Later(
        "web.cli.evaluation",
        "evaluate_command",
        "Measure the ranking on judged collections in BEIR layout.",
    ),
    "search": _Later("web.cli.reading", "search_command", "Search, best match first."),
    "serve": _Later(
        "web.cli.serving", "serve_command", "Serve the pages and the API until you press Ctrl-C."
    ),
    "show": _Later("web.cli.reading", "show_command", "Show a whole abstract."),
    "status": _Later(
        "web.cli.reading",
        "status_command",
        "Say what the live index holds, after reading every byte of it.",
    ),
    "vocabulary": _Later(
        "web.cli.vocabulary",
        "vocabulary_commands",
        "Check, explain and compare vocabularies of concepts.",
    ),
}
"""All commands. Each is imported when it is asked for, and none to list them: imports take longer
than most commands."""


class _Commands(click.Group):
    """Ends with one sentence on stderr, never with a traceback, for all that can be expected."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (as Click calls it)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's protocol)
        later = COMMANDS.get(cmd_name)
        if later is None:
            return None
        found: click.Command = getattr(import_module(later.module), later.name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's protocol)
        with formatter.section("Commands"):
            formatter.write_dl([(name, later.help) for name, later in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (as Click declares it)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # Whoever read our output has seen enough; Python must not complain at its end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except Exception as error:
            from web.cli.errors import EXPECTED  # noqa: PLC0415 (imported by whatever raised it)

            if not isinstance(error, EXPECTED):
                raise
            click.echo(str(error), err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ranvier", prog_name="ranvier")
@click.option(
    "--index",
    metavar="DIR",
    help=f"Where the index lives; else {INDEX}, else your data directory.",
)
@click.pass_context
def main(ctx: click.Context, index: str | None) -> None:
    """Full-text search over abstracts on multiple sclerosis."""
    ctx.obj = index
