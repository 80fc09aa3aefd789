from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from index.errors import DamagedIndex, NoIndex, OutdatedIndex
from index.generations import integrity
from index.generations.integrity import digests, verify, write_manifest
from index.generations.manifest import (
    CURRENT,
    FORMAT,
    GENERATIONS,
    MANIFEST,
    PARTIAL,
    SEAL,
    FileDigest,
    Manifest,
    Pointer,
    folder,
    pointer,
    read_manifest,
)
from index.generations.publish import KEPT, clean_up, publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def make(index_dir: Path, id_: str, **parts: object) -> Manifest:
    """A generation of two small files, written aside."""
    partial = folder(index_dir, id_ + PARTIAL)
    partial.mkdir(parents=True)
    (partial / "alfa").write_text("alfa")
    (partial / "bravo").write_bytes(bytes(3 << 20))
    manifest = Manifest(
        id=id_,
        built_at="2026-01-01T00:00:00+00:00",
        took_seconds=0.5,
        abstracts=1,
        rejected=0,
        remarks=0,
        first_year=None,
        last_year=None,
        sources=("a.jsonl",),
        versions={},
        fingerprints={},
        notices=("A notice.",),
        files=digests(partial),
    )
    manifest = dataclasses.replace(manifest, **parts)  # type: ignore[arg-type]
    write_manifest(partial, manifest)
    return manifest


def go_live(index_dir: Path, id_: str, **parts: object) -> Manifest:
    manifest = make(index_dir, id_, **parts)
    publish(index_dir, folder(index_dir, id_ + PARTIAL))
    return manifest


def kept(index_dir: Path) -> list[str]:
    return sorted(path.name for path in (index_dir / GENERATIONS).iterdir())


def test_a_published_generation_is_read_as_it_was_written(tmp_path: Path) -> None:
    manifest = go_live(tmp_path, "1")
    live = pointer(tmp_path)
    assert live.generation == "1"
    assert read_manifest(tmp_path, live) == manifest
    verify(tmp_path, manifest)
    assert manifest.bytes == 4 + (3 << 20)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CURRENT, GENERATIONS]


def test_digests_are_of_every_file_but_the_manifest(tmp_path: Path) -> None:
    go_live(tmp_path, "1")
    found = digests(folder(tmp_path, "1"))
    assert found == {
        "alfa": FileDigest(4, hashlib.sha256(b"alfa").hexdigest()),
        "bravo": FileDigest(3 << 20, hashlib.sha256(bytes(3 << 20)).hexdigest()),
    }


def test_publishing_moves_the_pointer_and_leaves_the_older_generation(tmp_path: Path) -> None:
    first = go_live(tmp_path, "1")
    go_live(tmp_path, "2")
    assert pointer(tmp_path).generation == "2"
    verify(tmp_path, first)


def test_a_generation_is_complete_before_the_pointer_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_live(tmp_path, "1")
    make(tmp_path, "2")
    synced: list[str] = []

    def note(path: Path) -> None:
        assert pointer(tmp_path).generation == ("2" if path == tmp_path else "1")
        synced.append(path.name)

    monkeypatch.setattr("index.generations.publish._sync", note)
    publish(tmp_path, folder(tmp_path, "2" + PARTIAL))
    assert sorted(synced[:4]) == ["alfa", "bravo", MANIFEST, SEAL]
    assert synced[4:] == ["2" + PARTIAL, GENERATIONS, CURRENT + PARTIAL, tmp_path.name]


def test_an_empty_folder_has_no_index(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "gone"):
        with pytest.raises(NoIndex, match=r"There is no index in .* “ranvier build”\."):
            pointer(home)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"alfa",
        b"\xff\xfe",
        b"{}",
        b"[]",
        b"null",
        b"1",
        b"[" * 100_000,
        b'{"generation": "1"}',
        b'{"generation": 1, "manifest_sha256": "x"}',
        b'{"generation": "", "manifest_sha256": "x"}',
        b'{"generation": "..", "manifest_sha256": "x"}',
        b'{"generation": "../1", "manifest_sha256": "x"}',
        b'{"generation": "/etc", "manifest_sha256": "x"}',
        b'{"generation": "1.partial", "manifest_sha256": "x"}',
        b'{"generation": "1", "manifest_sha256": "x", "more": 1}',
    ],
    ids=lambda content: content[:40].decode("latin-1"),
)
def test_a_garbled_pointer_is_damage(tmp_path: Path, content: bytes) -> None:
    go_live(tmp_path, "1")
    (tmp_path / CURRENT).write_bytes(content)
    with pytest.raises(DamagedIndex, match=r"“ranvier build”\."):
        pointer(tmp_path)


def test_a_pointer_that_is_a_folder_is_damage(tmp_path: Path) -> None:
    (tmp_path / CURRENT).mkdir()
    with pytest.raises(DamagedIndex, match=r"cannot be read"):
        pointer(tmp_path)


