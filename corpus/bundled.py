"""The corpus that comes with the program: twelve abstracts on IVIG in multiple sclerosis."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def bundled_corpus() -> Path:
    """Return where the bundled page lies. It is only ever read."""
    return _data("ivig-abstracts.txt")


def bundled_judgements() -> Path:
    """Return where the judged queries on the bundled page lie, TOML; only ever read."""
    return _data("judgements.toml")


def bundled_notice() -> str:
    """Return, as Markdown, whose page it is and what its owner permits."""
    return _data("NOTICE.md").read_text(encoding="utf-8")


def _data(name: str) -> Path:
    # The package is installed as files, never as a zip archive, so its data have a path.
    return Path(str(resources.files("corpus") / "data" / name))
