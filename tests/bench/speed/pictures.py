"""The two pictures, as SVG on white, so that they can be read on any page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from .engines import KINDS, SYSTEMS

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

# Text stays text: smaller, and readable by a screen reader. The salt makes runs comparable.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "ranvier", "font.size": 9})

COLOURS = dict(
    zip(SYSTEMS, ("#0b5fa5", "#7db8e8", "#c0392b", "#7a8b2f", "#8e6bb0", "#5f5f5f"), strict=True)
)
"""Told apart by people who see few colours, because they differ in lightness too."""


def latency(found: dict[str, Any], path: Path) -> None:
    """Draws a group of bars for each kind of query, a bar for each system."""
    systems = list(dict.fromkeys(name for rows in found.values() for name in rows))
    kinds = [kind for kind in KINDS if kind in found]
    figure, (axes,) = _figure(11, 4.8, 1)
    width = 0.84 / len(systems)
    for number, system in enumerate(systems):
        rows = [
            (place, found[kind][system])
            for place, kind in enumerate(kinds)
            if system in found[kind]
        ]
        middle = (number - (len(systems) - 1) / 2) * width
        medians = [row["first"]["median"] for _, row in rows]
        above = [max(0.0, row["first"]["high"] - row["first"]["median"]) for _, row in rows]
        axes.bar(
            [place + middle for place, _ in rows],
            medians,
            width,
            yerr=[[0.0] * len(above), above],
            error_kw={"elinewidth": 0.7, "ecolor": "#333333"},
            color=COLOURS[system],
            label=system,
        )
    axes.set_yscale("log")
    axes.set_ylabel("milliseconds")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xticks(range(len(kinds)), [kind.replace(" ", "\n") for kind in kinds])
    axes.set_title("A search: median (bar) and 95th percentile (line)", loc="left")
    axes.legend(ncols=3, frameon=False, loc="upper left", bbox_to_anchor=(0, -0.16))
    _write(figure, path, "Latency of searches by kind of query and system")


def growth(found: dict[str, Any], path: Path) -> None:
    """Draws latency and speed of building over the number of abstracts, a line a system."""
    figure, (left, right) = _figure(9, 3.8, 2)
    for system, points in found["points"].items():
        sizes = [point["abstracts"] for point in points]
        for axes, key in ((left, "median"), (right, "per_second")):
            axes.plot(
                sizes,
                [point[key] for point in points],
                marker="o",
                color=COLOURS[system],
                label=_labelled(system, found["exponents"].get(system, {}), key),
            )
    left.set_title("Patients' queries: median, milliseconds", loc="left")
    right.set_title("Building: abstracts a second", loc="left")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("abstracts")
        axes.set_xticks(
            sorted({point["abstracts"] for line in found["points"].values() for point in line})
        )
        # Whole decades, because only they are labelled.
        low, high = (math.log10(limit) for limit in axes.get_ylim())
        axes.set_ylim(10 ** math.floor(low), 10 ** math.ceil(high))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,.10g}")
            axis.set_minor_formatter(lambda *_: "")
        axes.legend(frameon=False)
    _write(figure, path, "Latency and speed of building by number of abstracts")


def _labelled(system: str, exponents: dict[str, float], key: str) -> str:
    if key != "median" or "latency" not in exponents:
        return system
    return f"{system}: grows with the power {exponents['latency']:.2f}"


def _figure(width: float, height: float, columns: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(width, height), facecolor="white", layout="constrained")
    FigureCanvasSVG(figure)
    made = [figure.add_subplot(1, columns, column + 1) for column in range(columns)]
    for axes in made:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, made


def _write(figure: Figure, path: Path, title: str) -> None:
    figure.savefig(path, format="svg", metadata={"Title": title, "Date": None})
