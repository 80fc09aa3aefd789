"""Indexes of which an array is overwritten, as if it had got past the digests, and searched.

Each is searched in a process of its own, so that a crash is seen and ends nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sys
import warnings
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from random_texts import NATO, Queries, random_abstracts

from corpus import Report
from index.build.builder import write
from index.errors import RanvierIndexError
from index.generations.opened import OpenedGeneration
from index.segment.arrays import Arrays
from search import Searcher
from search.errors import AbstractNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from index.generations.manifest import Manifest

FILLS = ("00", "ff", "random")
_ABSTRACTS = 60


class Damage(NamedTuple):
    """An array of a file of an index, and what its bytes are overwritten with."""

    file: str
    array: str
    fill: str


class Damaged(NamedTuple):
    """A small index, and every way to overwrite one of its arrays."""

    home: Path
    manifest: Manifest
    damages: list[Damage]


def small_index(folder: Path, seed: int) -> Damaged:
    """A small index of random abstracts, built into an empty folder."""
    manifest = write(folder, random_abstracts(seed, _ABSTRACTS), NATO, Report())
    damages = [
        Damage(path.name, name, fill)
        for path in sorted(folder.iterdir())
        if path.suffix in {".postings", ".documents"}
        for name in Arrays(path).names()
        for fill in FILLS
    ]
    return Damaged(folder, manifest, damages)


def overwrite(path: Path, array: str, fill: str, chance: random.Random) -> None:
    """Overwrites the bytes of one array."""
    entry = Arrays(path)._entries[array]
    kinds = {"u1": 1, "u2": 2, "u4": 4, "u8": 8, "i4": 4, "i8": 8}
    size = entry.size * kinds[entry.type.lstrip("<|")]
    content = {"00": bytes(size), "ff": b"\xff" * size, "random": chance.randbytes(size)}[fill]
    with path.open("r+b") as file:
        file.seek(entry.offset)
        file.write(content)


def search_damaged(index: Damaged, damage: Damage, folder: Path, queries: int, seed: int) -> str:
    """How searching an index ended of which one array is overwritten: with ``results``, with a
    ``sentence``, or with what must not be."""
    copy = folder / "copy"
    shutil.copytree(index.home, copy)
    try:
        overwrite(copy / damage.file, damage.array, damage.fill, random.Random(seed))
        process = multiprocessing.get_context("fork").Process(
            target=_search, args=(copy, index.manifest, queries, seed)
        )
        process.start()
        process.join()
        return {0: "results", 3: "sentence"}.get(process.exitcode or 0, f"exit {process.exitcode}")
    finally:
        shutil.rmtree(copy)


def _search(home: Path, manifest: Manifest, queries: int, seed: int) -> None:
    warnings.simplefilter("ignore")  # numpy's, of numbers that make no sense
    try:
        sentences = _sentences(home, manifest, queries, seed)
    except RanvierIndexError:
        sentences = 1
    sys.stdout.flush()
    os._exit(3 if sentences else 0)


def _sentences(home: Path, manifest: Manifest, queries: int, seed: int) -> int:
    """How many of some random queries end with a sentence."""
    chance = Queries(seed)
    found = 0
    with Searcher(OpenedGeneration.read(home, manifest)) as searcher:
        for _ in range(queries):
            query = chance.query()
            try:
                page = searcher.search(query)
                for hit in page.hits[:1]:
                    searcher.abstract(hit.pmid, query)
            except (RanvierIndexError, AbstractNotFound, OSError):
                found += 1
    return found


def search_all(
    index: Damaged, damages: list[Damage], folder: Path, queries: int, seed: int
) -> dict[str, list[Damage]]:
    """By how it ended the damages that were searched."""
    ended: dict[str, list[Damage]] = {}
    for damage in damages:
        how = search_damaged(index, damage, folder, queries, seed)
        ended.setdefault(how, []).append(damage)
    return ended


def summary(ended: dict[str, list[Damage]]) -> str:
    """A line on how searching ended."""
    counts = Counter({how: len(damages) for how, damages in ended.items()})
    return ", ".join(f"{count} {how}" for how, count in counts.most_common())
