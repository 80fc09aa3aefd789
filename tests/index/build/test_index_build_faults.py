"""Whatever happens to a build, the live index stays as it is."""

from __future__ import annotations

import errno
import gc
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from small_builds import THREE, VOCABULARY, leftovers, many, opened
from whoosh.writing import SegmentWriter

from corpus import UnusableFile
from index import build
from index.build import batch as batch_module
from index.build import workers as workers_module
from index.errors import BuildFailed, BuildRunning, DamagedIndex
from index.generations import publish as publish_module
from index.generations.manifest import CURRENT, GENERATIONS
from index.generations.publish import KEPT
from index.segment import merger
from index.whoosh_codec.codec import ArrayWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.generations.manifest import Manifest

BUILD = sys.modules["index.build.builder"]  # the package has a function of that name
PROCESSES = multiprocessing.get_context("fork")


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def live(index_dir: Path, source: Callable[..., Path]) -> Manifest:
    """The manifest of a live index of three abstracts."""
    return build(index_dir, [source(THREE, "live.jsonl")], vocabulary=VOCABULARY)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"<html>Not found</html>", b"plain words", b"\xff\xfea\x00"]
)
def test_a_file_that_is_no_corpus_leaves_the_live_index(
    index_dir: Path, live: Manifest, tmp_path: Path, source: Callable[..., Path], content: bytes
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"bad\.txt"):
        build(index_dir, [source(THREE), bad], vocabulary=VOCABULARY)
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []


def test_a_file_that_is_not_there_leaves_the_live_index(
    index_dir: Path, live: Manifest, tmp_path: Path
) -> None:
    with pytest.raises(UnusableFile, match=r"gone\.jsonl"):
        build(index_dir, [tmp_path / "gone.jsonl"], vocabulary=VOCABULARY)
    assert opened(index_dir) == live


@pytest.mark.parametrize("content", [None, '{"pmid": "1", "title": "", "abstract": ""}\n'])
def test_nothing_usable_is_not_published(
    index_dir: Path, live: Manifest, tmp_path: Path, content: str | None
) -> None:
    sources = []
    if content:
        sources.append(tmp_path / "empty.jsonl")
        sources[0].write_text(content, encoding="utf-8")
    sentence = f"None of the {len(sources)} records could be used; the live index is unchanged."
    with pytest.raises(BuildFailed) as told:
        build(index_dir, sources, vocabulary=VOCABULARY)
    assert str(told.value) == sentence
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []


@pytest.mark.parametrize(("size", "workers"), [(1000, 1), (3, 1), (3, 2)])
def test_an_interrupt_leaves_the_live_index(
    index_dir: Path,
    live: Manifest,
    source: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    workers: int,
) -> None:
    monkeypatch.setattr(workers_module, "SIZE", size)

    def interrupt(count: int) -> None:
        if count == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(
            index_dir,
            [source(many(40))],
            vocabulary=VOCABULARY,
            progress=interrupt,
            workers=workers,
        )
    assert opened(index_dir) == live
    assert leftovers(index_dir) == []
    assert build(index_dir, [source(many(4))], vocabulary=VOCABULARY) == opened(index_dir)


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (batch_module, "stored"),
        (batch_module, "write_files"),
        (ArrayWriter, "add_batch"),
        (merger, "_merge_stream"),
        (SegmentWriter, "commit"),
        (BUILD, "write_json"),
        (BUILD, "digests"),
        (BUILD, "write_manifest"),
        (publish_module, "_sync"),
        (Path, "replace"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Whoosh's own files, when it cannot commit
def test_a_full_disk_at_any_step_leaves_the_live_index(
    index_dir: Path,
    live: Manifest,
    source: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
) -> None:
    path = source(THREE)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, full_disk)
        with pytest.raises(BuildFailed) as told:
            build(index_dir, [path], vocabulary=VOCABULARY)
    sentence = f"The build in {index_dir} failed (No space left on device); the live index is"
    assert str(told.value) == f"{sentence} unchanged."
    del told
    gc.collect()
    assert opened(index_dir) == live
    assert build(index_dir, [path], vocabulary=VOCABULARY) == opened(index_dir)
    assert leftovers(index_dir) == []


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    """A disk of 2 MB at a path; where none may be mounted, files have a limit."""
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(path)]
    if (
        os.geteuid() == 0
        and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    ):
        try:
            yield
        finally:
            gc.collect()  # what is mapped keeps the disk busy
            subprocess.run(["umount", str(path)], check=True)  # noqa: S607
    else:
        with small_files():
            yield


