"""Generations: complete published indexes, and the pointer to the live one.

An index directory holds ``generations/<id>/``, each a Whoosh index with its vocabulary and a
manifest, and the file ``current``, which names the live one and the digest of its manifest. A
generation never changes once ``current`` has named it. ``current`` is replaced by one rename, so a
reader sees the old or the new generation and nothing between.

To read every byte at each opening would take longer the larger an index is. So a generation has a
*seal*: when each file was last changed, as far as it has been read in full since. A file that was
written to, or is a copy, has other times than the seal says; it is read once, and sealed.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from index.analyzer import VERSION as ANALYSIS_VERSION
from index.errors import DamagedIndex, NoIndex, OutdatedIndex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Stamp = list[str | int]
    """The digest of a file, and when its contents, and when anything of it, was last changed."""

FORMAT = 3
"""The version of the files of a generation: a new number whenever they are written otherwise."""

GENERATIONS = "generations"
CURRENT = "current"
MANIFEST = "manifest.json"
SEAL = "seal.json"
PARTIAL = ".partial"
KEPT = 3
"""How many generations stay on disk, the live one included."""

ALWAYS_READ = ".toc"
"""The ending of files that are read whatever the seal says, for Whoosh unpickles them, and what is
unpickled may run. They are small."""

_BESIDE = (MANIFEST, SEAL)
_UNSEALED_NS = 100_000_000
"""How old a file's times have to be. A file system counts them in steps of some milliseconds, so
that a file may change within the step in which it was read and keep its times."""

_CHUNK = 1 << 20
_REBUILD = "Build it anew with “ranvier build”."


@dataclass(frozen=True)
class FileDigest:
    """What a file of a generation must be: its size in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a generation holds and what it was made of."""

    id: str
    built_at: str
    took_seconds: float
    abstracts: int
    rejected: int
    remarks: int
    first_year: int | None
    last_year: int | None
    sources: tuple[str, ...]
    versions: dict[str, str]
    fingerprints: dict[str, str]
    notices: tuple[str, ...] = ()
    files: dict[str, FileDigest] = field(default_factory=dict)
    format: int = FORMAT
    analysis_version: int = ANALYSIS_VERSION

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(digest.bytes for digest in self.files.values())


@dataclass(frozen=True)
class Pointer:
    """What ``current`` says: the live generation and the SHA-256 of its manifest."""

    generation: str
    manifest_sha256: str


def folder(index_dir: Path, generation: str) -> Path:
    """Where a generation lives."""
    return index_dir / GENERATIONS / generation


def pointer(index_dir: Path) -> Pointer:
    """The live generation; raises ``NoIndex`` or ``DamagedIndex``."""
    try:
        content = (index_dir / CURRENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoIndex(f"There is no index in {index_dir}. {_REBUILD}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedIndex(
            f"The index in {index_dir} cannot be read ({error}). {_REBUILD}"
        ) from None
    try:
        found = Pointer(**json.loads(content))
    except (ValueError, TypeError, RecursionError):
        found = Pointer("", "")
    if not _is_id(found.generation):
        raise DamagedIndex(f"The file {index_dir / CURRENT} is damaged. {_REBUILD}")
    return found


def read_manifest(index_dir: Path, live: Pointer) -> Manifest:
    """The manifest of a generation.

    Raises ``DamagedIndex`` if it is not the one that was published, ``OutdatedIndex`` if another
    version of Ranvier wrote it.
    """
    path = folder(index_dir, live.generation) / MANIFEST
    try:
        content = path.read_bytes()
    except OSError:
        raise DamagedIndex(f"Generation {live.generation} is missing. {_REBUILD}") from None
    if hashlib.sha256(content).hexdigest() != live.manifest_sha256:
        raise DamagedIndex(f"The manifest of generation {live.generation} was changed. {_REBUILD}")
    try:
        entry: dict[str, Any] = json.loads(content)
        files = {name: FileDigest(**digest) for name, digest in entry.pop("files").items()}
        sources, notices = tuple(entry.pop("sources")), tuple(entry.pop("notices"))
        manifest = Manifest(**entry, sources=sources, notices=notices, files=files)
    except (ValueError, TypeError, KeyError, AttributeError):
        manifest = None
    if manifest is None or manifest.format != FORMAT:
        raise OutdatedIndex(
            f"The manifest of generation {live.generation} is of another version. {_REBUILD}"
        )
    if manifest.analysis_version != ANALYSIS_VERSION:
        raise OutdatedIndex(
            f"The texts of generation {live.generation} were read by another version. {_REBUILD}"
        )
    if manifest.id != live.generation:
        raise DamagedIndex(
            f"The folder {live.generation} holds generation {manifest.id}. {_REBUILD}"
        )
    return manifest


def write_manifest(target: Path, manifest: Manifest) -> None:
    """Writes the manifest of a generation, of which all files were just read, and its seal."""
    write_json(target / MANIFEST, asdict(manifest))
    _seal(target, _stamps(manifest, _listed(target)))


def write_json(path: Path, content: object) -> None:
    """Writes a JSON file that people can read.

    Half a surrogate pair, as in a file name that is not UTF-8, is written as JSON's escape for it.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


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
        raise DamagedIndex(f"{fault} generation {manifest.id}. {_REBUILD}")
    if stamps != sealed:
        with suppress(OSError):  # who may not write here reads all of it each time
            _seal(home, stamps)


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
    live = Pointer(generation, _sha256(final / MANIFEST))
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
    generations = [path for path in (index_dir / GENERATIONS).iterdir() if _is_id(path.name)]
    for path in sorted(path for path in generations if path.name != live)[: 1 - KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _fault(
    path: Path, expected: FileDigest, found: os.stat_result | None, *, is_trusted: bool
) -> str | None:
    """What is wrong with a file, as the beginning of a sentence, or None."""
    if found is None or not stat.S_ISREG(found.st_mode):
        return f"The file {path.name} is missing in"
    if found.st_size == expected.bytes and (is_trusted or _sha256(path) == expected.sha256):
        return None
    return f"The file {path.name} was changed in"


def _listed(home: Path) -> dict[str, os.stat_result]:
    with os.scandir(home) as entries:
        return {entry.name: entry.stat() for entry in entries}


def _stamps(manifest: Manifest, found: Mapping[str, os.stat_result]) -> dict[str, Stamp]:
    """What a seal may say of the files of a generation, once they have been read.

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
    """What the seal of a generation says; nothing if it has none that can be read."""
    try:
        entry = json.loads((home / SEAL).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _seal(home: Path, stamps: Mapping[str, Stamp]) -> None:
    # Half of one, as others may find it meanwhile, is as good as none.
    (home / SEAL).write_text(json.dumps(stamps) + "\n", encoding="utf-8")


def _is_id(name: Any) -> bool:  # noqa: ANN401 (whatever stands in the file)
    return isinstance(name, str) and name != "" and name.replace("-", "").isalnum()


def _digest(path: Path) -> FileDigest:
    return FileDigest(path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
