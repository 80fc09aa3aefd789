"""The command ``ranvier serve``.

Its process only watches over the one that answers, so it imports neither index nor search: what
they take would be taken twice.
"""

from __future__ import annotations

import multiprocessing
from contextlib import suppress

import click

from web import server
from web.settings import HOST, PORT, Settings


@click.command("serve")
@click.option("--host", help=f"Else {HOST}, else {Settings.host}.")
@click.option("--port", help=f"Else {PORT}, else {Settings.port}; 0 takes a free one.")
@click.option("--threads", help=f"Requests answered at once; {Settings.threads} if not given.")
@click.option(
    "--build-if-missing",
    is_flag=True,
    help="First build the bundled corpus, if nothing was published or a version before built it.",
)
@click.pass_context
def serve_command(
    ctx: click.Context,
    host: str | None,
    port: str | None,
    threads: str | None,
    *,
    build_if_missing: bool,
) -> None:
    """Serve the pages and the API until you press Ctrl-C."""
    settings = Settings.of(index=ctx.obj, host=host, port=port, threads=threads)
    if build_if_missing and (failed := _in_a_process("build", "--if-missing", of=settings)):
        ctx.exit(failed)
    server.serve(settings, lambda address: click.echo(f"Ranvier serves {address}"))


def _in_a_process(*arguments: str, of: Settings) -> int | None:
    """The exit code of another command of ours, which says itself what went wrong."""
    from web.cli.main import main  # noqa: PLC0415 (which knows of this one)

    command = ["--index", str(of.index_dir), *arguments]
    process = multiprocessing.get_context("fork").Process(target=main, args=(command,))
    process.start()
    with suppress(KeyboardInterrupt):  # it is interrupted as well
        process.join()
    process.join()
    return process.exitcode
