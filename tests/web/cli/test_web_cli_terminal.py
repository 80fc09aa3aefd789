"""What a terminal shows while a build is at work."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from web.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable


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
