"""Generations: complete published indexes, and the pointer to the live one.

An index directory holds ``generations/<id>/``, each a Whoosh index with its vocabulary and a
manifest, and the file ``current``, which names the live one and the digest of its manifest. A
generation never changes once ``current`` has named it. ``current`` is replaced by one rename, so a
reader sees the old or the new generation and nothing between.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.analyzer import VERSION as ANALYSIS_VERSION
from index.errors import DamagedIndex, NoIndex, OutdatedIndex

if TYPE_CHECKING:
    from pathlib import Path


FORMAT = 4
"""The version of the files of a generation: a new number whenever they are written otherwise."""

GENERATIONS = "generations"
CURRENT = "current"
MANIFEST = "manifest.json"
SEAL = "seal.json"
PARTIAL = ".partial"


REBUILD = "Build it anew with “ranvier build”."


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
        raise NoIndex(f"There is no index in {index_dir}. {REBUILD}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DamagedIndex(
            f"The index in {index_dir} cannot be read ({error}). {REBUILD}"
        ) from None
    try:
        found = Pointer(**json.loads(content))
    except (ValueError, TypeError, RecursionError):
        found = Pointer("", "")
    if not is_id(found.generation):
        raise DamagedIndex(f"The file {index_dir / CURRENT} is damaged. {REBUILD}")
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
        raise DamagedIndex(f"Generation {live.generation} is missing. {REBUILD}") from None
    if hashlib.sha256(content).hexdigest() != live.manifest_sha256:
        raise DamagedIndex(f"The manifest of generation {live.generation} was changed. {REBUILD}")
    try:
        entry: dict[str, Any] = json.loads(content)
        files = {name: FileDigest(**digest) for name, digest in entry.pop("files").items()}
        sources, notices = tuple(entry.pop("sources")), tuple(entry.pop("notices"))
        manifest = Manifest(**entry, sources=sources, notices=notices, files=files)
    except (ValueError, TypeError, KeyError, AttributeError):
        manifest = None
    if manifest is None or manifest.format != FORMAT:
        raise OutdatedIndex(
            f"The manifest of generation {live.generation} is of another version. {REBUILD}"
        )
    if manifest.analysis_version != ANALYSIS_VERSION:
        raise OutdatedIndex(
            f"The texts of generation {live.generation} were read by another version. {REBUILD}"
        )
    if manifest.id != live.generation:
        raise DamagedIndex(
            f"The folder {live.generation} holds generation {manifest.id}. {REBUILD}"
        )
    return manifest


def write_json(path: Path, content: object) -> None:
    """Writes a JSON file that people can read.

    Half a surrogate pair, as in a file name that is not UTF-8, is written as JSON's escape for it.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", errors="backslashreplace")


def is_id(name: Any) -> bool:  # noqa: ANN401 (whatever stands in the file)
    """Whether a value can be the id of a generation."""
    return isinstance(name, str) and name != "" and name.replace("-", "").isalnum()