def test_a_manifest_must_be_the_one_published(tmp_path: Path) -> None:
    go_live(tmp_path, "1")
    live = pointer(tmp_path)
    path = folder(tmp_path, "1") / MANIFEST
    path.write_text(path.read_text() + " ")
    with pytest.raises(DamagedIndex, match="The manifest of generation 1 was changed"):
        read_manifest(tmp_path, live)
    path.unlink()
    with pytest.raises(DamagedIndex, match="Generation 1 is missing"):
        read_manifest(tmp_path, live)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"files": []}', '{"files": {}, "sources": [], "notices": []}']
)
def test_a_manifest_of_another_make_is_of_another_version(tmp_path: Path, content: str) -> None:
    go_live(tmp_path, "1")
    (folder(tmp_path, "1") / MANIFEST).write_text(content)
    live = Pointer("1", hashlib.sha256(content.encode()).hexdigest())
    with pytest.raises(OutdatedIndex, match="of another version"):
        read_manifest(tmp_path, live)


def test_a_manifest_of_another_format_is_of_another_version(tmp_path: Path) -> None:
    go_live(tmp_path, "1", format=FORMAT + 1)
    with pytest.raises(OutdatedIndex, match="of another version"):
        read_manifest(tmp_path, pointer(tmp_path))


def test_a_folder_must_hold_the_generation_it_is_named_for(tmp_path: Path) -> None:
    go_live(tmp_path, "1")
    go_live(tmp_path, "2")
    live = pointer(tmp_path)
    folder(tmp_path, "2").rename(folder(tmp_path, "3"))
    with pytest.raises(DamagedIndex, match="The folder 3 holds generation 2"):
        read_manifest(tmp_path, Pointer("3", live.manifest_sha256))


def test_a_name_that_is_no_utf_8_does_not_spoil_the_manifest(tmp_path: Path) -> None:
    manifest = go_live(tmp_path, "1", sources=("caf\udce9.jsonl",))
    assert read_manifest(tmp_path, pointer(tmp_path)) == manifest


def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    manifest = go_live(tmp_path, "1")
    alfa = folder(tmp_path, "1") / "alfa"
    alfa.write_text("alfb")
    with pytest.raises(DamagedIndex, match="The file alfa was changed in generation 1"):
        verify(tmp_path, manifest)
    alfa.unlink()
    with pytest.raises(DamagedIndex, match="The file alfa is missing in generation 1"):
        verify(tmp_path, manifest)
    alfa.write_text("alfa")
    verify(tmp_path, manifest)
    (alfa.parent / "charlie").touch()
    with pytest.raises(DamagedIndex, match="The file charlie does not belong to generation 1"):
        verify(tmp_path, manifest)


