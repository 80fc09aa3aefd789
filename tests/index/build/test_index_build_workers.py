"""Batches of a corpus, read by one process or by several."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import pickle
import platform
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from places import ROOT, TESTS
from small_builds import VOCABULARY, abstract, many

from corpus import Abstract, Report, bundled_corpus, gather
from index.build import workers as workers_module
from index.build.builder import write
from index.build.workers import _packed, _unpacked, batches, beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.context import BaseContext

    from index.build.batch import Batch

BUILD = """
import sys, time
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from small_builds import VOCABULARY, many
from index.build import workers

def slowly():
    for abstract in many(100_000):
        yield abstract
        time.sleep(0.001)

if __name__ == "__main__":
    workers.SIZE = 10
    for batch in workers.batches(slowly(), VOCABULARY, Path(sys.argv[1]), 2):
        print("a batch", flush=True)
"""

FAULTS = """
import resource, sys
import numpy as np
from index.build import workers

if sys.argv[1] == "kept":
    workers._keep_memory()
for size in range(1 << 20, 1 << 21, 1 << 15):
    np.ones(size, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""

BESIDE = """
import sys, time
sys.path[:0] = sys.argv[2:]
from index.build import workers

with workers.beside(lambda: time.sleep(60), workers.SIZE, 2):
    print("beside", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def of_seven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers_module, "SIZE", 7)


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    assert multiprocessing.active_children() == []
    yield
    assert multiprocessing.active_children() == []


def told(found: Iterable[Batch]) -> list[Any]:
    """All that batches hold, and the bytes of their runs."""
    return [
        (
            [(c.files.folder / f"{c.files.name}.{part}").read_bytes()
             for part in ("postings", "documents")],
            (c.files.name, c.files.documents, c.corpus, c.years, list(c.notices)),
            (c.spellings, c.pairs),
        )
        for c in found
    ]  # fmt: skip


ABSTRACTS = [
    *many(40),
    abstract("41", "Relapse rate (RR) in MS", "RR and IVIG.", year=1999, notice="A notice."),
    abstract("42", "Multiple sclerosis", notice="Another."),
]


def test_several_processes_make_the_batches_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []
    context = multiprocessing.get_context

    def told_of(way: str) -> BaseContext:
        began.append(way)
        return context(way)

    monkeypatch.setattr(multiprocessing, "get_context", told_of)
    homes = [tmp_path / name for name in ("one", "two", "three")]
    for home in homes:
        home.mkdir()
    alone = told(batches(ABSTRACTS, VOCABULARY, homes[0], 1))
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    shared = told(batches(iter(ABSTRACTS), VOCABULARY, homes[1], 2))
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    apart = told(batches(iter(ABSTRACTS), VOCABULARY, homes[2], 2))
    assert began == ["fork" if sys.platform == "linux" else "spawn", "spawn"]
    assert len(alone) == 6
    assert shared == apart == alone
    assert alone[-1][1][3:] == ([0] * 5 + [1999, 0], ["A notice.", "Another."])
    assert any(alone[-1][2])


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (6, [6]), (7, [7]), (8, [7, 1])])
def test_batches_are_of_one_size_but_the_last(tmp_path: Path, count: int, sizes: list[int]) -> None:
    found = list(batches(many(count), VOCABULARY, tmp_path, 1))
    assert [batch.files.documents for batch in found] == sizes


def test_what_does_not_fill_a_chunk_needs_no_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers_module, "_in_processes", lambda *_: pytest.fail("processes"))
    assert len(list(batches(many(6), VOCABULARY, tmp_path, 8))) == 1


def test_abstracts_are_asked_for_as_they_are_needed(tmp_path: Path) -> None:
    asked = 0

    def counted() -> Iterator[Abstract]:
        nonlocal asked
        for one in many(700):
            asked += 1
            yield one

    found = batches(counted(), VOCABULARY, tmp_path, 1)
    for number in range(1, 4):
        next(found)
        assert asked <= 7 * (number + 1)
    found.close()  # type: ignore[attr-defined]


def stop_at(last: int, error: BaseException) -> Iterator[Abstract]:
    yield from many(last)
    raise error


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("error", [OSError("unreadable"), KeyboardInterrupt("stop")])
def test_what_stops_the_reading_of_abstracts_stops_all(
    tmp_path: Path, workers: int, error: BaseException
) -> None:
    with pytest.raises(type(error), match=str(error)):
        list(batches(stop_at(40, error), VOCABULARY, tmp_path, workers))


@pytest.mark.parametrize(
    ("workers", "error", "said"),
    [(1, TypeError, "NoneType"), (2, msgspec.ValidationError, "got `None` - at `.*sections`")],
)
def test_an_abstract_that_cannot_be_digested_stops_all(
    tmp_path: Path, workers: int, error: type[Exception], said: str
) -> None:
    broken = Abstract("9", "Alfa", sections=None)  # type: ignore[arg-type]
    abstracts = [*many(30), broken, *many(30)]
    found = []
    with pytest.raises(error, match=said):
        found += batches(abstracts, VOCABULARY, tmp_path, workers)


def test_whoever_stops_asking_stops_all(tmp_path: Path) -> None:
    found = batches(many(100), VOCABULARY, tmp_path, 2)
    next(found)
    assert multiprocessing.active_children()
    found.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_writer_that_fails_stops_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise error("stop")

    monkeypatch.setattr("index.whoosh_codec.codec.ArrayWriter.add_batch", fail)
    with pytest.raises(error, match="stop"):
        write(tmp_path, many(60), VOCABULARY, Report(), workers=2)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators have other rules")
def test_arrays_lie_where_the_last_ones_did() -> None:
    def faults(memory: str) -> int:
        found = subprocess.run(
            [sys.executable, "-c", FAULTS, memory], capture_output=True, check=True, text=True
        )
        return int(found.stdout)

    # Arrays of 1 to 2 MB, each a little larger than the last: so many times 256 to 512 pages.
    assert faults("given back") - faults("kept") > 32 * 256


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets this process fork as if it had no other thread."""
    if sys.platform == "linux":
        monkeypatch.setattr(threading, "active_count", lambda: 1)


@pytest.mark.parametrize(("abstracts", "workers"), [(6, 2), (7, 1), (7, 2)])
@pytest.mark.usefixtures("forks")
def test_work_is_done_beside_where_that_pays(tmp_path: Path, abstracts: int, workers: int) -> None:
    kept = tmp_path / "kept"
    is_apart = sys.platform == "linux" and (abstracts, workers) == (7, 2)
    with beside(lambda: kept.write_text(str(os.getpid())), abstracts, workers):
        if is_apart:
            assert len(multiprocessing.active_children()) == 1
        else:
            assert not kept.exists()
    assert (int(kept.read_text()) != os.getpid()) is is_apart


def test_a_process_with_threads_is_not_forked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    kept = tmp_path / "kept"
    with beside(lambda: kept.write_text(str(os.getpid())), 7, 2):
        assert not kept.exists()
    assert int(kept.read_text()) == os.getpid()


@pytest.mark.parametrize("error", [OSError, SystemExit])
@pytest.mark.usefixtures("forks")
def test_work_beside_that_fails_fails_where_it_was_asked_for(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def fail() -> None:
        with (tmp_path / "tried").open("a") as file:
            file.write("once ")
        raise error("full")

    began = []
    with pytest.raises(error, match="full"), beside(fail, 7, 2):
        began.append("meanwhile")
    assert began == ["meanwhile"]
    assert (tmp_path / "tried").read_text() == "once " * (2 if sys.platform == "linux" else 1)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, SystemExit])
