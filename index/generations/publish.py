"""Publishing: the switch to a finished generation, and the removal of old ones."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

from index.errors import DamagedIndex, NoIndex
from index.generations.integrity import sha256
from index.generations.manifest import (
    CURRENT,
    GENERATIONS,
    MANIFEST,
    PARTIAL,
    Pointer,
    folder,
    is_id,
    pointer,
)

if TYPE_CHECKING:
    from pathlib import Path

KEPT = 3
"""Generations that stay on disk, the live one included."""


def publish(index_dir: Path, partial: Path) -> Pointer:
    """Makes a finished generation the live one, in one atomic step that survives power loss.

    ``partial`` is renamed to its final name first; until ``current`` is replaced nobody reads it.
    """
    generation = partial.name.removesuffix(PARTIAL)
    for path in partial.iterdir():
        _sync(path)
    _sync(partial)
    final = partial.rename(folder(index_dir, generation))
    _sync(final.parent)
    live = Pointer(generation, sha256(final / MANIFEST))
    staged = index_dir / f"{CURRENT}{PARTIAL}"
    staged.write_text(json.dumps(asdict(live)) + "\n", encoding="utf-8")
    _sync(staged)
    staged.replace(index_dir / CURRENT)
    _sync(index_dir)
    return live


def clean_up(index_dir: Path) -> None:
    """Removes what builds that did not finish have left, and all but the newest generations.

    Only the holder of the build lock may call this. A generation that cannot be removed stays.
    """
    (index_dir / f"{CURRENT}{PARTIAL}").unlink(missing_ok=True)
    for path in (index_dir / GENERATIONS).glob(f"*{PARTIAL}"):
        shutil.rmtree(path)
    try:
        live = pointer(index_dir).generation
    except (NoIndex, DamagedIndex):
        return  # without a pointer every complete generation may be the one to keep
    generations = [path for path in (index_dir / GENERATIONS).iterdir() if is_id(path.name)]
    for path in sorted(path for path in generations if path.name != live)[: 1 - KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