def sealed(index_dir: Path) -> set[str]:
    """The files of generation 1 that its seal speaks of."""
    return set(json.loads((folder(index_dir, "1") / SEAL).read_text()))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects the names of the files that are read in full."""
    names: list[str] = []
    digest = integrity.sha256
    monkeypatch.setattr(integrity, "sha256", lambda path: names.append(path.name) or digest(path))
    return names


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """The manifest of a generation that is sealed, though it was written just now."""
    monkeypatch.setattr(integrity, "_UNSEALED_NS", -(10**12))
    return go_live(tmp_path, "1")


def test_sealed_files_are_read_only_when_all_is_to_be_read(
    tmp_path: Path, manifest: Manifest, read: list[str]
) -> None:
    verify(tmp_path, manifest, thorough=False)
    assert read == []
    verify(tmp_path, manifest)
    assert read == ["alfa", "bravo"]


def test_a_file_that_was_written_to_is_read_and_sealed_if_it_is_as_it_was(
    tmp_path: Path, manifest: Manifest, read: list[str]
) -> None:
    alfa = folder(tmp_path, "1") / "alfa"
    for _ in range(2):
        alfa.write_text("alfb")
        with pytest.raises(DamagedIndex, match="The file alfa was changed"):
            verify(tmp_path, manifest, thorough=False)
        alfa.write_text("alfa")
        read.clear()
        for _ in range(2):
            verify(tmp_path, manifest, thorough=False)
        assert read == ["alfa"]


def test_times_that_were_set_back_deceive_nobody(tmp_path: Path, manifest: Manifest) -> None:
    alfa = folder(tmp_path, "1") / "alfa"
    before = alfa.stat()
    alfa.write_text("alfb")
    os.utime(alfa, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert alfa.stat().st_mtime_ns == before.st_mtime_ns
    with pytest.raises(DamagedIndex, match="The file alfa was changed"):
        verify(tmp_path, manifest, thorough=False)


@pytest.mark.parametrize("copy", [shutil.copy, shutil.copy2])
def test_a_copy_is_read_once(
    tmp_path: Path, manifest: Manifest, read: list[str], copy: Callable[..., object]
) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder(tmp_path, "1"), folder(other, "1"), copy_function=copy)
    for _ in range(2):
        verify(other, manifest, thorough=False)
        verify(tmp_path, manifest, thorough=False)
    assert read == ["alfa", "bravo"]


def test_a_moved_one_is_not_read(tmp_path: Path, manifest: Manifest, read: list[str]) -> None:
    (tmp_path / GENERATIONS).rename(tmp_path / "aside")
    (tmp_path / "aside").rename(tmp_path / GENERATIONS)
    verify(tmp_path, manifest, thorough=False)
    assert read == []


def test_files_that_were_just_written_are_not_sealed_yet(tmp_path: Path) -> None:
    # Within one step of the file system's clock a file can change and keep its times.
    manifest = go_live(tmp_path, "1")
    for name in ("alfa", "bravo"):
        path = folder(tmp_path, "1") / name
        path.touch()
        verify(tmp_path, manifest, thorough=False)
        assert name not in sealed(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"null", b"[" * 100_000, b'{"alfa": 1}'])
def test_without_a_seal_that_can_be_read_all_is_read(
    tmp_path: Path, manifest: Manifest, read: list[str], content: bytes
) -> None:
    path = folder(tmp_path, "1") / SEAL
    path.write_bytes(content)
    verify(tmp_path, manifest, thorough=False)
    assert read == ["alfa", "bravo"]
    assert sealed(tmp_path) == {"alfa", "bravo"}
    path.unlink()
    verify(tmp_path, manifest, thorough=False)
    assert read == ["alfa", "bravo"] * 2


def test_a_seal_is_of_what_the_manifest_says(tmp_path: Path, manifest: Manifest) -> None:
    other = FileDigest(4, hashlib.sha256(b"alfb").hexdigest())
    changed = dataclasses.replace(manifest, files={**manifest.files, "alfa": other})
    with pytest.raises(DamagedIndex, match="The file alfa was changed"):
        verify(tmp_path, changed, thorough=False)


def test_where_nobody_may_write_all_is_read(
    tmp_path: Path, manifest: Manifest, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    (folder(tmp_path, "1") / SEAL).unlink()
    monkeypatch.setattr(integrity, "_seal", refuse)
    for _ in range(2):
        verify(tmp_path, manifest, thorough=False)
    assert read == ["alfa", "bravo"] * 2


def test_the_newest_generations_are_kept_and_always_the_live_one(tmp_path: Path) -> None:
    for number in range(1, 7):
        go_live(tmp_path, str(number))
        clean_up(tmp_path)
        assert kept(tmp_path) == [str(n) for n in range(1, number + 1)][-KEPT:]
    oldest = folder(tmp_path, "4") / MANIFEST
    digest = hashlib.sha256(oldest.read_bytes()).hexdigest()
    (tmp_path / CURRENT).write_text(
        json.dumps({"generation": "4", "manifest_sha256": digest}), encoding="utf-8"
    )
    make(tmp_path, "7")
    folder(tmp_path, "7" + PARTIAL).rename(folder(tmp_path, "7"))
    clean_up(tmp_path)
    assert kept(tmp_path) == ["4", "6", "7"]


def test_what_was_not_finished_is_removed(tmp_path: Path) -> None:
    go_live(tmp_path, "1")
    make(tmp_path, "2")
    (tmp_path / f"{CURRENT}{PARTIAL}").write_text("{")
    clean_up(tmp_path)
    assert kept(tmp_path) == ["1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [CURRENT, GENERATIONS]


def test_without_a_pointer_no_complete_generation_is_removed(tmp_path: Path) -> None:
    for number in range(1, 6):
        go_live(tmp_path, str(number))
    (tmp_path / CURRENT).write_text("garbled")
    clean_up(tmp_path)
    assert kept(tmp_path) == ["1", "2", "3", "4", "5"]


def test_what_is_no_generation_is_left_alone(tmp_path: Path) -> None:
    for number in range(1, 6):
        go_live(tmp_path, str(number))
    (tmp_path / GENERATIONS / ".hidden").touch()
    clean_up(tmp_path)
    assert kept(tmp_path) == [".hidden", "3", "4", "5"]


def test_an_old_generation_that_cannot_be_removed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = os.rmdir

    def refuse_oldest(path: str | Path, **options: int) -> None:
        if os.path.basename(path) == "1":  # noqa: PTH119 (a path may be text)
            raise PermissionError(path)
        remove(path, **options)

    monkeypatch.setattr(os, "rmdir", refuse_oldest)
    for number in range(1, 7):
        go_live(tmp_path, str(number))
        clean_up(tmp_path)
    assert kept(tmp_path) == ["1", "4", "5", "6"]
