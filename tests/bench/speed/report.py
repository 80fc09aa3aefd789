"""What was measured, as tables: on the terminal, and in Markdown for the README."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.table import Table

from .aims import Line, Test, latency_tests, lines
from .engines import DEFAULT, RANVIER, TANTIVY, WHOOSH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Rows = list[list[str]]


def headline(found: dict[str, Any]) -> str:
    """What was measured with which versions on which machine."""
    machine, texts = found["machine"], found["texts"]
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    return (
        f"{texts['abstracts']:,} abstracts, {texts['bytes'] / 1e6:.1f} MB of text. "
        f"{machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}, "
        f"Python {machine['python']}; {versions}."
    )


def latency_table(latency: dict[str, Any]) -> tuple[list[str], Rows]:
    """Head and rows of the latency table: median / 95th percentile in milliseconds.

    Behind a figure that has an aim stands the aim in brackets.
    """
    systems = list(dict.fromkeys(name for rows in latency.values() for name in rows))
    compared = [f"ranvier / {TANTIVY}", f"faster than {WHOOSH}", "default / plain"]
    rows = []
    for kind, measured in latency.items():
        tests = list(latency_tests(kind, measured))
        cells = {name: _times(measured.get(name)) for name in systems}
        if aim := _aim(tests, RANVIER):
            cells[RANVIER] += aim
        missed = [test.part for test in tests if not test.reached]
        reached = f"no: {', '.join(missed)}" if missed else "yes" if tests else ""
        rows.append([kind, *cells.values(), *_ratios(measured, tests), reached])
    return ["milliseconds", *systems, *compared, "reached"], rows


def figures_table(found: dict[str, Any]) -> tuple[list[str], Rows]:
    """Head and rows of all other figures."""
    rows = [[line.what, line.figure, *_judged(line)] for line in lines(found)]
    return ["what", "figure", "aim", "reached"], rows


def tables(found: dict[str, Any]) -> Iterator[tuple[list[str], Rows]]:
    """All tables that have rows."""
    if "latency" in found:
        yield latency_table(found["latency"])
    head, rows = figures_table(found)
    if rows:
        yield head, rows


def on_terminal(found: dict[str, Any]) -> list[Table]:
    """The tables for a terminal."""
    made = []
    for head, rows in tables(found):
        table = Table(*head)
        for row in rows:
            table.add_row(*row)
        made.append(table)
    return made


def write(found: dict[str, Any], output: Path) -> None:
    """Writes all that was measured as JSON, and the tables, into a folder."""
    output.mkdir(parents=True, exist_ok=True)
    (output / "bench.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (output / "table.md").write_text(markdown(found), encoding="utf-8")


def markdown(found: dict[str, Any]) -> str:
    """The same as Markdown."""
    parts = [headline(found)]
    for head, rows in tables(found):
        parts.append("\n".join([_line(head), _line(["---"] * len(head)), *map(_line, rows)]))
    if busy := interrupted(found):
        parts.append(busy)
    return "\n\n".join(parts) + "\n"


def interrupted(found: dict[str, Any]) -> str:
    """A sentence if other work took the cores away while queries were timed, else nothing."""
    rows = [row for kind in found.get("latency", {}).values() for row in kind.values()]
    taken, asked = (sum(row[key] for row in rows) for key in ("interrupted", "queries"))
    if taken * 20 <= asked:
        return ""
    return (
        f"The machine was busy: queries were interrupted {taken:,} times in {2 * asked:,}, which "
        "spoils the 95th percentiles."
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _times(row: dict[str, Any] | None) -> str:
    if row is None:
        return "–"
    return " / ".join(_ms(row["first"][name]) for name in ("median", "high"))


def _ms(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _ratios(measured: dict[str, Any], tests: list[Test]) -> list[str]:
    """Ranvier's times as multiples of tantivy's, how many times as fast as Whoosh, the default."""
    plain = measured.get(RANVIER, {})
    rust, stock = plain.get(f"of {TANTIVY}"), plain.get(f"of {WHOOSH}")
    default = measured.get(DEFAULT, {}).get(f"of {RANVIER}")
    return [
        f"{rust['median']:.2f} / {rust['high']:.2f}{_aim(tests, TANTIVY)}" if rust else "–",
        f"{1 / stock['median']:.0f} ×{_aim(tests, WHOOSH)}" if stock else "–",
        f"{default['median']:.2f}{_aim(tests, DEFAULT)}" if default else "–",
    ]


def _aim(tests: list[Test], column: str) -> str:
    aims = " / ".join(test.aim for test in tests if test.column == column)
    return f" ({aims})" if aims else ""


def _judged(line: Line) -> list[str]:
    """Aim and whether it was reached."""
    if line.reached is None:
        return [line.aim, ""]
    return [line.aim, "yes" if line.reached else "no"]
