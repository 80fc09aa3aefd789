"""Options and environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from platformdirs import user_data_path

from web.settings import Settings, SettingsError


def test_defaults_need_nothing() -> None:
    settings = Settings.of(environ={})
    assert settings == Settings(user_data_path("ranvier") / "index", "127.0.0.1", 8000, 8)
    assert settings.address == "http://127.0.0.1:8000"


def test_the_environment_is_heard(tmp_path: Path) -> None:
    environ = {"RANVIER_INDEX": str(tmp_path), "RANVIER_HOST": "::1", "RANVIER_PORT": "81"}
    settings = Settings.of(environ=environ)
    assert settings == Settings(tmp_path, "::1", 81)
    assert settings.address == "http://[::1]:81"


def test_an_option_overrules_the_environment(tmp_path: Path) -> None:
    environ = {"RANVIER_INDEX": "/nowhere", "RANVIER_HOST": "::1", "RANVIER_PORT": "81"}
    options = {"index": str(tmp_path), "host": "localhost", "port": "0", "threads": "3"}
    assert Settings.of(**options, environ=environ) == Settings(tmp_path, "localhost", 0, 3)


def test_a_relative_directory_is_made_absolute() -> None:
    assert Settings.of(index="a b", environ={}).index_dir == Path.cwd() / "a b"


@pytest.mark.parametrize(("port", "threads"), [(0, 1), (65535, 256)])
def test_limits_can_be_used(tmp_path: Path, port: int, threads: int) -> None:
    settings = Settings.of(index=str(tmp_path), port=str(port), threads=str(threads), environ={})
    assert (settings.port, settings.threads) == (port, threads)
    nine_digits = Settings.of(index=str(tmp_path), port=f"{port:09}", environ={})
    assert nine_digits.port == port


@pytest.mark.parametrize(
    "options",
    [
        {"port": "http"},
        {"port": "-1"},
        {"port": "65536"},
        {"port": "9" * 5000},
        {"port": "0" * 9 + "1"},
        {"port": "٨٠"},
        {"threads": "0"},
        {"threads": "257"},
        {"threads": "many"},
        {"host": "a b"},
        {"host": "http://x"},
        {"index": __file__},
    ],
)
def test_what_cannot_be_used_is_one_sentence(options: dict[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.of(**options, environ={})
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
