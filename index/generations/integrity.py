"""The integrity of a generation: digests of its files, checked when it is opened.

To read every byte at each opening would take longer the larger an index is. So a generation has a
*seal*: the times at which each file was last changed, as far as it has been read in full since. A
file that was written to, or is a copy, has other times than its seal; it is read once, and sealed.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from index.errors import DamagedIndex
from index.generations.manifest import MANIFEST, REBUILD, SEAL, FileDigest, folder, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from index.generations.manifest import Manifest

    Stamp = list[str | int]
    """The digest of a file, and when its contents, and when anything of it, was last changed."""

ALWAYS_READ = ".toc"
"""The ending of files that are read whatever the seal says, for Whoosh unpickles them, and what is
unpickled may run. They are small."""

_BESIDE = (MANIFEST, SEAL)
_UNSEALED_NS = 100_000_000
"""The least age of a file's times, in nanoseconds. A file system counts in steps of some
milliseconds, so a file may change within the step in which it was read and keep its times."""

_CHUNK = 1 << 20


def write_manifest(target: Path, manifest: Manifest) -> None:
    """Writes the manifest of a generation, of which all files were just read, and its seal."""
    write_json(target / MANIFEST, asdict(manifest))
    _seal(target, _stamps(manifest, _listed(target)))


def digests(target: Path) -> dict[str, FileDigest]:
    """The digests of all files of a generation but its manifest and its seal.

    The files are read at the same time, as hashing lets other threads run.
    """
    paths = [path for path in sorted(target.iterdir()) if path.name not in _BESIDE]
    with ThreadPoolExecutor() as pool:
        found = pool.map(_digest, paths)
        return {path.name: digest for path, digest in zip(paths, found, strict=True)}


def verify(index_dir: Path, manifest: Manifest, *, thorough: bool = True) -> None:
    """Sees that a generation is as it was written; raises ``DamagedIndex`` if it is not.

    Every byte is read, so that bits are found, too, that a disk lost by itself. Unless
    ``thorough``, a file is not read where the seal says that it was read since its last change.

    A file too many is a fault as well: Whoosh would read it, and what it reads it may run.
    """
    home = folder(index_dir, manifest.id)
    try:
        found = _listed(home)
        sealed = _sealed(home)
        stamps = _stamps(manifest, found)
        trusted = {
            name
            for name, stamp in ({} if thorough else sealed).items()
            if stamps.get(name) == stamp and not name.endswith(ALWAYS_READ)
        }
        faults = (
            _fault(home / name, expected, found.get(name), is_trusted=name in trusted)
            for name, expected in manifest.files.items()
        )
        foreign = (
            f"The file {name} does not belong to"
            for name in found
            if name not in manifest.files and name not in _BESIDE
        )
        fault = next(filter(None, itertools.chain(faults, foreign)), None)
    except OSError as error:
        fault = f"A file cannot be read ({error.strerror}) of"
    if fault:
        raise DamagedIndex(f"{fault} generation {manifest.id}. {REBUILD}")
    if stamps != sealed:
        with suppress(OSError):  # who may not write here reads all of it each time
            _seal(home, stamps)


def _fault(
    path: Path, expected: FileDigest, found: os.stat_result | None, *, is_trusted: bool
) -> str | None:
    """The fault of a file, as the beginning of a sentence, or None."""
    if found is None or not stat.S_ISREG(found.st_mode):
        return f"The file {path.name} is missing in"
    if found.st_size == expected.bytes and (is_trusted or sha256(path) == expected.sha256):
        return None
    return f"The file {path.name} was changed in"


def _listed(home: Path) -> dict[str, os.stat_result]:
    with os.scandir(home) as entries:
        return {entry.name: entry.stat() for entry in entries}


def _stamps(manifest: Manifest, found: Mapping[str, os.stat_result]) -> dict[str, Stamp]:
    """The stamps that a seal may hold of the files of a generation, once they have been read.

    ``found`` was asked for before. The time of the last change of contents is copied with a file by
    some programs, and anybody can set it; that of the last change of anything is neither.
    """
    latest = time.time_ns() - _UNSEALED_NS
    return {
        name: [digest.sha256, found[name].st_mtime_ns, found[name].st_ctime_ns]
        for name, digest in manifest.files.items()
        if name in found and max(found[name].st_mtime_ns, found[name].st_ctime_ns) < latest
    }


def _sealed(home: Path) -> dict[str, Stamp]:
    """The stamps of a generation's seal; none if it has no readable one."""
    try:
        entry = json.loads((home / SEAL).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _seal(home: Path, stamps: Mapping[str, Stamp]) -> None:
    # Half of one, as others may find it meanwhile, is as good as none.
    (home / SEAL).write_text(json.dumps(stamps) + "\n", encoding="utf-8")


def _digest(path: Path) -> FileDigest:
    return FileDigest(path.stat().st_size, sha256(path))


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
