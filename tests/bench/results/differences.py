"""The differences between two records."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from .record import REQUESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ABSENT = "(absent)"
LONGEST = 200


class Difference(NamedTuple):
    """A value that two records do not share; ``place`` says where in the line it stands."""

    file: str
    line: int
    request: str
    place: str
    one: object
    other: object


def show(one: Path, other: Path, *, most: int) -> int:
    """Prints the differences between two records; returns 1 if there are any, otherwise 0."""
    names = sorted({path.name for folder in (one, other) for path in folder.iterdir()})
    if not names:
        click.echo("There is no record.")
        return 1
    found = list(differences(one, other, names))
    for file in names:
        lines = {difference.line for difference in found if difference.file == file}
        click.echo(f"{file}: {f'{len(lines)} lines differ' if lines else 'the same'}")
    for difference in islice(found, most):
        click.echo(f"\n{difference.file}:{difference.line} {difference.request} {difference.place}")
        click.echo(f"  - {_short(difference.one)}\n  + {_short(difference.other)}")
    if len(found) > most:
        click.echo(f"\nand {len(found) - most} more")
    return 1 if found else 0


def differences(one: Path, other: Path, names: list[str]) -> Iterator[Difference]:
    """All differences, file by file and line by line; only one if other requests were asked."""
    if _lines(one / REQUESTS) != _lines(other / REQUESTS):
        yield Difference(REQUESTS, 1, "", "all", "these requests", "others: record with --like")
        return
    for name in names:
        lines, others = (_lines(folder / name) for folder in (one, other))
        for number in range(max(len(lines), len(others))):
            pair = [given[number] if number < len(given) else ABSENT for given in (lines, others)]
            if pair[0] != pair[1]:
                values = [_value(name, line) for line in pair]
                asked = next((v["request"] for v in values if isinstance(v, dict)), "")
                for place, before, after in within(*values):
                    yield Difference(name, number + 1, str(asked), place, before, after)


def within(one: object, other: object, place: str = "") -> Iterator[tuple[str, object, object]]:
    """The innermost values whose JSON differs, each with the path to it."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys([*one, *other]):
            yield from within(one.get(key, ABSENT), other.get(key, ABSENT), f"{place}.{key}")
        if list(one) != list(other) and set(one) == set(other):
            yield f"{place} (order)", list(one), list(other)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (before, after) in enumerate(zip(one, other, strict=True)):
            yield from within(before, after, f"{place}[{number}]")
    elif json.dumps(one) != json.dumps(other):  # to Python 1, 1.0 and True are equal
        yield place, one, other


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n") if path.exists() else []


def _value(name: str, line: str) -> object:
    return json.loads(line) if name.endswith(".jsonl") and line not in {"", ABSENT} else line


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