@contextmanager
def small_files() -> Iterator[None]:
    """No file may grow beyond 100 KB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("limit", ["disk", "files"])
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # Whoosh's own files, when it cannot commit
def test_a_disk_that_is_really_full_leaves_the_live_index(
    tmp_path: Path, source: Callable[..., Path], limit: str
) -> None:
    small, large = source(THREE), source(many(3000, words=60), "large.jsonl")
    home = tmp_path / "disk"
    with small_disk(home) if limit == "disk" else small_files():
        live = build(home / "index", [small], vocabulary=VOCABULARY)
        for _ in range(2):
            with pytest.raises(BuildFailed, match=r"\((No space|File too).*live index is unchang"):
                build(home / "index", [large], vocabulary=VOCABULARY)
            gc.collect()
            assert opened(home / "index") == live
            assert leftovers(home / "index") == []
        assert build(home / "index", [small], vocabulary=VOCABULARY) == opened(home / "index")


@pytest.mark.parametrize("is_stopped", [False, True])
def test_the_collector_rests_while_abstracts_are_read_and_then_works_again(
    index_dir: Path, source: Callable[..., Path], *, is_stopped: bool
) -> None:
    was_on: list[bool] = []

    def progress(_: int) -> None:
        was_on.append(gc.isenabled())
        if is_stopped:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) if is_stopped else nullcontext():
        build(index_dir, [source(THREE)], vocabulary=VOCABULARY, progress=progress)
    assert was_on == ([False] if is_stopped else [False] * 3)
    assert gc.isenabled()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, source: Callable[..., Path]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BuildFailed, match=r"cannot be written \(Not a directory\)\."):
        build(tmp_path / "file" / "index", [source(THREE)], vocabulary=VOCABULARY)


def test_a_damaged_live_index_does_not_hinder_the_next_build(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    (index_dir / CURRENT).write_text("garbled", encoding="utf-8")
    with pytest.raises(DamagedIndex):
        opened(index_dir)
    assert build(index_dir, [source(THREE)], vocabulary=VOCABULARY).id > live.id
    opened(index_dir)


def test_a_second_build_is_told_at_once_that_another_runs(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(THREE)
    running, go_on = PROCESSES.Event(), PROCESSES.Event()

    def hold(_: int) -> None:
        running.set()
        go_on.wait(20)

    first = PROCESSES.Process(
        target=build, args=(index_dir, [path]), kwargs={"vocabulary": VOCABULARY, "progress": hold}
    )
    first.start()
    try:
        assert running.wait(20)
        began = time.monotonic()
        with pytest.raises(BuildRunning) as told:
            build(index_dir, [path], vocabulary=VOCABULARY)
        assert time.monotonic() - began < 2
        sentence = f"Another build is at work in {index_dir}; wait until it ends."
        assert str(told.value) == sentence
        assert opened(index_dir) == live
    finally:
        go_on.set()
        first.join(20)
    assert first.exitcode == 0
    assert opened(index_dir).id > live.id


def build_on_and_on(index_dir: Path, path: Path) -> None:
    while True:
        build(index_dir, [path], vocabulary=VOCABULARY)


def test_a_kill_at_any_moment_leaves_a_live_index_and_the_next_build_cleans_up(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(many(200))
    began = time.monotonic()
    build(index_dir, [path], vocabulary=VOCABULARY)
    one_build = time.monotonic() - began
    small = source(THREE, "small.jsonl")
    chance = random.Random(20260101)
    unfinished = 0
    for _ in range(25):
        builder = PROCESSES.Process(target=build_on_and_on, args=(index_dir, path))
        builder.start()
        assert builder.pid is not None
        time.sleep(chance.uniform(0, 1.7 * one_build))
        os.kill(builder.pid, signal.SIGKILL)
        builder.join()
        assert builder.exitcode == -signal.SIGKILL
        assert opened(index_dir).abstracts in {3, 200}
        unfinished += bool(leftovers(index_dir))
        assert build(index_dir, [small], vocabulary=VOCABULARY) == opened(index_dir)
        assert leftovers(index_dir) == []
        generations = sorted(p.name for p in (index_dir / GENERATIONS).iterdir())
        assert len(generations) == KEPT or live.id in generations
    assert unfinished


def test_readers_see_a_whole_index_while_others_are_published(
    index_dir: Path, live: Manifest, source: Callable[..., Path]
) -> None:
    path = source(many(20))
    seen, faults = {live.id}, []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                seen.add(opened(index_dir).id)
            except Exception as error:  # noqa: BLE001 (every error is one too many)
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    built = {build(index_dir, [path], vocabulary=VOCABULARY).id for _ in range(25)}
    done.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert seen <= built | {live.id}
    assert len(seen) > 1
