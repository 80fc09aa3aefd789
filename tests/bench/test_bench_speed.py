"""The benchmark without its clocks: what it asks, what it makes of times, what it writes."""

from __future__ import annotations

import json
import math
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from speed import aims, client, engines, figures, jobs, machine, report, texts
from speed.queries import Query, Sampler, free
from speed.texts import Text

if TYPE_CHECKING:
    from types import ModuleType

RANVIER, DEFAULT, TANTIVY, WHOOSH = (
    engines.RANVIER,
    engines.DEFAULT,
    engines.TANTIVY,
    engines.WHOOSH,
)
INSTALLED = ["ranvier", "bm25s", "SQLite FTS5", "stock Whoosh"]
"""The systems that need nothing beside what Ranvier needs."""


@pytest.fixture(scope="module")
def some() -> list[Text]:
    """Sixty texts: “patients” in all, “relapse” in a few, a word of its own in each fifth."""
    return [
        Text(
            pmid=str(number),
            title=f"A trial of patients with fatigue, number {number}",
            abstract=f"The patients were followed {'after relapse ' * (number % 7 == 0)}for years. "
            f"Nothing else was {texts.made_up(number // 5)}.",
            year=1990 + number % 30,
        )
        for number in range(60)
    ]


@pytest.fixture
def sampler(some: list[Text], tmp_path: Path) -> Sampler:
    """Draws from the sixty texts, and from three claims of which one is long enough."""
    claims = tmp_path / "claims.jsonl"
    written = ["Too short.", "The relapse rate of patients falls after a year.", "word " * 30]
    claims.write_text("\n".join(json.dumps({"text": claim}) for claim in written))
    return Sampler(some, claims)


def test_the_same_texts_give_the_same_queries(some: list[Text], sampler: Sampler) -> None:
    again = Sampler(some, sampler._claims)
    for kind in engines.KINDS:
        assert sampler.draw(kind, 20) == again.draw(kind, 20), kind


def test_queries_of_a_kind_are_all_different(sampler: Sampler) -> None:
    for kind in engines.KINDS:
        drawn = sampler.draw(kind, 20)
        assert len(drawn) == len(set(drawn)), kind


def test_each_kind_of_query_is_what_its_name_says(sampler: Sampler) -> None:
    assert [query.typed for query in sampler.draw("claims", 9)] == [
        "The relapse rate of patients falls after a year."
    ]
    assert all(sampler.frequency[q.words] in range(2, 11) for q in sampler.draw("rare word", 9))
    assert {query.words for query in sampler.draw("common word", 99)} >= {"patients", "fatigue"}
    assert Query('"patients with"', "patients with") in sampler.draw("common phrase", 99)
    for query in sampler.draw("prefix", 9):
        assert query.typed == f"{query.words}*"
        assert len(query.words) in {2, 3, 4}
    for query in sampler.draw("years", 9):
        assert query.typed == f"{query.words} year:{query.first_year}..{query.last_year}"


def test_patients_ask_with_one_to_five_words(sampler: Sampler) -> None:
    asked = sampler.draw("patients", 1000)
    assert len(asked) >= 200
    assert all(1 <= len(query.typed.split()) <= 5 for query in asked)


def test_stop_words_are_left_out_for_engines_that_would_rank_by_them() -> None:
    assert free("Is the MS hug dangerous?") == Query("Is the MS hug dangerous?", "ms hug dangerous")


def test_abstracts_get_a_year_that_their_number_decides(tmp_path: Path) -> None:
    file = tmp_path / "abstracts.jsonl"
    file.write_text('{"pmid": "7", "title": "T", "abstract": "A"}\n')
    assert texts.read(file) == texts.read(file)
    assert 1975 <= texts.read(file)[0].year <= 2024


def test_a_sample_keeps_the_order(some: list[Text]) -> None:
    numbers = [int(text.pmid) for text in texts.sample(some, 10)]
    assert len(numbers) == 10
    assert numbers == sorted(numbers)
    assert texts.sample(some, 100) is some


