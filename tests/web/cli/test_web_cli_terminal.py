"""What a terminal shows while a build is at work."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from corpus import Abstract, Report, Section
from search import Expansion, MarkedAbstract, SearchPage
from web.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from search import Searcher


@pytest.fixture
def stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], str]:
    """What was written, as if it were to a terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    return lambda: capsys.readouterr().err


def test_a_build_that_takes_its_time_shows_how_far_it_is(
    stderr: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "QUIET", 0.0)
    before = threading.active_count()
    with terminal.building() as tell:
        assert threading.active_count() == before  # so that a build may still fork
        tell(1234)
        assert threading.active_count() == before + 1
        assert "1,234 abstracts" in stderr()


def test_a_short_build_shows_nothing_and_starts_no_thread(stderr: Callable[[], str]) -> None:
    before = threading.active_count()
    with terminal.building() as tell:
        tell(1)
        assert threading.active_count() == before
    assert "abstracts" not in stderr()


def test_where_no_terminal_is_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "QUIET", 0.0)
    with terminal.building() as tell:
        tell(1)
    assert not capsys.readouterr().err.strip()


def page(expansion: Expansion) -> SearchPage:
    return SearchPage("q", 1, 10, 0, (), (), (expansion,), None, 1.0, "g")


@pytest.mark.parametrize(("count", "more"), [(1, ""), (8, ""), (9, " and 1 more")])
def test_eight_spellings_and_narrower_concepts_are_listed(
    count: int, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = tuple(f"n{number}" for number in range(count))
    listed = ", ".join(names[:8])
    terminal.print_page(page(Expansion("alfa", "a", "alfa", "An alfa.", names, ())))
    ways = f"{more} ways" if more else ""
    assert f"Searched for alfa, also written {listed}{ways}." in capsys.readouterr().out
    terminal.print_page(page(Expansion("alfa", "a", "alfa", "An alfa.", (), names)))
    assert f"Searched for alfa, and the narrower {listed}{more}." in capsys.readouterr().out
    off = Expansion("alfa", "a", "Alfa", "An alfa.", (), names, narrower_off=True)
    terminal.print_page(page(off))
    assert f"Searched for alfa, not the narrower {listed}{more}." in capsys.readouterr().out


@pytest.mark.parametrize("count", [0, 20, 21])
def test_twenty_rejected_records_are_listed(
    count: int, searcher: Searcher, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    report = Report()
    for line in range(count):
        report.reject("a.jsonl", line, "no reason")
        report.remark("a.jsonl", line, "nothing")
    terminal.print_build(searcher.manifest, report, tmp_path)
    told = capsys.readouterr().out
    for name in ("rejected", "remarks"):
        assert told.count(f"{name}: a.jsonl:") == min(count, 20)
        assert (f"{name}: and 1 more\n" in told) is (count == 21)
    assert f"12 abstracts, {count} rejected; " in told


def test_a_label_stands_once_over_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    sections = (
        Section(None, ("Alfa.",)),
        Section("Methods", ("Bravo.", "Charlie.")),
        Section("Results", ("Delta.",)),
    )
    abstract = Abstract("1", "Title", sections=sections)
    terminal.print_abstract(MarkedAbstract(abstract, (), ((),) * 4, ()))
    shown = capsys.readouterr().out.split("\n\n", 1)[1]
    assert shown.split() == ["Alfa.", "Methods", "Bravo.", "Charlie.", "Results", "Delta."]
