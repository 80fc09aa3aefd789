"""A record: a folder with the results of a checkout, a line a result."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .requests import Request

REQUESTS = "requests.json"
COLLECTIONS = ("cystic-fibrosis-odd", "scifact-train")
_ANSWERS = Path(__file__).with_name("answers.py")


def write(checkout: Path, shared: Path, requests: list[Request], output: Path) -> None:
    """Records the results of a checkout into a folder.

    ``run-*.txt`` are runs on the judged collections in TREC's format, ``bundled.jsonl`` and
    ``scale.jsonl`` the answers to the requests from an index of these abstracts. Raises
    ``CalledProcessError`` if a command of the checkout fails.
    """
    checkout, shared, output = checkout.resolve(), shared.resolve(), output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    asked = [request._asdict() for request in requests]
    (output / REQUESTS).write_text(json.dumps(asked, indent=1) + "\n", encoding="utf-8")
    programs = checkout / ".venv" / "bin"
    began = time.perf_counter()

    def run(what: str, *command: object, **options: object) -> str:
        click.echo(f"{time.perf_counter() - began:6.0f} s  {what}")
        said = subprocess.run(
            list(map(str, command)), cwd=checkout, check=True, text=True,
            stdout=subprocess.PIPE, encoding="utf-8", **options,
        )  # fmt: skip
        return said.stdout

    for name in COLLECTIONS:
        target = output / f"run-{name}.txt"
        collection = shared / "judged" / name
        run(name, programs / "ranvier", "evaluate", collection, "--save-run", target)
    lines = "".join(json.dumps(request) + "\n" for request in asked)
    with tempfile.TemporaryDirectory(prefix="ranvier-results-") as home:
        sources = {"bundled": [], "scale": [shared / "scale" / "abstracts.jsonl.gz"]}
        for name, files in sources.items():
            index = Path(home) / name
            run(f"building {name}", programs / "ranvier", "--index", index, "build", *files)
            command = [programs / "python", "-P", _ANSWERS, index]
            answers = run(f"asking {name}", *command, input=lines)
            (output / f"{name}.jsonl").write_text(answers, encoding="utf-8")
