"""The aims, and whether they were reached: one line for each, made of what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .engines import DEFAULT, RANVIER, TANTIVY, WHOOSH

if TYPE_CHECKING:
    from collections.abc import Iterator

BOTH = frozenset(
    {"claims", "patients", "rare word", "common word", "three middling words", "twelve words"}
)
"""The kinds of which the 95th percentile, too, is to be no slower than tantivy's."""

FACETS_MS = 2.0
FASTER = {"claims": 50, "common phrase": 50, "rarer phrase": 50, "patients": 30}
"""How many times as fast as stock Whoosh Ranvier is to be."""

DEFAULT_MAY = 3.0
"""How many times as long as plain ranking the default may take."""

BUILD_FASTER = 4.0
TWO_CORES = 1.8
"""What is called nearly double."""

OF_TEXT = 2.9
"""What stock Whoosh's index takes, where it is not measured beside."""

SERVER_MB = 250
BUILD_MB = 1000
OPEN_MS = 5.0
OPEN_MB = 2.0
REQUESTS = 400
LATENCY_EXPONENT = 0.7
BUILD_EXPONENT = 1.1
"""What is called linear."""

MB = 1_000_000


class Test(NamedTuple):
    """An aim of a kind of query, named for the column that it is of."""

    column: str
    part: str
    aim: str
    reached: bool


class Line(NamedTuple):
    """A figure beside its aim; ``reached`` is None where there is none."""

    what: str
    figure: str
    aim: str = ""
    reached: bool | None = None


def latency_tests(kind: str, rows: dict[str, Any]) -> Iterator[Test]:
    """The aims of a kind of query, of those systems that were measured."""
    plain = rows.get(RANVIER, {})
    if plain and kind == "facets":
        reached = plain["first"]["median"] < FACETS_MS
        yield Test(RANVIER, "median", f"under {FACETS_MS:g}", reached)
    if against := plain.get(f"of {TANTIVY}"):
        yield Test(TANTIVY, "median", "1", against["median"] <= 1)
        if kind in BOTH:
            yield Test(TANTIVY, "95 %", "1", against["high"] <= 1)
    if kind in FASTER and (against := plain.get(f"of {WHOOSH}")):
        reached = 1 / against["median"] >= FASTER[kind]
        yield Test(WHOOSH, "Whoosh", f"{FASTER[kind]} ×", reached)
    if against := rows.get(DEFAULT, {}).get(f"of {RANVIER}"):
        reached = against["median"] <= DEFAULT_MAY
        yield Test(DEFAULT, "default", f"{DEFAULT_MAY:g}", reached)


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """All figures besides latency, part by part."""
    if "building" in found:
        yield from _building(found["building"], found["texts"]["bytes"])
    if "opening" in found:
        yield from _opening(found["opening"])
    if "serving" in found:
        yield from _serving(found["serving"])
    if "growth" in found:
        yield from _growth(found["growth"])


def _building(building: dict[str, Any], text: int) -> Iterator[Line]:
    stock = building.get(WHOOSH, {}).get("1")
    for name, built in building.items():
        ours = name == RANVIER
        for number in "1", "2":
            if number not in built:
                continue
            what = f"building, {name}, {'one core' if number == '1' else 'two cores'}"
            rate = built[number]["per_second"]
            figure = f"{rate:,.0f} abstracts/s"
            if number == "1" and ours and stock:
                times = rate / stock["per_second"]
                aim = f"{BUILD_FASTER:g} × {WHOOSH}"
                yield Line(what, f"{figure} ({times:.1f} ×)", aim, times >= BUILD_FASTER)
            elif number == "2" and ours:
                times = rate / built["1"]["per_second"]
                aim = f"{TWO_CORES:g} × one core"
                yield Line(what, f"{figure} ({times:.2f} ×)", aim, times >= TWO_CORES)
            else:
                yield Line(what, figure)
            if ours:
                yield _peak(
                    f"memory of building, {'one core' if number == '1' else 'two cores'}",
                    built[number],
                )
    for name, built in building.items():
        times = built["bytes"] / text
        figure = f"{built['bytes'] / MB:,.0f} MB ({times:.2f} × the text)"
        if name == RANVIER:
            most = building[WHOOSH]["bytes"] if stock else OF_TEXT * text
            aim = f"no larger than {WHOOSH}'s" if stock else f"{OF_TEXT:g} × the text"
            yield Line(f"index, {name}", figure, aim, built["bytes"] <= most)
        else:
            yield Line(f"index, {name}", figure)


def _peak(what: str, built: dict[str, Any]) -> Line:
    resident = built["peak"] / MB
    return Line(what, f"{resident:,.0f} MB", f"under {BUILD_MB:,} MB", resident < BUILD_MB)


def _opening(opening: dict[str, Any]) -> Iterator[Line]:
    for which, one in opening.items():
        held = one.get("private", 0) / MB
        figure = f"{one['ms']:.1f} ms, {held:.1f} MB"
        if which == "next":
            reached = one["ms"] < OPEN_MS and held < OPEN_MB
            aim = f"under {OPEN_MS:g} ms, {OPEN_MB:g} MB"
            yield Line("opening another searcher", figure, aim, reached)
        else:
            yield Line("opening the first searcher of a process", figure)


def _serving(serving: dict[str, Any]) -> Iterator[Line]:
    if held := serving["memory"]["all"]:
        resident = held["resident"] / MB
        worker = serving["memory"]["worker"]
        figure = (
            f"{resident:.0f} MB (worker {worker['resident'] / MB:.0f}, of which anonymous "
            f"{worker['anonymous'] / MB:.0f})"
        )
        aim = f"under {SERVER_MB} MB"
        yield Line("memory of the server, all processes", figure, aim, resident < SERVER_MB)
    if http := serving.get("http"):
        figure = (
            f"{http['per_second']:,.0f} requests/s ({http['median']:.1f} / {http['high']:.1f} ms)"
        )
        reached = http["per_second"] >= REQUESTS and not http["failed"]
        yield Line("HTTP, one worker, 8 connections", figure, f"{REQUESTS} requests/s", reached)


def _growth(growth: dict[str, Any]) -> Iterator[Line]:
    for name, points in growth["points"].items():
        for point in points:
            what = f"{name} at {point['abstracts']:,} abstracts"
            figure = f"{point['median']:.2f} ms, {point['per_second']:,.0f} abstracts/s"
            yield Line(what, figure)
    ours = growth["exponents"].get(RANVIER, {})
    for key, most in (("latency", LATENCY_EXPONENT), ("building", BUILD_EXPONENT)):
        if key in ours:
            figure = f"abstracts to the power {ours[key]:.2f}"
            yield Line(f"growth of {key}", figure, f"at most {most:g}", ours[key] <= most)
    largest = growth["points"][RANVIER][-1]
    yield _peak(f"memory of building {largest['abstracts']:,}", largest)