def test_texts_are_read_as_they_were_written(some: list[Text], tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    assert texts.write(some, file) == sum(text.size for text in some)
    assert list(texts.lines(file)) == some


def test_copies_have_other_words_in_place_of_three_in_ten(some: list[Text]) -> None:
    grown = list(texts.multiplied(some, 150))
    assert len({text.pmid for text in grown}) == 150
    assert grown[:60] == some
    copies, originals = grown[60:120], some
    words = [
        (one, other)
        for copy, original in zip(copies, originals, strict=True)
        for one, other in zip(copy.abstract.split(), original.abstract.split(), strict=True)
    ]
    changed = {other: one for one, other in words if one != other}
    assert 0.1 < len(changed) / len({other for _, other in words if len(other) > 3}) < 0.6
    # A word becomes the same one everywhere in a copy, as a real vocabulary would have it.
    assert all(one == changed[other] for one, other in words if other in changed)


def test_growing_is_the_same_every_time(some: list[Text]) -> None:
    one, other = (list(islice(texts.multiplied(some, 200), 100, 200)) for _ in range(2))
    assert one == other


def test_a_summary_is_the_median_and_a_percentile_within_the_times() -> None:
    assert figures.summary([1.0, 2.0, 3.0]) == {"median": 2.0, "high": pytest.approx(2.9)}
    assert figures.summary([5.0]) == {"median": 5.0, "high": 5.0}
    assert math.isnan(figures.summary([])["median"])


def test_a_ratio_is_of_the_queries_that_both_were_asked() -> None:
    assert figures.ratios([1.0, 1.0, 900.0], [2.0, 2.0]) == {"median": 0.5, "high": 0.5}


def test_the_exponent_is_that_of_the_power() -> None:
    sizes = [5_000.0, 45_000.0, 450_000.0]
    assert figures.exponent(sizes, [size**0.7 for size in sizes]) == pytest.approx(0.7)


def _rows(**medians: float) -> dict[str, Any]:
    """A kind's row as it is measured: by system a median, and twice that as 95th percentile."""
    times = {name.replace("_", " "): [median, median] for name, median in medians.items()}
    return {
        name: {"queries": 2, "first": figures.summary(own), "again": {}, "interrupted": 0}
        | {
            f"of {o}": figures.ratios(own, times[o])
            for o in (RANVIER, TANTIVY, WHOOSH)
            if o in times
        }
        for name, own in times.items()
    }


def _missed(kind: str, rows: dict[str, Any]) -> list[str]:
    return [test.part for test in aims.latency_tests(kind, rows) if not test.reached]


def test_aims_are_missed_where_ranvier_is_slower() -> None:
    fast = _rows(ranvier=1.0, ranvier_default=2.9, tantivy=1.1, stock_Whoosh=60.0)
    slow = _rows(ranvier=1.2, ranvier_default=4.0, tantivy=1.1, stock_Whoosh=40.0)
    assert _missed("claims", fast) == []
    assert _missed("claims", slow) == ["median", "95 %", "Whoosh", "default"]
    assert _missed("rarer phrase", slow) == ["median", "Whoosh", "default"]
    assert _missed("facets", _rows(ranvier=1.9)) == []
    assert _missed("facets", _rows(ranvier=2.1)) == ["median"]


def _found() -> dict[str, Any]:
    """A whole result with round figures."""
    held = {"resident": 240_000_000, "private": 1_000_000, "anonymous": 90_000_000}
    built = {"seconds": 10.0, "per_second": 4000.0, "peak": 900_000_000}
    point = built | {"abstracts": 5000, "median": 0.5, "high": 1.0}
    return {
        "machine": machine.described(),
        "versions": {"ranvier": "1"},
        "texts": {"abstracts": 40_000, "bytes": 50_000_000},
        "building": {
            RANVIER: {"1": built, "2": built | {"per_second": 7000.0}, "bytes": 100_000_000},
            WHOOSH: {"1": built | {"per_second": 500.0}, "bytes": 150_000_000},
        },
        "latency": {"claims": _rows(ranvier=1.0, tantivy=2.0), "facets": _rows(ranvier=1.0)},
        "opening": {"first": held | {"ms": 300.0}, "next": held | {"ms": 2.0}},
        "serving": {
            "memory": {"all": held, "worker": held},
            "http": {"per_second": 399.0, "median": 1.0, "high": 2.0, "failed": 0},
        },
        "growth": {
            "points": {RANVIER: [point, point | {"abstracts": 50_000}]},
            "exponents": {RANVIER: {"latency": 0.69, "building": 1.2}},
        },
    }


def test_every_aim_stands_beside_its_figure() -> None:
    lines = {line.what: line for line in aims.lines(_found())}
    reached = {what: line.reached for what, line in lines.items() if line.reached is not None}
    assert reached == {
        "building, ranvier, one core": True,
        "building, ranvier, two cores": False,
        "memory of building, one core": True,
        "memory of building, two cores": True,
        "index, ranvier": True,
        "opening another searcher": True,
        "memory of the server, all processes": True,
        "HTTP, one worker, 8 connections": False,
        "growth of latency": True,
        "growth of building": False,
        "memory of building 50,000": True,
    }
    assert lines["building, ranvier, one core"].figure == "4,000 abstracts/s (8.0 ×)"
    assert lines["index, ranvier"].figure == "100 MB (2.00 × the text)"


def test_the_folder_gets_json_and_a_markdown_table(tmp_path: Path) -> None:
    found = _found()
    report.write(found, tmp_path / "new")
    assert json.loads((tmp_path / "new" / "bench.json").read_text()) == found
    rows = (tmp_path / "new" / "table.md").read_text().splitlines()
    assert "| claims | 1.00 / 1.00 | 2.00 / 2.00 | 0.50 / 0.50 (1 / 1) | – | – | yes |" in rows
    assert "| facets | 1.00 / 1.00 (under 2) | – | – | – | – | yes |" in rows
    assert "| growth of building | abstracts to the power 1.20 | at most 1.1 | no |" in rows
    assert len({row.count("|") for row in rows if row.startswith("| claims")}) == 1


@pytest.mark.parametrize("count", [0, 1, 5, 8, 200])
def test_the_turns_of_a_kind_ask_each_query_once_and_in_order(count: int) -> None:
    queries = [Query(str(number), str(number)) for number in range(count)]
    asked: dict[str, Any] = {}
    for turn in range(figures.TURNS):
        some = [float(query.typed) for query in figures.turn_of(queries, turn)]
        figures.add_times(asked, {"first": some, "again": some, "interrupted": 1})
    every = [float(number) for number in range(count)]
    assert asked == {"first": every, "again": every, "interrupted": figures.TURNS}


def test_a_part_that_was_skipped_leaves_no_line(tmp_path: Path) -> None:
    found = {key: _found()[key] for key in ("machine", "versions", "texts", "latency")}
    assert len(report.on_terminal(found)) == 1
    report.write(found, tmp_path)


def test_a_busy_machine_is_told() -> None:
    found = _found()
    assert not report.interrupted(found)
    found["latency"]["claims"][RANVIER]["interrupted"] = 3
    assert report.interrupted(found).startswith("The machine was busy")


def test_requests_are_whole_and_their_queries_quoted() -> None:
    (request,) = client.requests("http://127.0.0.1:8000", ["ms & pain"])
    assert request.startswith(b"GET /api/v1/search?q=ms%20%26%20pain HTTP/1.1\r\n")
    assert request.endswith(b"Host: 127.0.0.1:8000\r\n\r\n")


def test_memory_of_several_processes_is_added_up() -> None:
    one = machine.memory()
    if one:
        assert machine.together([0, 0])["resident"] >= one["resident"]


@pytest.mark.parametrize("system", INSTALLED)
def test_a_system_answers_every_kind_that_it_does_not_lack(
    system: str, some: list[Text], sampler: Sampler, tmp_path: Path
) -> None:
    source, home = tmp_path / "texts.jsonl", tmp_path / "index"
    texts.write(some, source)
    driver: ModuleType = engines.module(system)
    driver.build(source, home, 1)
    engine = engines.opened(system, home)
    for kind in engines.KINDS:
        if kind not in engines.SYSTEMS[system].lacks:
            queries = sampler.draw(kind, 3)
            # Patients may ask for what no text has, and in a year there may be nothing.
            if kind not in {"patients", "years"}:
                assert all(_hits(engine.search(kind, query)) for query in queries), kind
            assert len(jobs._times(engine.search, kind, queries)) == len(queries)


def _hits(found: object) -> int:
    hits: list[object] = getattr(found, "hits", found)
    return len(hits)