@pytest.mark.usefixtures("forks")
def test_what_fails_meanwhile_stops_the_work_beside(error: type[BaseException]) -> None:
    began = time.monotonic()
    with pytest.raises(error, match="stop"), beside(lambda: time.sleep(60), 7, 2):
        raise error("stop")
    assert time.monotonic() - began < 30
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("script", "said", "processes"),
    [(BUILD, "a batch", 2), (BESIDE, "beside", sys.platform == "linux")],
)
def test_a_killed_build_leaves_no_process(
    tmp_path: Path, ended: Callable[[set[int]], bool], script: str, said: str, processes: int
) -> None:
    path = tmp_path / "script.py"
    path.write_text(script, encoding="utf-8")
    command = [sys.executable, path, tmp_path, ROOT, TESTS / "helpers"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout
        assert process.stdout.readline() == f"{said}\n".encode()
        children = children_of(process.pid)
        assert len(children) >= processes
        process.kill()
        process.wait(10)
        assert ended(children)


@pytest.fixture
def ended() -> Callable[[set[int]], bool]:
    """Whether processes end within ten seconds."""

    def wait(processes: set[int]) -> bool:
        until = time.monotonic() + 10
        while any(parent_of(one) is not None for one in processes):
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True

    return wait


def children_of(process: int) -> set[int]:
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return {one for one in numbers if parent_of(one) == process}


def parent_of(process: int) -> int | None:
    """The parent of a process that runs."""
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = status.rpartition(") ")[2].split()[:2]
    return None if state in "ZX" else int(parent)


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ({"a": [1, -2, 0.5, None, True, {"b": "β\U0001f600"}]}, bytes),
        ({"a": 2**64 - 1}, bytes),
        ({"a": 10**30}, list),
        ({"a": ["\udc00"]}, list),
    ],
)
def test_abstracts_come_to_another_process_as_they_are(extra: dict[str, Any], kind: type) -> None:
    found = list(gather([bundled_corpus()], Report()))
    found.append(dataclasses.replace(found[0], extra=extra, title="Å\n\x00", sections=()))
    sent = _packed(found)
    assert isinstance(sent, kind)
    got = _unpacked(pickle.loads(pickle.dumps(sent)))  # noqa: S301 (just made)
    assert got == found
    assert [one.origin for one in got] == [one.origin for one in found]
    assert [one.paragraphs for one in got] == [one.paragraphs for one in found]
