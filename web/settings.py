"""Settings of a server, from options and the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

INDEX = "RANVIER_INDEX"
HOST = "RANVIER_HOST"
PORT = "RANVIER_PORT"
VOCABULARY = "RANVIER_VOCABULARY"

MOST_THREADS = 256


class SettingsError(ValueError):
    """A setting cannot be used; the text is the sentence that says which and why."""


@dataclass(frozen=True)
class Settings:
    """The folder of generations, the address of the server, and a site's own vocabulary."""

    index_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    vocabulary: tuple[Path, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        index: str | None = None,
        host: str | None = None,
        port: str | None = None,
        threads: str | None = None,
        vocabulary: Iterable[Path] = (),
        environ: Mapping[str, str] = os.environ,
    ) -> Settings:
        """The settings of some options; what is not given comes from the environment.

        Raises ``SettingsError``.
        """
        return cls(
            index_dir=_directory(index or environ.get(INDEX)),
            host=_host(host or environ.get(HOST) or cls.host),
            port=_number("port", port or environ.get(PORT) or cls.port, 0, 65535),
            threads=_number("number of threads", threads or cls.threads, 1, MOST_THREADS),
            vocabulary=tuple(vocabulary) or _paths(environ.get(VOCABULARY, "")),
        )

    @property
    def address(self) -> str:
        """The address of the server for a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def _directory(given: str | None) -> Path:
    if not given:
        return user_data_path("ranvier") / "index"
    path = Path(given).expanduser()
    if path.exists() and not path.is_dir():
        raise SettingsError(f"{given} is a file; an index needs a directory.")
    return path.absolute()


def _paths(given: str) -> tuple[Path, ...]:
    return tuple(Path(path).expanduser() for path in given.split(os.pathsep) if path.strip())


def _host(given: str) -> str:
    if not given.strip() or any(char.isspace() or char in "/@" for char in given):
        raise SettingsError(f"“{given}” is not a host: a name or an address was expected.")
    return given.strip("[]")


def _number(name: str, given: str | int, least: int, most: int) -> int:
    text = str(given).strip()
    # A long row of digits is no number that anybody meant, and Python refuses to convert some.
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise SettingsError(
            f"The {name} must be a whole number from {least} to {most}, not “{given}”."
        )
    return int(text)
